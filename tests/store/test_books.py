"""Books: what is recorded, what follows from it, and that nobody can change it unseen."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from operator import methodcaller
from threading import Barrier
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.book import EVENTS, BookId, Event, UnknownEvent, blank
from bot.store import books as books_module
from bot.store.hand import Naive, sql
from bot.store.store import Stale, Store, Taken, Transaction
from tests.clock import PushedClock
from tests.store.toy import TOY, ToyCounted, ToySaid, ToySet, lists, rows, write


async def test_a_record_is_found_again(store: Store, clock: PushedClock) -> None:
    book, entries = await store.write(write(ToyCounted(2), ToyCounted(3)))
    assert (book.rev, book.state.count) == (2, 5)
    assert await store.read(lambda tx: tx.load(TOY)) == book
    assert await store.read(lambda tx: tx.entries(TOY)) == entries
    assert [(entry.at, entry.by, entry.via) for entry in entries] == [(clock.at, "anna", "slack:C1")] * 2


async def test_nothing_recorded_leaves_nothing(store: Store) -> None:
    book, entries = await store.write(write())
    assert (book, entries) == (blank(TOY), [])
    assert await store.read(lambda tx: tx.books("toy")) == []


async def test_entries_are_cut(store: Store) -> None:
    await store.write(write(*(ToyCounted(n) for n in range(1, 6)), ToySaid()))

    async def revs(**cut: Any) -> list[int]:
        return [entry.rev for entry in await store.read(lambda tx: tx.entries(TOY, **cut))]

    assert await revs(after=4) == [5, 6]
    assert await revs(limit=2) == [1, 2]
    assert await revs(last=2) == [5, 6]
    assert await revs(names=["ToySaid"]) == [6]
    assert await revs(names=["ToyCounted"], last=1) == [5]
    assert await revs(names=[]) == []


async def test_two_and_thirty_writers_of_one_new_book(store: Store) -> None:
    await asyncio.gather(*(store.write(write(ToyCounted())) for _ in range(32)))
    book = await store.read(lambda tx: tx.load(TOY))
    assert (book.rev, book.state.count) == (32, 32)
    assert [entry.rev for entry in await store.read(lambda tx: tx.entries(TOY))] == list(range(1, 33))
    assert await store.read(lambda tx: tx.verify(TOY))


async def test_two_replicas_write_the_same_books(store: Store, database_url: str, clock: PushedClock) -> None:
    other = await Store.open(database_url, clock)
    ids = [BookId("toy", str(n)) for n in range(3)]

    def all_of_them(order: list[BookId]) -> Any:
        def work(tx: Transaction) -> None:
            tx.lock(*order)
            for id in order:
                write(ToyCounted(), id=id)(tx)

        return work

    orders = (ids, ids[::-1], ids[1:] + ids[:1])
    await asyncio.gather(*(each.write(all_of_them(orders[n % 3])) for n in range(12) for each in (store, other)))
    await other.close()
    assert [book.rev for book in await store.read(lambda tx: tx.books("toy"))] == [24] * 3


async def test_of_two_in_a_deadlock_one_runs_again(postgres_url: str) -> None:
    store, ids = await Store.open(postgres_url), [BookId("toy", str(n)) for n in range(2)]
    met, tries = Barrier(2), count()

    def both(first: BookId, second: BookId) -> Callable[[Transaction], None]:
        def work(tx: Transaction) -> None:
            write(ToyCounted(), id=first)(tx)
            if next(tries) < 2:
                met.wait(60)
            write(ToyCounted(), id=second)(tx)

        return work

    await asyncio.gather(store.write(both(*ids)), store.write(both(*ids[::-1])))
    assert [book.rev for book in await store.read(lambda tx: tx.books("toy"))] == [2, 2]
    assert next(tries) == 3
    await store.close()


async def test_a_stale_book_is_refused(store: Store) -> None:
    old, _ = await store.write(write(ToyCounted()))
    await store.write(write(ToyCounted()))
    with pytest.raises(Stale):
        await store.write(lambda tx: tx.record(old, [ToyCounted()], by="anna"))
    assert (await store.read(lambda tx: tx.load(TOY))).rev == 2


async def test_time_never_runs_back(store: Store, clock: PushedClock) -> None:
    await store.write(write(ToyCounted()))
    clock.push(hours=-1)
    _, [entry] = await store.write(write(ToyCounted()))
    assert entry.at == clock.at + timedelta(hours=1)


async def test_the_database_or_the_machine_is_asked_for_the_time(database_url: str) -> None:
    store = await Store.open(database_url)
    before, now = datetime.now(UTC), await store.write(lambda tx: (tx.now, tx.now))
    assert now[0] is now[1]
    assert abs(now[0] - before) < timedelta(minutes=1)
    await store.close()


# ---- what hangs from a book

NAMES = st.sampled_from("abc")
MOMENTS = st.integers(0, 10**9).map(lambda seconds: datetime.fromtimestamp(seconds + 0.25, UTC))
SETTINGS = st.builds(
    ToySet,
    timers=st.dictionaries(NAMES, MOMENTS).map(lambda timers: tuple(timers.items())),
    names=st.sets(NAMES).map(lambda names: tuple(sorted(names))),
    places=st.dictionaries(NAMES, st.sampled_from(["", "C1", "C2"])).map(lambda places: tuple(places.items())),
    closed=st.booleans(),
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=st.lists(st.lists(st.one_of(SETTINGS, st.builds(ToyCounted)), max_size=3), max_size=5))
async def test_the_rows_are_what_the_book_lists(store: Store, steps: list[list[Event]]) -> None:
    id = BookId("toy", uuid4().hex)
    for events in steps:
        mine = [_owned(event, id) for event in events]
        book, _ = await store.write(write(*mine, id=id))
        hanging, folded = await store.read(lambda tx: (rows(tx, id), tx.fold(id)))
        timers, keys, looks = lists(book.state)
        assert hanging[:2] == (timers, keys)
        assert hanging[2].keys() == looks.keys()
        assert all(hanging[2][name] == place for name, place in looks.items() if place)
        assert folded == book == await store.read(lambda tx: tx.load(id))


def _owned(event: Event, id: BookId) -> Event:
    """A key belongs to one book only."""
    if not isinstance(event, ToySet):
        return event
    return ToySet(event.timers, tuple(f"{id.id} {name}" for name in event.names), event.places, event.closed)


async def test_a_key_leads_to_its_book(store: Store) -> None:
    await store.write(write(ToySet(names=("place slack:C1",))))
    assert await store.read(lambda tx: tx.find("place slack:C1")) == TOY
    with pytest.raises(Taken):
        await store.write(write(ToySet(names=("place slack:C1",)), id=BookId("toy", "2")))
    await store.write(write(ToySet()))
    assert await store.read(lambda tx: tx.find("place slack:C1")) is None


async def test_timers_come_when_they_are_due(store: Store, clock: PushedClock) -> None:
    later, soon = clock.at + timedelta(minutes=10), clock.at + timedelta(minutes=5)
    await store.write(write(ToySet(timers=(("late", later), ("soon", soon)))))
    assert await store.read(lambda tx: (tx.due(), tx.next_due())) == ([], soon)
    clock.push(minutes=5)
    assert await store.read(lambda tx: tx.due()) == [(TOY, "soon", soon)]
    clock.push(minutes=5)
    assert await store.read(lambda tx: tx.due()) == [(TOY, "soon", soon), (TOY, "late", later)]
    assert await store.read(lambda tx: tx.due(limit=1)) == [(TOY, "soon", soon)]
    await store.write(lambda tx: tx.drop_timer(TOY, "soon"))
    assert await store.read(lambda tx: tx.next_due()) == later


async def test_the_repeated_hour_is_two_hours(store: Store) -> None:
    """Python calls both times equal: the row would stay where it was."""
    berlin = ZoneInfo("Europe/Berlin")
    first, second = (datetime(2026, 10, 25, 2, 30, tzinfo=berlin, fold=fold) for fold in (0, 1))
    await store.write(write(ToySet(timers=(("t", first),))))
    await store.write(write(ToySet(timers=(("t", second),))))
    assert await store.read(lambda tx: tx.next_due()) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


async def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(Naive):
        await store.write(write(ToySet(timers=(("t", datetime(2026, 1, 1)),))))  # noqa: DTZ001
    with pytest.raises(Naive):
        await store.write(lambda tx: tx.forget(datetime(2026, 1, 1)))  # noqa: DTZ001
    assert await store.read(lambda tx: tx.books("toy")) == []


async def test_open_books_come_newest_first(store: Store, clock: PushedClock) -> None:
    for n in (9, 10, 11):
        await store.write(write(ToyCounted(), id=BookId("toy", str(n))))
    await store.write(write(ToySet(closed=True), id=BookId("toy", "10")))
    clock.push(minutes=1)
    await store.write(write(ToyCounted(), id=BookId("toy", "2")))
    assert [book.id.id for book in await store.read(lambda tx: tx.open_books("toy"))] == ["2", "11", "9"]
    assert [book.id.id for book in await store.read(lambda tx: tx.open_books("toy", 1))] == ["2"]
    assert [book.id.id for book in await store.read(lambda tx: tx.books("toy"))] == ["9", "10", "11", "2"]


async def test_numbers_have_no_gaps(store: Store) -> None:
    def broken(tx: Transaction) -> None:
        tx.number("toy")
        raise KeyError

    assert await store.write(lambda tx: tx.number("toy")) == 1
    with pytest.raises(KeyError):
        await store.write(broken)
    given = await asyncio.gather(*(store.write(lambda tx: tx.number("toy")) for _ in range(8)))
    assert sorted(given) == list(range(2, 10))
    assert await store.write(lambda tx: tx.number("drill")) == 1


async def test_a_version_grows_with_each_record(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(books_module, "VERSIONED", {"toy"})
    seen = [await store.read(lambda tx: tx.version("toy"))]
    for id in (TOY, BookId("toy", "2"), TOY):
        await store.write(write(ToyCounted(), id=id))
        seen.append(await store.read(lambda tx: tx.version("toy")))
    assert seen == [0, 1, 2, 3]


# ---- the chain


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE entries SET body = :text WHERE rev = 2",
        "UPDATE entries SET who = :text WHERE rev = 1",
        "UPDATE entries SET via = :text WHERE rev = 1",
        "UPDATE entries SET event = :text WHERE rev = 1",
        "UPDATE entries SET at = :now WHERE rev = 3",
        "DELETE FROM entries WHERE rev = 3",
        "DELETE FROM entries WHERE rev = 2",
        "UPDATE entries SET rev = 4 WHERE rev = 1",
        "UPDATE books SET head = :salt",
    ],
)
async def test_tampering_is_seen(store: Store, clock: PushedClock, tampering: str) -> None:
    await store.write(write(ToyCounted(), ToyCounted(), ToyCounted(note="the key is under the mat")))
    assert await store.read(lambda tx: tx.verify(TOY))
    clock.push(seconds=1)
    values = {"text": '{"by":9,"note":""}', "now": clock.at, "salt": b"0" * 32}
    used = {name: value for name, value in values.items() if f":{name}" in tampering}
    assert await store.write(lambda tx: tx.do(sql(tampering), **used)) == 1
    assert not await store.read(lambda tx: tx.verify(TOY))


async def test_what_was_never_written_does_not_verify(store: Store) -> None:
    assert not await store.read(lambda tx: tx.verify(TOY))


# ---- other versions of the code


async def test_another_fold_folds_anew(store: Store, monkeypatch: pytest.MonkeyPatch, clock: PushedClock) -> None:
    later = clock.at + timedelta(hours=1)
    await store.write(write(ToySet(timers=(("t", later),), names=("n",), places=(("slack", ""),)), ToyCounted()))
    await store.write(lambda tx: tx.do(sql("UPDATE books SET fold = 'old', state = 'of another shape'")))
    for statement in (sql("DELETE FROM timers"), sql("DELETE FROM keys"), sql("DELETE FROM shown")):
        await store.write(methodcaller("do", statement))
    assert (await store.read(lambda tx: tx.load(TOY))).state.count == 1
    assert [book.rev for book in await store.read(lambda tx: tx.open_books("toy"))] == [2]
    assert await store.read(lambda tx: rows(tx)) == ({}, frozenset(), {})
    await store.write(lambda tx: tx.load(TOY))
    assert await store.read(lambda tx: rows(tx)) == ({"t": later}, {"n"}, {("card", "slack"): ""})
    assert await store.read(lambda tx: tx.verify(TOY))


async def test_opening_folds_what_is_open(database_url: str, clock: PushedClock) -> None:
    store = await Store.open(database_url, clock)
    for n in range(3):
        await store.write(write(ToySet(timers=(("t", clock.at),)), id=BookId("toy", str(n))))
    await store.write(lambda tx: (tx.do(sql("UPDATE books SET fold = 'old'")), tx.do(sql("DELETE FROM timers"))))
    await store.close()
    store = await Store.open(database_url, clock)
    assert len(await store.read(lambda tx: tx.due())) == 3
    await store.close()


async def test_an_unknown_event_is_left_to_who_knows_it(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    @dataclass(frozen=True)
    class ToyOfTomorrow(Event):
        pass

    newer = BookId("toy", "2")
    await store.write(write(ToyCounted()))
    with monkeypatch.context() as patch:
        patch.setitem(EVENTS, "ToyOfTomorrow", ToyOfTomorrow)
        await store.write(write(ToyOfTomorrow(), id=newer))
    await store.write(lambda tx: tx.do(sql("UPDATE books SET fold = 'of tomorrow' WHERE id = '2'")))
    with pytest.raises(UnknownEvent):
        await store.read(lambda tx: tx.load(newer))
    with pytest.raises(UnknownEvent):
        await store.write(write(ToyCounted(), id=newer))
    assert [book.id for book in await store.read(lambda tx: tx.open_books("toy"))] == [TOY]
    assert await store.write(lambda tx: tx.refold(BookId("", ""))) == newer
