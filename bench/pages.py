"""How soon everybody is paged when a thousand incidents begin at once, with and without chatter in every lane.

Fifty people, each on one of the three platforms; each incident pages one of them and opens its three war rooms. The
house keeps the platforms' real limits, and so do the stand-ins. Measured at the wire: from when the incidents are
written, as the command line does it, until each person's first page was accepted. Then the same while thousands of
lines wait to be mirrored into rooms on every platform. Both in turn, several times, and the ratio of their medians.
"""

import argparse
import asyncio
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import time

import msgspec
from ears import Ears
from figures import at, ms, spread, table
from growth import opened
from town import PLATFORMS, ready, running, sparing, until

import bot.incident.chapters  # noqa: F401 - the events of every chapter
from adapters.playground.server import Playground
from adapters.playground.stage import Actor
from bot.book import BookId, Event, Send
from bot.incident.lifecycle import Declared
from bot.incident.paging import Called, Paged
from bot.incident.severity import Severity
from bot.oncall.policy import Step
from bot.ports import Copy
from bot.store.transaction import Transaction
from bot.text.rich import paragraphs
from bot.text.words import Who

WAIT = timedelta(hours=1)
TALKED = 4
"""Incidents in whose rooms people talk."""
LINES = 500
"""Lines that wait in each of their rooms: more than any platform takes in the meantime."""
CHATTER = 4
"""The rank of what is mirrored."""
BATCH = 100
"""Incidents written in one transaction."""
WITHIN = 120.0
"""Seconds after which a page will not come."""


def cast(people: int) -> list[Actor]:
    """So many people, each with an account on one platform."""
    ids = {"slack": "U0P{:07d}", "discord": "18204471603580{:04d}", "telegram": "5042{:05d}"}
    keys = ["anna", *(f"p{n}" for n in range(1, people))]  # the first is the admin
    platforms = [PLATFORMS[n % len(PLATFORMS)] for n in range(people)]
    return [
        Actor(key, f"Person {n}", {platform: ids[platform].format(n)})
        for n, (key, platform) in enumerate(zip(keys, platforms, strict=True))
    ]


def house(playground: Playground, actors: Sequence[Actor], folder: Path) -> list[str]:
    """The command line of a house with these people, and nobody whom a policy names."""
    people = {actor.key: {"name": actor.name, **actor.ids} for actor in actors}
    return sparing(playground, folder, people=people, schedules={}, teams={}, policies={}, routes=[])


def fires(numbers: Sequence[int], people: Sequence[str], tx: Transaction) -> None:
    """Incidents that begin now, each with somebody who is paged."""
    for number in numbers:
        assert tx.number("incident") == number
        who = people[number % len(people)]
        events: list[Event] = [
            Declared(f"fire {number}", Severity(1), "", PLATFORMS),
            Called(1, "default", (Step((who,), WAIT),), 1, ()),
            Paged(1, 1, 1, (Who(who),)),
        ]
        tx.record(tx.load(BookId("incident", str(number))), events, by=who)


def talked(tx: Transaction) -> None:
    """Incidents that page nobody, and in whose rooms people talk."""
    for _ in range(TALKED):
        number = tx.number("incident")
        events = [Declared(f"talk {number}", Severity(5), "", PLATFORMS)]
        tx.record(tx.load(BookId("incident", str(number))), events, by="anna")


def rooms(tx: Transaction) -> int:
    """How many of their rooms are open."""
    return sum(len(tx.load(BookId("incident", str(number))).state.places) for number in range(1, TALKED + 1))


def talk(tx: Transaction) -> None:
    """Lines that wait to be mirrored into every room that is open."""
    for number in range(1, TALKED + 1):
        book = BookId("incident", str(number))
        for place in tx.load(book).state.places:
            for line in range(LINES):
                copy = Copy(author=f"Person {line % 7}", origin="Elsewhere", text=paragraphs(f"and line {line}"))
                tx.send(Send("copy", str(place), CHATTER, msgspec.to_builtins(copy)), book)


async def first_pages(folder: Path, options: argparse.Namespace, *, chatter: bool) -> list[float]:
    """Seconds until each person's first page was accepted."""
    actors = cast(options.people)
    async with Playground(actors).open() as playground:
        ears = Ears(playground)
        async with running(house(playground, actors, folder)), opened(f"sqlite:///{folder}/tocsin.db") as store:
            await until(lambda: ready(playground))
            await store.write(talked)
            async with asyncio.timeout(WITHIN):
                while await store.read(rooms) < TALKED * len(PLATFORMS):  # noqa: ASYNC110 - another process opens them
                    await asyncio.sleep(0.1)
            if chatter:
                await store.write(talk)
                await until(lambda: ears.lines > TALKED * len(PLATFORMS))
            begin = time()
            last = TALKED + options.incidents
            for start in range(TALKED + 1, last + 1, BATCH):
                numbers = range(start, min(start + BATCH, last + 1))
                await store.write(partial(fires, numbers, [actor.key for actor in actors]))
            await until(lambda: len({heard.place for heard in ears.pages}) == options.people, WITHIN)
    first = {heard.place: heard.at - begin for heard in reversed(ears.pages)}
    return list(first.values())


async def main(options: argparse.Namespace, folder: Path) -> None:
    """Measure, print."""
    taken: dict[bool, list[list[float]]] = {False: [], True: []}
    for nth in range(options.rounds):
        for chatter in taken:
            taken[chatter].append(await first_pages(folder / f"{nth}-{chatter}", options, chatter=chatter))
    rows = []
    for chatter, name in ((False, "nobody talks"), (True, "every lane is full of chatter")):
        whole = [second for sample in taken[chatter] for second in sample]
        rows.append((name, *(ms(at(share, whole)) for share in (0.5, 0.9, 1))))
    ratios = [median(loud) / median(calm) for calm, loud in zip(taken[False], taken[True], strict=True)]
    title = f"{options.incidents:,} incidents at once, {options.people} people, {options.rounds} rounds"
    table(title, ("until the first page, ms", "p50", "p90", "last"), rows)
    print(f"  chatter makes it {spread(ratios)} as long")


def asked() -> argparse.Namespace:
    """The options."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true", help="a few seconds: to see that it runs")
    options.add_argument("--incidents", type=int, default=1_000)
    options.add_argument("--people", type=int, default=50)
    options.add_argument("--rounds", type=int, default=3)
    given = options.parse_args()
    if given.quick:
        given.incidents, given.people, given.rounds = 20, 6, 1
    return given


if __name__ == "__main__":
    with TemporaryDirectory(prefix="tocsin-bench-", ignore_cleanup_errors=True) as folder:
        asyncio.run(main(asked(), Path(folder)))
