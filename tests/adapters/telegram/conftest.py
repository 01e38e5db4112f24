"""Telegram's stand-in and the real adapter, on loopback, with a house that answers from a script."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest

from adapters.playground.cast import COMPANY
from adapters.playground.server import Playground
from adapters.playground.stage import Bubble, Room
from adapters.playground.telegram import Telegram as StandIn
from adapters.playground.telegram.cloud import GROUP
from adapters.playground.telegram.contract import CONTRACT
from adapters.telegram.chat import Settings, Telegram
from tests.adapters.house import House
from tests.clock import PushedClock

HALL = str(GROUP)


class Town:
    """Everything that a test of the adapter touches."""

    def __init__(self, playground: Playground, clock: PushedClock) -> None:
        self.playground, self.clock = playground, clock
        self.chat_settings = Settings.model_validate(playground.settings["telegram"])
        self.chat = Telegram(self.chat_settings)
        self.house = House()
        self.stand: StandIn = playground.telegram
        self.until = playground.until
        self.readies = 0

    def ready(self) -> None:
        self.readies += 1

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[asyncio.Task[None]]:
        """The adapter listens, until the end of the block."""
        before = self.readies
        task = asyncio.get_running_loop().create_task(self.chat.listen(self.house, self.ready))
        try:
            await self.until(lambda: self.readies > before or task.done())
            yield task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def room(self, viewer: str, name: str = "General") -> Room:
        """What somebody sees; their conversation with the bot is called `Tocsin`."""
        return next(each for each in self.stand.screen(viewer).rooms if each.name == name)

    def bubbles(self, viewer: str, room: str = "General") -> list[Bubble]:
        return list(self.room(viewer, room).bubbles)

    async def shown(self, viewer: str, text: str, room: str = "General") -> Bubble:
        """Wait for a message of the bot with these words on somebody's screen."""
        found = await self.until(
            lambda: [each for each in self.bubbles(viewer, room) if text in each.text and each.bot]
        )
        return found[-1]

    async def say(self, viewer: str, text: str, room: str = "General", reply_to: str = "") -> None:
        await self.stand.say(viewer, self.room(viewer, room).id, text, reply_to)

    async def press(self, viewer: str, bubble: Bubble, label: str, room: str = "General") -> None:
        knob = next(knob for row in bubble.buttons for knob in row if knob.label == label)
        await self.stand.press(viewer, self.room(viewer, room).id, bubble.id, knob.id)

    async def heard(self, count: int = 1) -> None:
        """Wait until so much was heard."""
        await self.until(lambda: len(self.house.heard) >= count)

    async def toast(self, viewer: str) -> str:
        """Wait for the answer to a press."""
        return await self.until(lambda: self.stand.screen(viewer).toast)

    def calls(self, method: str) -> list[Mapping[str, Any]]:
        """What the adapter asked of a method."""
        return [args for name, args in self.stand.api.calls if name == method]


@pytest.fixture
def clock() -> PushedClock:
    return PushedClock()


@pytest.fixture
async def playground(clock: PushedClock) -> AsyncIterator[Playground]:
    async with Playground(COMPANY, clock, platforms=("telegram",)).open() as playground:
        yield playground


@pytest.fixture
async def deaf(playground: Playground, clock: PushedClock, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Town]:
    """The adapter, not listening yet. What it asks is checked against the platform's reference in the end."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # loopback must not go there
    town = Town(playground, clock)
    yield town
    await town.chat.close()
    assert not town.stand.refused
    for method, args in town.stand.api.calls:
        assert set(args) <= set(CONTRACT["methods"][method]), method


@pytest.fixture
async def town(deaf: Town) -> AsyncIterator[Town]:
    """The adapter listens."""
    async with deaf.listening():
        yield deaf
