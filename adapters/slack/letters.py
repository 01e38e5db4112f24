"""The letters of a message: what somebody typed, without the platform's mark-up."""

import re
from collections.abc import Iterator, Mapping, Sequence
from html import unescape
from typing import Any

from adapters import signs
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
    """All that can be read of a message, of another app's card or a file, too; previews of links only where it is bare.

    Whoever makes cards says in `text` what is in them, or nothing.
    """
    said = typed(message) or _cards(message.blocks)
    bare = () if said else (_card(each) for each in _objects(message.attachments) if not each.get("is_share"))
    return signs.below(said, *bare, *things(message))


def things(message: Message, *, links: bool = False) -> Iterator[str]:
    """What is in a message besides what was typed: files, and what it passes on; `links` says where they are, too."""
    for each in _objects(message.attachments):
        if each.get("is_share") and (words := _card(each)):
            yield signs.passed_on(_text(each, "author_name"), words)
    for each in _objects(message.files):
        yield " ".join(filter(None, (_file(each), _text(each, "permalink") if links else "")))


def _file(file: Payload) -> str:
    if file.get("subtype") == "slack_audio":
        lasts = file.get("duration_ms")
        return signs.lasting(signs.VOICE, lasts / 1000 if isinstance(lasts, int) else None)
    return signs.file(words(_text(file, "title") or _text(file, "name")))


def _card(attachment: Payload) -> str:
    """What stands in an attachment."""
    fields = (f"{_text(each, 'title')}: {_text(each, 'value')}" for each in _objects(attachment.get("fields")))
    parts = [*(_text(attachment, key) for key in ("pretext", "title", "text")), *fields]
    said = signs.below(*map(words, parts), _cards(attachment.get("blocks"))) or words(_text(attachment, "fallback"))
    return signs.below(said, *map(_file, _objects(attachment.get("files"))))


def _cards(blocks: Any) -> str:
    """The letters of blocks that nobody typed: headings, sections, pictures by what they show."""
    return signs.below(*(each for block in _objects(blocks) for each in _letters(block)))


def _letters(block: Payload) -> Iterator[str]:
    for each in (
        block.get("text"),
        block.get("title"),
        *_objects(block.get("fields")),
        *_objects(block.get("elements")),
    ):
        text = each.get("text") if isinstance(each, Mapping) else each
        if isinstance(text, str):
            yield words(text)
    yield words(_text(block, "alt_text"))


def _objects(parts: Any) -> Iterator[Payload]:
    return (each for each in parts if isinstance(each, Mapping)) if isinstance(parts, list) else iter(())


def _text(of: Payload, key: str) -> str:
    return value if isinstance(value := of.get(key), str) else ""


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
