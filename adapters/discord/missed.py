"""What was said and pinned while nobody listened, or while a session was lost: read back over HTTP, each thing once.

https://docs.discord.com/developers/events/gateway#resuming: only a session that is resumed replays what was missed.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

from adapters import mark
from adapters.discord.changes import Changes
from adapters.discord.letters import listed
from adapters.discord.read import EPOCH, bare
from adapters.discord.replies import MESSAGES
from adapters.discord.settings import Settings
from adapters.discord.wire import Wire
from adapters.mark import Mark, reading
from bot.ports import Gone, House

SIGNED = re.compile(r"\[[\w-]+\]$")
"""Ends the topic of a room that the bot opened."""
PAGE = 100
"""Messages, or people, in an answer. So many messages of before a gap are looked at for reactions, too:
of these nobody says when they were put."""
SAID, REACTED = "MESSAGE_CREATE", "MESSAGE_REACTION_ADD"
"""The events that were missed."""
PATIENCE = 60.0
"""Seconds that reading back may wait for its turn: nothing else waits for it."""

REACTIONS = MESSAGES + "/{message_id}/reactions/{emoji}"

Hear = Callable[[str, Any], Awaitable[None]]
"""Is given each as the event that it was."""


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
        server = {"guild_id": self._settings.guild}
        for room in self._changes.rooms(self.ours, day_before(since)):
            with reading(room):
                found = [each async for each in self._after(room, since)]
                await self._said(room, found, server, hear)
                for each in (*await self._page(room, {"before": str(since + 1)}), *found):
                    await self._reactions(room, each, server, hear)
        for room in sorted(self.mark.rooms):
            with reading(room):
                await self._said(room, [each async for each in self._after(room, since)], {}, hear)

    async def _said(self, room: str, found: list[Any], more: Mapping[str, str], hear: Hear) -> None:
        """All that was said there since, in its order."""
        for raw in found:
            await hear(SAID, {**raw, "channel_id": room, **more})

    async def _reactions(self, room: str, raw: Any, more: Mapping[str, str], hear: Hear) -> None:
        """The reactions under a message that pin it, of everybody who put one; a message that is gone has none."""
        for emoji in pins(raw, self._settings.pins):
            name = ":".join(filter(None, (str(emoji["name"]), str(emoji.get("id") or ""))))
            about = {"channel_id": room, "message_id": str(raw["id"])}
            with suppress(Gone):
                found = await self._wire.call(
                    "GET", REACTIONS, query={"limit": str(PAGE)}, patience=PATIENCE, emoji=name, **about
                )
                for user in found:
                    put = {"user_id": user["id"], "member": {"user": user}, "emoji": emoji}
                    await hear(REACTED, {**about, **put, **more})

    async def _after(self, room: str, since: int) -> AsyncIterator[Any]:
        while True:
            page = await self._page(room, {"after": str(since)})
            for raw in page:
                yield raw
            if len(page) < PAGE:
                return
            since = int(page[-1]["id"])

    async def _page(self, room: str, query: Mapping[str, str]) -> list[Any]:
        query = {**query, "limit": str(PAGE)}
        found = await self._wire.call("GET", MESSAGES, query=query, patience=PATIENCE, channel_id=room)
        return sorted(found, key=lambda raw: int(raw["id"]))


def pins(raw: Any, wanted: Collection[str]) -> Iterator[Mapping[str, Any]]:
    """The emoji under a message that pin it, where somebody else than we put them."""
    faces = set(map(bare, wanted))
    for each in listed(raw.get("reactions")):
        emoji = each.get("emoji") or {}
        if bare(str(emoji.get("name") or "")) in faces and each.get("count", 1) > bool(each.get("me")):
            yield emoji


def day_before(number: int) -> int:
    """The number of whatever was said a day before another."""
    return max(0, number - (int(mark.BACK * 1000) << 22))


def day_ago() -> int:
    """The number of whatever was said a day ago."""
    return max(0, int((mark.now() - mark.BACK - EPOCH.timestamp()) * 1000)) << 22
