"""The auditor finds what must never be, and then the heart stops."""

import pytest

from bot.book import BookId
from bot.engine.heartbeat import audit, beat, beating
from bot.ports import Handle, Unreachable
from bot.store.hand import sql
from bot.store.store import StoreDown
from tests.walks.town import Town

ANNA = Handle("ink", "a1")
MONITOR = "https://monitor.test/secret"


@pytest.fixture
async def town(town: Town) -> Town:
    await town.say(ANNA, "declare db is down --sev 1")
    await town.rest()
    return town


class Monitor:
    """It counts the beats, and answers them unless it is down."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.down = False

    async def fetch(self, url: str) -> bytes:
        if self.down:
            raise Unreachable
        self.heard.append(url)
        return b"OK"


async def test_where_all_is_well_nothing_is_found(town: Town) -> None:
    assert await town.store.read(audit) == []
    town.clock.push(minutes=5)
    await town.rest()
    assert await town.store.read(audit) == []


async def test_a_call_without_a_timer(town: Town) -> None:
    await town.store.write(lambda tx: tx.drop_timer(BookId("incident", "1"), "climb 1"))
    assert await town.store.read(audit) == ["incident 1: there is no timer for 'climb 1'"]


async def test_a_timer_that_nobody_fires(town: Town) -> None:
    town.clock.push(minutes=5, seconds=59)
    assert await town.store.read(audit) == []
    town.clock.push(seconds=2)
    assert await town.store.read(audit) == ["incident 1: 'climb 1' is overdue since 10:07:00"]


async def test_a_page_that_nobody_sends(town: Town) -> None:
    await town.say(ANNA, "declare cache is down --sev 1")
    await town.engine.ticking.tick()
    [page] = await town.pages("2")
    town.clock.push(seconds=61)
    assert f"incident 2: page {page.id} is still pending" in await town.store.read(audit)


async def test_a_claim_that_nobody_ended(town: Town) -> None:
    await town.store.write(lambda tx: tx.do(sql("UPDATE sends SET state = 'sending', lease = :now"), now=tx.now))
    assert await town.store.read(audit) == []
    town.clock.push(seconds=61)
    [page] = await town.pages("1")
    assert f"incident 1: page {page.id} is still sending" in await town.store.read(audit)


async def test_the_heart_stops_when_something_is_found(town: Town) -> None:
    monitor, office = Monitor(), town.engine.office
    assert await beat(office, MONITOR, monitor.fetch)
    town.clock.push(hours=1)
    assert not await beat(office, MONITOR, monitor.fetch)
    assert monitor.heard == [MONITOR]
    await town.rest()
    assert await beat(office, MONITOR, monitor.fetch)
    monitor.down = True
    assert not await beat(office, MONITOR, monitor.fetch)


async def test_no_beat_without_a_database(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    async def down(fn: object) -> None:
        raise StoreDown

    monitor = Monitor()
    monkeypatch.setattr(town.engine.office.store, "read", down)
    assert not await beat(town.engine.office, MONITOR, monitor.fetch)
    assert not monitor.heard


async def test_nobody_beats_without_a_monitor(town: Town) -> None:
    monitor = Monitor()
    async with beating(town.engine.office, monitor.fetch):
        await town.rest()
    assert not monitor.heard
