"""Rich text as Slack's `rich_text` blocks: letters in there are never markup, whatever people type."""

import re
from collections.abc import Iterable, Iterator
from html import escape
from itertools import groupby
from typing import Any

from msgspec.structs import replace

from bot.text.rich import Block, Code, Inline, Item, Line, Moment, Quote, Run, Text

Native = dict[str, Any]

SHAPES = {"time": "{time}", "date": "{date_short_pretty} {time}", "ago": "{ago}"}
"""https://docs.slack.dev/messaging/formatting-message-text#date-formatting"""
WEB = re.compile(r"^(https?|mailto):", re.IGNORECASE)
ADDRESS = re.compile(r"(https?://[^\s<>|\"]*[^\s<>|\".,;:!?)\]}'])")
MARKUP = re.compile(r"[*_~`\n]|:[\w+'-]+:")
"""What `mrkdwn` has no escape for."""
OVERRIDES = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
"""Letters without a shape that turn the direction of all that follows."""
FRAME = 60
"""What a run or a block costs besides its letters, about: the platform counts the JSON."""


def rich(text: Text) -> list[Native]:
    """A text as one `rich_text` block, or none where nothing is said."""
    elements = [each for kind, group in groupby(text, key=type) for each in _elements(kind, list(group))]
    return [{"type": "rich_text", "elements": elements}] if elements else []


def _elements(kind: type[Block], group: list[Any]) -> Iterator[Native]:
    if kind is Code:
        for each in group:
            yield {"type": "rich_text_preformatted", "elements": runs((Run(each.text.strip("\n") or " "),))}
    elif kind is Item:
        items = [{"type": "rich_text_section", "elements": runs(each.line)} for each in group]
        yield {"type": "rich_text_list", "style": "bullet", "elements": items}
    elif letters := runs(_lines(each.line for each in group)):
        yield {"type": "rich_text_quote" if kind is Quote else "rich_text_section", "elements": letters}


def _lines(lines: Iterable[Line]) -> Line:
    """Lines one below the other, as one."""
    below: list[Inline] = []
    for each in lines:
        below += [*each, Run("\n")]
    return tuple(below[:-1])


def runs(line: Line) -> list[Native]:
    """A line's runs."""
    shown = [each for each in line if straight(each.text)]
    return [native for each in shown for native in ([_moment(each)] if isinstance(each, Moment) else _runs(each))]


def _runs(run: Run) -> Iterator[Native]:
    """A run; an address in its letters leads there, which the platform does for bare text, and not for rich text."""
    if run.link or run.code:
        yield _run(run)
        return
    for index, part in enumerate(ADDRESS.split(run.text)):
        if part:
            yield _run(replace(run, text=part, link=part if index % 2 else ""))


def _moment(moment: Moment) -> Native:
    shape = SHAPES[moment.shape]
    return {"type": "date", "timestamp": int(moment.at.timestamp()), "format": shape, "fallback": moment.text}


def _run(run: Run) -> Native:
    styles = {name: True for name in ("bold", "italic", "strike", "code") if getattr(run, name)}
    text = straight(run.text)
    native = {"type": "link", "url": run.link, "text": text} if WEB.match(run.link) else {"type": "text", "text": text}
    return {**native, "style": styles} if styles else native


def mrkdwn(line: Line) -> str | None:
    """A line in the platform's mark-up, for the places that take no rich text; None where it cannot be said safely."""
    if any(MARKUP.search(each.text) for each in line):
        return None
    return "".join(_marked(each) for each in line)


def _marked(each: Inline) -> str:
    text = escape(straight(each.text), quote=False).replace("|", "¦")
    if isinstance(each, Moment):
        return f"<!date^{int(each.at.timestamp())}^{SHAPES[each.shape]}|{text}>"
    return f"<{escape(each.link, quote=False).replace('|', '%7C')}|{text}>" if WEB.match(each.link) else text


def straight(text: str) -> str:
    """Letters that do not turn the direction of what stands beside them."""
    return text.translate(OVERRIDES)


# ---- cut to size


def cut(text: Text, most: int) -> Text:
    """As much of a text as fits, with an ellipsis where it ends. `most` counts letters and what carries them."""
    kept: list[Block] = []
    for block in text:
        line = (Run(block.text),) if isinstance(block, Code) else block.line
        size = FRAME + sum(len(each.text) + FRAME for each in line)
        if size > most:
            short = cut_line(line, most - FRAME)
            return (
                *kept,
                Code("".join(each.text for each in short)) if isinstance(block, Code) else type(block)(short),
            )
        kept.append(block)
        most -= size
    return tuple(kept)


def cut_line(line: Line, most: int) -> Line:
    """The same for one line."""
    kept: list[Inline] = []
    for each in line:
        size = len(each.text) + FRAME
        if size > most:
            room = most - FRAME - 1
            short = each.text[:room].rstrip() + "…" if room > 0 and isinstance(each, Run) else "…"
            return (*kept, Run(short))
        kept.append(each)
        most -= size
    return tuple(kept)


def cut_letters(text: str, most: int) -> str:
    """Bare letters, at most so many."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
