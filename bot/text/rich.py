"""Rich text without a dialect: what a card says, before any platform has its way with it.

A text is a tuple of blocks; a block holds a line; a line is a tuple of runs. Nothing in here is
ever markup: `*`, `<!here>` and `@everyone` inside a run are letters, and an adapter shows them as such.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Literal
from unicodedata import east_asian_width

from msgspec import Struct


class Run(Struct, frozen=True, tag=True, omit_defaults=True):
    """Some letters in one style; with `link`, they lead somewhere."""

    text: str
    bold: bool = False
    italic: bool = False
    strike: bool = False
    code: bool = False
    link: str = ""


class Moment(Struct, frozen=True, tag=True, omit_defaults=True):
    """An instant. A platform that can shows it in the reader's own zone; `text` is how to say it where none can.

    `shape`: `time` is a clock time, `date` a day with its time, `ago` how long since (it ticks by itself).
    """

    at: datetime
    text: str
    shape: Literal["time", "date", "ago"] = "time"


Inline = Run | Moment
Line = tuple[Inline, ...]


class Para(Struct, frozen=True, tag=True):
    """A paragraph."""

    line: Line


class Item(Struct, frozen=True, tag=True):
    """A point in a list."""

    line: Line


class Quote(Struct, frozen=True, tag=True):
    """Somebody else's words."""

    line: Line


class Code(Struct, frozen=True, tag=True):
    """Letters as they stand, in a box of their own."""

    text: str


Block = Para | Item | Quote | Code
Text = tuple[Block, ...]


def columns(text: str) -> Iterator[int]:
    """How many columns each letter takes: a Chinese one takes two."""
    return (2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def line(*parts: str | Inline | Line) -> Line:
    """One line of these parts: bare strings become plain runs."""
    runs: list[Inline] = []
    for part in parts:
        if isinstance(part, str):
            runs.append(Run(part))
        elif isinstance(part, tuple):
            runs.extend(part)
        else:
            runs.append(part)
    return tuple(run for run in runs if run.text)


def bold(text: str) -> Run:
    """These letters, bold."""
    return Run(text, bold=True)


def code(text: str) -> Run:
    """These letters as typed."""
    return Run(text, code=True)


def joined(lines: Iterable[Line], by: str = ", ") -> Line:
    """The lines as one, with `by` between them."""
    runs: list[Inline] = []
    for one in lines:
        if runs:
            runs.append(Run(by))
        runs.extend(one)
    return tuple(runs)


def plain(text: Line | Text) -> str:
    """The letters alone: for a notification's preview, a log, a test."""
    return "".join(_plain(part) for part in text).rstrip("\n")


def _plain(part: Inline | Block) -> str:
    match part:
        case Run() | Moment():
            return part.text
        case Code():
            return part.text + "\n"
        case Item():
            return "• " + plain(part.line) + "\n"
        case _:
            return plain(part.line) + "\n"


def paragraphs(text: str) -> Text:
    """Bare text as rich text: a paragraph a line."""
    return tuple(Para((Run(each),) if each else ()) for each in text.split("\n"))
