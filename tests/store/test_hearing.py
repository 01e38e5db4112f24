"""Hearing a delivery once, resuming a stream, and holding what only one may hold."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

from bot.store.store import Store, Transaction
from tests.clock import PushedClock
from tests.store.toy import TOY, ToyCounted, write


def hear(tx: Transaction) -> bytes:
    """A hearing as the engine does it: once, and the same answer again."""
    if kept := tx.heard("slack E1"):
        return kept
    book, _ = write(ToyCounted())(tx)
    reply = b"you are number %d" % book.state.count
    tx.answer("slack E1", reply)
    return reply


async def test_a_delivery_is_heard_once(store: Store) -> None:
    replies = await asyncio.gather(*(store.write(hear) for _ in range(8)))
    assert set(replies) == {b"you are number 1"}
    assert (await store.read(lambda tx: tx.load(TOY))).rev == 1
    assert await store.read(lambda tx: tx.heard("slack E1")) == b"you are number 1"


async def test_what_raised_was_not_heard(store: Store) -> None:
    def broken(tx: Transaction) -> None:
        hear(tx)
        raise KeyError

    results = await asyncio.gather(store.write(broken), store.write(hear), return_exceptions=True)
    assert results[1] == b"you are number 1"


async def test_without_an_answer_it_may_be_said_again(store: Store) -> None:
    """A form was shown: nothing was done yet, and the same delivery asks for it again."""
    assert await store.write(lambda tx: tx.heard("k")) is None
    assert await store.write(lambda tx: tx.heard("k")) is None
    await store.write(lambda tx: tx.answer("k", b""))
    assert await store.write(lambda tx: tx.heard("k")) == b""


async def test_mischief_in_a_key_harms_nothing(store: Store) -> None:
    key = "slack \0'; DROP TABLE heard; -- %s :key {} \u202e"
    await store.write(lambda tx: tx.answer(key, b"\0%s"))
    assert await store.read(lambda tx: tx.heard(key)) == b"\0%s"
    assert await store.read(lambda tx: tx.find(key)) is None


async def test_a_stream_is_resumed(store: Store) -> None:
    assert await store.read(lambda tx: (tx.cursor("telegram"), tx.undone("telegram"))) == ("", [])
    await store.write(lambda tx: tx.keep("telegram", "8", {"7": b"seven", "6": b"six"}))
    await store.write(lambda tx: tx.keep("telegram", "9", {"7": b"again", "8": b"eight"}))
    await store.write(lambda tx: tx.keep("telegram", "9", {}))
    await store.write(lambda tx: tx.keep("other", "1", {"7": b"not this"}))
    await store.write(lambda tx: tx.done("telegram", "7"))
    assert await store.read(lambda tx: tx.cursor("telegram")) == "9"
    assert await store.read(lambda tx: tx.undone("telegram")) == [("6", b"six"), ("8", b"eight")]


async def test_what_is_old_and_done_is_forgotten(store: Store, clock: PushedClock) -> None:
    await store.write(lambda tx: tx.answer("old", b"1"))
    await store.write(lambda tx: tx.keep("t", "2", {"1": b"done", "2": b"undone"}))
    await store.write(lambda tx: tx.done("t", "1"))
    clock.push(days=1)
    await store.write(lambda tx: tx.answer("new", b"2"))
    await store.write(lambda tx: tx.forget(clock.at - timedelta(hours=1)))
    assert await store.read(lambda tx: (tx.heard("old"), tx.heard("new"))) == (None, b"2")
    assert await store.read(lambda tx: tx.undone("t")) == [("2", b"undone")]
    await store.write(lambda tx: tx.keep("t", "3", {"1": b"done, and said again"}))
    assert len(await store.read(lambda tx: tx.undone("t"))) == 2


async def test_a_lease_has_one_holder(store: Store, clock: PushedClock) -> None:
    async def lease(holder: str) -> int | None:
        return await store.write(lambda tx: tx.lease("telegram", holder, timedelta(seconds=10)))

    assert [await lease("a"), await lease("b")] == [1, None]
    clock.push(seconds=9)
    assert await lease("a") == 1  # renewed
    clock.push(seconds=9)
    assert await lease("b") is None
    clock.push(seconds=1)
    assert [await lease("b"), await lease("a")] == [2, None]
    await store.write(lambda tx: tx.release("telegram", "a"))  # not its own
    assert await lease("a") is None
    await store.write(lambda tx: tx.release("telegram", "b"))
    assert [await lease("a"), await lease("b")] == [3, None]


async def test_a_race_for_a_lease_has_one_winner(store: Store) -> None:
    def lease(holder: str) -> Callable[[Transaction], int | None]:
        return lambda tx: tx.lease("x", holder, timedelta(minutes=1))

    got = await asyncio.gather(*(store.write(lease(str(n))) for n in range(8)))
    assert sorted(number for number in got if number) == [1]
