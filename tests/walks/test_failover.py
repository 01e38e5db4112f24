"""A channel that is slow to take a page: the next goes beside it, and whichever takes it, nobody is told too little."""

import asyncio

import pytest

from bot.book import BookId
from bot.engine import page
from bot.engine.bundle import Message
from bot.ports import Card, ChatError, Handle, MessageId, Place, Unreachable
from bot.store.store import StoreDown
from bot.store.transaction import Transaction
from tests.walks.paper import Paper
from tests.walks.town import Town

ANNA = Handle("ink", "a1")


class Slow(Paper):
    """It answers a page when told to, with what it was told."""

    answer: asyncio.Future[ChatError | None]

    async def tell(self, handle: Handle, card: Card, key: str) -> tuple[Place, MessageId]:
        if wrong := await asyncio.shield(self.answer):
            raise wrong
        return await super().tell(handle, card, key)


@pytest.fixture
async def town(town: Town, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setattr(page, "DEADLINE", 0.01)
    slow = Slow("ink", town.clock.now)
    slow.answer = asyncio.get_running_loop().create_future()
    town.papers = [slow, *town.papers[1:]]
    await town.start()
    await town.say(ANNA, "declare db is down --sev 1")
    return town


def answer(town: Town, wrong: ChatError | None) -> None:
    [slow] = [paper for paper in town.papers if isinstance(paper, Slow)]
    slow.answer.set_result(wrong)


async def until(wanted: list[tuple[int, str]], town: Town) -> None:
    """Until the page's rows stand so: channel and state."""
    async with asyncio.timeout(60):
        while await states(town) != wanted:
            await town.engine.paging.look()
            await asyncio.sleep(0.005)


async def states(town: Town) -> list[tuple[int, str]]:
    return [(row.channel, row.state) for row in await town.pages("1")]


async def test_the_next_goes_beside_it_and_both_may_arrive(town: Town) -> None:
    await until([(0, "sending"), (1, "accepted")], town)
    answer(town, None)
    await town.rest()
    assert await states(town) == [(0, "accepted"), (1, "accepted")]
    assert [len(paper.told) for paper in town.papers] == [1, 1]


async def test_it_fails_after_all_and_the_other_has_it(town: Town) -> None:
    _, other = town.papers
    await until([(0, "sending"), (1, "accepted")], town)
    answer(town, Unreachable())
    await town.rest()
    assert await states(town) == [(0, "failed"), (1, "accepted")]
    assert len(other.told) == 1


async def test_both_fail_and_it_is_told(town: Town) -> None:
    town.papers[1].fault = lambda deed: "closed" if deed == "tell" else ""
    await until([(0, "sending"), (2, "failed")], town)
    answer(town, Unreachable())
    await town.rest()
    entries = await town.store.read(lambda tx: tx.entries(BookId("incident", "1"), names={"Unreached"}))
    assert entries, "nobody was reached, and nobody is told"


async def test_nothing_goes_beside_it_once_somebody_answered(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    paging, seen = town.engine.paging, asyncio.Event()
    slow = paging._slow

    async def late(job: Message) -> None:
        await town.say(Handle("lead", "b2"), "ack #1")
        await slow(job)
        seen.set()

    monkeypatch.setattr(paging, "_slow", late)
    await paging.look()
    await seen.wait()
    answer(town, None)
    await town.rest()
    assert await states(town) == [(0, "accepted")]
    assert not town.papers[1].told


async def test_a_database_that_blinks_meanwhile_breaks_off_nothing(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    paging, seen = town.engine.paging, asyncio.Event()
    slow = paging._slow

    def blink(message: Message, tx: Transaction) -> bool:
        raise StoreDown

    async def told(message: Message) -> None:
        try:
            await slow(message)
        finally:
            seen.set()

    monkeypatch.setattr(paging, "_beside", blink)
    monkeypatch.setattr(paging, "_slow", told)
    await paging.look()
    await seen.wait()
    answer(town, None)
    await town.rest()
    assert await states(town) == [(0, "accepted")]
    assert [len(paper.told) for paper in town.papers] == [1, 0]
