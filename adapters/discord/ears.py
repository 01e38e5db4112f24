"""The gateway: what is said comes in here, until the connection is lost for good."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import discord
import structlog

from bot.ports import Unreachable

log = structlog.get_logger()

HEARD = ("INTERACTION_CREATE", "MESSAGE_CREATE")
LOST = 5.0
"""Seconds in which the library may resume by itself; after that the connection is given up and told to be down."""


class Ears(discord.Client):
    """One connection: the library's client cannot be used again after it was closed.

    `hear` is given each payload as the gateway sent it: the library's own objects want a cache that a restart empties.
    """

    def __init__(
        self, hear: Callable[["Ears", str, Any], Awaitable[None]], ready: Callable[["Ears"], Awaitable[None]]
    ) -> None:
        wanted = discord.Intents(guilds=True, guild_messages=True, dm_messages=True, message_content=True)
        super().__init__(
            intents=wanted,
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            guild_ready_timeout=0.2,
            enable_debug_events=True,
        )
        self._hear = hear
        self._told = ready
        self._up = asyncio.Event()
        self._down = asyncio.Event()

    async def listen(self, token: str) -> None:
        """Until cancelled, or until the connection was lost for longer than the library may take to resume."""
        watching = asyncio.get_running_loop().create_task(self._watch())
        running = asyncio.get_running_loop().create_task(self.start(token))
        try:
            done, _ = await asyncio.wait({watching, running}, return_when=asyncio.FIRST_COMPLETED)
            for ended in done:
                ended.result()
        finally:
            watching.cancel()
            running.cancel()
            await asyncio.gather(watching, running, return_exceptions=True)

    async def _watch(self) -> None:
        # The library goes on trying for ever, and says so to nobody.
        while True:
            await self._down.wait()
            try:
                await asyncio.wait_for(self._up.wait(), LOST)
            except TimeoutError:
                raise Unreachable("the gateway was lost") from None

    def names(self, guild: str) -> set[str]:
        """The ids by which somebody mentions the bot: its own and its role's."""
        there = self.get_guild(int(guild))
        roles = there.roles if there else ()
        ours = {str(role.id) for role in roles if role.tags and self.user and role.tags.bot_id == self.user.id}
        return ours | ({str(self.user.id)} if self.user else set())

    # ---- called by the library

    async def on_socket_raw_receive(self, text: str) -> None:
        """A payload, before the library reads it."""
        if any(event in text for event in HEARD):
            raw = json.loads(text)
            if raw.get("t") in HEARD:
                await self._hear(self, raw["t"], raw["d"])

    async def on_ready(self) -> None:
        """A fresh session: it may come many times in a connection's life."""
        self._back()
        await self._told(self)

    async def on_resumed(self) -> None:
        """What was missed was replayed."""
        self._back()
        await self._told(self)

    async def on_disconnect(self) -> None:
        """The socket broke; the library tries again."""
        self._up.clear()
        self._down.set()

    def _back(self) -> None:
        self._down.clear()
        self._up.set()

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """A fault of ours in one event touches no other."""
        log.error("an event from Discord broke", event=event_method, exc_info=True)
