"""Clock faces and instants: what a clock time means on the days when the clocks are changed.

A time that comes twice has a first and a last instant; one that never comes is the first instant after the jump.
"""

from bisect import bisect_left
from datetime import UTC, datetime, timedelta, tzinfo

SECOND = timedelta(seconds=1)


def wall(at: datetime, zone: tzinfo) -> datetime:
    """What a clock on the wall shows at an instant: a time without a zone."""
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


def first(local: datetime, zone: tzinfo) -> datetime:
    """When a clock shows this time for the first time, in UTC: a start, a hand-off."""
    before, after = _offsets(local, zone)
    return _jump(local, zone, before, after) if before < after else _utc(local - before)


def last(local: datetime, zone: tzinfo) -> datetime:
    """When a clock shows this time for the last time, in UTC: an end."""
    before, after = _offsets(local, zone)
    return _jump(local, zone, before, after) if before < after else _utc(local - after)


def _offsets(local: datetime, zone: tzinfo) -> tuple[timedelta, timedelta]:
    """The zone's offset before and after a change that this time may stand in: the same, on most days.

    They grow where the clock jumps over this time, and shrink where it comes twice (PEP 495).
    """
    return _offset(local.replace(tzinfo=zone, fold=0)), _offset(local.replace(tzinfo=zone, fold=1))


def _offset(here: datetime) -> timedelta:
    return here.utcoffset() or timedelta()


def _jump(local: datetime, zone: tzinfo, before: timedelta, after: timedelta) -> datetime:
    """When the clock jumps over this time: looked for in as many seconds as it jumps."""
    begin = _utc(local - after).replace(microsecond=0)
    seconds = range((after - before) // SECOND + 2)
    return begin + bisect_left(seconds, True, key=lambda at: wall(begin + at * SECOND, zone) >= local) * SECOND


def _utc(local: datetime) -> datetime:
    return local.replace(tzinfo=UTC)
