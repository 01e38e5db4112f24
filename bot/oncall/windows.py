"""Windows: the part of each week in which a layer is on call."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache

from bot.text.clock import first, last, wall

FOREVER = datetime.max.replace(tzinfo=UTC)
WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Window:
    """Each week from a clock time on a weekday (Monday is 0) to a clock time `over` days later, seven at most."""

    day: int
    start: time
    over: int
    end: time

    @staticmethod
    def daily(day: int, start: time, end: time) -> "Window":
        """A window of a day: an end at or before its start is the next day's, and so the same time is a whole day."""
        return Window(day, start, int(end <= start), end)

    @staticmethod
    def between(day: int, start: time, to: int, end: time) -> "Window":
        """A window from one weekday to another, such as Friday 20:00 to Monday 08:00; the same moment is a week."""
        over = (to - day) % 7
        return Window(day, start, over or 7 * (end <= start), end)

    def around(self, at: datetime, zone: tzinfo) -> Iterator[tuple[datetime, datetime]]:
        """The windows about an instant, first and last instant: whichever holds it, and the one that comes next."""
        today = wall(at, zone).date()
        begin = today - timedelta(days=(today.weekday() - self.day) % 7)
        # Two to come: in the repeated hour after a midnight, the next may have begun already.
        yield from (_instants(self, begin + weeks * WEEK, zone) for weeks in (-1, 0, 1, 2))


@lru_cache(maxsize=4096)
def _instants(window: Window, day: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """A window that begins on this day; where the clock jumps over it, it is empty."""
    begin = datetime.combine(day, window.start)
    end = datetime.combine(day + timedelta(days=window.over), window.end)
    return first(begin, zone), last(end, zone)


def within(windows: Sequence[Window], at: datetime, zone: tzinfo) -> tuple[bool, datetime]:
    """Whether an instant stands in one of the windows, and until when that is sure not to change.

    Without any window it always does.
    """
    if not windows:
        return True, FOREVER
    near = [each for window in windows for each in window.around(at, zone)]
    ends = [end for start, end in near if start <= at < end]
    if ends:
        return True, max(ends)
    return False, min(start for start, _ in near if start > at)
