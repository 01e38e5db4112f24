"""`/healthz`: whether the database and the chats answer."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.ports import House


@asynccontextmanager
async def answering(address: str, house: House) -> AsyncIterator[None]:
    """Answer at `host:port` until left; an empty address answers nowhere. Raises `OSError` when the port is taken."""
    if not address:
        yield
        return
    host, _, port = address.rpartition(":")

    async def healthz(_: Request) -> JSONResponse:
        well = await house.health()
        return JSONResponse(dict(well), status_code=200 if well["database"] and well["loops"] else 503)

    app = Starlette(routes=[Route("/healthz", healthz)])
    # A taken port is told by the socket; uvicorn would end the process.
    ear = socket.create_server((host or "127.0.0.1", int(port)))
    config = uvicorn.Config(app, log_config=None, lifespan="off")
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    # `Server.serve` would take the process's signals for itself.
    await server.startup([ear])
    try:
        yield
    finally:
        await server.shutdown([ear])
