"""The playground's door: who may come in, and how everybody leaves when it closes."""

import asyncio
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from adapters.playground.faults import HungUp

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Door:
    """It knows who is inside, so that a stream or a long poll never keeps the server from stopping."""

    def __init__(self) -> None:
        self.hang_up: Callable[[object], None] = lambda client: None
        """Breaks off a client's connection: the server knows how."""
        self._guests: set[asyncio.Task[object]] = set()
        self._closed = False

    def keep(self, app: ASGIApp) -> "Keeper":
        """This door before an app: a middleware."""
        return Keeper(app, self)

    def close(self) -> None:
        """Nobody comes in any more, and everybody inside is shown out."""
        self._closed = True
        for guest in self._guests:
            guest.cancel()

    async def visit(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request in, to its end or to the door's."""
        visit = Visit(scope, receive, send)
        guest = asyncio.current_task()
        if guest is None or self._closed:
            return await visit.refuse(503, "The playground is closing.")
        self._guests.add(guest)
        try:
            await app(scope, receive, visit.send)
        except HungUp:
            self.hang_up(scope["client"])
            while not (await receive())["type"].endswith(".disconnect"):
                continue
        except asyncio.CancelledError:
            if not self._closed:
                raise
            await visit.end()
        finally:
            self._guests.discard(guest)


class Keeper:
    """Only this machine comes in, and never in the name of another web page.

    A page of some other site that a person has open can send requests to loopback: it names itself in `Origin`, and
    after rebinding its own name to this address, in `Host`.
    """

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self.app = app
        self.door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        host, origin = headers.get("host", ""), headers.get("origin")
        if urlsplit(f"//{host}").hostname not in LOOPBACK:
            await Visit(scope, receive, send).refuse(403, "The playground answers on loopback only.")
        elif origin is not None and urlsplit(origin).netloc != host:
            await Visit(scope, receive, send).refuse(403, "Another web page may not play here.")
        else:
            await self.door.visit(self.app, scope, receive, send)


class Visit:
    """One request, and how far its answer has come."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._started = False
        self._ended = False

    async def send(self, message: Message) -> None:
        """Pass it on, and remember that it went."""
        self._started = True
        self._ended = message["type"] == "http.response.body" and not message.get("more_body")
        await self._send(message)

    async def refuse(self, status: int, why: str) -> None:
        """Answer with no more than this."""
        if self._scope["type"] == "websocket":
            await WebSocketClose(1013, why)(self._scope, self._receive, self._send)
        else:
            await PlainTextResponse(why, status)(self._scope, self._receive, self._send)

    async def end(self) -> None:
        """Leave nothing half said; a web socket was told by the server."""
        if self._scope["type"] == "http" and not self._started:
            await self.refuse(503, "The playground is closing.")
        elif self._scope["type"] == "http" and not self._ended:
            await self._send({"type": "http.response.body", "body": b""})
