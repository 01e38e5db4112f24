"""The gateway: what is said comes in here, until the connection is lost for good."""

import asyncio
import json
import random
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import discord
import structlog

from bot.ports import ChatError, Forbidden, Unreachable

log = structlog.get_logger()

LOST = 10.0
"""Seconds in which the library may resume by itself; after that the connection is given up and told to be down."""
AGAIN = 1.0, 5.0
"""Seconds before a session that was refused is begun anew: any number between, so that not all begin at once.
https://docs.discord.com/developers/events/gateway#resuming"""

READ = {"READY", "RESUMED", "GUILD_CREATE", "GUILD_UPDATE", "GUILD_DELETE"} | {
    f"GUILD_ROLE_{what}" for what in ("CREATE", "UPDATE", "DELETE")
}
"""What the library reads itself: that a session began, and which roles there are. One payload that it cannot read
ends its connection, and we read all others as they came."""

GOODBYE = 5.0
"""Seconds that a connection has to close, before it is told again."""

Hear = Callable[["Ears", str, Any, str], Coroutine[Any, Any, None]]


class Ears(discord.Client):
    """One connection: the library's client cannot be used again after it was closed.

    `hear` is given each payload as the gateway sent it, with a key for the delivery: the library's own objects want a
    cache that a restart empties. `spare` raises where no further session may be begun today. `tasks` holds what is
    under way: the library begins a task for each event, and ends none of them.
    """

    def __init__(
        self,
        hear: Hear,
        ready: Callable[["Ears"], Coroutine[Any, Any, None]],
        back: Callable[[], None],
        tasks: set[asyncio.Task[Any]],
    ) -> None:
        wanted = discord.Intents(
            guilds=True, guild_messages=True, guild_reactions=True, dm_messages=True, message_content=True
        )
        super().__init__(
            intents=wanted,
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            guild_ready_timeout=0.2,
            enable_debug_events=True,
        )
        parsers = self._connection.parsers
        self._connection.parsers = {event: parsers[event] for event in READ}
        self._hear = hear
        self._told = ready
        self._resumed = back
        self._tasks = tasks
        self._up = asyncio.Event()
        self._down = asyncio.Event()

    async def listen(self, token: str, spare: Callable[[], Awaitable[None]], heard: tuple[str, ...]) -> None:
        """Until cancelled, or until the connection was lost for longer than the library may take to resume."""
        self._spare, self._heard = spare, heard
        watching = asyncio.get_running_loop().create_task(self._watch())
        running = asyncio.get_running_loop().create_task(self.start(token))
        try:
            async with failing():
                done, _ = await asyncio.wait({watching, running}, return_when=asyncio.FIRST_COMPLETED)
                for each in done:
                    each.result()
        finally:
            await ended(watching, running)
            self._still()

    def _still(self) -> None:
        # Nor is the library's own wait for the servers ended with its client.
        if waiting := self._connection._ready_task:
            waiting.cancel()
        # The library's heartbeats are threads. One of a socket that never came to be a session would beat for ever.
        for thread in threading.enumerate():
            if isinstance(thread, discord.gateway.KeepAliveHandler) and thread.ws._connection is self._connection:
                thread.stop()

    async def _watch(self) -> None:
        # The library goes on trying for ever, and says so to nobody.
        while True:
            await self._down.wait()
            try:
                # Not `wait_for`: in Python 3.11 it forgets that it was cancelled when both come at once.
                async with asyncio.timeout(LOST):
                    await self._up.wait()
            except TimeoutError:
                raise Unreachable("the gateway was lost") from None

    def names(self, guild: str) -> set[str]:
        """The ids by which somebody mentions the bot: its own and its role's."""
        there = self.get_guild(int(guild))
        roles = there.roles if there else ()
        ours = {str(role.id) for role in roles if role.tags and self.user and role.tags.bot_id == self.user.id}
        return ours | ({str(self.user.id)} if self.user else set())

    # ---- called by the library

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        """Begin a task for an event. Closed, the library has no loop any more: what comes late would break it."""
        if self.loop is not discord.utils.MISSING:
            super().dispatch(event, *args, **kwargs)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Before each fresh session: a thousand a day, and the token is reset."""
        if not initial:
            await asyncio.sleep(random.uniform(*AGAIN))  # noqa: S311 - no secret
        await self._spare()

    async def on_socket_raw_receive(self, text: str) -> None:
        """A payload, before the library reads it."""
        if any(event in text for event in self._heard):
            raw = json.loads(text)
            if raw.get("t") in self._heard and isinstance(raw.get("d"), dict):
                await self._work(
                    self._hear(self, raw["t"], raw["d"], f"{self.ws and self.ws.session_id}:{raw.get('s')}")
                )

    async def _work(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        await task

    async def on_ready(self) -> None:
        """A fresh session: it may come many times in a connection's life."""
        self._back()
        await self._work(self._told(self))

    async def on_resumed(self) -> None:
        """What was missed was replayed."""
        self._back()
        self._resumed()

    async def on_disconnect(self) -> None:
        """The socket broke; the library tries again."""
        self._up.clear()
        self._down.set()

    def _back(self) -> None:
        self._down.clear()
        self._up.set()

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """A fault of ours in one event touches no other."""
        log.error("an event from Discord broke", of=event_method, exc_info=True)


async def ended(*tasks: asyncio.Task[None]) -> None:
    """Cancel them until they are: the library dials within `wait_for`, which may forget the first time."""
    while not all(each.done() for each in tasks):
        for each in tasks:
            each.cancel()
        await asyncio.wait(tasks, timeout=GOODBYE)
    await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def failing() -> AsyncIterator[None]:
    """What the end of the library's loop means. Every end is one: whoever listens begins again."""
    try:
        yield
    except (ChatError, asyncio.CancelledError):
        raise
    except discord.LoginFailure:
        raise Forbidden("Discord does not know this token") from None
    except discord.PrivilegedIntentsRequired:
        raise Forbidden("the bot lacks the Message Content intent: `tocsin doctor` says where to grant it") from None
    except discord.ConnectionClosed as wrong:
        if wrong.code == 4004:
            raise Forbidden("Discord does not know this token") from None
        raise Unreachable(f"the gateway closed the connection with {wrong.code}") from None
    except (discord.HTTPException, discord.GatewayNotFound, aiohttp.ClientError, TimeoutError, OSError) as wrong:
        raise Unreachable(f"the gateway cannot be reached: {type(wrong).__name__}") from None
    except Exception as wrong:
        # The library broke on a payload, or on its own reconnection (discord.py#10520): a fresh one starts anew.
        log.warning("the library's connection to Discord broke", why=type(wrong).__name__, exc_info=True)
        raise Unreachable(f"the connection broke: {type(wrong).__name__}") from None
