"""The tables: migrated as declared, and asked by their indexes."""

import asyncio
import os
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, make_url

from bot.store import books, inbox, keys, log, looks, sends, timers, transaction
from bot.store.hand import Sql, sql
from bot.store.store import BadUrl, Store, StoreDown
from bot.store.tables import Table
from tests.store.toy import TOY, ToyCounted, write


async def test_the_migrations_make_what_is_declared(database_url: str) -> None:
    engine = create_engine(make_url(database_url.replace("postgresql:", "postgresql+psycopg:")))
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Table.metadata) == []
    engine.dispose()


async def test_several_processes_start_on_a_new_database(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new/folder/tocsin.db"
    stores = await asyncio.gather(*(Store.open(url) for _ in range(3)))
    await asyncio.gather(*(store.write(write(ToyCounted())) for store in stores))
    assert (await stores[0].read(lambda tx: tx.load(TOY))).rev == 3
    for store in stores:
        await store.close()


async def test_a_database_is_found_again(database_url: str) -> None:
    for expected in range(1, 3):
        store = await Store.open(database_url)
        book, _ = await store.write(write(ToyCounted()))
        assert book.rev == expected
        await store.close()


async def test_a_database_of_a_newer_version_is_left_alone(database_url: str) -> None:
    store = await Store.open(database_url)
    await store.write(lambda tx: tx.do(sql("UPDATE alembic_version SET version_num = '9999'")))
    await store.close()
    with pytest.raises(StoreDown, match="newer version"):
        await Store.open(database_url)


async def test_a_temporary_database_leaves_nothing() -> None:
    store = await Store.open("sqlite://")
    path = await store.read(lambda tx: tx.rows(Sql("PRAGMA database_list", ""))[0][2])
    await store.write(write(ToyCounted()))
    assert os.path.exists(path)
    await store.close()
    assert not os.path.exists(os.path.dirname(path))


async def test_no_room_for_a_database(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreDown, match="no folder"):
        await Store.open(f"sqlite:///{tmp_path}/file/tocsin.db")


async def test_odd_letters_in_a_path(tmp_path: Path) -> None:
    store = await Store.open(f"sqlite:///{tmp_path}/a b/50%/火.db")
    await store.write(write(ToyCounted()))
    await store.close()
    assert (tmp_path / "a b" / "50%" / "火.db").exists()


@pytest.mark.parametrize("url", ["", "tocsin.db", "mysql://x/y", "sqlite:/oops"])
async def test_a_url_that_means_nothing(url: str) -> None:
    with pytest.raises(BadUrl, match="postgresql://user"):
        await Store.open(url)


async def test_the_pragmas(sqlite_store: Store) -> None:
    def pragma(name: str) -> Sql:
        return Sql(f"PRAGMA {name}", "")

    expected = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "query_only": 0}
    found = await sqlite_store.write(lambda tx: {name: tx.rows(pragma(name))[0][0] for name in expected})
    assert found == expected
    assert await sqlite_store.read(lambda tx: tx.rows(pragma("query_only"))) == [(1,)]


PLANS = [
    (books.LOAD, "sqlite_autoindex_books_1"),
    (books.OPEN, "ix_books_open"),
    (books.UPDATE, "sqlite_autoindex_books_1"),
    (log.FIRST, "USING PRIMARY KEY"),
    (log.LAST, "USING PRIMARY KEY"),
    (log.FIRST_OF, "ix_entries_event"),
    (log.LAST_OF, "ix_entries_event"),
    (keys.FIND, "USING PRIMARY KEY"),
    (keys.KEYS, "ix_keys_book"),
    (timers.DUE, "ix_timers_at"),
    (timers.NEXT, "ix_timers_at"),
    (timers.ARMED, "USING PRIMARY KEY"),
    (looks.BEHIND, "ix_shown_behind"),
    (looks.LOOKS, "sqlite_autoindex_shown_1"),
    (looks.WANT_BOOK, "sqlite_autoindex_shown_1"),
    (books.TAKE, "ix_timers_at"),
    (books.TAKE_PAGES, "ix_sends_p"),
    (books.TAKE_MORE, "ix_sends_"),
    (sends.READY, "ix_sends_waiting"),
    (sends.PAGES_DUE, "ix_sends_pages"),
    (sends.EXPIRED, "ix_sends_sending"),
    (sends.LEDGER, "ix_sends_book"),
    (sends.PAGES_TO, "ix_sends_book"),
    (sends.RELEASE, "ix_sends_"),
    (sends.REACHED, "ix_sends_book"),
    (sends.FORGOTTEN, "ix_sends_sending"),
    (sends.FORGET_SENDS, "ix_sends_at"),
    (transaction.NEXT_TRY, "ix_shown_behind"),
    (transaction.NEXT_TRY, "ix_sends_"),
    (inbox.UNDONE, "ix_inbox_undone"),
    (inbox.FORGET_HEARD, "ix_heard_at"),
]


@pytest.mark.parametrize(("statement", "index"), PLANS)
def test_a_statement_uses_its_index(statement: Sql, index: str, sqlite_template: Path) -> None:
    values = dict.fromkeys(
        ("kind", "id", "limit", "each", "after", "names", "key", "now", "platform", "book", "source", "before", "was",
         "rev", "at", "open", "fold", "head", "state", "repeat", "dest", "since", "then", "way"), 1,
    )  # fmt: skip
    database = sqlite3.connect(sqlite_template)
    plan = [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {statement.sqlite}", values)]
    database.close()
    assert any(index in step for step in plan), plan
