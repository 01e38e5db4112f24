"""Suggestions: what an option may be, while somebody types it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.book import Book, BookId, Refused
from bot.engine.meant import here, hidden
from bot.engine.office import Office
from bot.engine.see import LISTED
from bot.grammar import Target, parse, plain_type, verb
from bot.people.may import may
from bot.people.person import Person
from bot.ports import Choice, Said
from bot.store.transaction import Transaction

MOST = 25
"""Choices that every platform can show."""
LONGEST = 75
"""Letters of a choice."""


@dataclass(frozen=True)
class Suggesting:
    """One question: who asks where, and about which option."""

    office: Office
    said: Said
    tx: Transaction
    viewer: Person | None

    def choices(self, option: str) -> Iterator[Choice]:
        """All that it may be."""
        match option:
            case "incident" | "into":
                yield from self.incidents()
            case "task":
                yield from self.tasks()
            case "team":
                rules = self.office.rules
                yield from (Choice(name, name) for name in sorted({*rules.teams, *rules.schedules}))
            case "policy":
                rules = self.office.rules
                services = {service for route in rules.routes for service in route.services}
                yield from (Choice(name, name) for name in sorted({*rules.policies, *services}))
            case _ if self.viewer is not None:
                yield from self.persons()
                if self.of(option) is Target:
                    rules = self.office.rules
                    names = {*rules.policies, *rules.teams, *rules.schedules}
                    yield from (Choice(name, name) for name in sorted(names))

    def of(self, option: str) -> Any:
        """The type of the field, where the line says which command it is."""
        try:
            return plain_type(verb(self.said.words)[0], option)
        except (Refused, KeyError):
            return None

    @property
    def here(self) -> str:
        """The incident that the place is about."""
        return here(self.said.place, self.tx)

    def shows(self, book: Book) -> bool:
        """Whether an incident may be named: to the viewer, and to whoever else sees what is offered there."""
        chat = self.office.chats.get(self.said.place.platform)
        alone = self.said.direct or chat is None or chat.can.ephemeral
        return may(self.viewer, "read", book.state) and (alone or not hidden(self.here, book))

    def incidents(self) -> Iterator[Choice]:
        """The open incidents that may be named, newest first."""
        for book in self.tx.open_books("incident", LISTED):
            if self.shows(book):
                yield Choice(book.id.id, f"#{book.id.id} {book.state.title}"[:LONGEST])

    def tasks(self) -> Iterator[Choice]:
        """The open tasks of the incident that the place is about, or that was named."""
        number = self.said.fields.get("incident", "").lstrip("#") or self._named() or self.here
        book = self.tx.load(BookId("incident", number)) if number else None
        if book and self.shows(book):
            todo = (each for each in book.state.tasks if not each.done)
            yield from (Choice(str(each.id), f"{each.id}. {each.text}"[:LONGEST]) for each in todo)

    def _named(self) -> str:
        """The incident that the line names."""
        try:
            return parse(self.said.words).incident
        except Refused:
            return ""

    def persons(self) -> Iterator[Choice]:
        """Everybody whom the house knows."""
        people = self.office.people(self.tx).by_id.values()
        yield from (Choice(person.id, person.name[:LONGEST]) for person in people)


def suggest(office: Office, said: Said, option: str, tx: Transaction) -> list[Choice]:
    """Those that hold what was typed so far; first those that begin with it."""
    viewer = office.people(tx).by_handle.get(str(said.by))
    typed = said.fields.get(option, "").strip().casefold().lstrip("#@")
    found = Suggesting(office, said, tx, viewer).choices(option)
    fitting = [each for each in found if typed in each.label.casefold()]
    return sorted(fitting, key=lambda each: not each.label.casefold().lstrip("#@").startswith(typed))[:MOST]
