"""The buttons below a question: what may be chosen, eight to a page, and how to leave it out or drop it all.  (pure)"""

from collections.abc import Callable, Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from adapters.telegram.letters import BROKEN
from adapters.telegram.show import label, rows_of
from bot.ports import Choice
from bot.text.words import N_

CHOICE, PAGE, DROP = "=", ">", "x"
"""What they carry: a choice, its value behind it, or nothing where it is left out; a page; no more questions."""
A_PAGE = 8
"""Choices on a page."""
DATA = 64
"""Bytes that a button carries."""

Word = Callable[..., str]
"""Says a marked word in the language of the one who is asked."""


def choices(offers: Sequence[Choice], page: int, word: Word, *, required: bool) -> InlineKeyboardMarkup | None:
    """A page of what may be chosen, and the other ways on; nothing where there is only one way: to write."""
    fitting = [each for each in offers if each.value and carried(CHOICE + each.value)]
    if not fitting and required:
        return None
    pages = [fitting[at : at + A_PAGE] for at in range(0, len(fitting), A_PAGE)] or [[]]
    page = page % len(pages)
    shown = [button(each.label, CHOICE + each.value) for each in pages[page]]
    rows = list(rows_of(shown))
    if len(pages) > 1:
        rows.append([button(f"{sign} {to + 1}/{len(pages)}", f"{PAGE}{to}") for sign, to in around(page, len(pages))])
    skip = [] if required else [button(word(N_("Leave out")), CHOICE)]
    return InlineKeyboardMarkup([*rows, [*skip, button(word(N_("Drop it")), DROP)]])


def carried(data: str) -> bool:
    """Whether a button can carry this."""
    return not BROKEN.search(data) and len(data.encode()) <= DATA


def around(page: int, pages: int) -> Sequence[tuple[str, int]]:
    """The pages before and behind one, if any."""
    return [(sign, to) for sign, to in (("‹", page - 1), ("›", page + 1)) if 0 <= to < pages]


def button(text: str, data: str) -> InlineKeyboardButton:
    """One of them."""
    return InlineKeyboardButton(label(text), callback_data=data)
