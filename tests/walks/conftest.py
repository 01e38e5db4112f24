"""Walks break things on purpose: what is logged of it would only hide what a test says."""

import logging

import pytest
import structlog

from bot.store.store import Store
from tests.clock import PushedClock
from tests.walks.town import Town


@pytest.fixture(autouse=True)
def quiet() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


@pytest.fixture
async def town(store: Store, clock: PushedClock) -> Town:
    """A town at peace, on each database: what has happened in it already, a file adds in a `town` of its own."""
    made = Town(store, clock)
    await made.start()
    return made
