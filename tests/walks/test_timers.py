"""What falls due together is fired together; one that is broken, or held by somebody, keeps no other waiting."""

import psycopg
import pytest

from bot.book import BookId
from bot.engine import tick
from bot.ports import Handle
from bot.store.hand import sql
from bot.store.store import Store
from tests.clock import PushedClock
from tests.walks.town import Town

ANNA = Handle("ink", "a1")
SPOIL = sql("UPDATE books SET state = :state, fold = fold WHERE kind = 'incident' AND id = :id")


@pytest.fixture
async def town(town: Town) -> Town:
    for number in range(1, 4):
        await town.say(ANNA, f"declare fire {number} --sev 1")
    await town.rest()
    return town


async def climbed(town: Town) -> list[str]:
    """The incidents whose second step was reached."""
    books = [BookId("incident", str(number)) for number in range(1, 4)]
    found = await town.store.read(lambda tx: {book.id: len(tx.entries(book, names={"Paged"})) for book in books})
    return [id for id, pages in found.items() if pages == 2]


async def test_a_broken_book_fails_alone(town: Town) -> None:
    whole = await town.store.read(lambda tx: tx.rows(sql("SELECT state FROM books WHERE id = '2'"))[0][0])
    await town.store.write(lambda tx: tx.do(SPOIL, state='{"calls": 1}', id="2"))
    town.clock.push(minutes=5)
    for _ in range(3):
        await town.engine.ticking.tick()
    assert await climbed(town) == ["1", "3"]
    assert not await town.engine.ticking.tick(), "after three times it rests"
    await town.store.write(lambda tx: tx.do(SPOIL, state=whole, id="2"))
    town.engine.ticking.retry()
    assert await town.engine.ticking.tick() == 1
    assert await climbed(town) == ["1", "2", "3"]


async def test_more_than_go_together(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tick, "TOGETHER", 2)
    town.clock.push(minutes=5)
    assert await town.engine.ticking.tick() == 3
    assert await climbed(town) == ["1", "2", "3"]


async def test_a_book_that_somebody_writes_is_left_to_him(postgres_url: str) -> None:
    clock = PushedClock()
    store = await Store.open(postgres_url, clock)
    town = Town(store, clock)
    await town.start()
    for number in range(1, 4):
        await town.say(ANNA, f"declare fire {number} --sev 1")
    clock.push(minutes=5)
    async with await psycopg.AsyncConnection.connect(postgres_url) as other:
        await other.execute("SELECT 1 FROM books WHERE kind = 'incident' AND id = '2' FOR NO KEY UPDATE")
        assert await town.engine.ticking.tick() == 2
        assert await climbed(town) == ["1", "3"]
    assert await town.engine.ticking.tick() == 1
    await store.close()
