"""Leases: what only one process may hold at a time, each with a number that fences off earlier holders."""

from datetime import timedelta

from bot.store.hand import Hand, sql

LEASE = sql("""
    INSERT INTO leases (name, holder, number, until) VALUES (:name, :holder, 1, :until)
    ON CONFLICT (name) DO UPDATE SET
        holder = excluded.holder,
        number = CASE WHEN leases.holder = excluded.holder THEN leases.number ELSE leases.number + 1 END,
        until = excluded.until
    WHERE leases.holder = excluded.holder OR leases.until <= :now
    RETURNING number
""")
RELEASE = sql("UPDATE leases SET holder = '', until = :now WHERE name = :name AND holder = :holder")

RELEASE_ALL = sql("UPDATE leases SET holder = '', until = :now WHERE holder = :holder")


class Leases(Hand):
    """Taking and letting go."""

    def lease(self, name: str, holder: str, length: timedelta) -> int | None:
        """Hold it from now on for this long; None when somebody else does.

        The number grows with each new holder; renewing keeps it.
        """
        found = self.row(LEASE, name=name, holder=holder, until=self.now + length, now=self.now)
        return found[0] if found else None

    def release(self, name: str, holder: str) -> None:
        """Let go of it, if it is held by this holder."""
        self.do(RELEASE, name=name, holder=holder, now=self.now)

    def release_all(self, holder: str) -> None:
        """Let go of everything that this holder has."""
        self.do(RELEASE_ALL, holder=holder, now=self.now)
