"""Which incident is meant, and who may hear of it."""

from collections.abc import Sequence

from bot.book import Book, BookId, Refused
from bot.engine.see import LISTED
from bot.grammar import Line
from bot.people.may import may
from bot.people.person import Person
from bot.ports import Place
from bot.store.transaction import Transaction
from bot.text.words import N_

FEW = 6
"""Incidents that somebody is asked to choose from, at most."""


def here(place: Place, tx: Transaction) -> str:
    """The incident that a place is about; empty where it is about none."""
    found = tx.find(f"place {place}")
    return found.id if found and found.kind == "incident" else ""


def meant(line: Line, tx: Transaction, person: Person | None) -> Book:
    """The incident that is meant: by its number, by the room, or because it is the only one. Raises `Refused`."""
    if line.incident:
        if (book := seen(line.incident, tx, person)) is None:
            raise Refused(N_("There is no incident #{id}. `list` shows the open ones."), id=line.incident[:20])
        return book
    open_ones = _open(tx, person)
    if len(open_ones) == 1:
        return tx.load(open_ones[0].id)
    if not open_ones:
        raise Refused(N_("No incident is open. `declare what is wrong` begins one; `show #1` shows an old one."))
    several = ", ".join(f"#{book.id.id} {book.state.title[:40]}" for book in open_ones)
    text = N_("Which one? Say its number, as in `{name} #{id}`. Open: {several}")
    which = Refused(text, name=line.cls.names[0], id=open_ones[0].id.id, several=several)
    which.alone = hidden("", *open_ones)
    raise which


def only(line: Line, tx: Transaction, person: Person | None) -> str:
    """The only open incident, where a long text begins with a number that no incident has: `note 12 pods hang`.

    A decision is not taken so: `ack 12 on it` and `cancel 12 a test` mean #12, and there is none.
    """
    if not (line.maybe and line.rest and line.tells) or seen(line.maybe, tx, person):
        return ""
    open_ones = _open(tx, person)
    return open_ones[0].id.id if len(open_ones) == 1 else ""


def _open(tx: Transaction, person: Person | None) -> Sequence[Book]:
    """The first open incidents that the speaker may see."""
    return [book for book in tx.open_books("incident", LISTED) if may(person, "read", book.state)][:FEW]


def seen(number: str, tx: Transaction, person: Person | None) -> Book | None:
    """The incident of this number, where the speaker may see one."""
    book = tx.load(BookId("incident", number.lstrip("0") or "0")) if number.isdigit() else None
    return book if book and book.rev and may(person, "read", book.state) else None


def hidden(here: str, *books: Book) -> bool:
    """Whether one of them is private and not what the place is about: who else reads there must not hear of it."""
    return any(getattr(book.state, "private", False) and book.id.id != here for book in books)
