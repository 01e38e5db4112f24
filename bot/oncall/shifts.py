"""Who is on call: at an instant, and over a range. One function answers for paging, calendars and previews alike."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.oncall.overrides import Shift
from bot.oncall.schedule import Schedule


def who(schedule: Schedule, at: datetime) -> tuple[str, ...]:
    """Who is on call at an instant; nobody, in a gap."""
    return schedule.spell(at).people


def shifts(schedule: Schedule, start: datetime, end: datetime) -> Iterator[Shift]:
    """Who is on call when, in a range: in order, without overlap; what is left over is its gaps."""
    return (each for each in _stretches(schedule, start, end) if each.people)


def gaps(schedule: Schedule, start: datetime, end: datetime) -> Iterator[Shift]:
    """When nobody is on call, in a range."""
    return (each for each in _stretches(schedule, start, end) if not each.people)


def own_shifts(schedule: Schedule, person: str, start: datetime, end: datetime) -> Iterator[Shift]:
    """When one person is on call, in a range, with whomever."""
    alone = (replace(each, people=tuple({person} & {*each.people})) for each in _stretches(schedule, start, end))
    return (each for each in _joined(alone) if each.people)


def _stretches(schedule: Schedule, start: datetime, end: datetime) -> Iterator[Shift]:
    return _joined(_spells(schedule, start, end))


def _spells(schedule: Schedule, start: datetime, end: datetime) -> Iterator[Shift]:
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    while start < end:
        people, until = schedule.spell(start)
        yield Shift(start, min(until, end), people)
        start = until


def _joined(stretches: Iterator[Shift]) -> Iterator[Shift]:
    """What follows one another with the same people, as one."""
    whole: Shift | None = None
    for each in stretches:
        if whole and set(whole.people) == set(each.people):
            whole = replace(whole, end=each.end)
            continue
        if whole:
            yield whole
        whole = each
    if whole:
        yield whole


def until_change(schedule: Schedule, at: datetime, most: timedelta) -> datetime:
    """When others are on call than at an instant, looked for so far ahead at most."""
    return next(_stretches(schedule, at, at + most)).end
