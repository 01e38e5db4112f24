"""Time that passes when a test says so."""

from datetime import UTC, datetime, timedelta


class PushedClock:
    """A clock that stands still until it is pushed; engine, store and playground share it."""

    def __init__(self, at: datetime = datetime(2026, 3, 2, 10, 2, tzinfo=UTC)) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    __call__ = now

    def push(self, **length: float) -> None:
        """Let time pass."""
        self.at += timedelta(**length)
