"""Whether a command takes longer when there is more: more incidents in the database, more entries in one incident.

Each incident has three war rooms and was resolved, but for the first twenty. Each command goes through the house as
the adapters call it, into a real database, one after the other, the databases of every size in turn: a busy machine is
as busy for all of them. No chat is there: what a command leaves to be shown and sent is marked as if it had been.
"""

import argparse
import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from databases import Postgres, Sqlite
from figures import ms, table, times
from town import PLATFORMS, Town, tocsin, town

import bot.incident.chapters  # noqa: F401 - the events of every chapter
from bot.book import BookId, Event
from bot.config import check
from bot.engine.house import Engine
from bot.incident.lifecycle import Declared, Resolved
from bot.incident.rooms import RoomOpened
from bot.incident.severity import Severity
from bot.incident.updates import Noted
from bot.ports import Card, Handle, Place, Said
from bot.store.hand import Clock, sql
from bot.store.store import Store
from bot.store.transaction import Transaction

SIZES = (100, 10_000, 100_000)
ENTRIES = 10_000
"""In the long incident."""
OPEN = 20
BATCH = 200
"""Incidents recorded in one transaction."""
SHOWN = sql("UPDATE shown SET have = want WHERE have < want")
SENT = sql("UPDATE sends SET state = 'accepted' WHERE state = 'pending'")
ANNA, HALL = Handle("slack", "U1"), Place("slack", "C0")
DECLARE, RESOLVE = "declare the disk is filling up --sev 4", "resolve cleaned"
TIMED = (DECLARE, "ack #1", "note #1 looked at shard 7", "unack #1", "list", "show #1", "summary #1", "timeline #1")
KEYS = count()
NEWEST = "SELECT max(CAST(id AS INTEGER)) FROM books WHERE kind = 'incident'"

Ways = Mapping[str, list[float]]
"""Seconds by command."""


# ---- filling


def incidents(numbers: Sequence[int], tx: Transaction) -> None:
    """Incidents as they are when all is over; the first few are still open."""
    for number in numbers:
        assert tx.number("incident") == number
        events: list[Event] = [Declared(f"Disk {number} is filling up", Severity(4), "", PLATFORMS)]
        events += [RoomOpened(f"{platform}:{number}") for platform in PLATFORMS]
        events += [Resolved(timedelta(minutes=9))] if number > OPEN else []
        tx.record(tx.load(BookId("incident", str(number))), events, by="anna")
    settle(tx)


def notes(many: int, tx: Transaction) -> None:
    """So many notes in the first incident."""
    events = [Noted(f"looked at shard {number}") for number in range(many)]
    tx.record(tx.load(BookId("incident", "1")), events, by="anna")
    settle(tx)


def settle(tx: Transaction) -> None:
    """As if the chats had shown and sent everything."""
    tx.do(SHOWN)
    tx.do(SENT)


async def grow(url: str, have: int, size: int) -> None:
    """Fill a database with so many incidents up to a size."""
    store = await Store.open(url)
    for first in range(have + 1, size + 1, BATCH):
        await store.write(partial(incidents, range(first, min(first + BATCH, size + 1))))
    await store.close()


async def lengthen(url: str, entries: int) -> None:
    """Write so many notes into the first incident."""
    store = await Store.open(url)
    for first in range(0, entries, 1000):
        await store.write(partial(notes, min(1000, entries - first)))
    await store.close()


async def fill(made: "Sqlite | Postgres", sizes: Sequence[int], entries: int) -> dict[str, str]:
    """The databases by what is in them: each begins as a copy of the smaller one."""
    found: dict[str, str] = {}
    have, last = 0, ""
    for size in sizes:
        last = made.copy(last)
        await grow(last, have, size)
        found[f"{size:,}"], have = last, size
    first = next(iter(found))
    found[f"{first}, one of {entries:,} entries"] = made.copy(found[first])
    await lengthen(list(found.values())[-1], entries)
    for url in found.values():
        made.tend(url)
    return found


# ---- measuring


def house(store: Store) -> Engine:
    """A house with one person and three chats, none of which is connected."""
    settings = {
        "house": {"admin": "anna"},
        "chats": {platform: {} for platform in PLATFORMS},
        "people": {"anna": {"name": "Anna Nowak", "slack": ANNA.id}},
    }
    return Engine(check(settings, "the benchmark"), store, [])


async def hear(engine: Engine, words: str) -> float:
    """Seconds until it was answered."""
    begin = perf_counter()
    answer = await engine.hear(Said(key=f"bench {next(KEYS)}", by=ANNA, place=HALL, words=words))
    taken = perf_counter() - begin
    assert isinstance(answer, Card), f"{words}: {answer}"
    assert answer.title or answer.tone != "warn", f"refused: {words}: {answer}"
    return taken


async def one_round(engine: Engine, ways: Ways) -> None:
    """Every command once; afterwards all is as it was, but for one more incident that is over."""
    for words in TIMED:
        ways[words].append(await hear(engine, words))
        await engine.office.store.write(settle)
    newest = await engine.office.store.read(lambda tx: tx.open_books("incident", 1)[0].id.id)
    await hear(engine, f"resolve #{newest} cleaned")
    await engine.office.store.write(settle)


async def measure(urls: Mapping[str, str], rounds: int) -> dict[str, Ways]:
    """Seconds by database and command."""
    taken: dict[str, Ways] = {name: defaultdict(list) for name in urls}
    async with AsyncExitStack() as stack:
        engines = {name: house(await stack.enter_async_context(opened(url))) for name, url in urls.items()}
        for engine in engines.values():
            await engine.enrol()
            await one_round(engine, defaultdict(list))  # warms up, and is not counted
        for _ in range(rounds):
            for name, engine in engines.items():
                await one_round(engine, taken[name])
    return taken


@asynccontextmanager
async def opened(url: str, clock: Clock | None = None) -> AsyncIterator[Store]:
    """A store, until left."""
    store = await Store.open(url, clock)
    try:
        yield store
    finally:
        await store.close()


async def over_the_wire(urls: Mapping[str, str], rounds: int) -> dict[str, Ways]:
    """Seconds until a command on a new incident, typed in Slack, was answered there; by database."""
    taken: dict[str, Ways] = {name: defaultdict(list) for name in urls}
    async with AsyncExitStack() as stack:
        towns: dict[str, tuple[Town, int]] = {}
        for name, url in urls.items():
            at_work = await stack.enter_async_context(town(tocsin, Path(url.removeprefix("sqlite:///")).parent))
            await at_work.ask("slack", f"/incident {DECLARE}")
            await at_work.quiet()
            towns[name] = at_work, at_work.query(NEWEST)[0][0]
        for _ in range(rounds):
            for verb in ("ack", "unack"):
                for name, (at_work, number) in towns.items():
                    begin, answer = await at_work.ask("slack", f"/incident {verb} #{number}")
                    taken[name][verb].append(answer.at - begin)
                    await at_work.quiet()
    return taken


def show(title: str, taken: Mapping[str, Ways]) -> None:
    """The medians, and their ratio to those of the smallest database."""
    first, *others = taken
    rows = []
    for words, sample in taken[first].items():
        row = [words.partition(" ")[0], ms(small := median(sample))]
        for name in others:
            row += [ms(now := median(taken[name][words])), times(now / small)]
        rows.append(row)
    table(title, ("p50, ms", first, *(cell for name in others for cell in (name, "ratio"))), rows)


async def main(options: argparse.Namespace, folder: Path) -> None:
    """Fill, measure, print."""
    sorts: list[Sqlite | Postgres] = [Sqlite(folder)]
    sorts += [Postgres(folder)] if options.postgres else []
    for made in sorts:
        begin = perf_counter()
        urls = await fill(made, options.sizes, options.entries)
        print(f"\n{made.name}: filled in {perf_counter() - begin:.0f} s")
        show(f"{made.name}, {options.rounds} rounds: incidents in the database", await measure(urls, options.rounds))
        if isinstance(made, Sqlite):
            by_size = dict(list(urls.items())[: 1 if options.quick else len(options.sizes)])
            show("Over the wire, from Slack to Slack", await over_the_wire(by_size, options.rounds))
        made.close()


def asked() -> argparse.Namespace:
    """The options."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true", help="a few seconds: to see that it runs")
    options.add_argument("--postgres", action="store_true", help="on PostgreSQL, too")
    options.add_argument("--rounds", type=int, default=60)
    options.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="incidents in each database")
    options.add_argument("--entries", type=int, default=ENTRIES, help="in one long incident")
    options.add_argument("--folder", type=Path, help="where the databases are")
    given = options.parse_args()
    if given.quick:
        given.rounds, given.sizes, given.entries = 1, (20, 50), 50
    return given


if __name__ == "__main__":
    given = asked()
    with TemporaryDirectory(prefix="tocsin-bench-", dir=given.folder, ignore_cleanup_errors=True) as folder:
        asyncio.run(main(given, Path(folder)))
