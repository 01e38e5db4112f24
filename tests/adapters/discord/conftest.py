"""Discord's stand-in and the real adapter, on loopback, with a house that answers from a script."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest

from adapters.discord.chat import Discord, Settings, open_chat
from adapters.playground.cast import COMPANY
from adapters.playground.discord import Discord as StandIn
from adapters.playground.discord.guild import HALL
from adapters.playground.server import Playground
from adapters.playground.stage import Bubble, Sheet
from bot.ports import ChatError, Place
from tests.adapters.haste import hurry
from tests.adapters.house import House
from tests.clock import PushedClock


class Town:
    """Everything that a test of the adapter touches."""

    def __init__(self, playground: Playground, clock: PushedClock, chat: Discord) -> None:
        self.playground, self.clock, self.chat = playground, clock, chat
        self.house = House()
        self.stand: StandIn = playground.discord
        self.guild = self.stand.town.guild
        self.hall = Place("discord", HALL)
        self.until = playground.until
        self.readies = 0

    def ready(self) -> None:
        self.readies += 1

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

    def calls(self, method: str, part: str) -> list[Any]:
        """The bodies of what the adapter sent to a path that contains this."""
        return [body for verb, path, body in self.stand.api.calls if verb == method and part in path]

    def listen(self) -> "asyncio.Task[None]":
        return asyncio.get_running_loop().create_task(self.chat.listen(self.house, self.ready))


@pytest.fixture
async def quiet(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Town]:
    """The adapter is there, and does not listen yet."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # loopback must not go there
    hurry(monkeypatch)
    clock = PushedClock()
    monkeypatch.setattr("adapters.mark.now", lambda: clock.now().timestamp())
    async with Playground(COMPANY, clock, platforms=("discord",)).open() as playground:
        chat = open_chat(Settings.model_validate(playground.settings["discord"]))
        town = Town(playground, clock, chat)
        yield town
        await town.chat.close()


@pytest.fixture
async def steady(quiet: Town) -> AsyncIterator[Town]:
    """The adapter is listened to again whenever its connection ends, as the house does it."""

    async def attend() -> None:
        while True:
            with suppress(ChatError):
                await quiet.chat.listen(quiet.house, quiet.ready)
            await asyncio.sleep(0.02)

    listening = asyncio.get_running_loop().create_task(attend())
    await quiet.until(lambda: quiet.readies)
    yield quiet
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)


@pytest.fixture
async def town(quiet: Town) -> AsyncIterator[Town]:
    """The adapter listens."""
    listening = quiet.listen()
    try:
        await quiet.until(lambda: quiet.readies or listening.done())
        yield quiet
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
