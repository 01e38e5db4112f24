"""The house put together: the store opened, the chats found by name, everything at work until told to stop."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog

from bot.config import Config, File
from bot.engine.heartbeat import beating
from bot.engine.house import Engine
from bot.ports import Served
from bot.run.adapters import NOWHERE, find_beat, find_channels, find_chat, find_fetch, find_mind, find_webhooks
from bot.store.migrate import TooNew
from bot.store.store import Store, StoreDown

log = structlog.get_logger()

PATIENCE, PAUSE = 60.0, 2.0
"""Seconds that a database server is waited for, and between two tries."""


@asynccontextmanager
async def house(
    config: Config, clock: Any = None, file: File = NOWHERE, told: asyncio.Event | None = None
) -> AsyncIterator[Engine]:
    """The house at work. `file` is where the configuration stands; `told`: to stop, while the database is waited for.

    Raises `BadConfig` and `StoreDown` before anything was started.
    """
    # A busy writer thread would otherwise keep the loop waiting for 5 ms at a time.
    sys.setswitchinterval(0.0005)
    chats = [find_chat(name, settings, file) for name, settings in config.chats.items()]
    channels = find_channels(config, file)
    mind = find_mind(config)
    store = await opened(config.house.database, clock, told or asyncio.Event())
    try:
        made = Engine(config, store, chats, channels, find_fetch(), mind, find_webhooks(config))
        async with made.running() as engine, beating(engine.office, find_beat()):
            yield engine
    finally:
        await store.close()
        if mind:
            await mind.close()


async def opened(url: str, clock: Any, told: asyncio.Event) -> Store:
    """The database. A server that does not answer is waited for: it may be starting, too. Raises `StoreDown`."""
    until = asyncio.get_running_loop().time() + PATIENCE
    while True:
        try:
            return await Store.open(url, clock)
        except StoreDown as down:
            waits = url.startswith("postgres") and not isinstance(down, TooNew)
            if not waits or told.is_set() or asyncio.get_running_loop().time() > until:
                raise
            log.warning("the database does not answer yet", why=str(down), again_in=PAUSE)
        with suppress(TimeoutError):
            async with asyncio.timeout(PAUSE):
                await told.wait()


@asynccontextmanager
async def desk(config: Config) -> AsyncIterator[Engine]:
    """The house without its chats and without its loops: what is said here is kept, and whoever runs it delivers."""
    store = await Store.open(config.house.database)
    try:
        engine = Engine(config, store, ())
        await engine.acquaint()
        yield engine
    finally:
        await store.close()


def served(engine: Engine) -> Sequence[Served]:
    """Whatever in it answers over HTTP."""
    return [each for each in engine.office.ways.values() if isinstance(each, Served)]


def signalled() -> asyncio.Event:
    """Set when somebody presses Ctrl-C or the machine asks us to stop; asked twice, it ends at once."""
    told = asyncio.Event()

    def hear(number: int) -> None:
        if told.is_set():
            # What was under way stays marked as begun: the next start takes it up.
            os._exit(128 + number)
        told.set()

    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, hear, each)
    return told
