"""A busy day, compressed: `make soak`. Incidents, people who talk, pages, faults, deaths, on a clock that is pushed.

The two chats keep their limits and refuse what is too much; one takes less than it says. At the end everything is
counted: nothing may be lost, and nothing may have come twice but for as many faults as there were.
"""

import argparse
import asyncio
import logging
import random
import re
import sys
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Literal

import msgspec
import structlog

from bot.book import BookId
from bot.ports import Card, Copy, Handle, MessageId, Pace, Place, Throttled
from bot.store.sends import Sent
from bot.store.store import Store
from bot.store.transaction import Transaction
from bot.text.rich import plain
from tests.clock import PushedClock
from tests.walks.paper import Paper
from tests.walks.town import Town

SAYS = (Pace(scope="place", count=5, seconds=5, kept=1), Pace(scope="platform", count=60, seconds=60, kept=20))
TAKES = {"ink": (6, 90), "lead": (4, 40)}
"""What each takes in truth: in a place in five seconds, and in all in a minute."""
PEOPLE = (Handle("ink", "a1"), Handle("lead", "b2"), Handle("ink", "c1"))
FAULTS = ("down", "busy", "lost", "closed")
LINES = ("ack", "update #{} going well", "sev #{} 2", "status #{} identified", "unack", "note #{} x", "sev #{} 4")
LATE = timedelta(seconds=30)
"""A page that went out later than this after it was due."""
CALM = 3 * 3600
"""Seconds without faults at the end, within which all must come right."""


class Strict(Paper):
    """A chat that keeps its limits, and counts what it refused."""

    refused = 0

    def limit(self, place: Place) -> None:
        """Count a message, or refuse it. Raises `Throttled`."""
        in_place, in_all = TAKES[self.name]
        self._within(f"{place}", in_place, 5, "place")
        self._within("all", in_all, 60, "platform")

    def _within(self, scope: str, most: int, seconds: float, named: Literal["place", "platform"]) -> None:
        lately: deque[datetime] = self.__dict__.setdefault("lately", {}).setdefault(scope, deque())
        while lately and lately[0] <= self.now() - timedelta(seconds=seconds):
            lately.popleft()
        if len(lately) >= most:
            self.refused += 1
            wait = lately[0] + timedelta(seconds=seconds) - self.now()
            raise Throttled(retry_in=max(1.0, wait.total_seconds()), scope=named)
        lately.append(self.now())

    async def put(self, place: Place, card: Card, over: MessageId | None, key: str) -> MessageId:
        self.limit(place)
        return await super().put(place, card, over, key)

    async def post(self, place: Place, copy: Copy) -> MessageId:
        self.limit(place)
        return await super().post(place, copy)


@dataclass
class Day:
    """One day of a town, from a seed."""

    town: Town
    seed: int
    said: list[str] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    begun: int = 0
    lives: int = 0
    """How often the process may still die in this half minute."""

    def __post_init__(self) -> None:
        # What people do is the same for a seed; where a fault strikes depends on how the threads run, too.
        self.dice, self.bad_luck = random.Random(self.seed), random.Random(self.seed + 1)

    async def run(self, seconds: int) -> None:
        """Live it, and then let it come right."""
        for second in range(seconds):
            self.town.clock.push(seconds=1)
            if second % 30 == 0:
                self._luck()
            await self._happens()
            if second % 10 == 0:
                await self.town.store.write(lambda tx: tx.expired())
            await self.town.rest()
        await self._calm()

    async def _calm(self) -> None:
        self.town.kill = lambda where: False
        for paper in self.town.papers:
            paper.fault = lambda deed: ""
        for _ in range(CALM // 60):
            await self.town.store.write(lambda tx: tx.expired())
            await self.town.rest()
            if not await self.town.store.read(Transaction.next_try):
                return
            self.town.clock.push(seconds=60)

    def _luck(self) -> None:
        """For half a minute: all is well, something fails now and then, a platform is away, the process dies."""
        mood = self.dice.choice(["", "", "some", "some", "away", "deaths"])
        share = {"": 0.0, "some": 0.15, "away": 1.0, "deaths": 0.03}[mood]
        name = {"some": self.dice.choice(FAULTS), "deaths": "killed"}.get(mood, "down")
        for paper in self.town.papers:
            struck = mood and self.dice.random() < 0.6
            paper.fault = partial(self._fault, name, share) if struck else (lambda deed: "")
        self.lives = 3 if mood == "deaths" else 0
        self.town.kill = self._dies

    def _dies(self, where: str) -> bool:
        dies = self.lives > 0 and self.bad_luck.random() < 0.02
        self.lives -= dies
        return dies

    def _fault(self, name: str, share: float, deed: str) -> str:
        if self.bad_luck.random() >= share or (name == "killed" and self.lives <= 0):
            return ""
        self.lives -= name == "killed"
        self.faults[f"{name} {deed}"] += 1
        self.town.dead = self.town.dead or name == "killed"
        return name

    async def _happens(self) -> None:
        """What people do in a second."""
        by = self.dice.choice(PEOPLE)
        if self.dice.random() < 1 / 90:
            self.begun += 1
            await self.town.say(by, f"declare fire {self.begun} --sev {self.dice.randint(1, 5)}")
        if self.begun and self.dice.random() < 0.08:
            number = self.dice.randint(max(1, self.begun - 5), self.begun)
            line = self.dice.choice([*LINES, "resolve"])
            await self.town.say(by, line.format(number) if "{}" in line else f"{line} #{number}")
        if self.dice.random() < 0.3:
            await self._talks(by)

    async def _talks(self, by: Handle) -> None:
        rooms = self.town.papers[by.platform == "lead"].rooms_of()[-5:]
        if not rooms:
            return
        room = self.dice.choice(rooms)
        if await self.town.store.read(partial(_others, room)):
            self.said.append(f"word {len(self.said)}.")
            await self.town.say(by, f"chat {self.said[-1]}", place=room)

    # ---- counting

    async def counts(self) -> "Counts":
        """What became of everything."""
        return await self.town.store.read(self._counts)

    def _counts(self, tx: Transaction) -> "Counts":
        rows = [row for book in tx.books("incident") for row in tx.sends(book.id)]
        pages, others = [r for r in rows if r.kind == "page"], [r for r in rows if r.kind != "page"]
        got = Counter(int(told.key.split("-")[2]) for paper in self.town.papers for told in paper.told)
        moments = {int(told.key.split("-")[2]): told.at for p in self.town.papers for told in reversed(p.told)}
        words = Counter(
            w for p in self.town.papers for _, c in p.copies for w in re.findall(r"word \d+\.", plain(c.text))
        )
        open_ended = {"unknown", "failed"}
        told = {
            word for row in others if row.state in open_ended for word in re.findall(r"word \d+\.", str(row.payload))
        }
        return Counts(
            incidents=self.begun,
            deaths=self.town.deaths,
            faults=sum(self.faults.values()),
            refused=sum(paper.refused for paper in self.town.papers if isinstance(paper, Strict)),
            pages=len(pages),
            void=sum(row.state == "void" and not got[row.id] for row in pages),
            pages_sent=sum(bool(got[row.id]) for row in pages),
            pages_doubled=sum(max(0, got[row.id] - 1) for row in pages),
            pages_late=sum(row.id in moments and moments[row.id] - row.at > LATE for row in pages),
            pages_lost=[str(row) for row in pages if row.state not in {"accepted", "void"} and not answered(tx, row)],
            beyond=[str(row) for row in pages if got[row.id] > row.tries],
            said=len(self.said),
            said_lost=[word for word in self.said if not words[word] and word not in told],
            said_gaps=len(told),
            said_doubled=sum(max(0, count - 1) for count in words.values()),
            waiting=[str(row) for row in others if row.state in {"pending", "sending"}],
            behind=[str(row) for name in ("ink", "lead") for row in tx.behind(name)],
        )


def _others(room: Place, tx: Transaction) -> bool:
    """Whether what is said there is to be seen elsewhere, too."""
    found = tx.find(f"place {room}")
    return found is not None and len(tx.load(BookId("incident", found.id)).state.places) > 1


def answered(tx: Transaction, row: Sent) -> bool:
    """Whether nobody waits for this page any more."""
    assert row.book
    call = tx.load(row.book).state.call(int(row.payload["call"]))
    return call is None or call.answered or call.round != int(row.payload["round"])


@dataclass
class Counts:
    """What a day came to."""

    incidents: int
    deaths: int
    faults: int
    refused: int
    pages: int
    void: int
    pages_sent: int
    pages_doubled: int
    pages_late: int
    pages_lost: Sequence[str]
    beyond: Sequence[str]
    """Pages that came more often than they were tried."""
    said: int
    said_lost: Sequence[str]
    said_gaps: int
    """Lines that may be missing, which was told."""
    said_doubled: int
    waiting: Sequence[str]
    behind: Sequence[str]

    def wrong(self) -> list[str]:
        """Whatever must not be."""
        found = [
            f"{name}: {kept[0]}"
            for name in ("pages_lost", "beyond", "said_lost", "waiting", "behind")
            if (kept := getattr(self, name))
        ]
        bound = self.deaths + self.faults
        doubled = self.pages_doubled + self.said_doubled
        return found + ([f"{doubled} came twice, with {bound} faults and deaths"] if doubled > bound else [])

    def __str__(self) -> str:
        values = {name: len(kept) if isinstance(kept, list) else kept for name, kept in vars(self).items()}
        return "\n".join(f"  {name.replace('_', ' '):14} {value:>6}" for name, value in values.items())


async def live(url: str, seed: int, seconds: int) -> Counts:
    """A day of so many seconds on an empty database."""
    clock = PushedClock()
    store = await Store.open(url, clock)
    town = Town(store, clock)
    town.papers = [Strict(name, clock.now) for name in ("ink", "lead")]
    for paper in town.papers:
        paper.can = msgspec.structs.replace(paper.can, paces=SAYS)
    await town.start()
    day = Day(town, seed)
    await day.run(seconds)
    counts = await day.counts()
    await store.close()
    return counts


def main() -> None:
    """Live a day and print what it came to; fails when anything was lost."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--minutes", type=int, default=60)
    options.add_argument("--seed", type=int, default=random.randrange(10**6))
    options.add_argument("--database", default="sqlite://", help="an empty one")
    given = options.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    print(f"seed {given.seed}, {given.minutes} minutes on {given.database.partition(':')[0]}", flush=True)
    counts = asyncio.run(live(given.database, given.seed, given.minutes * 60))
    print(counts)
    if wrong := counts.wrong():
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
