"""Units of work: together or not at all, answered after the commit, urgent ones first, never too many."""

import asyncio
from functools import partial
from threading import Event, current_thread
from typing import Any

import pytest

from bot.store import postgres, sqlite
from bot.store.hand import sql
from bot.store.store import Busy, OnlyReading, Store, StoreDown, Transaction
from tests.store.toy import TOY, ToyCounted, soon, write

PATIENCE = 60


class Gate:
    """A unit of work that stays in its transaction until it is let go."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.entered = asyncio.Event()
        self._go = Event()

    def __call__(self, tx: Transaction) -> None:
        self.loop.call_soon_threadsafe(self.entered.set)
        assert self._go.wait(PATIENCE)

    def open(self) -> None:
        self._go.set()


@pytest.fixture
def one_group(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything that waits joins the group, however slow the machine is."""
    monkeypatch.setattr(sqlite, "BATCH", PATIENCE)


def fail(tx: Transaction) -> None:
    write(ToyCounted(100))(tx)
    raise KeyError("my own fault")


async def count(store: Store) -> int:
    return int((await store.read(lambda tx: tx.load(TOY))).state.count)


async def together(store: Store, *fns: Any) -> list[Any]:
    """What came of functions that wait for the writer at the same time: with `one_group`, one group on SQLite."""
    gate = Gate()
    holding = soon(store.write(gate))
    await gate.entered.wait()
    asked = [soon(store.write(fn)) for fn in fns]
    await asyncio.sleep(0)  # each has asked by now
    gate.open()
    return (await asyncio.gather(holding, *asked, return_exceptions=True))[1:]


@pytest.mark.usefixtures("one_group")
async def test_what_fails_fails_alone(store: Store) -> None:
    results = await together(store, write(ToyCounted()), fail, write(ToyCounted()), fail)
    assert [type(result) for result in results] == [tuple, KeyError, tuple, KeyError]
    assert await count(store) == 2
    assert await store.read(lambda tx: tx.verify(TOY))


@pytest.mark.usefixtures("one_group")
async def test_nobody_is_answered_before_the_commit(sqlite_store: Store) -> None:
    before, after = Gate(), Gate()
    fns: list[Any] = [before, write(ToyCounted()), fail, after]
    asked = [soon(sqlite_store.write(fns[0]))]
    await before.entered.wait()
    asked += [soon(sqlite_store.write(fn)) for fn in fns[1:]]
    await asyncio.sleep(0)
    before.open()
    await after.entered.wait()
    assert await count(sqlite_store) == 0
    assert not any(each.done() for each in asked)
    after.open()
    await asyncio.gather(*asked, return_exceptions=True)
    assert await count(sqlite_store) == 1


@pytest.mark.usefixtures("one_group")
async def test_a_commit_that_fails_fails_the_whole_group(sqlite_store: Store) -> None:
    """A key that leads nowhere, found only at the commit."""

    def orphan(tx: Transaction) -> None:
        tx.rows(sql("PRAGMA defer_foreign_keys = ON"))
        tx.do(sql("INSERT INTO keys (key, kind, id) VALUES ('k', 'toy', 'nobody')"))

    results = await together(sqlite_store, write(ToyCounted()), orphan, fail, write(ToyCounted()))
    assert [type(result) for result in results] == [StoreDown, StoreDown, KeyError, StoreDown]
    assert await count(sqlite_store) == 0
    await sqlite_store.write(write(ToyCounted()))
    assert await count(sqlite_store) == 1


@pytest.mark.usefixtures("one_group")
@pytest.mark.parametrize("raises", [True, False])
async def test_a_lost_transaction_fails_the_whole_group(sqlite_store: Store, raises: bool) -> None:
    """SQLite rolls everything back by itself, on a full disk for one: whoever does not look commits a half."""

    def lose(tx: Transaction) -> None:
        tx.run(sql("ROLLBACK"), {})
        if raises:
            raise KeyError

    results = await together(sqlite_store, write(ToyCounted()), lose, write(ToyCounted()))
    lost, guilty, next_group = results
    assert isinstance(lost, StoreDown)
    assert isinstance(guilty, KeyError if raises else StoreDown)
    assert next_group[0].rev == await count(sqlite_store) == 1


async def test_a_failed_statement_that_was_hushed_up_commits_nothing(postgres_url: str) -> None:
    """PostgreSQL would roll back, and call the commit a success."""
    store = await Store.open(postgres_url)

    def hush(tx: Transaction) -> None:
        write(ToyCounted())(tx)
        try:
            tx.rows(sql("SELECT nonsense"))
        except Exception:
            return

    with pytest.raises(StoreDown):
        await store.write(hush)
    assert await count(store) == 0
    await store.close()


async def test_a_fault_of_the_house_is_not_the_databases(store: Store) -> None:
    with pytest.raises(Exception, match="nonsense") as raised:
        await store.write(lambda tx: tx.rows(sql("SELECT nonsense FROM books")))
    assert not isinstance(raised.value, StoreDown)
    with pytest.raises(RuntimeError):
        await store.write(lambda tx: next(iter([])))


async def test_a_reading_never_waits_and_sees_one_moment(store: Store) -> None:
    await store.write(write(ToyCounted()))
    writing, reading = Gate(), Gate()

    def write_slowly(tx: Transaction) -> None:
        write(ToyCounted())(tx)
        writing(tx)

    def read_slowly(tx: Transaction) -> tuple[int, int]:
        before = tx.rows(sql("SELECT count(*) FROM entries"))[0][0]
        reading(tx)
        return before, tx.rows(sql("SELECT count(*) FROM entries"))[0][0]

    written = soon(store.write(write_slowly))
    await writing.entered.wait()
    assert await count(store) == 1
    read = soon(store.read(read_slowly))
    await reading.entered.wait()
    writing.open()
    await written
    assert await count(store) == 2
    reading.open()
    assert await read == (1, 1)


async def test_a_reading_may_not_write(store: Store) -> None:
    with pytest.raises(OnlyReading):
        await store.read(write(ToyCounted()))
    with pytest.raises(OnlyReading):
        await store.read(lambda tx: tx.number("toy"))
    assert await count(store) == 0


async def test_urgent_work_goes_first(sqlite_store: Store) -> None:
    gate, order = Gate(), list[str]()
    holding = soon(sqlite_store.write(gate))
    await gate.entered.wait()
    asked = [
        soon(sqlite_store.write(partial(lambda name, tx: order.append(name), name), urgent=urgent))
        for name, urgent in (("copy", False), ("update", False), ("ack", True))
    ]
    await asyncio.sleep(0)
    gate.open()
    await asyncio.gather(holding, *asked)
    assert order == ["ack", "copy", "update"]


@pytest.mark.parametrize(("sort", "threads"), [("sqlite", 1), ("postgres", 2)])
async def test_too_much_is_refused(
    sort: str, threads: int, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (sqlite, postgres):
        monkeypatch.setattr(module, "WAITING", 3)
    monkeypatch.setattr(postgres, "WRITERS", threads)
    store = await Store.open(request.getfixturevalue(f"{sort}_url"))
    gates = [Gate() for _ in range(threads)]
    holding = [soon(store.write(gate)) for gate in gates]
    for gate in gates:
        await gate.entered.wait()
    waiting = [soon(store.write(write(ToyCounted()))) for _ in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(Busy):
        await store.write(write(ToyCounted()))
    urgent = soon(store.write(write(ToyCounted()), urgent=True))
    await asyncio.sleep(0)
    for gate in gates:
        gate.open()
    await asyncio.gather(*holding, *waiting, urgent)
    assert await count(store) == 4
    await store.close()


async def test_who_does_not_wait_any_more_harms_nobody(store: Store) -> None:
    gate = Gate()
    holding = soon(store.write(gate))
    await gate.entered.wait()
    holding.cancel()
    gate.open()
    await store.write(write(ToyCounted()))
    assert await count(store) == 1


async def test_closing_finishes_what_was_asked(database_url: str) -> None:
    store = await Store.open(database_url)
    asked = [soon(store.write(write(ToyCounted()))) for _ in range(5)]
    await asyncio.sleep(0)
    await store.close()
    assert {book.rev for book, _ in await asyncio.gather(*asked)} == {1, 2, 3, 4, 5}
    with pytest.raises(StoreDown):
        await store.write(write(ToyCounted()))
    with pytest.raises(StoreDown):
        await store.read(lambda tx: tx.load(TOY))


async def test_work_is_done_on_the_stores_own_threads(store: Store) -> None:
    names = [await store.write(lambda tx: current_thread().name), await store.read(lambda tx: current_thread().name)]
    assert [name.rsplit(" ", 1)[0] for name in names] == ["store writer", "store reader"]
