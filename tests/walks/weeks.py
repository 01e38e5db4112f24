"""Weeks in the life of a town with two processes on one database, lived in a minute: `make simulate`.

Incidents, people who answer at the best and at the worst moment, chatter, edits of the policy, somebody who leaves,
days on which clocks are changed. And what may befall the house, from the same seed: deaths at commits and around
sends, a process that stands still and goes on, platforms and a database that are away, requests that are lost, busy,
slow, refused; deliveries and receipts that come twice; a clock that is put forward or back. The chats keep their
limits and refuse what is too much. At the end everything is counted.
"""

import random
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from typing import Any, Literal

import msgspec

from bot.book import BookId
from bot.engine.heartbeat import audit
from bot.ports import Card, Copy, Handle, MessageId, Pace, Place, Receipt, Throttled, Unheard
from bot.store.store import Store, StoreDown
from bot.store.transaction import Transaction
from tests.clock import PushedClock
from tests.walks.counts import Counts, count
from tests.walks.paper import Paper
from tests.walks.town import PEOPLE, Town

BEGIN = datetime(2026, 3, 27, 9, 0, tzinfo=UTC)
"""Two days before clocks are put forward in Berlin."""
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
SAYS = (Pace(scope="place", count=5, seconds=5, kept=1), Pace(scope="platform", count=60, seconds=60, kept=20))
TAKES = {"ink": (6, 90), "lead": (4, 40), "sms": (100, 1000)}
"""What each takes in truth: in a place in five seconds, and in all in a minute."""
HANDLES = (Handle("ink", "a1"), Handle("lead", "b2"), Handle("ink", "c1"))
FAULTS = ("down", "busy", "lost", "closed")
LINES = ("ack", "unack", "update #{} going well", "sev #{} 2", "status #{} identified", "escalate", "note #{} x",
         "snooze #{} 20m", "page #{} boris", "page #{} carlos",
         "reassign #{} carlos", "sev #{} 4", "resolve", "reopen #{} again")  # fmt: skip
NIGHTS = {
    "zone": "Europe/Berlin",
    "layers": [{"participants": ["anna", "carlos"], "rotation": "daily", "from": "2026-03-20 02:30"}],
}
CALM = timedelta(hours=3)
"""Without faults at the end, within which all must come right."""


def settings(*steps: tuple[str, str], repeat: int, without: str = "") -> Mapping[str, Any]:
    """The town's configuration, with this policy, and without somebody."""
    policy = {
        "steps": [{"page": [who], "wait": wait} for who, wait in steps if who != without],
        "repeat": repeat,
        "ack_timeout": "40m",
    }
    people = {name: {**says, "phone": f"+49{n}5550100"} for n, (name, says) in enumerate(PEOPLE.items(), 1)}
    people.pop(without, None)
    return {
        "chats": {"ink": {}, "lead": {}},
        "channels": {"sms": {}, "high": ["chat", "sms 3m"]},
        "people": people,
        "schedules": {"nights": NIGHTS},
        "policies": {"default": {**policy, "catch_all": ["carlos"]}},
    }


EDITIONS = (
    settings(("nights", "5m"), ("boris", "10m"), repeat=1),
    settings(("boris", "2m"), ("anna", "4m"), ("nights", "1m"), repeat=2),
    settings(("boris", "5m"), ("anna", "5m"), repeat=0, without="boris"),
)


class Strict(Paper):
    """A chat that keeps its limits, and counts what it refused."""

    refused = 0
    stands_still: Callable[[str], Awaitable[None]]
    """Awaited around a page: the process that sends it may stand still meanwhile."""

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

    async def tell(self, handle: Handle, card: Card, key: str) -> tuple[Place, MessageId]:
        await self.stands_still("before")
        told = await super().tell(handle, card, key)
        await self.stands_still("after")
        return told


class Process(Town):
    """One of the processes; they share the database and the chats."""

    away = False
    """The database does not answer."""

    def _dies(self, where: str) -> bool:
        if self.away:
            raise StoreDown
        return super()._dies(where)

    async def rest(self) -> None:
        """Until nothing is due and nothing under way, as far as there is a database."""
        if not self.away:
            await super().rest()
            return
        for errands in (self.engine.paging, self.engine.delivery):
            await errands.settled()
            errands.broke.clear()  # they would rest by the machine's clock


@dataclass
class Weeks:
    """The life of a town, from a seed. What people do is the same for a seed; threads have some luck of their own."""

    store: Store
    clock: PushedClock
    seed: int
    calls: int = 4
    """Incidents a day."""
    said: list[str] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    begun: int = 0
    stood: int = 0
    """How often a process stood still while it sent a page."""
    lives: int = 0
    """How often processes may still die in this mood."""
    mood: str = ""
    outages: list[tuple[datetime, datetime]] = field(default_factory=list)
    """When there was no database, or no time."""

    def __post_init__(self) -> None:
        self.dice, self.bad_luck = random.Random(self.seed), random.Random(self.seed + 1)
        self.papers = [Strict(name, self.clock.now) for name in ("ink", "lead", "sms")]
        self.towns = [Process(self.store, self.clock) for _ in range(2)]
        self.plan: list[tuple[datetime, int, Callable[[], Awaitable[None]]]] = []
        self.swept = self.clock.at
        for paper in self.papers:
            paper.can = msgspec.structs.replace(paper.can, paces=SAYS)
            paper.stands_still = self._stands_still
        for town in self.towns:
            town.papers, town.channels, town.raw = list(self.papers[:2]), list(self.papers[2:]), dict(EDITIONS[0])

    @property
    def deaths(self) -> int:
        """Of both processes."""
        return sum(town.deaths for town in self.towns)

    async def run(self, length: timedelta) -> Counts:
        """Live it, and then let it come right."""
        end = self.clock.at + length
        for town in self.towns:
            await town.start()
        self._later(MINUTE, self._fire)
        self._later(MINUTE, self._luck)
        self._later(HOUR, self._edit)
        while self.clock.at < end:
            self.clock.at = min(end, await self._next())
            while self.plan and self.plan[0][0] <= self.clock.at:
                await heappop(self.plan)[2]()
            await self.rest()
        await self._calm()
        return await self.store.read(partial(count, self))

    def without(self, begin: datetime, end: datetime) -> timedelta:
        """How long there was no database, or no time, between two moments."""
        lengths = (min(end, to) - max(begin, since) for since, to in self.outages)
        return sum((max(length, timedelta(0)) for length in lengths), timedelta(0))

    async def _next(self) -> datetime:
        """The next moment at which something may happen."""
        soon = self.clock.at + SECOND
        due = await self.store.read(lambda tx: (tx.next_due(), tx.next_try()))
        return max(soon, min(each for each in (*due, self.plan[0][0] if self.plan else None, soon + HOUR) if each))

    def _later(self, wait: timedelta, deed: Callable[[], Awaitable[None]]) -> None:
        heappush(self.plan, (self.clock.at + wait, self.dice.getrandbits(32), deed))

    def _after(self, mean: timedelta) -> timedelta:
        return mean * self.dice.expovariate(1)

    async def rest(self) -> None:
        """Until neither process has anything to do; then the promises hold."""
        if self.clock.at - self.swept >= 10 * SECOND and not self.towns[0].away:
            await self.store.write(lambda tx: tx.expired())  # as the clockwork does
            self.swept = self.clock.at
        before: object = None
        while before != (now := [(town.engine, town.engine.paging.moved) for town in self.towns]):
            before = now
            for town in self.towns:
                await town.rest()
        if not self.towns[0].away:
            found = await self.store.read(audit)
            assert not found, found

    async def _calm(self) -> None:
        self.mood, self.lives = "calm", 0
        self._mend()
        end = self.clock.at + CALM
        while self.clock.at < end:
            await self.rest()
            if not await self.store.read(Transaction.next_try):
                return
            self.clock.push(seconds=30)

    # ---- what befalls the house

    async def _luck(self) -> None:
        """For a while: all is well, something fails now and then, a platform or the database is away, processes die."""
        self._mend()
        moods = ["", "", "", "some", "some", "away", "deaths", "still", "database", "forward", "back"]
        self.mood = self.dice.choice(moods)
        wait = self._after(timedelta(minutes={"": 120, "database": 4}.get(self.mood, 15)))
        self._later(wait, self._luck)
        if self.mood == "forward":
            self._jump(self.dice.randint(1, 40) * MINUTE)
        elif self.mood == "back":
            self.clock.push(seconds=-self.dice.randint(1, 20))
        elif self.mood == "database":
            self.outages.append((self.clock.at, self.clock.at + wait))
            for town in self.towns:
                town.away = True
        self.lives = 6 if self.mood in {"deaths", "still"} else 0
        share = {"some": 0.15, "away": 1.0, "deaths": 0.03}.get(self.mood, 0.0)
        name = {"some": self.dice.choice(FAULTS), "deaths": "killed"}.get(self.mood, "down")
        for paper in self.papers:
            struck = share and self.dice.random() < 0.6
            paper.fault = partial(self._fault, name, share) if struck else (lambda deed: "")
        for town in self.towns:
            town.kill = self._kills

    def _jump(self, length: timedelta) -> None:
        """The clock is put forward: what was under way is that much later, and nobody could help it."""
        self.outages.append((self.clock.at, self.clock.at + length))
        self.clock.at += length

    def _mend(self) -> None:
        for paper in self.papers:
            paper.fault = lambda deed: ""
        for town in self.towns:
            town.kill, town.away = (lambda where: False), False
        self.outages = [(begin, min(end, self.clock.at)) for begin, end in self.outages]

    def _kills(self, where: str) -> bool:
        dies = self.mood == "deaths" and self.lives > 0 and self.bad_luck.random() < 0.02
        self.lives -= dies
        return dies

    def _fault(self, name: str, share: float, deed: str) -> str:
        if self.bad_luck.random() >= share or (name == "killed" and self.lives <= 0):
            return ""
        self.lives -= name == "killed"
        self.faults[f"{name} {deed}"] += 1
        return name

    async def _stands_still(self, when: str) -> None:
        """A process that sends a page stands still for longer than its claim, and the other goes on without it."""
        if self.mood != "still" or self.lives <= 0 or self.bad_luck.random() > 0.3:
            return
        self.lives, self.stood = self.lives - 1, self.stood + 1
        self._jump(40 * SECOND)
        await self.store.write(lambda tx: tx.expired())
        other = self.bad_luck.choice(self.towns)
        await other.engine.paging.look()

    # ---- what people do

    async def _say(self, by: Handle, words: str, key: str = "", place: Place | None = None) -> None:
        """To either process, sometimes twice; where it could not be kept, the platform delivers it again."""
        key = key or f"said-{self.dice.getrandbits(60)}"
        try:
            for _ in range(self.dice.choice((1, 1, 1, 2))):
                await self.dice.choice(self.towns).say(by, words, key, place)
        except Unheard:
            self._later(30 * SECOND, partial(self._say, by, words, key, place))

    async def _fire(self) -> None:
        """Something breaks, and what people make of it in the next hour or two."""
        self._later(self._after(timedelta(days=1 / self.calls)), self._fire)
        self.begun += 1
        number, by = self.begun, self.dice.choice(HANDLES)
        await self._say(by, f"declare fire {number} --sev {self.dice.choice((1, 1, 2, 3, 5))}")
        waits = [self._after(8 * MINUTE) for _ in range(self.dice.randint(1, 6))]
        # The worst moment: when the ladder climbs, to the second.
        waits += [self.dice.choice((timedelta(0), 5 * MINUTE, 5 * MINUTE - SECOND, 15 * MINUTE))]
        for wait in waits:
            line = self.dice.choice(LINES) if wait else "ack"
            words = line.format(number) if "{}" in line else f"{line} #{number}"
            self._later(wait, partial(self._say, self.dice.choice(HANDLES), words))
        if self.dice.random() < 0.8:
            self._later(self._after(HOUR), partial(self._say, by, f"resolve #{number}"))
        for _ in range(self.dice.choice((0, 0, 1, 6))):
            self._later(self._after(5 * MINUTE), self._talk)
        self._later(self._after(2 * MINUTE), self._receipts)

    async def _talk(self) -> None:
        """Somebody says something in a war room, for the others."""
        by, which = self.dice.choice(HANDLES), self.dice.randint(1, 3)
        rooms = self.papers[by.platform == "lead"].rooms_of()
        if len(rooms) < which or self.towns[0].away:
            return
        room = rooms[-which]
        if await self.store.read(partial(_others, room)):
            self.said.append(f"word {len(self.said)}.")
            await self._say(by, f"chat {self.said[-1]}", place=room)

    async def _receipts(self) -> None:
        """The provider of text messages says what became of the last few, sometimes twice, sometimes it failed."""
        engine = self.dice.choice(self.towns).engine
        sms = self.papers[2]
        for (place, message), _ in list(sms.messages.items())[-3:]:
            state: Literal["delivered", "failed"] = self.dice.choice(("delivered", "delivered", "failed"))
            receipt = Receipt(key=f"r {place} {message}", place=place, message=MessageId(message), state=state)
            for _ in range(self.dice.choice((1, 2))):
                try:
                    await engine.receipt(receipt)
                except Unheard:
                    return

    async def _edit(self) -> None:
        """The policy is changed, or somebody leaves or comes back: both processes read it, one after the other."""
        self._later(self._after(timedelta(hours=20)), self._edit)
        raw = dict(self.dice.choice(EDITIONS))
        if self.towns[0].away:
            return
        for town in self.towns:
            town.raw = raw
            await town.start()


def _others(room: Place, tx: Transaction) -> bool:
    """Whether what is said there is to be seen elsewhere, too."""
    found = tx.find(f"place {room}")
    return found is not None and len(tx.load(BookId("incident", found.id)).state.places) > 1


async def live(url: str, seed: int, length: timedelta, calls: int = 4) -> Counts:
    """A life of such a length on an empty database."""
    clock = PushedClock(BEGIN)
    store = await Store.open(url, clock)
    try:
        return await Weeks(store, clock, seed, calls).run(length)
    finally:
        await store.close()
