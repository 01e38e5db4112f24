"""Who is on call: at an instant as over a range, and as somebody would find who watched the clock."""

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from datetime import time as clock
from functools import cache
from itertools import accumulate, pairwise, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.oncall.overrides import Override, Shift
from bot.oncall.rotation import Every, Rotation
from bot.oncall.schedule import Layer, Schedule
from bot.oncall.shifts import gaps, own_shifts, shifts, who
from bot.oncall.windows import Window
from bot.text.clock import wall
from bot.text.words import zone
from tests.oncall.schedules import PEOPLE, days, rotations, schedules, windows

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
START = datetime(2026, 3, 2, tzinfo=UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# ---- 11: one answer, at an instant and in the calendar


@given(schedules(), st.data())
def test_who_is_what_the_calendar_says(made: tuple[Schedule, datetime, datetime], data: st.DataObject) -> None:
    schedule, start, end = made
    calendar = list(shifts(schedule, start, end))
    empty = list(gaps(schedule, start, end))
    edges = [edge for each in calendar + empty for edge in (each.start, each.end - timedelta(microseconds=1))]
    between = data.draw(st.lists(st.integers(0, max(0, int((end - start).total_seconds()) - 1)), max_size=20))
    for at in edges + [start + timedelta(seconds=second) for second in between if start < end]:
        [there] = [each for each in calendar + empty if each.covers(at)]
        assert set(who(schedule, at)) == set(there.people)


@given(schedules())
def test_shifts_and_gaps_are_the_range_in_order_once(made: tuple[Schedule, datetime, datetime]) -> None:
    schedule, start, end = made
    whole = sorted([*shifts(schedule, start, end), *gaps(schedule, start, end)], key=lambda each: each.start)
    assert [whole[0].start, whole[-1].end] == [start, end] if start < end else not whole
    assert all(each.start < each.end for each in whole)
    for before, after in pairwise(whole):
        assert before.end == after.start
        assert set(before.people) != set(after.people)
    assert all(len(set(each.people)) == len(each.people) for each in whole)


@given(schedules(), st.integers(1, 400_000))
def test_the_answer_does_not_depend_on_where_the_range_begins(
    made: tuple[Schedule, datetime, datetime], earlier: int
) -> None:
    schedule, start, end = made
    wide = shifts(schedule, start - timedelta(seconds=earlier), end + DAY)
    cut = [replace(each, start=max(each.start, start), end=min(each.end, end)) for each in wide]
    assert [each for each in cut if each.start < each.end] == list(shifts(schedule, start, end))


@given(schedules())
def test_ones_own_shifts_are_those_in_the_calendar(made: tuple[Schedule, datetime, datetime]) -> None:
    schedule, start, end = made
    for person in PEOPLE:
        own = list(own_shifts(schedule, person, start, end))
        assert all(before.end < after.start for before, after in pairwise(own))
        there = sum((e.end - e.start for e in shifts(schedule, start, end) if person in e.people), timedelta())
        assert sum((each.end - each.start for each in own), timedelta()) == there


@given(days.flatmap(lambda day: st.tuples(st.just(day), rotations(day[1]))))
def test_hand_offs_strictly_increase_over_any_change(made: tuple[tuple[str, datetime], Rotation]) -> None:
    (name, day), turns = made
    at = day.replace(tzinfo=UTC) - 3 * DAY
    for _ in range(30):
        number, until = turns.turn(at, zone(name))
        assert until > at
        following, _ = turns.turn(until, zone(name))
        assert following > number
        assert turns.turn(until - timedelta(microseconds=1), zone(name))[0] == number
        at = until


@pytest.mark.parametrize("process", ["America/New_York", "Asia/Kathmandu", "Pacific/Kiritimati"])
def test_the_process_zone_does_not_matter(process: str, monkeypatch: pytest.MonkeyPatch) -> None:
    schedule = Schedule("s", zone("Europe/Berlin"), (Layer((("anna",), ("boris",)), daily("2026-03-01T02:30")),))
    here = list(shifts(schedule, START, START + 60 * DAY))
    monkeypatch.setenv("TZ", process)
    try:
        time.tzset()
        assert list(shifts(schedule, START, START + 60 * DAY)) == here
    finally:
        monkeypatch.undo()
        assert os.environ.get("TZ") != process
        time.tzset()


# ---- somebody who watches the clock on the wall, minute by minute


@cache
def watched(local: tzinfo, day: datetime) -> Sequence[tuple[datetime, datetime, datetime]]:
    """Each minute of four days, what the clock shows, and the latest time that it ever showed."""
    minutes = [day.replace(tzinfo=UTC) - 2 * DAY + minute * MINUTE for minute in range(4 * 1440)]
    shown = [wall(at, local) for at in minutes]
    return list(zip(minutes, shown, accumulate(shown, max), strict=True))


@given(days.flatmap(lambda day: st.tuples(st.just(day), rotations(day[1]))), st.integers(0, 8))
def test_a_turn_begins_when_the_clock_first_shows_so(made: tuple[tuple[str, datetime], Rotation], skip: int) -> None:
    (name, day), turns = made
    for at, _, latest in watched(zone(name), day)[1440 + skip :: 9]:
        number, _ = turns.turn(at, zone(name))
        assert turns.begins(number) <= latest < turns.begins(number + 1)


@given(days, windows(), st.integers(0, 28))
def test_a_window_is_open_from_its_first_start_to_its_last_end(
    day: tuple[str, datetime], window: Window, skip: int
) -> None:
    local = zone(day[0])
    layer = Layer((("anna",),), daily("2020-01-01T00:00"), (window,))
    last = last_shown(local, day[1])
    for at, _, latest in watched(local, day[1])[1440 + skip :: 29]:
        dates = [latest.date() - timedelta(days=back) for back in range(9)]
        open = any(
            datetime.combine(date, window.start) <= latest
            and not ended(datetime.combine(date + timedelta(days=window.over), window.end), at, latest, last)
            for date in dates
            if date.weekday() == window.day
        )
        assert bool(layer.spell(at, local).people) is open


@cache
def last_shown(local: tzinfo, day: datetime) -> Mapping[datetime, datetime]:
    """When the clock showed each time for the last time, in those days."""
    return {shown: minute for minute, shown, _ in watched(local, day)}


def ended(end: datetime, at: datetime, latest: datetime, last: Mapping[datetime, datetime]) -> bool:
    """Whether the clock has shown this time, or a later one where it skips this, and will not again."""
    return at >= last[end] if end in last else latest >= end


# ---- 12: turns are fair, and nobody's moves because somebody else left


def daily(anchor: str) -> Rotation:
    return Rotation(Every.DAY, datetime.fromisoformat(anchor))


@given(st.integers(1, 5), st.integers(-50, 50), st.integers(1, 40))
def test_turns_differ_by_one_at_most(count: int, first: int, turns: int) -> None:
    layer = Layer(tuple((person,) for person in PEOPLE[:count]), daily("2026-01-01T00:00"))
    taken = [layer.takes(turn)[0] for turn in range(first, first + turns)]
    each = [taken.count(person) for person in PEOPLE[:count]]
    assert max(each) - min(each) <= 1


@given(st.permutations(PEOPLE), st.integers(-50, 50))
def test_removing_somebody_moves_no_turn_but_theirs(leaving: list[str], turn: int) -> None:
    everybody = Layer(tuple((person,) for person in PEOPLE), daily("2026-01-01T00:00"))
    for count in range(len(leaving)):
        before = replace(everybody, absent=frozenset(leaving[:count])).takes(turn)
        after = replace(everybody, absent=frozenset(leaving[: count + 1])).takes(turn)
        assert after == before or before == (leaving[count],)
    assert after == ()


def test_the_turns_of_somebody_absent_go_round() -> None:
    layer = Layer(tuple((p,) for p in PEOPLE), daily("2026-01-01T00:00"), absent=frozenset({"carlos"}))
    assert [layer.takes(turn)[0] for turn in range(2, 22, 5)] == ["dana", "emil", "anna", "boris"]
    for cycle in range(4):
        taken = [layer.takes(turn)[0] for turn in range(5 * cycle, 5 * cycle + 5)]
        assert sorted(taken.count(person) for person in PEOPLE) == [0, 1, 1, 1, 2]


def test_several_at_once_of_whom_one_is_absent() -> None:
    layer = Layer((("anna", "boris"), ("carlos",)), daily("2026-01-01T00:00"), absent=frozenset({"anna"}))
    assert [layer.takes(turn) for turn in range(2)] == [("boris",), ("carlos",)]


# ---- 13: overrides are one hop, whatever their order


@given(schedules())
def test_the_order_of_overrides_does_not_matter(made: tuple[Schedule, datetime, datetime]) -> None:
    schedule, start, end = made
    calendar = list(shifts(schedule, start, end))
    for order in permutations(schedule.overrides):
        assert list(shifts(replace(schedule, overrides=order), start, end)) == calendar


@given(schedules())
def test_overrides_act_as_sets_do(made: tuple[Schedule, datetime, datetime]) -> None:
    schedule, start, end = made
    for each in shifts(schedule, start, end):
        at = each.start
        base = set(who(replace(schedule, overrides=()), at))
        holding = [override for override in schedule.overrides if override.covers(at)]
        gone = {override.off for override in holding if override.off}
        come = {override.on for override in holding if not override.off or override.off in base}
        assert set(each.people) == (base - gone) | (come - {""})


ANNA = Schedule("s", UTC, (Layer((("anna",),), daily("2026-01-01T00:00")),))


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ([("boris", "")], ("anna", "boris")),
        ([("", "anna")], ()),
        ([("boris", "anna")], ("boris",)),
        ([("boris", "anna"), ("carlos", "boris")], ("boris",)),
        ([("boris", "anna"), ("anna", "boris")], ("boris",)),
        ([("boris", "anna"), ("carlos", "anna")], ("boris", "carlos")),
        ([("boris", "anna"), ("", "anna")], ("boris",)),
        ([("boris", "anna"), ("", "boris")], ("boris",)),
        ([("boris", "dana")], ("anna",)),
        ([("", "boris")], ("anna",)),
        ([("anna", "")], ("anna",)),
    ],
)
def test_one_hop(overrides: list[tuple[str, str]], expected: tuple[str, ...]) -> None:
    made = tuple(Override(START, START + DAY, on, off) for on, off in overrides)
    assert who(replace(ANNA, overrides=made), START) == expected


def test_an_override_holds_to_the_second() -> None:
    start, end = utc("2026-03-02T10:00:01"), utc("2026-03-02T10:00:02")
    schedule = replace(ANNA, overrides=(Override(start, end, "boris", "anna"),))
    assert list(shifts(schedule, START, START + DAY)) == [
        Shift(START, start, ("anna",)),
        Shift(start, end, ("boris",)),
        Shift(end, START + DAY, ("anna",)),
    ]


def test_a_temporary_schedule_is_instead_of_the_layers_and_overrides_act_on_it() -> None:
    schedule = replace(
        ANNA,
        temporary=(Shift(START, START + 2 * DAY, ("boris", "dana")), Shift(START + 2 * DAY, START + 3 * DAY, ())),
        overrides=(Override(START + DAY, START + 2 * DAY, "carlos", "boris"),),
    )
    assert [each.people for each in shifts(schedule, START - DAY, START + 4 * DAY)] == [
        ("anna",), ("boris", "dana"), ("carlos", "dana"), ("anna",),
    ]  # fmt: skip
    assert list(gaps(schedule, START - DAY, START + 4 * DAY)) == [Shift(START + 2 * DAY, START + 3 * DAY, ())]


# ---- layers


def test_a_higher_layer_hides_a_lower_one_only_while_somebody_in_it_is_on() -> None:
    nights = Layer((("boris",), ("carlos",)), daily("2026-03-02T12:00"), tuple(night(day) for day in range(5)))
    schedule = replace(ANNA, layers=(*ANNA.layers, nights))
    assert [(each.start.isoformat()[5:16], *each.people) for each in shifts(schedule, START, START + 3 * DAY)] == [
        ("03-02T00:00", "anna"),
        ("03-02T20:00", "boris"),
        ("03-03T08:00", "anna"),
        ("03-03T20:00", "carlos"),
        ("03-04T08:00", "anna"),
        ("03-04T20:00", "boris"),
    ]
    weekend = shifts(schedule, utc("2026-03-07T08:00"), utc("2026-03-09T20:00"))
    assert [each.people for each in weekend] == [("anna",)]


def night(day: int) -> Window:
    return Window.daily(day, clock(20), clock(8))


def test_a_schedule_without_anybody_is_one_gap() -> None:
    for layers in ((), (Layer((), daily("2026-01-01T00:00")),)):
        assert list(gaps(Schedule("s", UTC, layers), START, START + DAY)) == [Shift(START, START + DAY, ())]


def test_what_began_thirteen_years_ago_or_begins_in_ten_answers_at_once() -> None:
    for year in (2013, 2036):
        turns = Rotation(Every.HOUR, datetime.fromisoformat(f"{year}-01-01T00:30"))
        schedule = Schedule("s", zone("America/Chicago"), (Layer((("anna",), ("boris",)), turns),))
        number, until = turns.turn(START, schedule.zone)
        assert until - START <= HOUR
        assert who(schedule, START) == (("anna",) if number % 2 == 0 else ("boris",))
        assert len(list(shifts(schedule, START, START + 365 * DAY))) == 365 * 24 + 1
