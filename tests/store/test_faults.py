"""A database that is locked, full, or gone: a clear word, nothing half-written, and on it goes."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from bot.store import postgres, sqlite
from bot.store.hand import sql
from bot.store.store import Store, StoreDown, Transaction
from tests.clock import PushedClock
from tests.store.toy import TOY, ToyCounted, soon, write


async def count(store: Store) -> int:
    return int((await store.read(lambda tx: tx.load(TOY))).state.count)


def file_of(url: str) -> Path:
    return Path(str(make_url(url).database))


# ---- SQLite


async def test_a_file_that_another_process_locks(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "PATIENCE", 0.05)
    store = await Store.open(sqlite_url)
    await store.write(write(ToyCounted()))
    other = sqlite3.connect(file_of(sqlite_url), isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    results = await asyncio.gather(*(store.write(write(ToyCounted())) for _ in range(5)), return_exceptions=True)
    assert {type(result) for result in results} == {StoreDown}
    assert await count(store) == 1  # who reads does not wait for who writes
    other.execute("ROLLBACK")
    other.close()
    await store.write(write(ToyCounted()))
    assert await count(store) == 2
    await store.close()


async def test_a_short_lock_is_waited_for(sqlite_store: Store, sqlite_url: str) -> None:
    other = sqlite3.connect(file_of(sqlite_url), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = soon(sqlite_store.write(write(ToyCounted())))
    await count(sqlite_store)
    other.execute("COMMIT")
    other.close()
    await waiting


async def test_a_full_disk(sqlite_store: Store) -> None:
    def limit(pages: int) -> Any:
        return lambda tx: tx.rows(sql(f"PRAGMA max_page_count = {pages}"))[0][0]

    def fill(tx: Transaction) -> Any:
        return write(ToyCounted(note="x" * 5000))(tx)

    await sqlite_store.write(write(ToyCounted()))
    used = await sqlite_store.read(lambda tx: tx.rows(sql("PRAGMA page_count"))[0][0])
    await sqlite_store.write(limit(used + 4))
    results = await asyncio.gather(*(sqlite_store.write(fill) for _ in range(20)), return_exceptions=True)
    assert {type(result) for result in results} >= {StoreDown}
    done = sum(isinstance(result, tuple) for result in results)
    assert await count(sqlite_store) == 1 + done
    assert await sqlite_store.read(lambda tx: (tx.verify(TOY), tx.load(TOY) == tx.fold(TOY))) == (True, True)
    await sqlite_store.write(limit(1_000_000))
    await sqlite_store.write(fill)
    assert await count(sqlite_store) == 2 + done


async def test_no_file_to_open(tmp_path: Path) -> None:
    (tmp_path / "tocsin.db").mkdir()
    with pytest.raises(StoreDown):
        await Store.open(f"sqlite:///{tmp_path}/tocsin.db")


async def test_what_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "tocsin.db").write_text("Dear diary, " * 1000)
    with pytest.raises(StoreDown):
        await Store.open(f"sqlite:///{tmp_path}/tocsin.db")


async def test_two_processes_share_a_file(sqlite_store: Store, sqlite_url: str, clock: PushedClock) -> None:
    other = await Store.open(sqlite_url, clock)
    await asyncio.gather(*(each.write(write(ToyCounted())) for _ in range(10) for each in (sqlite_store, other)))
    await other.close()
    assert await count(sqlite_store) == 20
    assert await sqlite_store.read(lambda tx: tx.verify(TOY))


# ---- PostgreSQL


def end_connections(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid, 60_000) FROM pg_stat_activity"  # when it is gone, and not only told so
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


async def test_every_connection_is_cut(postgres_url: str) -> None:
    """Found out before anything was committed: it is simply done again on a new one."""
    store = await Store.open(postgres_url)
    for expected in range(1, 4):
        await asyncio.gather(*(store.write(write(ToyCounted())) for _ in range(8)))
        end_connections(postgres_url)
        assert await count(store) == 8 * expected
    await store.close()


async def test_a_connection_is_cut_in_the_middle(postgres_url: str) -> None:
    store = await Store.open(postgres_url)

    def cut(tx: Transaction) -> None:
        write(ToyCounted())(tx)
        tx.rows(sql("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(StoreDown):
        await store.write(cut)
    assert await count(store) == 0
    await store.write(write(ToyCounted()))
    await store.close()


async def test_a_lock_that_is_held_too_long(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "PATIENCE", 1)
    store = await Store.open(postgres_url)
    await store.write(write(ToyCounted()))
    with psycopg.connect(postgres_url) as other:
        other.execute("SELECT 1 FROM books FOR UPDATE")
        with pytest.raises(StoreDown):
            await store.write(write(ToyCounted()))
        assert await count(store) == 1
    await store.write(write(ToyCounted()))
    await store.close()


async def test_the_server_is_started_anew(postgres_url: str, postgres_server: Any) -> None:
    store = await Store.open(postgres_url)
    await store.write(write(ToyCounted()))
    postgres_server.stop()
    try:
        with pytest.raises(StoreDown):
            await store.write(write(ToyCounted()))
        with pytest.raises(StoreDown):
            await store.read(lambda tx: tx.load(TOY))
        with pytest.raises(StoreDown):
            await Store.open(postgres_url)
    finally:
        postgres_server.ensure_postgres_running()
    await store.write(write(ToyCounted()))
    assert await count(store) == 2
    await store.close()
