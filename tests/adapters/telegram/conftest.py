"""Telegram's stand-in, with the example company in it, on loopback."""

from collections.abc import AsyncIterator

import pytest

from adapters.playground.cast import COMPANY
from adapters.playground.server import Playground
from tests.clock import PushedClock


@pytest.fixture
def clock() -> PushedClock:
    return PushedClock()


@pytest.fixture
async def playground(clock: PushedClock) -> AsyncIterator[Playground]:
    async with Playground(COMPANY, clock, platforms=("telegram",)).open() as playground:
        yield playground
