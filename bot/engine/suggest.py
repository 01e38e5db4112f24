"""Suggestions: what an option may be, while somebody types it."""

from collections.abc import Callable, Iterator, Mapping

from bot.engine.office import Office
from bot.engine.see import LISTED
from bot.people.may import may
from bot.people.person import People, Person
from bot.ports import Choice, Said
from bot.store.transaction import Transaction

MOST = 25
"""Choices that every platform can show."""


def suggest(office: Office, said: Said, option: str, tx: Transaction) -> list[Choice]:
    """Those that hold what was typed so far, in a word's beginning first."""
    people = office.people(tx)
    viewer = people.by_handle.get(str(said.by))
    typed = said.fields.get(option, "").strip().casefold().lstrip("#@")
    source = SOURCES.get(option)
    found = list(source(tx, people, viewer)) if source else []
    fitting = [each for each in found if typed in each.label.casefold()]
    return sorted(fitting, key=lambda each: not each.label.casefold().lstrip("#@").startswith(typed))[:MOST]


def incidents(tx: Transaction, people: People, viewer: Person | None) -> Iterator[Choice]:
    """The open incidents that the viewer may see, newest first."""
    for book in tx.open_books("incident", LISTED):
        if may(viewer, "read", book.state):
            yield Choice(book.id.id, f"#{book.id.id} {book.state.title}"[:75])


def persons(tx: Transaction, people: People, viewer: Person | None) -> Iterator[Choice]:
    """Everybody whom the house knows."""
    if viewer is not None:
        yield from (Choice(person.id, person.name[:75]) for person in people.by_id.values())


Source = Callable[[Transaction, People, Person | None], Iterator[Choice]]
SOURCES: Mapping[str, Source] = {"incident": incidents, "person": persons}
"""Who knows what an option may be, by its name."""
