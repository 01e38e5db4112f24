"""Rotations: turns that follow one another for ever, each beginning when the clock on the wall says so."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from enum import Enum

from bot.text.clock import first, wall


class Every(Enum):
    """How long a turn is, on the clock and the calendar of the schedule's zone."""

    HOUR = "hourly"
    DAY = "daily"
    WEEK = "weekly"
    CALENDAR_WEEK = "calendar-week"
    """Monday 00:00 to Monday 00:00, on whatever day it is anchored; a `weekly` turn begins when its anchor says."""
    MONTH = "monthly"


LENGTHS = {
    Every.HOUR: timedelta(hours=1),
    Every.DAY: timedelta(days=1),
    Every.WEEK: timedelta(weeks=1),
    Every.CALENDAR_WEEK: timedelta(weeks=1),
}


@dataclass(frozen=True, slots=True)
class Rotation:
    """Turn 0 begins at `anchor`, a local time; a turn lasts `times` hours, days, weeks or months.

    Turns before the anchor are counted backwards. Nothing is walked: a turn's beginning is computed from its number,
    and its number from an instant, however long ago the anchor is.
    """

    every: Every
    anchor: datetime
    times: int = 1

    def turn(self, at: datetime, zone: tzinfo) -> tuple[int, datetime]:
        """The turn at an instant, and when the next one begins, which is always later.

        A turn that the clock jumps over, begin and end, is nobody's.
        """
        number = self._shown(wall(at, zone))
        # In a repeated hour the clock shows less than it did: those turns have begun already. No other day has any.
        while (until := first(self.begins(number + 1), zone)) <= at:
            number += 1
        return number, until

    def begins(self, turn: int) -> datetime:
        """What the clock shows when a turn begins."""
        if self.every is Every.MONTH:
            return self._month(turn * self.times)
        return self._origin + turn * self.times * LENGTHS[self.every]

    def _shown(self, local: datetime) -> int:
        """The last turn whose beginning is not after what the clock shows."""
        if self.every is Every.MONTH:
            turn = ((local.year - self.anchor.year) * 12 + local.month - self.anchor.month) // self.times
            return turn if self.begins(turn) <= local else turn - 1
        return (local - self._origin) // (self.times * LENGTHS[self.every])

    @property
    def _origin(self) -> datetime:
        if self.every is not Every.CALENDAR_WEEK:
            return self.anchor
        return datetime.combine(self.anchor - timedelta(days=self.anchor.weekday()), time.min)

    def _month(self, months: int) -> datetime:
        """So many months after the anchor, on its day or on the month's last: January 31, February 29, March 31."""
        years, month = divmod(self.anchor.month - 1 + months, 12)
        year = self.anchor.year + years
        day = min(self.anchor.day, monthrange(year, month + 1)[1])
        return self.anchor.replace(year=year, month=month + 1, day=day)
