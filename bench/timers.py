"""How late an escalation fires: a hundred thousand timers armed, and a thousand calls that climb in one second.

Then how long it takes when all of them are overdue, and to claim a thousand pages that wait; beside it, in the same
run, bare SQL that moves each of the timers on, or claims each of the pages, in a durable transaction of its own.
The house's clock is the machine's, moved to just before the calls are due; nothing is sent.
"""

import argparse
import asyncio
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

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
from bot.store.hand import Sql, sql, text_of
from bot.store.store import Store
from bot.store.transaction import Transaction
from bot.text.words import Who
from tests.walks.paper import Paper

BEGIN = datetime(2026, 3, 2, 10, 2, tzinfo=UTC)
WAIT = timedelta(minutes=5)
ARM = sql("INSERT INTO timers (kind, id, name, at) VALUES (:kind, :id, :name, :at)")
MOVE = sql("UPDATE timers SET at = :then WHERE kind = 'incident' AND id = :id AND name = 'climb 1'")
CLAIM = sql("""
    UPDATE sends SET state = 'sending', epoch = epoch + 1, tries = tries + 1, holder = 'bare', lease = :then
    WHERE id = (SELECT id FROM sends WHERE id = :n AND state = 'pending' {FOR UPDATE SKIP LOCKED})
""")
Values = Mapping[str, Any]
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
    """Incidents with a call that was made now and climbs in five minutes, each to somebody else."""
    for number in numbers:
        who = person(number)
        events: list[Event] = [
            Declared(f"fire {number}", Severity(1)),
            Called(1, "default", (Step((who,), WAIT), Step((who,), WAIT)), 1, ()),
            Paged(1, 1, 1, (Who(who),)),
        ]
        tx.record(tx.load(BookId("incident", str(number))), events, by=who)


def person(number: int) -> str:
    """Who is paged for an incident: pages for one and the same would be bundled."""
    return f"p{number}"


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


async def climb(url: str, replicas: int, due: int, *, overdue: bool = False) -> list[float]:
    """Seconds from when each call was due until it had climbed, durably; or, of those overdue, since it could."""
    clock = Clock()
    async with AsyncExitStack() as stack:
        stores = [await stack.enter_async_context(opened(url, clock)) for _ in range(replicas)]
        engines = [house(store, due) for store in stores]
        for engine in engines:
            await engine.enrol()
        begin = BEGIN + WAIT + (timedelta(seconds=1) if overdue else -timedelta(milliseconds=100))
        clock.run(begin)
        fired = [0] * replicas
        async with asyncio.timeout(120), asyncio.TaskGroup() as work:
            for nth, each in enumerate(engines):
                work.create_task(tick(each.ticking, nth, fired, due))
        if overdue:
            return [(clock() - begin).total_seconds()]
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


def house(store: Store, due: int) -> Engine:
    """A house with people to page by a chat that nobody looks at."""
    people = {name: {"name": name, "ink": name} for name in map(person, range(1, due + 1))}
    settings = {"people": people, "chats": {"ink": {}}}
    return Engine(check(settings, "the benchmark"), store, [Paper("ink", lambda: BEGIN)])


async def claims(url: str, replicas: int, due: int) -> float:
    """Seconds until every page that waits is claimed, each once, and it was seen that it is still wanted."""
    clock = Clock()
    clock.now = BEGIN + timedelta(minutes=1)
    async with AsyncExitStack() as stack:
        engines = [house(await stack.enter_async_context(opened(url, clock)), due) for _ in range(replicas)]
        for engine in engines:
            await engine.enrol()
        begin = perf_counter()
        claimed = await asyncio.gather(*map(claim_all, engines))
        assert sum(claimed) == due, claimed
        return perf_counter() - begin


async def claim_all(engine: Engine) -> int:
    """One replica's: how many it claimed."""
    claimed = 0
    while await engine.office.store.read(Transaction.pages_due):
        claimed += len(await engine.office.store.write(engine.paging.claims, urgent=True))
    return claimed


async def bare(url: str, statement: Sql, due: int) -> float:
    """Seconds that it takes bare SQL to do it to so many rows, each in a durable transaction of its own."""
    values = [{"n": n, "id": str(n), "then": BEGIN + timedelta(days=30)} for n in range(1, due + 1)]
    if url.startswith("sqlite"):
        return bare_sqlite(url.removeprefix("sqlite:///"), statement.sqlite, values)
    async with opened(url, Clock()) as store:
        begin = perf_counter()
        await asyncio.gather(*(store.write(partial(alone, statement, each)) for each in values))
        return perf_counter() - begin


def alone(statement: Sql, values: Values, tx: Transaction) -> None:
    """One row's."""
    tx.do(statement, **values)


def bare_sqlite(path: str, statement: str, values: Sequence[Values]) -> float:
    """By the library alone: the house's writer would commit several together."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA synchronous = FULL")
        begin = perf_counter()
        for each in values:
            db.execute("BEGIN IMMEDIATE")
            db.execute(statement, {**each, "then": text_of(each["then"])})
            db.execute("COMMIT")
        return perf_counter() - begin


async def main(options: argparse.Namespace, folder: Path) -> None:
    """Fill, measure, print."""
    lateness: list[tuple[object, ...]] = []
    rates: list[tuple[object, ...]] = []
    due = options.due
    for made in (Sqlite(folder), Postgres(folder)):
        await fill(url := made.copy(""), due, options.timers)
        made.tend(url)
        moved, claimed = [await bare(made.copy(url), each, due) for each in (MOVE, CLAIM)]
        for replicas in (1, 2) if isinstance(made, Postgres) else (1,):
            name = f"{made.name}, {replicas}"
            late = await climb(made.copy(url), replicas, due)
            lateness.append((name, *(ms(at(share, late)) for share in (0.5, 0.99, 1))))
            [took] = await climb(made.copy(url), replicas, due, overdue=True)
            rates.append((f"fired, {name}", f"{took:.2f}", f"{moved:.2f}", times(took / moved)))
            took = await claims(made.copy(url), replicas, due)
            rates.append((f"claimed, {name}", f"{took:.2f}", f"{claimed:.2f}", times(took / claimed)))
        made.close()
    title = f"{due:,} calls climb within a second, {options.timers:,} more timers are armed"
    table(title, ("replicas; late, ms", "p50", "p99", "max"), lateness)
    table(f"{due:,} are overdue, {due:,} pages wait", ("what, replicas", "all took, s", "bare SQL", "ratio"), rates)


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
