"""The house put together: the store opened, the chats found by name, everything at work until told to stop."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from bot.config import Config, File
from bot.engine.house import Engine
from bot.ports import Served
from bot.run.adapters import NOWHERE, find_channels, find_chat, find_fetch
from bot.store.store import Store


@asynccontextmanager
async def house(config: Config, clock: Any = None, file: File = NOWHERE) -> AsyncIterator[Engine]:
    """The house at work. `file` is where the configuration stands. Raises `BadConfig` before anything was started."""
    # A busy writer thread would otherwise keep the loop waiting for 5 ms at a time.
    sys.setswitchinterval(0.0005)
    chats = [find_chat(name, settings, file) for name, settings in config.chats.items()]
    channels = find_channels(config, file)
    store = await Store.open(config.house.database, clock)
    try:
        async with Engine(config, store, chats, channels, find_fetch()).running() as engine:
            yield engine
    finally:
        await store.close()


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
