"""One server: how the house is, and the routes of every adapter that has some."""

import socket
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Protocol

import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute

from adapters.web import calendar
from adapters.web.health import routes
from adapters.web.limits import Guarded
from bot.ports import House, Served, Watched

log = structlog.get_logger()


class Whole(House, Watched, Protocol):
    """What the routes are given."""


@asynccontextmanager
async def answering(ear: socket.socket | None, house: Whole, doors: Iterable[Served] = ()) -> AsyncIterator[None]:
    """Answer at an address that was taken, until left."""
    if ear is None:
        yield
        return
    mounted = [*routes(house), *calendar.routes(house), *(route for door in doors for route in door.routes(house))]
    config = uvicorn.Config(
        app(mounted),
        lifespan="off",
        log_config=None,
        log_level="critical",  # faults are told by `broken`, without the address, which may be a secret
        access_log=False,
        server_header=False,
        limit_concurrency=200,
        timeout_graceful_shutdown=2,
    )
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    # `Server.serve` would take the process's signals for itself.
    await server.startup([ear])
    try:
        yield
    finally:
        await server.shutdown([ear])


def app(mounted: Iterable[BaseRoute]) -> Starlette:
    """The application: what it answers is guarded, and a route that breaks breaks alone."""
    return Starlette(routes=[*mounted], middleware=[Middleware(Guarded)], exception_handlers={Exception: broken})


async def broken(request: Request, wrong: Exception) -> Response:
    """A fault of ours: told in the log, where no address stands, and in a word to whoever asked."""
    log.error("a page broke", method=request.method, exc_info=wrong)
    return PlainTextResponse("Something broke on our side; it is in the log.", status_code=500)


@contextmanager
def taken(address: str) -> Iterator[socket.socket | None]:
    """Take `host:port` before anything else begins; an empty address is none. Raises `OSError` when somebody has it.

    Who connects waits until it is `answering`.
    """
    if not address:
        yield None
        return
    host, _, port = address.rpartition(":")
    with _bound(host.strip("[]") or "127.0.0.1", int(port)) as ear:
        yield ear


def _bound(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[
        0
    ]
    # Without its protocol asyncio leaves TCP_NODELAY off, which costs 48 ms an exchange.
    ear = socket.socket(family, kind, protocol)
    ear.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        ear.bind(where)
        ear.listen(128)
    except OSError as wrong:
        ear.close()
        raise OSError(f"nothing can be answered at {host}:{port} (house.web): {wrong.strerror}") from None
    return ear
