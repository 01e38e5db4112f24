"""How late an escalation fires: a hundred thousand timers armed, and a thousand calls that climb in one second.

Beside it, in the same run, how many timer rows a second bare SQL moves on, each in a durable transaction of its own.
The house's clock is the machine's, moved to just before the calls are due; no chat is there.
"""

import argparse
import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from databases import Postgres, Sqlite
from figures import at, ms, table, times
from growth import opened

import bot.incident.chapters  # noqa: F401 - the events of every chapter
from bot.book import BookId, Event
from bot.config import check
from bot.engine.house import Engine
from bot.engine.tick import Ticking
from bot.incident.lifecycle import Declared
from bot.incident.paging import Called, Paged
from bot.incident.severity import Severity
from bot.oncall.policy import Step
from bot.store.hand import sql
from bot.store.store import Store
from bot.store.transaction import Transaction
from bot.text.words import Who

BEGIN = datetime(2026, 3, 2, 10, 2, tzinfo=UTC)
WAIT = timedelta(minutes=5)
STEPS = (Step(("anna",), WAIT), Step(("boris",), WAIT))
ARM = sql("INSERT INTO timers (kind, id, name, at) VALUES (:kind, :id, :name, :at)")
MOVE = sql("UPDATE timers SET at = :later WHERE kind = :kind AND id = :id AND at <= :now")
BATCH = 500
NUDGE = 0.02
"""Seconds between two looks: the house looks when it is woken, and once a second."""


class Clock:
    """Stands still until it runs."""

    def __init__(self) -> None:
        self.now = BEGIN
        self._since: float | None = None

    def __call__(self) -> datetime:
        return self.now if self._since is None else self.now + timedelta(seconds=perf_counter() - self._since)

    def run(self, begin: datetime) -> None:
        """From now on, as the machine's does."""
        self.now, self._since = begin, perf_counter()


def calls(numbers: Sequence[int], tx: Transaction) -> None:
    """Incidents with a call that was made now and climbs in five minutes."""
    for number in numbers:
        events: list[Event] = [
            Declared(f"fire {number}", Severity(1)),
            Called(1, "default", STEPS, 1, ()),
            Paged(1, 1, 1, (Who("anna"),)),
        ]
        tx.record(tx.load(BookId("incident", str(number))), events, by="anna")


def armed(first: int, count: int, tx: Transaction) -> None:
    """So many timers that are not due for a month."""
    far = {"kind": "incident", "id": "1", "at": BEGIN + timedelta(days=30)}
    tx.each(ARM, ({**far, "name": f"far {number}"} for number in range(first, first + count)))


async def fill(url: str, due: int, timers: int) -> None:
    """A database in which so many calls climb within one second."""
    clock = Clock()
    store = await Store.open(url, clock)
    for first in range(0, due, 10):
        clock.now = BEGIN + timedelta(seconds=first / due)
        await store.write(partial(calls, range(first + 1, first + 11)))
    for first in range(0, timers, BATCH):
        await store.write(partial(armed, first, BATCH))
    await store.close()


async def climb(url: str, replicas: int, due: int) -> list[float]:
    """Seconds from when each call was due until it had climbed, durably."""
    clock = Clock()
    async with AsyncExitStack() as stack:
        stores = [await stack.enter_async_context(opened(url, clock)) for _ in range(replicas)]
        engines = [house(store) for store in stores]
        for engine in engines:
            await engine.enrol()
        clock.run(BEGIN + WAIT - timedelta(milliseconds=100))
        fired = [0] * replicas
        async with asyncio.timeout(120), asyncio.TaskGroup() as work:
            for nth, each in enumerate(engines):
                work.create_task(tick(each.ticking, nth, fired, due))
        return await stores[0].read(partial(climbed, due))


async def tick(ticking: Ticking, nth: int, fired: list[int], due: int) -> None:
    """One replica's, until all together have fired so many."""
    while sum(fired) < due:
        fired[nth] += await ticking.tick()
        await asyncio.sleep(NUDGE)


def climbed(due: int, tx: Transaction) -> list[float]:
    """How late each call climbed that has."""
    found = []
    for number in range(1, due + 1):
        pages = tx.entries(BookId("incident", str(number)), names={"Paged"}, limit=2)
        if len(pages) == 2:
            found.append((pages[1].at - pages[0].at - WAIT).total_seconds())
    return found


def house(store: Store) -> Engine:
    """A house with two people to page, and no chat."""
    people = {"anna": {"name": "Anna"}, "boris": {"name": "Boris"}}
    return Engine(check({"people": people}, "the benchmark"), store, [])


async def bare(url: str, due: int) -> float:
    """How many timers a second are moved on by bare SQL, each in a transaction of its own."""
    async with opened(url, Clock()) as store:
        later = BEGIN + timedelta(days=30)
        begin = perf_counter()
        await asyncio.gather(*(store.write(partial(move, str(number), later)) for number in range(1, due + 1)))
        return due / (perf_counter() - begin)


def move(id: str, later: datetime, tx: Transaction) -> None:
    """One timer."""
    tx.do(MOVE, kind="incident", id=id, now=BEGIN + WAIT * 2, later=later)


async def main(options: argparse.Namespace, folder: Path) -> None:
    """Fill, measure, print."""
    rows: list[tuple[object, ...]] = []
    for made in (Sqlite(folder), Postgres(folder)):
        await fill(url := made.copy(""), options.due, options.timers)
        made.tend(url)
        rate = await bare(made.copy(url), options.due)
        for replicas in (1, 2) if isinstance(made, Postgres) else (1,):
            late = await climb(made.copy(url), replicas, options.due)
            took, moved = 1 + max(late), options.due / rate
            shares = [ms(at(share, late)) for share in (0.5, 0.99, 1)]
            rows.append((f"{made.name}, {replicas}", *shares, f"{took:.2f}", f"{moved:.2f}", times(took / moved)))
        made.close()
    head = ("replicas; late, ms", "p50", "p99", "max", "all took, s", "bare SQL", "ratio")
    table(f"{options.due:,} calls climb within a second, {options.timers:,} more timers are armed", head, rows)


def asked() -> argparse.Namespace:
    """The options."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true", help="a few seconds: to see that it runs")
    options.add_argument("--due", type=int, default=1_000, help="calls that climb in one second")
    options.add_argument("--timers", type=int, default=100_000, help="that are armed, too")
    options.add_argument("--folder", type=Path, help="where the databases are")
    given = options.parse_args()
    if given.quick:
        given.due, given.timers = 50, 1_000
    return given


if __name__ == "__main__":
    given = asked()
    with TemporaryDirectory(prefix="tocsin-bench-", dir=given.folder, ignore_cleanup_errors=True) as folder:
        asyncio.run(main(given, Path(folder)))
