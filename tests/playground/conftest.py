"""A playground whose platforms are the sides of one square."""

from collections.abc import AsyncIterator

import httpx
import pytest

from adapters.playground.cast import COMPANY
from adapters.playground.server import Playground
from tests.playground.square import Noon, Square


@pytest.fixture
async def playground() -> AsyncIterator[Playground]:
    async with Playground(COMPANY, Noon(), build=Square().side).open() as playground:
        yield playground


@pytest.fixture
async def web(playground: Playground) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=playground.base, trust_env=False) as web:
        yield web
