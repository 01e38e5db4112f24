"""Reading: a query and the desk it reads from. Never waits for a writer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.book import BookId, Entry
from bot.engine.office import Office, downs
from bot.grammar import grammar
from bot.incident.ledger import Delivery, Ledger
from bot.oncall.policy import Rules
from bot.oncall.rota import Rota
from bot.oncall.schedule import Schedule
from bot.people.following import Sub
from bot.people.may import may
from bot.people.person import People, Person
from bot.ports import Grammar, Place, Said
from bot.store.looks import Shown
from bot.store.sends import Sent
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
    office: Office
    book: BookId | None
    state: Any

    @property
    def rules(self) -> Rules:
        return self.office.rules

    @property
    def following(self) -> Sequence[Sub]:
        """Every subscription that is not to one incident."""
        return self.office.following(self.tx)

    @property
    def links(self) -> Mapping[str, str]:
        """Where rooms can be opened, as far as it is known."""
        return self.office.known_links

    @property
    def now(self) -> datetime:
        return self.tx.now

    @property
    def schedules(self) -> Mapping[str, Schedule]:
        """Every schedule, with what was changed in chat."""
        return self.office.duties(self.tx).schedules

    @property
    def rotas(self) -> Mapping[str, Rota]:
        """What was changed in chat, by schedule."""
        return self.office.duties(self.tx).rotas

    def entries(self, **what: Any) -> Sequence[Entry]:
        """The book's entries, as the store's `entries` cuts them."""
        return self.tx.entries(self.book, **what) if self.book else []

    def deeds(self, who: str, limit: int) -> Sequence[Entry]:
        """What somebody did last, or anybody, as far as the viewer may see it; newest first."""
        found = self.tx.deeds(who, limit)
        return [entry for entry in found if may(self.viewer, "read", self.tx.load(entry.book).state)]

    def open_incidents(self) -> Sequence[Any]:
        """Those that the viewer may see, newest first."""
        found = (book.state for book in self.tx.open_books("incident", LISTED))
        return [state for state in found if may(self.viewer, "read", state)]

    def ledger(self) -> Ledger:
        """The book's deliveries."""
        rows: Sequence[Shown | Sent] = [*self.tx.looks(self.book), *self.tx.sends(self.book)] if self.book else []
        down = {self.office.label(name): since for name, since in downs(self.office.chats, self.tx).items()}
        return Ledger([_delivery(row, self.office) for row in rows if _counts(row)], down)

    def grammar(self) -> Grammar:
        """Every command and query, in the viewer's language."""
        return grammar(self.rules.root, self.voice)


def _counts(row: Shown | Sent) -> bool:
    """Whether somebody reads it: a room that was opened is no message, and a page's buttons belong to the page."""
    if isinstance(row, Sent):
        return True
    return row.have < row.want if row.subject == "room" else not row.subject.startswith("page")


def _delivery(row: Shown | Sent, office: Office) -> Delivery:
    if isinstance(row, Shown):
        state, at = ("pending", row.since) if row.have < row.want else ("accepted", row.at or row.since)
        return Delivery(row.subject, office.label(row.platform), state, at, tries=row.tries, why=row.error)
    waits = row.state in {"pending", "sending"}
    place = row.place or ("" if row.kind == "page" else row.to)
    platform = office.label(Place.parse(place).platform) if place else ""
    at = row.at if waits else row.not_before
    return Delivery(row.kind, platform, row.state, at, row.to, row.tries, row.error)
