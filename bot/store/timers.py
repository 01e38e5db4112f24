"""Timers: the rows are what the books list now, and the table is the queue."""

from collections.abc import Mapping
from datetime import datetime

from bot.book import BookId
from bot.store.hand import Hand, instant, sql

ARMED = sql("SELECT name, at FROM timers WHERE kind = :kind AND id = :id")
ARM = sql("""
    INSERT INTO timers (kind, id, name, at) VALUES (:kind, :id, :name, :at)
    ON CONFLICT (kind, id, name) DO UPDATE SET at = excluded.at
""")
DROP = sql("DELETE FROM timers WHERE kind = :kind AND id = :id AND name = :name")
DUE = sql("SELECT kind, id, name, at FROM timers WHERE at <= :now ORDER BY at, kind, id, name LIMIT :limit")
NEXT = sql("SELECT min(at) FROM timers")


class Timers(Hand):
    """What is to happen, and when."""

    def due(self, limit: int = 100) -> list[tuple[BookId, str, datetime]]:
        """The timers whose moment has come, oldest first: book, name, moment."""
        rows = self.rows(DUE, now=self.now, limit=limit)
        return [(BookId(kind, id), name, instant(at)) for kind, id, name, at in rows]

    def next_due(self) -> datetime | None:
        """When the next timer is due."""
        at = self.rows(NEXT)[0][0]
        return instant(at) if at else None

    def timers(self, id: BookId) -> dict[str, datetime]:
        """A book's timers, by name."""
        return {name: instant(at) for name, at in self.rows(ARMED, kind=id.kind, id=id.id)}

    def drop_timer(self, id: BookId, name: str) -> None:
        """Drop a row that its book does not list."""
        self.do(DROP, kind=id.kind, id=id.id, name=name)

    def _rearm(self, id: BookId, old: Mapping[str, datetime], new: Mapping[str, datetime]) -> None:
        here = {"kind": id.kind, "id": id.id}
        self.each(DROP, (here | {"name": name} for name in old if name not in new))
        self.each(ARM, (here | {"name": name, "at": at} for name, at in new.items() if old.get(name) != at))
