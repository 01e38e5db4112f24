"""Discord's ids: a moment in milliseconds and a count, in one number that is written as a string."""

from datetime import UTC, datetime, timedelta

from adapters.playground.stage import Clock

EPOCH = datetime(2015, 1, 1, tzinfo=UTC)


class Snowflakes:
    """Ids of the clock's time, each above the one before."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def next(self) -> str:
        """A new id."""
        passed = (self._clock.now() - EPOCH) // timedelta(milliseconds=1)
        self._last = max(self._last + 1, passed << 22)
        return str(self._last)


def iso(at: datetime) -> str:
    """A moment as the API writes it."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")
