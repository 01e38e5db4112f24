"""Cards, forms and copies as Telegram shows them: bare text with entities, and an inline keyboard.

Entities need no escaping: `*`, `<b>` and `@everyone` stay letters. Offsets count UTF-16 units.
https://core.telegram.org/bots/api#messageentity
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity
from telegram.constants import MessageEntityType as Kind

from bot.ports import Button, Card, Copy, Form, Option
from bot.text.rich import Block, Code, Inline, Item, Line, Moment, Para, Quote, Run

LIMIT = 4096
"""UTF-16 units in a message."""
ENTITIES = 100
"""Entities in a message: what comes after is shown without style."""
ROW = 3
"""Buttons in a row: more get too narrow on a phone."""
MARK = "!"
"""Begins the data of every button of ours."""
ASK = "≫ "
"""Begins the last line of a question: what stands there is the command so far."""
TONES = {"alarm": "🔴", "warn": "🟠", "busy": "🔵", "calm": "🟢"}
SHAPES = {"time": "t", "date": "dt", "ago": "r"}


@dataclass(frozen=True)
class Shown:
    """A message, ready to be sent."""

    text: str
    entities: Sequence[MessageEntity] = ()
    keyboard: InlineKeyboardMarkup | None = None


@dataclass
class Pen:
    """Writes text and notes where its styles begin and end."""

    text: str = ""
    at: int = 0
    entities: list[MessageEntity] = field(default_factory=list)

    def write(self, letters: str) -> None:
        """Letters as they are; what does not fit is cut with an ellipsis."""
        room = LIMIT - self.at - 1
        if units(letters) > room:
            letters = cut(letters, room) + "…" if room > 0 else ""
        self.text += letters
        self.at += units(letters)

    def style(self, start: int, kind: Kind, **more: str) -> None:
        """What was written since `start` looks like this."""
        if self.at > start and len(self.entities) < ENTITIES:
            self.entities.append(MessageEntity(kind, start, self.at - start, **more))  # type: ignore[arg-type]

    def line(self, line: Line) -> None:
        for part in line:
            self.part(part)

    def part(self, part: Inline) -> None:
        start = self.at
        self.write(part.text)
        if isinstance(part, Moment):
            if self.at > start and len(self.entities) < ENTITIES:
                shape = SHAPES[part.shape]
                length = self.at - start
                entity = MessageEntity(Kind.DATE_TIME, start, length, unix_time=part.at, date_time_format=shape)
                self.entities.append(entity)
            return
        for kind, on in ((Kind.BOLD, part.bold), (Kind.ITALIC, part.italic), (Kind.STRIKETHROUGH, part.strike)):
            if on:
                self.style(start, kind)
        if part.code:
            self.style(start, Kind.CODE)
        if part.link.startswith(("https://", "http://", "tg://")):
            self.style(start, Kind.TEXT_LINK, url=part.link)

    def block(self, block: Block) -> None:
        """A block on a line of its own."""
        if self.text:
            self.write("\n")
        start = self.at
        match block:
            case Para():
                self.line(block.line)
            case Item():
                self.write("• ")
                self.line(block.line)
            case Quote():
                self.line(block.line)
                self.style(start, Kind.BLOCKQUOTE)
            case Code():
                self.write(block.text)
                self.style(start, Kind.PRE)


def units(text: str) -> int:
    """How many UTF-16 units it has."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, most: int) -> str:
    """Its first letters, at most so many UTF-16 units, and no half ones."""
    return text.encode("utf-16-le", "surrogatepass")[: most * 2].decode("utf-16-le", "ignore")


def show(card: Card) -> Shown:
    """A card."""
    pen = Pen()
    if card.title:
        mark = TONES.get(card.tone, "")
        pen.write(f"{mark} " if mark else "")
        pen.line(card.title)
    for block in card.body:
        pen.block(block)
    for fact in card.facts:
        pen.block(Para((Run(f"{fact.label}: "), *fact.value)))
    if card.footer:
        pen.block(Para(card.footer))
    return Shown(pen.text.strip() or "…", pen.entities, keyboard(card))


def keyboard(card: Card) -> InlineKeyboardMarkup | None:
    """The buttons: a command each, or a link."""
    knobs = [press(button) for button in card.buttons]
    rows = [knobs[at : at + ROW] for at in range(0, len(knobs), ROW)]
    links = [InlineKeyboardButton(link.label, url=link.url) for link in card.links if public(link.url)]
    rows += [[link] for link in links]
    return InlineKeyboardMarkup(rows) if rows else None


def public(url: str) -> bool:
    """Telegram refuses the whole message for a button whose address it cannot use."""
    return url.startswith(("https://", "tg://")) or (url.startswith("http://") and "." in url.split("/")[2])


def press(button: Button) -> InlineKeyboardButton:
    """A button says its command; Telegram takes 64 bytes."""
    return InlineKeyboardButton(button.label, callback_data=MARK + button.says)


def toast(card: Card) -> str:
    """An answer to a press: 200 letters that only the presser sees."""
    text = show(Card(title=card.title, body=card.body)).text
    return text if len(text) <= 200 else text[:199] + "…"


def question(form: Form, option: Option, filled: Iterable[tuple[str, str]] = ()) -> Shown:
    """One question of a form. Its last line carries the command so far: the answer needs no memory of ours."""
    pen = Pen()
    pen.part(Run(form.title, bold=True))
    pen.block(Para((Run(option.help),)))
    for choice in option.choices:
        pen.block(Item((Run(choice.value, code=True), Run(f"  {choice.label}"))))
    pen.block(Para((Run(ASK), Run(f"{form.words} --{option.name}", code=True))))
    return Shown(pen.text, pen.entities)


def copy_of(copy: Copy) -> Shown:
    """What was said elsewhere: Telegram knows no other author than the bot, so the name stands first."""
    pen = Pen()
    pen.part(Run(copy.author, bold=True))
    pen.write(f" ({copy.origin})")
    for block in copy.text:
        pen.block(block)
    return Shown(pen.text, pen.entities)
