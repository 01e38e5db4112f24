"""Block Kit as the platform checks it: what is refused here is refused there.

Limits: https://docs.slack.dev/reference/block-kit/blocks
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from adapters.playground.slack.workspace import No

Native = Mapping[str, Any]

MOST_BLOCKS, MOST_IN_VIEW = 50, 100
MOST_TOGETHER = 13_200
"""Letters of JSON in all blocks together (observed, undocumented)."""


class Bad(Exception):
    """Something in a block is not as the platform wants it."""


def check(blocks: Any, most: int = MOST_BLOCKS) -> list[Any]:
    """The blocks, if the platform takes them. Raises `No`."""
    if not isinstance(blocks, list):
        raise No("invalid_blocks_format")
    try:
        expect(len(blocks) <= most, f"no more than {most} items allowed [json-pointer:/blocks]")
        for index, block in enumerate(blocks):
            check_block(block, f"/blocks/{index}")
        unique([each["action_id"] for each in elements(blocks) if "action_id" in each], "action_id")
        unique([each["block_id"] for each in blocks if "block_id" in each], "block_id")
    except Bad as bad:
        raise No("invalid_blocks", errors=[str(bad)], response_metadata={"messages": [f"[ERROR] {bad}"]}) from None
    if most == MOST_BLOCKS and len(json.dumps(blocks, ensure_ascii=False)) > MOST_TOGETHER:
        raise No("msg_blocks_too_long")
    return blocks


def elements(blocks: Sequence[Native]) -> Iterator[Native]:
    """Everything in the blocks that somebody can press or fill in."""
    for block in blocks:
        yield from block.get("elements", ()) if block.get("type") == "actions" else ()
        yield from (block[key] for key in ("accessory", "element") if key in block)


def expect(right: bool, why: str) -> None:
    """Raises `Bad` with this reason where something is not right."""
    if not right:
        raise Bad(why)


def unique(names: Sequence[str], what: str) -> None:
    """Raises `Bad` where two are alike."""
    expect(len(set(names)) == len(names), f"`{what}` must be unique")


def check_block(block: Any, at: str) -> None:
    """One block."""
    expect(isinstance(block, dict), f"must be an object [json-pointer:{at}]")
    expect(block.get("type") in BLOCKS, f"unsupported type: {block.get('type')} [json-pointer:{at}/type]")
    expect(len(block.get("block_id", "")) <= 255, f"must be no longer than 255 [json-pointer:{at}/block_id]")
    BLOCKS[block["type"]](block, at)


def check_text(text: Any, at: str, most: int, kinds: Sequence[str] = ("plain_text",)) -> None:
    """A text object."""
    expect(isinstance(text, dict) and text.get("type") in kinds, f"must be {' or '.join(kinds)} [json-pointer:{at}]")
    letters = text.get("text")
    expect(isinstance(letters, str) and letters != "", f"must be more than 0 characters [json-pointer:{at}/text]")
    expect(len(letters) <= most, f"must be less than {most + 1} characters [json-pointer:{at}/text]")


def check_section(block: Native, at: str) -> None:
    """Text, or fields side by side, or both."""
    both = ("plain_text", "mrkdwn")
    expect("text" in block or "fields" in block, f"missing required field: text or fields [json-pointer:{at}]")
    if "text" in block:
        check_text(block["text"], f"{at}/text", 3000, both)
    fields = block.get("fields", [{}] if "text" not in block else [])
    expect(len(fields) <= 10, f"no more than 10 items allowed [json-pointer:{at}/fields]")
    for index, each in enumerate(fields):
        check_text(each, f"{at}/fields/{index}", 2000, both)


def check_context(block: Native, at: str) -> None:
    """Small letters."""
    inside = block.get("elements", [])
    expect(1 <= len(inside) <= 10, f"must have 1 to 10 items [json-pointer:{at}/elements]")
    for index, each in enumerate(inside):
        if each.get("type") != "image":
            check_text(each, f"{at}/elements/{index}", 3000, ("plain_text", "mrkdwn"))


def check_actions(block: Native, at: str) -> None:
    """Buttons."""
    inside = block.get("elements", [])
    expect(1 <= len(inside) <= 25, f"must have 1 to 25 items [json-pointer:{at}/elements]")
    for index, each in enumerate(inside):
        check_element(each, f"{at}/elements/{index}")


def check_element(each: Native, at: str) -> None:
    """A button, a box or a select."""
    kind = each.get("type")
    expect(kind in ELEMENTS, f"unsupported type: {kind} [json-pointer:{at}/type]")
    expect(len(each.get("action_id", "")) <= 255, f"must be no longer than 255 [json-pointer:{at}/action_id]")
    ELEMENTS[str(kind)](each, at)


def check_button(each: Native, at: str) -> None:
    """A button."""
    check_text(each.get("text"), f"{at}/text", 75)
    expect(len(each.get("value", "")) <= 2000, f"must be less than 2001 characters [json-pointer:{at}/value]")
    expect(len(each.get("url", "")) <= 3000, f"must be less than 3001 characters [json-pointer:{at}/url]")
    expect(re.match(r"[a-z]+:\S+$", each.get("url", "x:x")) is not None, f"must be a valid URL [json-pointer:{at}/url]")
    expect(
        each.get("style", "primary") in ("primary", "danger"), f"must be a valid enum value [json-pointer:{at}/style]"
    )


def check_select(each: Native, at: str) -> None:
    """A select with options of its own."""
    options = each.get("options", [])
    expect(1 <= len(options) <= 100, f"must have 1 to 100 items [json-pointer:{at}/options]")
    for index, option in enumerate(options):
        check_option(option, f"{at}/options/{index}")
    expect(each.get("initial_option", options[0]) in options, f"not in options [json-pointer:{at}/initial_option]")


def check_search(each: Native, at: str) -> None:
    """A select whose options the app is asked for."""
    least = each.get("min_query_length", 0)
    expect(isinstance(least, int) and least >= 0, f"must be an integer [json-pointer:{at}/min_query_length]")
    if "initial_option" in each:
        check_option(each["initial_option"], f"{at}/initial_option")


def check_option(option: Native, at: str) -> None:
    """An entry of a select."""
    check_text(option.get("text"), f"{at}/text", 75)
    expect(1 <= len(option.get("value", "")) <= 150, f"must have 1 to 150 letters [json-pointer:{at}/value]")


def check_box(each: Native, at: str) -> None:
    """A box for letters."""
    expect(len(each.get("initial_value", "")) <= 3000, f"must be less than 3001 characters [json-pointer:{at}]")
    if "placeholder" in each:
        check_text(each["placeholder"], f"{at}/placeholder", 150)


def check_input(block: Native, at: str) -> None:
    """A field of a form."""
    check_text(block.get("label"), f"{at}/label", 2000)
    if "hint" in block:
        check_text(block["hint"], f"{at}/hint", 2000)
    check_element(block.get("element", {}), f"{at}/element")


def check_rich(block: Native, at: str) -> None:
    """Runs of letters that are never markup."""
    for index, each in enumerate(block.get("elements", [])):
        here = f"{at}/elements/{index}"
        expect(each.get("type") in RICH, f"unsupported type: {each.get('type')} [json-pointer:{here}]")
        expect(isinstance(each.get("elements"), list), f"missing required field: elements [json-pointer:{here}]")
        if each["type"] == "rich_text_list":
            expect(
                each.get("style") in ("bullet", "ordered"), f"must be a valid enum value [json-pointer:{here}/style]"
            )
            check_rich(each, here)
        else:
            for inner in each["elements"]:
                check_run(inner, here)


def check_run(run: Native, at: str) -> None:
    """One run."""
    expect(run.get("type") in RUNS, f"unsupported type: {run.get('type')} [json-pointer:{at}]")
    for name in RUNS[run["type"]]:
        expect(run.get(name) not in ("", None), f"missing required field: {name} [json-pointer:{at}]")


def nothing(_block: Native, _at: str) -> None:
    """Nothing to check."""


Check = Callable[[Native, str], None]
RICH = ("rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted")
RUNS: Mapping[str, Sequence[str]] = {
    "text": ("text",),
    "link": ("url",),
    "user": ("user_id",),
    "channel": ("channel_id",),
    "usergroup": ("usergroup_id",),
    "broadcast": ("range",),
    "emoji": ("name",),
    "date": ("timestamp", "format"),
}
ELEMENTS: Mapping[str, Check] = {
    "button": check_button,
    "static_select": check_select,
    "plain_text_input": check_box,
    "users_select": nothing,
    "external_select": check_search,
}
BLOCKS: Mapping[str, Check] = {
    "section": check_section,
    "header": lambda block, at: check_text(block.get("text"), f"{at}/text", 150),
    "context": check_context,
    "actions": check_actions,
    "input": check_input,
    "rich_text": check_rich,
    "divider": nothing,
    "image": nothing,
}
