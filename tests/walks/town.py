"""A town to walk in: the engine on a real database, two chats on paper, and a process that dies when told to."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from bot.book import BookId
from bot.config import check
from bot.engine.heartbeat import audit
from bot.engine.house import Engine
from bot.ports import Card, Form, Handle, Place, Said
from bot.store.store import Store
from bot.store.transaction import Transaction
from tests.clock import PushedClock
from tests.walks.paper import Killed, Paper

T = TypeVar("T")
PEOPLE = {
    "anna": {"name": "Anna", "role": "admin", "ink": "a1", "lead": "a2"},
    "boris": {"name": "Boris", "lead": "b2"},
    "carlos": {"name": "Carlos", "ink": "c1"},
}
STEPS = [{"page": ["anna"], "wait": "5m"}, {"page": ["boris"], "wait": "10m"}]
TOWN = {
    "chats": {"ink": {}, "lead": {}},
    "people": PEOPLE,
    "policies": {"default": {"steps": STEPS, "repeat": 1, "catch_all": ["carlos"]}},
}


class Town:
    """What stays when the process dies: the database, the chats, the clock. `kill` says where it dies."""

    def __init__(self, store: Store, clock: PushedClock) -> None:
        self.store, self.clock = store, clock
        self.fault: Callable[[str], str] = lambda deed: ""
        self.kill: Callable[[str], bool] = lambda where: False
        self.deaths, self.dead = 0, False
        self.papers = [Paper(name, clock.now, self._goes_wrong) for name in ("ink", "lead")]
        self.channels: list[Paper] = []
        self.raw = TOWN
        self.deliveries = 0
        self.engine = self._engine()

    def _engine(self) -> Engine:
        mortal: Any = Mortal(self.store, self._dies)
        return Engine(check(self.raw, "the walk"), mortal, self.papers, self.channels)

    def _goes_wrong(self, deed: str) -> str:
        fault = self.fault(deed)
        self.dead = self.dead or fault in {"kill", "killed"}
        return fault

    def _dies(self, where: str) -> bool:
        self.dead = self.dead or self.kill(where)
        return self.dead

    async def start(self) -> None:
        """A new process on the same database."""
        self.engine = self._engine()
        await self._alive(self.engine.enrol)

    async def say(self, by: Handle, words: str, key: str = "", place: Place | None = None) -> Card | Form | None:
        """Somebody says a line; a process that dies meanwhile is replaced, and the platform delivers again."""
        self.deliveries += not key
        said = Said(
            key=key or f"{by.platform}-{self.deliveries}",
            by=by,
            place=place or Place(by.platform, "hall"),
            words=words,
            addressed=not words.startswith("chat "),
            name=by.id,
        )
        answer: Card | Form | None = await self._alive(lambda: self.engine.hear(said))
        return answer

    async def rest(self) -> None:
        """Until nothing is due and nothing is under way; a process that dies is replaced and goes on."""
        await self._alive(self._settle)

    async def _settle(self) -> None:
        engine, moved = self.engine, -1
        while moved != (moved := engine.paging.moved + engine.delivery.moved):
            await engine.ticking.tick()
            await engine.paging.look()
            await engine.delivery.look()
            tasks = [*engine.paging.tasks.values(), *engine.delivery.tasks.values()]
            ended = await asyncio.gather(*tasks, return_exceptions=True)
            await asyncio.sleep(0)
            if self.dead or any(isinstance(each, Killed) for each in ended):
                raise Killed
            assert not engine.paging.broke and not engine.delivery.broke, "an errand broke"

    async def _alive(self, fn: Callable[[], Any]) -> Any:
        for _ in range(50):
            try:
                return await fn()
            except Killed:
                await self._die()
        raise AssertionError("it died fifty times in a row")

    async def _die(self) -> None:
        """The process is gone, with all that it was about; the next one starts."""
        self.deaths += 1
        kill, self.kill = self.kill, lambda where: False
        fault, self.fault = self.fault, lambda deed: ""
        tasks = [*self.engine.paging.tasks.values(), *self.engine.delivery.tasks.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.dead = False
        self.engine = self._engine()
        await self.engine.enrol()
        self.kill, self.fault = kill, fault

    # ---- what must always hold

    async def check(self) -> None:
        """The promises, at rest."""
        await self.store.write(lambda tx: tx.expired())  # as the clockwork does every ten seconds
        await self.rest()
        await self.store.read(self._check)

    def _check(self, tx: Transaction) -> None:
        assert not tx.undone("spoilt"), "a hearing broke"
        for book in tx.books("incident"):
            assert tx.fold(book.id).state == book.state, "the log is not the incident"
            assert tx.verify(book.id), "the chain is broken"
            assert tx.timers(book.id) == {timer.name: timer.at for timer in book.state.due()}
        assert not audit(tx)

    async def everything_shown(self) -> None:
        """After a rest without faults every look is as wanted."""
        behind = await self.store.read(lambda tx: [row for name in ("ink", "lead") for row in tx.behind(name)])
        assert not behind, behind
        ended = {"accepted", "failed", "void", "unknown"}
        books = await self.store.read(lambda tx: tx.books("incident"))
        assert all(len(paper.rooms) <= len(books) for paper in self.papers), "a room was opened twice"
        for book in books:
            rows = await self.store.read(lambda tx: tx.sends(book.id))
            assert not [row for row in rows if row.state not in ended and row.kind != "page"], rows
            assert not [row for row in rows if row.state not in ended and not book.state.open], rows

    async def pages(self, id: str) -> list[Any]:
        """An incident's pages, as the ledger has them."""
        rows = await self.store.read(lambda tx: tx.sends(BookId("incident", id)))
        return [row for row in rows if row.kind == "page"]


class Mortal:
    """The store, in a process that may die before or after any commit."""

    def __init__(self, store: Store, kill: Callable[[str], bool]) -> None:
        self._store, self._kill = store, kill
        self.alone = False  # so that its leases are walked on both databases

    async def write(self, fn: Callable[[Transaction], T], **how: Any) -> T:
        if self._kill("before"):
            raise Killed
        done = await self._store.write(fn, **how)
        if self._kill("after"):
            raise Killed
        return done

    async def read(self, fn: Callable[[Transaction], T]) -> T:
        return await self._store.read(fn)
