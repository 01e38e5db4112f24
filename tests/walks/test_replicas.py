"""Several processes on one PostgreSQL: each thing is done by one of them."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.config import check
from bot.engine import attend, bundle
from bot.engine.house import Engine
from bot.ports import Handle, House, Place, Said
from bot.store.store import Store
from tests.walks.counts import rows_of
from tests.walks.paper import Paper
from tests.walks.town import PEOPLE, STEPS


class Listening(Paper):
    """A chat that counts who listens."""

    ears: list[House]

    async def listen(self, house: House, ready: Callable[[], None]) -> None:
        self.ears.append(house)
        try:
            await super().listen(house, ready)
        finally:
            self.ears.remove(house)


async def until(true: Callable[[], Any], within: float = 60) -> None:
    async with asyncio.timeout(within):
        while not true():  # noqa: ASYNC110 - it polls what another thread and a database change
            await asyncio.sleep(0.02)


def engine(store: Store, paper: Paper) -> Engine:
    raw = {
        "chats": {"ink": {}, "lead": {}},
        "people": PEOPLE,
        "policies": {"default": {"steps": STEPS}},
    }
    return Engine(check(raw, "the replicas"), store, [paper])


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attend, "RENEW", 0.05)
    monkeypatch.setattr(bundle, "WINDOW", timedelta(0))


async def test_one_listens_and_the_other_takes_over(postgres_url: str, hurried: None) -> None:
    paper = Listening("ink", lambda: datetime.now(UTC))
    paper.ears = []
    stores = [await Store.open(postgres_url) for _ in range(2)]
    engines = [engine(store, paper) for store in stores]
    async with engines[1].running():
        await until(lambda: paper.ears == [engines[1]])
        async with engines[0].running():
            await declare(engines[0].hear, "a")
            await until(lambda: len(paper.told) == 1)
            assert paper.ears == [engines[1]]
            assert engines[0].office.house == engines[1].office.house
        assert paper.ears == [engines[1]]
    assert paper.ears == []
    async with engine(stores[0], paper).running():
        await until(lambda: len(paper.ears) == 1)
    for store in stores:
        await store.close()


async def test_two_at_work_tell_everybody_once(postgres_url: str, hurried: None) -> None:
    paper = Listening("ink", lambda: datetime.now(UTC))
    paper.ears = []
    stores = [await Store.open(postgres_url) for _ in range(2)]
    engines = [engine(store, paper) for store in stores]
    async with engines[0].running(), engines[1].running():
        for number in range(10):
            await declare(engines[number % 2].hear, str(number))
        await until(lambda: len(paged(paper)) >= 10)
        await until(lambda: len(paper.rooms) == 10 <= len(halls(paper)))
        await asyncio.gather(*(each.delivery.settled() for each in engines))
    assert len(set(paged(paper))) == len(paged(paper)) == 10, "a page was doubled"
    assert len(halls(paper)) == 10, "an announcement was doubled"
    for store in stores:
        await store.close()


def halls(paper: Paper) -> list[str]:
    """The announcements."""
    return [message for place, message in paper.messages if place.room == "hall"]


def paged(paper: Paper) -> list[int]:
    """The pages that somebody got: several may have come in one message."""
    return [row for told in paper.told for row in rows_of(told.key)]


async def declare(hear: Callable[[Said], Awaitable[Any]], key: str) -> None:
    words = f"declare fire {key} --sev 1"
    await hear(Said(key=key, by=Handle("ink", "a1"), place=Place("ink", "hall"), words=words))
