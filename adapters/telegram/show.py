"""Cards and copies in Telegram's dialect: text with entities, its tone a coloured emoji, its buttons below.  (pure)"""

import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, User

from adapters.telegram.letters import BROKEN, LONGEST, Letters, Message, inert, units
from bot.ports import Button, Called, Card, Copy, Fact, Link
from bot.text.rich import Line, Run, Text, columns, plain

SAYS = "t:"
"""What a button of ours begins with; the command line follows."""
SAID = 64
"""Bytes that a button carries, at most."""
TONES = {"alarm": "🔴", "warn": "🟠", "busy": "🔵", "calm": "🟢"}
ROW, WIDE = 3, 30
"""Buttons and columns in a row, at most: phones are narrow."""
LABEL = 60
"""Letters on a button: more are not seen."""
CALLED = 20
"""People who are called in one message, at most."""
TOAST = 200
"""Letters in the answer to a press."""
LEADS = re.compile(r"https?://[^\s/]+\.[^\s/]+")
"""A link that the platform takes below a message; a card with any other would be refused as a whole."""


def show(card: Card) -> Message:
    """A card as one message. What is too long is cut in its body, and never in its title, facts or footer."""
    head, tail = _head(card), _tail(card)
    head.append(_called(card.everybody or ()), "\n")
    room = LONGEST - head.length - tail.length - units("\n\n\n")
    head.append(_text(card.body).cut(max(room, 0)), "\n")
    head.append(tail, "\n\n")
    return head.message(keyboard(card))


def _called(everybody: Sequence[Called]) -> Letters:
    """People who are called by name: Telegram has no way to call everybody in a group.

    They hear it where they are in the group or have spoken with the bot.
    """
    letters = Letters()
    for each in [each for each in everybody if each.handle.id.isascii() and each.handle.id.isdigit()][:CALLED]:
        letters.add(", " if letters.length else "")
        with letters.marked("text_mention", user=User(int(each.handle.id), each.name, is_bot=False)):
            letters.add(inert(each.name))
    return letters


def copy(copied: Copy) -> Message:
    """What somebody said elsewhere: Telegram lends a bot nobody's name, so that it stands before their words."""
    letters = Letters()
    with letters.marked("bold"):
        letters.add(inert(copied.author))
    letters.add(f" · {copied.origin}")
    letters.append(_text(copied.text), "\n")
    return letters.message()


def toast(card: Card) -> str:
    """The card as the answer to a press, which only the presser sees; an empty string where it holds more than that."""
    blocks = (plain(card.title), plain(card.body), plain(card.footer))
    text = "\n".join(each for each in blocks if each)
    fits = units(text) <= TOAST and not (card.buttons or card.links or card.facts)
    return text if fits else ""


def _head(card: Card) -> Letters:
    letters = Letters()
    if card.title:
        if mark := TONES.get(card.tone, ""):
            letters.add(f"{mark} ")
        with letters.marked("bold"):
            letters.line(_light(card.title))
    return letters.cut(LONGEST // 4)


def _light(line: Line) -> Line:
    """A line that is bold as a whole needs no bold runs."""
    return tuple(replace(part, bold=False) if isinstance(part, Run) else part for part in line)


def _tail(card: Card) -> Letters:
    letters = Letters()
    for fact in card.facts:
        letters.append(_fact(fact), "\n")
    footer = Letters()
    footer.line(card.footer)
    letters.append(footer, "\n\n")
    return letters.cut(LONGEST // 2)


def _fact(fact: Fact) -> Letters:
    letters = Letters()
    with letters.marked("bold"):
        letters.add(f"{inert(fact.label)}:")
    letters.add(" ")
    letters.line(fact.value)
    return letters


def _text(text: Text) -> Letters:
    letters = Letters()
    for number, block in enumerate(text):
        if number:
            letters.add("\n")
        letters.block(block)
    return letters


# ---- buttons


def keyboard(card: Card) -> InlineKeyboardMarkup | None:
    """A card's buttons, then its links."""
    # What is too long for a button can still be typed; with it the platform would refuse the whole card.
    buttons = [_button(each) for each in card.buttons if len((SAYS + each.says).encode()) <= SAID]
    links = [_link(each) for each in card.links if LEADS.match(each.url)]
    rows = [*rows_of(buttons), *rows_of(links)]
    return InlineKeyboardMarkup(rows) if rows else None


def _button(button: Button) -> InlineKeyboardButton:
    return InlineKeyboardButton(label(button.label), callback_data=SAYS + button.says, style=button.style or None)


def _link(link: Link) -> InlineKeyboardButton:
    return InlineKeyboardButton(label(link.label), url=link.url)


def label(text: str) -> str:
    """A button's letters."""
    return BROKEN.sub("", inert(text)).strip()[:LABEL].strip() or "…"


def rows_of(buttons: Iterable[InlineKeyboardButton]) -> Iterator[list[InlineKeyboardButton]]:
    """The buttons in rows that fit a phone."""
    row: list[InlineKeyboardButton] = []
    for button in buttons:
        if row and (len(row) == ROW or sum(columns("".join(each.text for each in (*row, button)))) > WIDE):
            yield row
            row = []
        row.append(button)
    if row:
        yield row
