"""How books are found: the keys that they list, their numbers, and whether any changed."""

from collections.abc import Set
from typing import Any

from bot.book import BookId
from bot.store.errors import Taken
from bot.store.hand import Hand, sql

FIND = sql("SELECT kind, id FROM keys WHERE key = :key")
KEYS = sql("SELECT key FROM keys WHERE kind = :kind AND id = :id")
NAME = sql("INSERT INTO keys (key, kind, id) VALUES (:key, :kind, :id) ON CONFLICT DO NOTHING")
UNNAME = sql("DELETE FROM keys WHERE key = :key AND kind = :kind AND id = :id")
COUNT = sql("""
    INSERT INTO counters (name, value) VALUES (:name, 1)
    ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value
""")
COUNTED = sql("SELECT value FROM counters WHERE name = :name")


class Keys(Hand):
    """Names and numbers."""

    def __init__(self, *args: Any, aged: set[str] | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self._versions: dict[str, int] = {}
        self._aged = set() if aged is None else aged
        """The kinds that were recorded in and not committed yet, by whatever is committed together with this."""

    def find(self, key: str) -> BookId | None:
        """The book whose state lists this key."""
        found = self.row(FIND, key=key)
        return BookId(*found) if found else None

    def keys(self, id: BookId) -> frozenset[str]:
        """The keys by which a book is found."""
        return frozenset(key for (key,) in self.rows(KEYS, kind=id.kind, id=id.id))

    def number(self, kind: str) -> int:
        """The next number of a kind, from 1 on; none is left out when the transaction is rolled back."""
        return int(self.rows(COUNT, name=f"number {kind}")[0][0])

    def version(self, kind: str) -> int:
        """Grows with every record in any book of a kind in `VERSIONED`: whoever remembers all can tell."""
        if kind not in self._versions:
            found = self.row(COUNTED, name=f"version {kind}")
            self._versions[kind] = found[0] if found else 0
        return self._versions[kind]

    def lasting(self, kind: str) -> bool:
        """Whether the version that was read is committed: what may still be rolled back is nothing to remember."""
        return kind not in self._aged

    def _age(self, kind: str) -> None:
        self._aged.add(kind)
        self._versions[kind] = self.rows(COUNT, name=f"version {kind}")[0][0]

    def _rename(self, id: BookId, old: Set[str], new: Set[str]) -> None:
        here = {"kind": id.kind, "id": id.id}
        # Sorted, so that two writers never wait for one another's keys.
        self.each(UNNAME, (here | {"key": key} for key in sorted(old - new)))
        for key in sorted(new - old):
            if not self.do(NAME, key=key, **here) and self.find(key) != id:
                raise Taken
