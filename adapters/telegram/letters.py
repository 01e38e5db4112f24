"""Text with its entities, as Telegram takes it: nothing in it is markup, and nobody is pinged by it.  (pure)

https://core.telegram.org/bots/api#messageentity
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from telegram import MessageEntity

from bot.text.rich import Block, Code, Inline, Item, Line, Moment, Quote, Run

LONGEST = 4096
"""UTF-16 units in a message."""
MOST = 100
"""Entities in a message; the platform drops what comes after them."""
SHAPES = {"time": "t", "date": "Dt", "ago": "r"}
NAMES = re.compile(r"(?<!\w)@(?=\w)")
BROKEN = re.compile("[\x00\ud800-\udfff\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""What no text may hold: half a letter, as other platforms' JSON may carry, and turns that hide what follows."""
LEADS = re.compile(r"(https?|tg)://\S+")


def units(text: str) -> int:
    """Length as the platform counts: in UTF-16 units."""
    return len(text) + sum(letter > "\uffff" for letter in text)


def inert(text: str) -> str:
    """Letters that do nothing: the platform makes a ping of a bare `@name`."""
    return NAMES.sub("@\u2060", text)


@dataclass(frozen=True)
class Message:
    """A text ready to be sent."""

    text: str
    entities: tuple[MessageEntity, ...] = ()
    keyboard: Any = None


class Letters:
    """A text under way. `length` is where the next letter will stand."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self.entities: list[MessageEntity] = []
        self.length = 0

    @property
    def text(self) -> str:
        return "".join(self._parts)

    def add(self, text: str) -> None:
        """These letters."""
        text = BROKEN.sub("", text)
        self._parts.append(text)
        self.length += units(text)

    @contextmanager
    def marked(self, kind: str, **more: Any) -> Iterator[None]:
        """What is added within is marked as a whole."""
        begin = self.length
        yield
        if self.length > begin:
            self.entities.append(MessageEntity(kind, begin, self.length - begin, **more))

    def line(self, line: Line) -> None:
        """A line's runs and moments."""
        for part in line:
            self._inline(part)

    def _inline(self, part: Inline) -> None:
        if isinstance(part, Moment):
            with self.marked("date_time", unix_time=part.at, date_time_format=SHAPES[part.shape]):
                self.add(part.text)
        else:
            self._run(part, styles(part))

    def _run(self, run: Run, kinds: Sequence[tuple[str, dict[str, str]]]) -> None:
        if not kinds:
            self.add(run.text if run.code else inert(run.text))
            return
        (kind, more), *rest = kinds
        with self.marked(kind, **more):
            self._run(run, rest)

    def block(self, block: Block) -> None:
        """A paragraph, a point, a quotation or a box, without a line's end."""
        match block:
            case Code():
                with self.marked("pre"):
                    self.add(block.text)
            case Quote():
                with self.marked("blockquote"):
                    self.line(block.line)
            case Item():
                self.add("• ")
                self.line(block.line)
            case _:
                self.line(block.line)

    def append(self, other: "Letters", gap: str = "") -> None:
        """Another text behind this one, and between the two a gap, where both say something."""
        if other.length and self.length:
            self.add(gap)
        moved = (MessageEntity(**fields(each, offset=each.offset + self.length)) for each in other.entities)
        self.entities += moved
        self.add(other.text)

    def cut(self, most: int) -> "Letters":
        """The same in so many units at most, ending in `…` where something was left out."""
        if self.length <= most:
            return self
        short = Letters()
        short.add(self.text.encode("utf-16-le")[: 2 * max(most - 1, 0)].decode("utf-16-le", "ignore").rstrip())
        end = short.length
        whole = (each for each in self.entities if each.offset < end)
        short.entities = [MessageEntity(**fields(each, length=min(each.length, end - each.offset))) for each in whole]
        short.add("…" if most else "")
        return short

    def message(self, keyboard: Any = None) -> Message:
        """The text, ready to be sent."""
        cut = self.cut(LONGEST)
        if not cut.text.strip():
            return Message("…", (), keyboard)
        ordered = sorted(cut.entities, key=lambda each: (each.offset, -each.length))
        return Message(cut.text, tuple(ordered[:MOST]), keyboard)


def styles(run: Run) -> list[tuple[str, dict[str, str]]]:
    """How a run is marked. Code takes no other style, and a link no code."""
    if LEADS.fullmatch(run.link):
        return [("text_link", {"url": run.link})]
    if run.code:
        return [("code", {})]
    kinds = {"bold": run.bold, "italic": run.italic, "strikethrough": run.strike}
    return [(kind, {}) for kind, yes in kinds.items() if yes]


def fields(entity: MessageEntity, **change: int) -> dict[str, Any]:
    """An entity's fields, some of them changed: entities themselves are frozen."""
    names = ("type", "offset", "length", "url", "user", "unix_time", "date_time_format")
    return {name: getattr(entity, name) for name in names} | change


def said(text: str) -> Message:
    """Bare text."""
    letters = Letters()
    letters.add(inert(text))
    return letters.message()
