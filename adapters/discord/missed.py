"""What was said while nobody listened, or while a session was lost: read back over HTTP, each message once.

https://docs.discord.com/developers/events/gateway#resuming: only a session that is resumed replays what was missed.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from adapters import mark
from adapters.discord.changes import Changes
from adapters.discord.read import EPOCH
from adapters.discord.replies import MESSAGES
from adapters.discord.settings import Settings
from adapters.discord.wire import Wire
from adapters.mark import Mark, reading
from bot.ports import House

SIGNED = re.compile(r"\[[\w-]+\]$")
"""Ends the topic of a room that the bot opened."""
PAGE = 100
PATIENCE = 60.0
"""Seconds that reading back may wait for its turn: nothing else waits for it."""

Hear = Callable[[Any], Awaitable[None]]


class Missed:
    """The standing room, the war rooms, their threads, and the conversations with one person."""

    def __init__(self, wire: Wire, changes: Changes, settings: Settings) -> None:
        self.mark = Mark(f"discord {settings.guild}")
        self._wire, self._changes, self._settings = wire, changes, settings

    def ours(self, id: str, topic: str) -> bool:
        """Whether a channel is a room of incidents."""
        return id == self._settings.room or bool(SIGNED.search(topic))

    def catch_up(self) -> None:
        """A session began, and told which channels there are."""
        self.mark.begin(self._changes.latest())
        self.mark.catch_up()

    @asynccontextmanager
    async def watched(self, house: House, hear: Hear) -> AsyncIterator[None]:
        """Within, whatever is missed is read back and heard."""
        await self.mark.load(house)

        async def read_back(since: int) -> None:
            await self._read_back(max(since, day_ago()), hear)

        async with self.mark.watched(house, read_back):
            yield

    async def _read_back(self, since: int, hear: Hear) -> None:
        for room in self._changes.rooms(self.ours, since):
            await self._room(room, since, {"guild_id": self._settings.guild}, hear)
        for room in sorted(self.mark.rooms):
            await self._room(room, since, {}, hear)

    async def _room(self, room: str, since: int, more: dict[str, str], hear: Hear) -> None:
        """All that was said there since, in its order."""
        with reading(room):
            async for raw in self._after(room, since):
                await hear({**raw, "channel_id": room, **more})

    async def _after(self, room: str, since: int) -> AsyncIterator[Any]:
        while True:
            query = {"after": str(since), "limit": str(PAGE)}
            found = await self._wire.call("GET", MESSAGES, query=query, patience=PATIENCE, channel_id=room)
            page = sorted(found, key=lambda raw: int(raw["id"]))
            for raw in page:
                yield raw
            if len(page) < PAGE:
                return
            since = int(page[-1]["id"])


def day_ago() -> int:
    """The number of whatever was said a day ago."""
    return max(0, int((mark.now() - mark.BACK - EPOCH.timestamp()) * 1000)) << 22
