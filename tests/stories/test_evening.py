"""A stranger's evening: platforms down and throttled, the bot killed in the middle; every pane stays whole."""

import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from adapters.playground import demo
from adapters.playground.bot import Bot
from adapters.playground.server import Playground
from adapters.playground.stage import Bubble

NAMES = ("slack", "discord", "telegram")
PATIENCE = 120.0
"""Seconds: a bot that starts again dials, waits and catches up by the machine's own clock."""


class Evening:
    """The demo with its switches, and somebody who plays with them."""

    def __init__(self, playground: Playground, bot: Bot) -> None:
        self.playground, self.bot = playground, bot

    def bubbles(self, platform: str, viewer: str = "anna") -> list[Bubble]:
        """What stands in the rooms that several people see."""
        rooms = self.playground[platform].screen(viewer).rooms
        return [bubble for room in rooms if room.kind in ("channel", "topic") for bubble in room.bubbles]

    async def say(self, viewer: str, platform: str, text: str) -> None:
        """In the war room, if there is one."""
        rooms = [each for each in self.playground[platform].screen(viewer).rooms if each.kind in ("channel", "topic")]
        await self.playground[platform].say(viewer, rooms[-1].id, text)

    def push(self, seconds: float) -> None:
        """Let time pass, for everybody."""
        self.playground.switches.clock.push(seconds)  # type: ignore[attr-defined]
        self.bot.push(seconds)

    async def ready(self) -> None:
        """Wait until the bot listens on every platform."""
        slack, discord, telegram = (self.playground[name] for name in NAMES)
        stands: Any = (slack, discord, telegram)
        for listens in (
            lambda: stands[0].board.lines,
            lambda: stands[1].town.gateway.heard,
            lambda: stands[2].cloud.queue.polls,
        ):
            await self.playground.until(listens, PATIENCE)

    async def without(self, platform: str, viewer: str, other: str, text: str, words: str) -> None:
        """A platform is down while somebody says something on another one; then it is back, and catches up."""
        self.playground[platform].outage = True
        await self.say(viewer, other, text)
        await self.everywhere(words, *(name for name in NAMES if name != platform))
        self.playground[platform].outage = False
        await self.everywhere(words)

    async def everywhere(self, words: str, *platforms: str) -> None:
        """Wait until each platform shows these words."""
        for platform in platforms or NAMES:
            try:
                await self.playground.until(lambda: self.shows(platform, words), PATIENCE)
            except TimeoutError:
                seen = "\n---\n".join(each.text for each in self.bubbles(platform))
                raise AssertionError(f"{platform} does not say {words!r}:\n{seen}") from None

    def shows(self, platform: str, words: str) -> bool:
        return any(words in bubble.text for bubble in self.bubbles(platform) if bubble.bot)


@pytest.fixture
async def evening(tmp_path: Path) -> AsyncIterator[Evening]:
    async with (
        demo.playground(0) as playground,
        demo.bot(playground, f"sqlite:///{tmp_path}/evening.db", "error") as bot,
    ):
        made = Evening(playground, bot)
        await made.ready()
        yield made


@pytest.mark.timeout(600)
async def test_a_strangers_evening(evening: Evening) -> None:
    playground, bot = evening.playground, evening.bot
    await evening.say("anna", "slack", "!declare Checkout is down --sev 1")
    await evening.everywhere("Checkout is down")

    await bot.kill()
    await evening.say("boris", "telegram", "!ack")
    bot.start()
    await evening.everywhere("Boris Petrov has it")

    await evening.without("telegram", "carlos", "slack", "!update half of it is back", "half of it is back")
    await evening.without("discord", "boris", "telegram", "!status monitoring", "monitoring")
    await evening.ready()
    await evening.without("slack", "carlos", "discord", "!update all of it is back", "all of it is back")

    playground["telegram"].faults.switch("throttled", 0)
    await evening.say("anna", "slack", "!sev 2")
    await evening.everywhere("SEV2", "slack", "discord")
    playground["telegram"].faults.mend()
    evening.push(60)
    await evening.everywhere("SEV2")

    dead = bot.pid
    await evening.say("anna", "slack", "!update famous last words")
    os.kill(dead, signal.SIGKILL)
    await playground.until(lambda: bot.up and bot.pid != dead, PATIENCE)
    await evening.everywhere("famous last words")

    await evening.say("anna", "slack", "!resolve it was the disk")
    await evening.everywhere("resolved")
    for platform in ("slack", "discord"):
        for words in ("half of it is back", "all of it is back", "famous last words"):
            said = [each for each in evening.bubbles(platform) if "Update by" in each.text and words in each.text]
            posted = [each for each in said if not each.buttons and not each.pinned]
            assert len(posted) <= 1, f"{platform} says twice: {words}"


@pytest.mark.timeout(600)
async def test_time_is_pushed_and_the_ladder_climbs(evening: Evening) -> None:
    await evening.say("anna", "slack", "!declare Checkout is down --sev 1")
    await evening.everywhere("Checkout is down")
    evening.push(301)

    def paged() -> bool:
        rooms = [room for name in ("discord", "telegram") for room in evening.playground[name].screen("boris").rooms]
        return any("PAGE" in each.text for room in rooms if room.kind == "direct" for each in room.bubbles)

    await evening.playground.until(paged, PATIENCE)
