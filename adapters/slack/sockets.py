"""Socket Mode held open: two sockets, so that one hears while the other is renewed, and a watch over both."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any
from weakref import WeakKeyDictionary

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp

from adapters.slack.wire import QUIET, Wire, asked, proxy
from bot.ports import Unreachable

SOCKETS = 2
PING = 5
"""Seconds between two pings, and between two tries of the SDK's own."""
LOOK = 0.5
WEDGED, LOST = 3.0, 8.0
"""Seconds without a connection: of one socket until it gets a new address, of all until we give up and begin anew."""
GOODBYE = 2.0
"""Seconds that a socket has to close."""


class Sockets:
    """The sockets of one app."""

    def __init__(self, wire: Wire, token: str) -> None:
        self.wire, self._token = wire, token
        self.held: list[AsyncSocketModeHandler] = []
        self._hellos: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()
        """By client the session in which it was greeted last."""

    async def hold(self, app: AsyncApp, ready: Callable[[], None], again: Callable[[], None]) -> None:
        """Keep the app's sockets open until cancelled. Raises `ChatError` when none can be had.

        `again` is called before `ready` whenever one opens and no other was open.
        """
        handlers: list[AsyncSocketModeHandler] = []

        async def hello(client: Any, message: dict[str, Any], _raw: str | None) -> None:
            if message.get("type") == "hello":
                if not any([await self._greeted(each.client) for each in handlers if each.client is not client]):
                    again()
                self._hellos[client] = client.current_session
                ready()

        tries: list[asyncio.Task[None]] = []
        try:
            for _ in range(SOCKETS):
                handler = self._socket(app, hello)
                handlers.append(handler)
                # Asked here and not by the SDK, which would ask again for ever with a token that opens nothing.
                handler.client.wss_uri = await self.address()
                tries.append(asyncio.get_running_loop().create_task(handler.connect_async()))  # type: ignore[no-untyped-call]
            self.held = handlers
            await watch(handlers)
        finally:
            self.held = []
            for each in tries:
                each.cancel()
            try:
                await asyncio.gather(*tries, return_exceptions=True)
            finally:  # also where somebody is told twice to stop
                await asyncio.gather(*map(hang_up, handlers))

    async def address(self) -> str:
        """Where one socket can be opened, once and soon. Raises `ChatError`."""
        said = await asked(self.wire.web.apps_connections_open(app_token=self._token))
        return str(said["url"])

    async def alive(self) -> int:
        """How many are open."""
        return sum([await each.client.is_connected() for each in self.held])

    async def _greeted(self, client: Any) -> bool:
        """Whether it is connected, and hears what is said."""
        return self._hellos.get(client) is client.current_session and bool(await client.is_connected())

    def _socket(self, app: AsyncApp, hello: Callable[[Any, dict[str, Any], str | None], Any]) -> AsyncSocketModeHandler:
        """One socket, not connected yet."""
        handler = AsyncSocketModeHandler(app, self._token, logger=QUIET, web_client=self.wire.web, ping_interval=PING)
        handler.client.proxy = proxy(self.wire.api)
        handler.client.message_listeners.append(hello)
        return handler


async def watch(handlers: Sequence[AsyncSocketModeHandler]) -> None:
    """Look after the sockets. Raises `Unreachable` when all have been lost for too long."""
    now = asyncio.get_running_loop().time
    alive = {id(handler): now() for handler in handlers}
    while True:
        for handler in handlers:
            if await handler.client.is_connected():
                alive[id(handler)] = now()
            elif now() - alive[id(handler)] > WEDGED:
                # After one failed connect the SDK dials the same dead address for ever (python-slack-sdk#1379).
                handler.client.wss_uri = None
        if now() - max(alive.values()) > LOST:
            raise Unreachable("no socket is open")
        await asyncio.sleep(LOOK)


async def hang_up(handler: AsyncSocketModeHandler) -> None:
    """Close a socket, even one whose other side is dead."""
    client = handler.client
    try:
        with suppress(Exception):
            async with asyncio.timeout(GOODBYE):
                await handler.close_async()  # type: ignore[no-untyped-call]
    finally:
        tasks = [client.message_processor, client.current_session_monitor, client.message_receiver]
        for task in filter(None, tasks):
            task.cancel()
        await asyncio.gather(*filter(None, tasks), return_exceptions=True)
        await client.aiohttp_client_session.close()
