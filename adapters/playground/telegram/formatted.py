"""Text that a bot formats itself: HTML, as the platform reads it.  https://core.telegram.org/bots/api#html-style

Of the platform's ways this is the one that is here; Markdown is refused rather than shown as it is.
"""

import re
from html.parser import HTMLParser
from typing import Any

from adapters.playground.telegram.markup import Entity, units
from adapters.playground.telegram.shapes import Unfit

KINDS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "code": "code", "pre": "pre",
    "blockquote": "blockquote", "tg-spoiler": "spoiler", "a": "text_link",
}  # fmt: skip
PERSON = re.compile(r"tg://user\?id=(\d+)")


def parsed(text: str, mode: str) -> tuple[str, list[Entity]]:
    """The letters, and what is marked of them. Raises `Unfit`."""
    if not mode:
        return text, []
    if mode.lower() != "html":
        raise Unfit("unsupported parse_mode")
    reader = Reader()
    reader.feed(text)
    reader.close()
    if reader.open:
        raise Unfit(f"can't parse entities: Can't find end tag corresponding to start tag \"{reader.open[-1][0]}\"")
    return "".join(reader.letters), reader.entities


class Reader(HTMLParser):
    """Reads tags one after the other; entities stand in the order in which they end."""

    def __init__(self) -> None:
        super().__init__()
        self.letters: list[str] = []
        self.entities: list[Entity] = []
        self.open: list[tuple[str, int, dict[str, Any]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag begins. Raises `Unfit` for one that the platform does not know."""
        if tag not in KINDS:
            raise Unfit(f'can\'t parse entities: Unsupported start tag "{tag}"')
        self.open.append((tag, units("".join(self.letters)), meant(tag, dict(attrs))))

    def handle_endtag(self, tag: str) -> None:
        """The last tag that began ends. Raises `Unfit` where it is another."""
        if not self.open or self.open[-1][0] != tag:
            raise Unfit("can't parse entities: Unexpected end tag")
        _, offset, entity = self.open.pop()
        if length := units("".join(self.letters)) - offset:
            self.entities.append({**entity, "offset": offset, "length": length})

    def handle_data(self, data: str) -> None:
        """Letters."""
        self.letters.append(data)


def meant(tag: str, given: dict[str, str | None]) -> dict[str, Any]:
    """The entity that a tag means, without its place."""
    if tag != "a":
        return {"type": "expandable_blockquote" if "expandable" in given else KINDS[tag]}
    address = given.get("href") or ""
    if found := PERSON.fullmatch(address):
        return {"type": "text_mention", "user": {"id": int(found[1]), "is_bot": False, "first_name": "?"}}
    return {"type": "text_link", "url": address}
