"""Schedules made at random, about the days on which clocks are changed."""

from datetime import UTC, datetime, time, timedelta

from hypothesis import strategies as st

from bot.oncall.overrides import Override, Shift
from bot.oncall.rotation import Every, Rotation
from bot.oncall.schedule import Layer, Schedule
from bot.oncall.windows import Window
from bot.text.words import zone

PEOPLE = ("anna", "boris", "carlos", "dana", "emil")
CHANGES = {
    "America/Chicago": ("2020-03-08", "2020-11-01"),
    "Europe/Berlin": ("2026-03-29", "2026-10-25"),
    "Australia/Lord_Howe": ("2024-04-07", "2024-10-06"),
    "Africa/Casablanca": ("2024-03-10", "2024-04-14"),
    "Pacific/Apia": ("2011-12-30",),
    "America/Sao_Paulo": ("2017-10-15", "2018-02-18"),
    "America/St_Johns": ("2010-11-07",),
    "UTC": ("2024-02-29",),
}
"""Zones, and days on which something happens there."""

days = st.sampled_from([(name, datetime.fromisoformat(day)) for name, changes in CHANGES.items() for day in changes])
times = st.builds(time, st.integers(0, 23), st.sampled_from((0, 0, 15, 30, 45, 59)))
people = st.sampled_from(PEOPLE)
groups = st.lists(people, min_size=1, max_size=2, unique=True).map(tuple)


@st.composite
def rotations(draw: st.DrawFn, near: datetime) -> Rotation:
    """Anchored from years before a day to years after it."""
    away = draw(st.sampled_from((-5000, -400, -1, 0, 3, 700)))
    anchor = datetime.combine(near + timedelta(days=away), draw(times))
    return Rotation(draw(st.sampled_from(Every)), anchor, draw(st.integers(1, 5)))


@st.composite
def windows(draw: st.DrawFn) -> Window:
    """Of a day, or over several."""
    day, start, end = draw(st.integers(0, 6)), draw(times), draw(times)
    return draw(
        st.sampled_from((Window.daily(day, start, end), Window.between(day, start, draw(st.integers(0, 6)), end)))
    )


@st.composite
def layers(draw: st.DrawFn, near: datetime) -> Layer:
    """With and without windows, with and without somebody absent."""
    return Layer(
        tuple(draw(st.lists(groups, min_size=1, max_size=4))),
        draw(rotations(near)),
        tuple(draw(st.lists(windows(), max_size=3))),
        frozenset(draw(st.sets(people, max_size=2))),
    )


def instants(near: datetime) -> st.SearchStrategy[datetime]:
    """To the second, within ten days of a day."""
    return st.integers(-864_000, 864_000).map(lambda second: near.replace(tzinfo=UTC) + timedelta(seconds=second))


@st.composite
def stretches(draw: st.DrawFn, near: datetime) -> tuple[datetime, datetime]:
    """Of a second to a few days."""
    start = draw(instants(near))
    return start, start + timedelta(seconds=draw(st.integers(1, 400_000)))


@st.composite
def overrides(draw: st.DrawFn, near: datetime) -> Override:
    """That add, remove, replace."""
    on, off = draw(st.sampled_from(((1, 0), (0, 1), (1, 1))))
    return Override(*draw(stretches(near)), draw(people) if on else "", draw(people) if off else "")


@st.composite
def schedules(draw: st.DrawFn) -> tuple[Schedule, datetime, datetime]:
    """A schedule and a range in which its clocks are changed, usually."""
    name, day = draw(days)
    start, end = sorted((draw(instants(day)), draw(instants(day))))
    schedule = Schedule(
        "any",
        zone(name),
        tuple(draw(st.lists(layers(day), max_size=3))),
        tuple(draw(st.lists(overrides(day), max_size=4))),
        tuple(Shift(*draw(stretches(day)), draw(groups)) for _ in range(draw(st.sampled_from((0, 0, 1, 2))))),
    )
    return schedule, start, end
