"""Reading: a query and the desk it reads from. Never waits for a writer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.book import BookId, Entry
from bot.grammar import grammar
from bot.oncall.policy import Rules
from bot.oncall.rota import Duties, Rota
from bot.oncall.schedule import Schedule
from bot.people.may import may
from bot.people.person import People, Person
from bot.ports import Grammar, Said
from bot.store.transaction import Transaction
from bot.text.words import Voice

LISTED = 200
"""Open incidents that a list looks at."""


@dataclass(frozen=True)
class ReadingDesk:
    """What a query reads from, cut to the viewer."""

    tx: Transaction
    voice: Voice
    viewer: Person | None
    said: Said
    people: People
    rules: Rules
    duty: Duties
    book: BookId | None
    state: Any

    @property
    def now(self) -> datetime:
        return self.tx.now

    @property
    def schedules(self) -> Mapping[str, Schedule]:
        """Every schedule, with what was changed in chat."""
        return self.duty.schedules

    @property
    def rotas(self) -> Mapping[str, Rota]:
        """What was changed in chat, by schedule."""
        return self.duty.rotas

    def entries(self, **what: Any) -> Sequence[Entry]:
        """The book's entries, as the store's `entries` cuts them."""
        return self.tx.entries(self.book, **what) if self.book else []

    def open_incidents(self) -> Sequence[Any]:
        """Those that the viewer may see, newest first."""
        found = (book.state for book in self.tx.open_books("incident", LISTED))
        return [state for state in found if may(self.viewer, "read", state)]

    def ledger(self) -> Sequence[Any]:
        """The book's sends."""
        return self.tx.sends(self.book) if self.book else []

    def grammar(self) -> Grammar:
        """Every command and query, in the viewer's language."""
        return grammar(self.rules.root, self.voice)
