"""Two processes whose machines' clocks are minutes wrong, one ahead and one behind: only the database's counts."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from adapters.notify.links import Expired, Links, Public
from bot.book import BookId, Send
from bot.config import check
from bot.engine import attend
from bot.engine.house import Engine
from bot.engine.page import LEASE
from bot.ports import Card, Handle, Place, Said
from bot.store.hand import NOW
from bot.store.store import Store
from bot.store.transaction import Transaction
from tests.clock import PushedClock, ahead, askew
from tests.walks.paper import Paper
from tests.walks.town import PEOPLE, STEPS

WRONG = 7 * 60.0
"""Seconds."""
RAW: dict[str, Any] = {
    "chats": {"ink": {}, "lead": {}},
    "people": PEOPLE,
    "policies": {"default": {"steps": STEPS, "repeat": 1}},
}


@pytest.fixture
def wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on each process has its own clock."""
    askew(monkeypatch.setattr)


class Pair:
    """Two processes on one database; `clock` is the database's."""

    def __init__(self, stores: list[Store], clock: PushedClock) -> None:
        self.stores, self.clock = stores, clock
        self.papers = [Paper(name, clock.now) for name in ("ink", "lead")]
        self.engines = [Engine(check(RAW, "the pair"), store, self.papers) for store in stores]

    async def rest(self) -> None:
        """Both do what they find to do, the one ahead first and last."""
        for nth in (0, 1, 0):
            with ahead(-WRONG if nth else WRONG):
                await self.engines[nth].settled()

    async def push(self, **length: float) -> None:
        self.clock.push(**length)
        await self.rest()

    async def say(self, nth: int, words: str) -> None:
        said = Said(key=words, by=Handle("ink", "a1"), place=Place("ink", "hall"), words=words)
        with ahead(-WRONG if nth else WRONG):
            answer = await self.engines[nth].hear(said)
        assert isinstance(answer, Card), answer
        assert not answer.refused, answer
        await self.rest()

    @property
    def told(self) -> list[str]:
        """Who was paged, in order."""
        return [each.handle.id for each in sorted((each for paper in self.papers for each in paper.told), key=at)]


def at(told: Any) -> datetime:
    when: datetime = told.at
    return when


@pytest.fixture
async def pair(postgres_url: str, clock: PushedClock, wrong: None) -> AsyncIterator[Pair]:
    stores = [await Store.open(postgres_url, clock) for _ in range(2)]
    made = Pair(stores, clock)
    await made.engines[0].enrol()
    await made.engines[1].enrol()
    yield made
    for store in stores:
        await store.close()


async def test_pages_go_out_on_time_once_whoever_is_wrong(pair: Pair) -> None:
    await pair.say(0, "declare db is down --sev 1")
    assert pair.told == ["a1"]
    await pair.push(minutes=4, seconds=59)
    assert pair.told == ["a1"], "the clock that is ahead fired a step early"
    await pair.push(seconds=1)
    assert pair.told == ["a1", "b2"], "the clock that is behind kept a step back"
    await pair.say(1, "snooze #1 30m")
    await pair.push(minutes=29, seconds=59)
    assert len(pair.told) == 2
    await pair.push(seconds=1)
    assert len(pair.told) == 3
    await pair.say(1, "ack #1")
    await pair.push(hours=2)
    assert len(pair.told) == 3
    entries = await pair.stores[0].read(lambda tx: tx.entries(BookId("incident", "1")))
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
    assert {(entry.at - pair.clock.at).total_seconds() % 1 for entry in entries} == {0.0}


async def test_quiet_hours_end_by_the_databases_clock(pair: Pair) -> None:
    pair.clock.at = datetime(2026, 3, 2, 6, 59, tzinfo=UTC)
    await pair.say(0, "me quiet 22:00-07:00")
    await pair.say(0, "declare a small thing --sev 3")
    assert pair.told == []
    await pair.push(minutes=1)
    assert pair.told == ["a1"]


async def test_who_is_slow_is_fenced_off_however_wrong_the_others_are(pair: Pair) -> None:
    send = Send("page", "anna", 0, {"call": 1, "round": 1, "step": 1})
    id = await pair.stores[0].write(lambda tx: tx.send(send))
    with ahead(WRONG):
        slow = await pair.stores[0].write(lambda tx: tx.claim(id, "slow", LEASE))
    assert slow
    pair.clock.at += LEASE - timedelta(seconds=1)
    with ahead(WRONG):
        assert await pair.stores[1].write(Transaction.expired) == 0, "who is ahead took it before its time"
    pair.clock.push(seconds=1)
    with ahead(-WRONG):
        assert await pair.stores[1].write(Transaction.expired) == 1, "who is behind left it lying"
        quick = await pair.stores[1].write(lambda tx: tx.claim(id, "quick", LEASE))
    assert quick
    assert (quick.epoch, quick.repeat) == (slow.epoch + 1, True)
    assert not await pair.stores[0].write(lambda tx: tx.sent(id, slow.epoch, state="accepted"))
    assert await pair.stores[1].write(lambda tx: tx.sent(id, quick.epoch, state="accepted"))


async def test_one_listens_until_the_database_says_that_it_fell_silent(pair: Pair) -> None:
    held = [partial(attend.hold, engine.office, pair.papers[0]) for engine in pair.engines]
    with ahead(-WRONG):
        assert await held[1]()
    with ahead(WRONG):
        assert not await held[0]()
    pair.clock.at += attend.HELD
    with ahead(WRONG):
        assert await held[0]()
    with ahead(-WRONG):
        assert not await held[1]()


async def test_the_clock_of_a_server_is_asked_and_no_other(postgres_url: str, wrong: None) -> None:
    store = await Store.open(postgres_url)
    for seconds in (WRONG, -WRONG):
        with ahead(seconds):
            told, theirs = await store.write(lambda tx: (tx.now, tx.rows(NOW)[0][0]))
            assert told == theirs
    await store.close()


def test_a_link_is_good_wherever_it_was_made_and_for_a_day(wrong: None) -> None:
    links = Links("email", Public.model_validate({"url": "https://t", "secret": "a" * 20}))
    with ahead(WRONG):
        token = links.seal(["x"])
    with ahead(-WRONG):
        assert links.unseal(token) == ["x"], "who is behind takes it for one of the future"
    with ahead(WRONG + links.valid + 60), pytest.raises(Expired):
        links.unseal(token)
