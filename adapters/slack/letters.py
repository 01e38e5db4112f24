"""The letters of a message: what somebody typed, without the platform's mark-up."""

import re
from collections.abc import Iterator, Mapping, Sequence
from html import unescape
from typing import Any

from adapters.slack.native import Message, whole

Payload = Mapping[str, Any]

REFERENCE = re.compile(r"<([^<>\n]+)>")


def typed(message: Message) -> str:
    """The letters of a message. Its `text` has mark-up in it that nobody typed; the blocks, if any, have none."""
    blocks = [each for each in message.blocks if isinstance(each, dict) and each.get("type") == "rich_text"]
    try:
        return whole("\n".join(letters(each["elements"]) for each in blocks)) if blocks else words(message.text)
    except (KeyError, TypeError, AttributeError):
        # Rich text of a kind that is newer than we are: the text says the same, with less.
        return words(message.text)


def shown(message: Message) -> str:
    """What can be read of a message, of a card or a file, too."""
    cards = [each.get("text") or each.get("fallback") for each in message.attachments if isinstance(each, dict)]
    files = [each.get("title") or each.get("name") for each in message.files if isinstance(each, dict)]
    more = [words(each) for each in (*cards, *files) if isinstance(each, str)]
    return typed(message) or "\n".join(filter(None, more))


def passed_on(message: Message) -> str:
    """What stands in the messages that one passes on; previews of links are none of them."""
    shared = [each for each in message.attachments if isinstance(each, dict) and each.get("is_share")]
    return "\n".join(words(each["text"]) for each in shared if isinstance(each.get("text"), str)).strip()


def letters(elements: Sequence[Payload]) -> str:
    """The letters of a rich_text block."""
    return "\n".join(line for each in elements for line in _block(each)).strip("\n")


def _block(each: Payload) -> Iterator[str]:
    if each["type"] == "rich_text_list":
        yield from (f"• {_runs(item)}" for item in each["elements"])
    else:
        before = "> " if each["type"] == "rich_text_quote" else ""
        yield from (before + one for one in _runs(each).strip("\n").split("\n"))


def _runs(each: Payload) -> str:
    return "".join(_run(inner) for inner in each["elements"])


def _run(run: Payload) -> str:
    match run["type"]:
        case "user":
            return f"@slack:{run['user_id']}"
        case "link":
            return str(run.get("text") or run["url"])
        case "emoji":
            return _emoji(run)
        case "broadcast":
            return f"@{run['range']}"
        case "channel":
            return f"#{run['channel_id']}"
        case "date":
            return str(run.get("fallback", ""))
    return str(run.get("text", ""))


def _emoji(run: Payload) -> str:
    try:
        return "".join(chr(int(each, 16)) for each in run["unicode"].split("-"))
    except (KeyError, ValueError, OverflowError, AttributeError):
        return f":{run['name']}:"


def words(text: str) -> str:
    """Text in the platform's mark-up as bare words: people as `@slack:ID`, links as they were typed."""
    return whole(unescape(REFERENCE.sub(lambda found: _reference(found[1]), text))).strip()


def _reference(inside: str) -> str:
    target, _, label = inside.partition("|")
    match target[:1]:
        case "@":
            return f"@slack:{target[1:]}"
        case "#":
            return f"#{label or target[1:]}"
        case "!":
            return label or f"@{target[1:].split('^')[0]}"
    return label or target
