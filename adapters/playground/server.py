"""The playground: three chat platforms on one loopback port, and the page that shows them side by side."""

import socket
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from importlib import import_module
from typing import Any, TypeVar, cast

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware

from adapters.playground.bell import Bell
from adapters.playground.deeds import EXCUSES
from adapters.playground.door import Door
from adapters.playground.page import Page
from adapters.playground.stage import Actor, Clock, Machine, StandIn
from adapters.playground.switches import Switches

T = TypeVar("T")
Builder = Callable[[Sequence[Actor], Clock, Callable[[], None]], StandIn]


def find(platform: str) -> Builder:
    """The stand-in of this name: `slack` is `adapters.playground.slack.Slack`."""
    return cast(Builder, getattr(import_module(f"adapters.playground.{platform}"), platform.capitalize()))


class Playground:
    """Stand-ins for the chat platforms, and the people who use them.

    `lines` are suggestions for the page: who types what on which platform. `build` finds a stand-in's class.
    """

    base = ""
    """Where it answers (`http://127.0.0.1:8123`), once it is open."""

    def __init__(
        self,
        actors: Sequence[Actor],
        clock: Clock | None = None,
        platforms: Sequence[str] = ("slack", "discord", "telegram"),
        lines: Sequence[tuple[str, str, str]] = (),
        build: Callable[[str], Builder] = find,
    ) -> None:
        self.bell = Bell()
        self.clock = clock or Machine()
        self.stands = {name: build(name)(actors, self.clock, self.bell.ring) for name in platforms}
        for stand in self.stands.values():
            stand.faults.changed = self.bell.ring
        self.switches = Switches(self.stands, self.bell, self.clock)
        self.page = Page(actors, self.stands, self.bell, self.switches, lines)

    def __getitem__(self, platform: str) -> StandIn:
        return self.stands[platform]

    def __getattr__(self, name: str) -> Any:
        """The stand-in of this name, as its own class: `playground.slack`."""
        if name in self.__dict__.get("stands", ()):
            return self.stands[name]
        raise AttributeError(name)

    @property
    def settings(self) -> Mapping[str, Mapping[str, Any]]:
        """What each platform's adapter must be told to speak with its stand-in."""
        return {name: stand.settings(self.base) for name, stand in self.stands.items()}

    def reset(self) -> None:
        """As new: nothing was said. The bots' connections stay."""
        for stand in self.stands.values():
            stand.reset()
        self.bell.ring()

    async def until(self, what: Callable[[], T], within: float = 60.0) -> T:
        """Wait until `what` gives something true, and return that: it is asked at each change on a screen, and often.

        Raises `TimeoutError` after so many seconds.
        """
        return await self.bell.until(what, within)

    @asynccontextmanager
    async def open(self, port: int = 0) -> AsyncIterator["Playground"]:
        """Answer on loopback, on any free port unless told which. Raises `OSError` when the port is taken."""
        door = Door()
        ear = listener(port)
        self.base = f"http://127.0.0.1:{ear.getsockname()[1]}"
        routes = [*self.page.routes(), *self.switches.routes()]
        routes += [route for stand in self.stands.values() for route in stand.routes()]
        app = Starlette(routes=routes, middleware=[Middleware(door.keep)], exception_handlers=EXCUSES)
        config = uvicorn.Config(
            app,
            ws="websockets-sansio",
            lifespan="off",
            log_config=None,
            log_level="warning",
            access_log=False,
            date_header=False,
            # Longer than any client keeps a connection: else it is closed under a request now and then.
            timeout_keep_alive=120,
            timeout_graceful_shutdown=1,
        )
        server = await serve(config, ear)
        door.hang_up = partial(hang_up, server)
        try:
            yield self
        finally:
            door.close()
            await server.shutdown([ear])


def listener(port: int) -> socket.socket:
    """A socket on loopback."""
    # Without IPPROTO_TCP asyncio leaves TCP_NODELAY off, which costs 48 ms an exchange.
    ear = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    ear.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        ear.bind(("127.0.0.1", port))
    except OSError:
        ear.close()
        raise
    return ear


def hang_up(server: uvicorn.Server, client: object) -> None:
    """Break off a client's connection, as a failing network does."""
    for line in server.server_state.connections:
        if getattr(line, "client", None) == client:
            line.transport.abort()


async def serve(config: uvicorn.Config, ear: socket.socket) -> uvicorn.Server:
    """A server that listens when this returns.

    `Server.serve` is passed by: it would take the process's signals, and poll for its own end.
    """
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup([ear])
    return server
