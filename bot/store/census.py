"""A census: how much waits, and for how long. A few counts over partial indexes, whatever the size of the log."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.store.hand import Row, instant, sql
from bot.store.transaction import Transaction

BEHIND = sql("SELECT platform, count(*), min(since) FROM shown WHERE have < want GROUP BY platform")
PENDING = sql("SELECT kind, 'pending', count(*), min(at) FROM sends WHERE state = 'pending' GROUP BY kind")
SENDING = sql("SELECT kind, 'sending', count(*), min(at) FROM sends WHERE state = 'sending' GROUP BY kind")
LANES = sql("SELECT count(DISTINCT dest) FROM sends WHERE state = 'pending' AND kind <> 'page'")
OVERDUE = sql("SELECT count(*), min(at) FROM timers WHERE at <= :now")
MOST = 1000
"""Open incidents that are counted by their severity."""

Told = Mapping[str, Mapping[tuple[str, ...], float]]
"""Figures by their name, then by their labels."""


@dataclass(frozen=True)
class Census:
    """What one transaction saw."""

    now: datetime
    behind: list[Row]
    waiting: list[Row]
    lanes: int
    overdue: Row
    severities: Mapping[str, int]

    def told(self) -> Told:
        """As figures; ages in seconds."""
        count, oldest = self.overdue
        return {
            "incidents_open": {(name,): float(count) for name, count in self.severities.items()},
            "looks_behind": {(name,): float(count) for name, count, _ in self.behind},
            "looks_behind_seconds": {(name,): self._age(since) for name, _, since in self.behind},
            "sends_waiting": {(kind, state): float(count) for kind, state, count, _ in self.waiting},
            "sends_waiting_seconds": {(kind, state): self._age(at) for kind, state, _, at in self.waiting},
            "lanes_waiting": {(): float(self.lanes)},
            "timers_overdue": {(): float(count)},
            "timers_overdue_seconds": {(): self._age(oldest) if count else 0.0},
        }

    def _age(self, since: datetime | str) -> float:
        return max((self.now - instant(since)).total_seconds(), 0.0)


def census(tx: Transaction) -> Census:
    """Count."""
    return Census(
        now=tx.now,
        behind=tx.rows(BEHIND),
        waiting=[*tx.rows(PENDING), *tx.rows(SENDING)],
        lanes=int(tx.rows(LANES)[0][0]),
        overdue=tx.rows(OVERDUE, now=tx.now)[0],
        severities=Counter(f"SEV{int(book.state.severity)}" for book in tx.open_books("incident", MOST)),
    )
