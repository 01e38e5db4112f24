"""Whether a schedule answers slower for being old: who is on call now, and a year's calendar.

A rotation that began thirteen years ago is asked in turn with one that began yesterday, the same in all else: a busy
machine is as busy for both.
"""

import argparse
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from statistics import median
from time import perf_counter

from figures import spread, table

from bot.oncall.rotation import Every, Rotation
from bot.oncall.schedule import Layer, Schedule
from bot.oncall.shifts import shifts, who
from bot.oncall.windows import Window
from bot.text.words import zone

NOW = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
YEAR = timedelta(days=365)
AGES = {"new": "2026-11-25T00:30", "13 years": "2013-11-25T00:30"}
NIGHTS = tuple(Window.daily(day, time(20), time(8)) for day in range(7))
INSTANTS = [NOW + minutes * timedelta(minutes=77) for minutes in range(200)]


def schedule(every: Every, anchor: str, windows: tuple[Window, ...] = ()) -> Schedule:
    """Five people in turn."""
    rotation = Rotation(every, datetime.fromisoformat(anchor))
    layer = Layer(tuple((person,) for person in ("anna", "boris", "carlos", "dana", "emil")), rotation, windows)
    return Schedule("bench", zone("America/Chicago"), (layer,))


def instants(asked: Schedule) -> int:
    """Who is on call, at so many instants."""
    for at in INSTANTS:
        who(asked, at)
    return len(INSTANTS)


def calendar(asked: Schedule) -> int:
    """A year's shifts, as one answer."""
    list(shifts(asked, NOW, NOW + YEAR))
    return 1


ASKED: dict[str, tuple[Callable[[Schedule], int], Every, tuple[Window, ...]]] = {
    "who(t), hourly": (instants, Every.HOUR, ()),
    "who(t), hourly, at night": (instants, Every.HOUR, NIGHTS),
    "who(t), monthly": (instants, Every.MONTH, ()),
    "a year, hourly": (calendar, Every.HOUR, ()),
    "a year, hourly, at night": (calendar, Every.HOUR, NIGHTS),
    "a year, weekly": (calendar, Every.WEEK, ()),
}


def timed(question: Callable[[Schedule], int], asked: Schedule) -> float:
    """Seconds that one answer takes."""
    begin = perf_counter()
    count = question(asked)
    return (perf_counter() - begin) / count


def main(rounds: int) -> None:
    """Measure, print."""
    rows = []
    for name, (question, every, windows) in ASKED.items():
        both = [schedule(every, anchor, windows) for anchor in AGES.values()]
        for each in both:
            question(each)
        pairs = [[timed(question, each) for each in both] for _ in range(rounds)]
        taken = [f"{median(column) * 1e6:,.0f}" for column in zip(*pairs, strict=True)]
        rows.append((name, *taken, spread([old / new for new, old in pairs])))
    table(f"An answer, µs, {rounds} rounds", ("p50", *AGES, "ratio"), rows)


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true", help="a second: to see that it runs")
    main(1 if options.parse_args().quick else 15)
