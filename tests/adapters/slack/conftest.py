"""Slack's stand-in and the real adapter, on loopback, with a house that answers from a script."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest

from adapters.playground.cast import COMPANY
from adapters.playground.server import Playground
from adapters.playground.slack import Slack as StandIn
from adapters.playground.slack.contracts import CONTRACTS
from adapters.playground.slack.workspace import HALL
from adapters.playground.stage import Bubble, Sheet
from adapters.slack.chat import Settings, Slack
from tests.adapters.haste import hurry
from tests.adapters.house import House
from tests.clock import PushedClock


class Town:
    """Everything that a test of the adapter touches."""

    def __init__(self, playground: Playground, clock: PushedClock, chat: Slack) -> None:
        self.playground, self.clock, self.chat = playground, clock, chat
        self.house = House()
        self.stand: StandIn = playground.slack
        self.hall = chat.hall
        self.until = playground.until
        self.readies = 0

    def ready(self) -> None:
        self.readies += 1

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """The adapter listens, until the end of the block."""
        before = self.readies
        listening = asyncio.get_running_loop().create_task(self.chat.listen(self.house, self.ready))
        try:
            await self.until(lambda: self.readies >= before + 2 or listening.done())
            yield
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    def bubbles(self, viewer: str, room: str = HALL) -> list[Bubble]:
        """What somebody sees in a room."""
        found = next(each for each in self.stand.screen(viewer).rooms if each.id == room)
        return list(found.bubbles)

    def direct(self, viewer: str) -> str:
        """Their conversation with the bot."""
        return next(each.id for each in self.stand.screen(viewer).rooms if each.kind == "direct")

    async def shown(self, viewer: str, text: str, room: str = HALL) -> Bubble:
        """Wait for a message with these words on somebody's screen."""
        found = await self.until(lambda: [each for each in self.bubbles(viewer, room) if text in each.text])
        return found[-1]

    async def say(self, viewer: str, text: str, room: str = HALL, reply_to: str = "") -> None:
        await self.stand.say(viewer, room, text, reply_to)

    async def sheet(self, viewer: str) -> Sheet:
        """Wait for a form that opens before somebody."""
        sheet = await self.until(lambda: self.stand.screen(viewer).sheet)
        assert sheet
        return sheet

    def calls(self, method: str) -> list[Mapping[str, Any]]:
        """What the adapter asked of a method."""
        return [args for name, args in self.stand.api.calls if name == method]


@pytest.fixture
async def quiet(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Town]:
    """The adapter is there, and does not listen yet."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # loopback must not go there
    hurry(monkeypatch)
    clock = PushedClock()
    monkeypatch.setattr("adapters.mark.now", lambda: clock.now().timestamp())
    async with Playground(COMPANY, clock, platforms=("slack",)).open() as playground:
        town = Town(playground, clock, Slack(Settings.model_validate(playground.settings["slack"])))
        yield town
        await town.chat.close()
        for method, args in town.stand.api.calls:
            assert set(args) <= set(CONTRACTS[method].args) | {"token"}, method
        assert not town.stand.refused


@pytest.fixture
async def town(quiet: Town) -> AsyncIterator[Town]:
    """The adapter listens."""
    async with quiet.listening():
        yield quiet
