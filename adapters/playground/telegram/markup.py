"""Text and its entities: how they are counted, found in what people type, and drawn."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from html import escape
from typing import Any

from adapters.playground.telegram.shapes import BOT, Unfit, called, moment

Entity = Mapping[str, Any]

FOUND = (
    ("bot_command", re.compile(r"(?<![\w/])/[a-zA-Z0-9_]{1,64}(?:@[a-zA-Z0-9_]{3,32})?(?![\w/])")),
    ("mention", re.compile(r"(?<![\w`])@[a-zA-Z0-9_]{2,32}\b")),
    ("url", re.compile(r"https?://[^\s<>]+[^\s<>.,;:!?)\]]")),
)
"""What the platform marks by itself, in what bots send as well."""
TAGS = {"bold": "b", "italic": "i", "underline": "u", "strikethrough": "s", "code": "code", "pre": "pre"}
TAGS |= {"blockquote": "blockquote", "expandable_blockquote": "blockquote"}
KINDS = {*TAGS, "text_link", "text_mention", "date_time", "spoiler", "custom_emoji", "bot_command", "mention", "url"}
MOST = 100
"""Entities in a message; what comes after them is dropped."""
KINDS |= {"hashtag", "cashtag", "email", "phone_number"}


def units(text: str) -> int:
    """Length as the platform counts: in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def slice_of(text: str, offset: int, length: int) -> str:
    """The letters at an offset."""
    return text.encode("utf-16-le")[2 * offset : 2 * (offset + length)].decode("utf-16-le")


def checked(text: str, entities: Sequence[Entity]) -> list[Entity]:
    """The entities that a bot sent, if they fit the text. Raises `Unfit`."""
    encoded = text.encode("utf-16-le")
    for each in entities:
        if each.get("type") not in KINDS:
            raise Unfit("can't parse MessageEntity: unsupported type")
        begin, end = each["offset"], each["offset"] + each["length"]
        if begin < 0 or each["length"] < 1 or 2 * end > len(encoded):
            raise Unfit("entity does not fit the text")
        try:
            slice_of(text, begin, end - begin)
        except UnicodeDecodeError:
            raise Unfit("entity begins or ends in the middle of a UTF-16 symbol") from None
    return list(entities)[:MOST]


def trimmed(text: str, entities: Sequence[Entity]) -> tuple[str, list[Entity]]:
    """A text without space at its ends, its entities where their letters are now."""
    lead, whole = units(text) - units(text.lstrip()), units(text.strip())
    kept: list[Entity] = []
    for each in entities:
        begin = max(each["offset"] - lead, 0)
        end = min(each["offset"] + each["length"] - lead, whole)
        if begin < end:
            kept.append({**each, "offset": begin, "length": end - begin})
    return text.strip(), kept


def with_found(text: str, entities: Sequence[Entity]) -> list[Entity]:
    """The entities, and those that the platform finds by itself where none of code or links stand."""
    closed = [each for each in entities if each["type"] in {"code", "pre", "text_link", "text_mention"}]
    every = list(entities)
    for kind, pattern in FOUND:
        for found in pattern.finditer(text):
            offset, length = units(text[: found.start()]), units(found[0])
            if not any(
                each["offset"] < offset + length and offset < each["offset"] + each["length"] for each in closed
            ):
                every.append({"type": kind, "offset": offset, "length": length})
    return sorted(every, key=lambda each: (each["offset"], -each["length"]))


def typed(text: str, users: Mapping[int, Mapping[str, Any]]) -> tuple[str, list[Entity]]:
    """What somebody typed, as their client sends it: `@Name` of the bot or of a person becomes a mention."""
    names = {name.lower(): user for user in (*users.values(), BOT) for name in (called(user), user["first_name"])}
    known = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    parts: list[str] = []
    entities: list[Entity] = []
    last = 0
    for found in re.finditer(rf"(?<!\w)@({known})(?!\w)", text, re.IGNORECASE):
        user = names[found[1].lower()]
        parts.append(text[last : found.start()])
        if "username" in user:
            parts.append(f"@{user['username']}")
        else:
            entities.append(
                {"type": "text_mention", "offset": units("".join(parts)), "length": units(found[1]), "user": user}
            )
            parts.append(found[1])
        last = found.end()
    said = "".join((*parts, text[last:]))
    return said, with_found(said, entities)


def drawn(text: str, entities: Sequence[Entity]) -> str:
    """Safe HTML, as the client shows the text: entities nest or stand apart."""
    return _drawn(text, json.dumps(entities))


@lru_cache(maxsize=4096)
def _drawn(text: str, said: str) -> str:
    entities: list[Entity] = json.loads(said)
    opens: dict[int, list[Entity]] = {}
    closes: dict[int, list[Entity]] = {}
    for each in sorted(entities, key=lambda each: (each["offset"], -each["length"])):
        opens.setdefault(each["offset"], []).append(each)
        closes.setdefault(each["offset"] + each["length"], []).insert(0, each)
    html: list[str] = []
    at = 0
    for letter in (*text, ""):
        html += [tags(each, text)[1] for each in closes.get(at, ())]
        html += [tags(each, text)[0] for each in opens.get(at, ())]
        html.append(escape(letter).replace("\n", "<br>"))
        at += units(letter)
    return "".join(html).replace("</blockquote><br>", "</blockquote>").replace("</pre><br>", "</pre>")


def tags(entity: Entity, text: str) -> tuple[str, str]:
    """How an entity is opened and closed."""
    match entity["type"]:
        case "text_link":
            return link(entity["url"])
        case "url":
            return link(slice_of(text, entity["offset"], entity["length"]))
        case "mention" | "text_mention":
            return '<span class="mention">', "</span>"
        case "date_time":
            return f'<time datetime="{moment(int(entity["unix_time"])).isoformat()}">', "</time>"
        case kind if kind in TAGS:
            return f"<{TAGS[kind]}>", f"</{TAGS[kind]}>"
    return "", ""


def link(url: str) -> tuple[str, str]:
    """A link; one that is none leads nowhere."""
    safe = url if url.startswith(("https://", "http://", "tg://")) else "#"
    return f'<a href="{escape(safe)}" rel="noopener noreferrer" target="_blank">', "</a>"


def mentioned(text: str, entities: Sequence[Entity]) -> Iterator[int]:
    """Whom a text names."""
    yield from (each["user"]["id"] for each in entities if each["type"] == "text_mention")
