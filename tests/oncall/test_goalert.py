"""GoAlert's own vectors for rotations and rules (github.com/target/goalert, Apache 2.0, schedule/*/*_test.go).

Where its rules are not ours (months that overflow, see the docstring of `Rotation`), there is no vector here.
"""

from datetime import UTC, datetime, time, timedelta

import pytest

from bot.oncall.rotation import Every, Rotation
from bot.oncall.schedule import Layer, Schedule
from bot.oncall.shifts import shifts, who
from bot.oncall.windows import Window
from bot.text.words import zone

CHICAGO = zone("America/Chicago")
HOUR, DAY, WEEK = Every.HOUR, Every.DAY, Every.WEEK


def there(text: str) -> datetime:
    """The first time that Chicago's clock shows this."""
    return datetime.fromisoformat(text).replace(tzinfo=CHICAGO)


@pytest.mark.parametrize(
    ("every", "times", "anchor", "at", "until", "hours"),
    [
        # TestRotation_EndTime_DST: a shift is skipped in spring, and one is two hours long in autumn.
        (HOUR, 1, "2017-01-01T01:00", "2017-03-12T01:00", "2017-03-12T03:00", 1),
        (HOUR, 1, "2017-01-01T01:00", "2017-11-05T01:00", "2017-11-05T02:00", 2),
        # TestRotation_EndTime_ConfigChange: in the middle of a shift.
        (HOUR, 12, "2017-01-01T00:00", "2017-01-03T06:00", "2017-01-03T12:00", 6),
        # TestRotation_EndTime
        (WEEK, 1, "2017-06-10T08:00", "2017-06-10T08:00", "2017-06-17T08:00", 168),
        (WEEK, 2, "2017-06-10T08:00", "2017-06-10T08:00", "2017-06-24T08:00", 336),
        (WEEK, 1, "2017-03-10T08:00", "2017-03-10T08:00", "2017-03-17T08:00", 167),
        (WEEK, 1, "2017-11-04T08:00", "2017-11-04T08:00", "2017-11-11T08:00", 169),
        (WEEK, 1, "2017-06-10T08:00", "2017-06-16T08:00", "2017-06-17T08:00", 24),
        (DAY, 1, "2017-06-10T08:00", "2017-06-10T08:00", "2017-06-11T08:00", 24),
        (DAY, 2, "2017-06-10T08:00", "2017-06-10T08:00", "2017-06-12T08:00", 48),
        (DAY, 1, "2017-03-11T08:00", "2017-03-11T08:00", "2017-03-12T08:00", 23),
        (DAY, 1, "2017-11-04T08:00", "2017-11-04T08:00", "2017-11-05T08:00", 25),
        (HOUR, 1, "2017-06-10T08:00", "2017-06-10T08:00", "2017-06-10T09:00", 1),
        (HOUR, 2, "2017-06-10T08:00", "2017-06-10T08:00", "2017-06-10T10:00", 2),
        (HOUR, 3, "2017-03-12T00:00", "2017-03-12T00:00", "2017-03-12T03:00", 2),
        (HOUR, 3, "2017-11-05T00:00", "2017-11-05T00:00", "2017-11-05T03:00", 4),
        # TestRotation_FutureStart: before its anchor it went round the same way.
        (DAY, 1, "2018-12-10T00:00", "2018-12-05T00:00", "2018-12-06T00:00", 24),
        (DAY, 1, "2018-12-10T00:00", "2018-12-04T23:59", "2018-12-05T00:00", 1 / 60),
        (DAY, 1, "2018-12-10T00:00", "2018-12-10T00:00", "2018-12-11T00:00", 24),
        (DAY, 1, "2018-12-10T00:00", "2018-12-09T23:59", "2018-12-10T00:00", 1 / 60),
    ],
)
def test_when_a_turn_ends(every: Every, times: int, anchor: str, at: str, until: str, hours: float) -> None:
    _, ends = Rotation(every, datetime.fromisoformat(anchor), times).turn(there(at), CHICAGO)
    assert ends == there(until)
    assert ends - there(at).astimezone(UTC) == timedelta(hours=hours)


def rule(start: int, end: int, *days: int) -> Schedule:
    """From an hour to an hour on weekdays, Monday being 0; all in UTC."""
    windows = tuple(Window.daily(day, time(start), time(end)) for day in days)
    return Schedule(
        "s", UTC, (Layer((("anna",),), Rotation(DAY, datetime.fromisoformat("2017-01-01T00:00")), windows),)
    )


WORKDAYS = range(5)
ACTIVE = [
    # TestRule_IsActive, July 2017, of which the 24th is a Monday; a time is a day and an hour.
    (rule(8, 20, 0), "20T08 25T08 24T20", "24T08 24T09"),
    (rule(20, 8, 0), "20T08 26T08 25T08 24T09", "24T20 24T21 25T07"),
    (rule(8, 20, *WORKDAYS), "23T08 29T08", "24T08 25T08 26T08 27T08 28T08"),
    (rule(8, 8, *WORKDAYS), "23T08 24T07 29T08", "24T08 25T08 26T08 27T08 28T08 29T07"),
    (
        rule(20, 8, *WORKDAYS),
        "23T20 24T07 29T20 30T07",
        "24T20 25T07 25T20 26T07 26T20 27T07 27T20 28T07 28T20 29T07",
    ),
]


@pytest.mark.parametrize(("schedule", "off", "on"), ACTIVE)
def test_when_a_rule_is_active(schedule: Schedule, off: str, on: str) -> None:
    for hours, expected in ((off, ()), (on, ("anna",))):
        for each in hours.split():
            assert who(schedule, datetime.fromisoformat(f"2017-07-{each}:00:00+00:00")) == expected, each


@pytest.mark.parametrize(
    ("schedule", "at", "starts", "ends"),
    [
        # TestRule_StartTime, TestRule_EndTime: the shift of an instant, or the one that comes next.
        (rule(8, 20, 0), "20T08:00", "24T08", "24T20"),
        (rule(8, 20, 0), "24T07:59", "24T08", "24T20"),
        (rule(8, 20, 0), "24T20:00", "31T08", "31T20"),
        (rule(8, 20, 4, 5, 0), "21T20:00", "22T08", "22T20"),
        (rule(8, 20, 4, 5, 0), "22T20:00", "24T08", "24T20"),
        (rule(8, 20, 4, 5, 0), "24T20:00", "28T08", "28T20"),
        (rule(8, 8, 0, 1), "20T08:00", "24T08", "26T08"),
        (rule(8, 8, 0, 1), "26T20:01", "31T08", "33T08"),
        (rule(8, 20, *range(7)), "24T20:01", "25T08", "25T20"),
        (rule(20, 8, 0), "24T08:00", "24T20", "25T08"),
        (rule(20, 8, 0), "25T08:00", "31T20", "32T08"),
        (rule(20, 8, *range(7)), "24T08:00", "24T20", "25T08"),
    ],
)
def test_the_shift_that_is_on_or_comes_next(schedule: Schedule, at: str, starts: str, ends: str) -> None:
    begin = datetime.fromisoformat(f"2017-07-{at}:00+00:00")
    shift = next(iter(shifts(schedule, begin, begin + timedelta(days=14))))
    assert [shift.start, shift.end] == [july(starts), july(ends)]


def july(text: str) -> datetime:
    """A day and an hour; the 32nd is the first of August."""
    day, hour = text.split("T")
    return datetime(2017, 7, 1, int(hour), tzinfo=UTC) + timedelta(days=int(day) - 1)


def test_a_month_of_days_is_31_turns() -> None:
    """TestRotationShifts, TestRuleShifts."""
    parts = (("first",), ("second",), ("third",))
    schedule = Schedule("s", UTC, (Layer(parts, Rotation(DAY, datetime.fromisoformat("2016-12-31T01:00"))),))
    found = list(shifts(schedule, datetime(2016, 12, 31, 1, tzinfo=UTC), datetime(2017, 1, 31, tzinfo=UTC)))
    assert len(found) == 31
    assert [each.people for each in found[:4]] == [("first",), ("second",), ("third",), ("first",)]
    week = list(shifts(rule(8, 20, 4, 5, 0), july("20T11"), july("24T11")))
    assert [(each.start, each.end) for each in week] == [
        (july("21T08"), july("21T20")),
        (july("22T08"), july("22T20")),
        (july("24T08"), july("24T11")),
    ]
