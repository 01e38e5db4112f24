"""Carrying out a command: it decides, and what follows is written, in its own book and in those that it touches."""

from bot.book import TOCSIN, Ask, Book, BookId, Command, Elsewhere, Entry, Event
from bot.engine.office import Office
from bot.store.transaction import Transaction


def carry_out(command: Command, book: Book, ask: Ask, tx: Transaction) -> tuple[Book, list[Entry]]:
    """The book with what was decided, and its new entries. Raises `Refused`, and then nothing was written."""
    decided = list(command.decide(book.state, ask))
    by = ask.by or book.id.id
    book, entries = tx.record(
        book, [each for each in decided if isinstance(each, Event)], by=by, via=ask.via, said=ask.said
    )
    elsewhere: dict[BookId, list[Event]] = {}
    for each in decided:
        if isinstance(each, Elsewhere):
            elsewhere.setdefault(each.book, []).append(each.event)
    for id, events in elsewhere.items():
        tx.record(tx.load(id), events, by=by, via=ask.via, said=ask.said)
    return book, entries


def own(command: Command, id: BookId, office: Office, tx: Transaction) -> bool:
    """Do what nobody asked for: a timer fired, a platform answered. Whether anything came of it."""
    _, entries = carry_out(command, tx.load(id), office.ask(tx, by=TOCSIN), tx)
    return bool(entries)
