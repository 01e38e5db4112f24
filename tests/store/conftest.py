"""An open store, on each sort of database, whose clock is pushed."""

from collections.abc import AsyncIterator

import pytest

from bot.store.store import Store
from tests.clock import PushedClock


@pytest.fixture
def clock() -> PushedClock:
    return PushedClock()


@pytest.fixture
async def store(database_url: str, clock: PushedClock) -> AsyncIterator[Store]:
    store = await Store.open(database_url, clock)
    yield store
    await store.close()


@pytest.fixture
async def sqlite_store(sqlite_url: str, clock: PushedClock) -> AsyncIterator[Store]:
    store = await Store.open(sqlite_url, clock)
    yield store
    await store.close()
