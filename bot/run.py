"""Running the house: the store opened, the chats found by name, everything at work until told to stop."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

import structlog
from pydantic import ValidationError

from bot.config import BadConfig, Config, faults
from bot.engine.house import Engine
from bot.ports import Chat
from bot.store.store import Store


def find_chat(name: str, settings: Mapping[str, Any]) -> Chat:
    """The adapter of this name, with its settings validated by it. Raises `BadConfig`."""
    try:
        module = import_module(f"adapters.{name}.chat")
    except ModuleNotFoundError as wrong:
        raise BadConfig(f"chats.{name}: there is no adapter of this name ({wrong.name} is missing)") from None
    try:
        return module.open_chat(module.Settings.model_validate(settings))  # type: ignore[no-any-return]
    except ValidationError as wrong:
        raise BadConfig("\n".join(faults(wrong, f"chats.{name}"))) from None


@asynccontextmanager
async def house(config: Config, clock: Any = None) -> AsyncIterator[Engine]:
    """The house at work. Raises `BadConfig` before anything was started."""
    # A busy writer thread would otherwise keep the loop waiting for 5 ms at a time.
    sys.setswitchinterval(0.0005)
    chats = [find_chat(name, settings) for name, settings in config.chats.items()]
    store = await Store.open(config.house.database, clock)
    try:
        async with Engine(config, store, chats).running() as engine:
            yield engine
    finally:
        await store.close()


def signalled() -> asyncio.Event:
    """Set when somebody presses Ctrl-C or the machine asks us to stop: from now on both are heard in peace."""
    told = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, told.set)
    return told


def logs(level: str) -> None:
    """Structured logs on standard error: readable on a terminal, JSON elsewhere."""
    # A plain traceback: one with local variables would tell what people wrote, and secrets.
    console = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    shown = [console] if sys.stderr.isatty() else [structlog.processors.JSONRenderer()]
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            *shown,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
