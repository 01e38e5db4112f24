"""Reading the configuration again, when its file changed or somebody sent SIGHUP."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import structlog

from bot.config import BESIDE, BadConfig, Config, File
from bot.engine.adopt import Adoption
from bot.engine.house import Engine
from bot.run.adapters import checked, find_webhooks, secrets
from bot.run.logs import hide
from bot.store.store import StoreDown

log = structlog.get_logger()

OFTEN = 1.0
"""Seconds between two looks at the file."""
Stamp = tuple[tuple[str, int, int, int], ...]
"""How the files look from outside: name, time, size, number."""


@asynccontextmanager
async def rereading(path: Path, house: Engine) -> AsyncIterator[None]:
    """The file is watched until left; what may change without a restart then changes at once."""
    hung_up = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGHUP, hung_up.set)
    now = await asyncio.to_thread(stamp, path)
    watching = loop.create_task(watch(path, house, hung_up, now), name="configuration")
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        loop.remove_signal_handler(signal.SIGHUP)


async def watch(path: Path, house: Engine, hung_up: asyncio.Event, read: Stamp) -> None:
    """Until cancelled. A file is read once two looks agree: an editor may still be writing it."""
    seen = read
    while True:
        with suppress(TimeoutError):
            # Not `wait_for`: in Python 3.11 it forgets that it was cancelled when both come at once.
            async with asyncio.timeout(OFTEN):
                await hung_up.wait()
        now = await asyncio.to_thread(stamp, path)
        if (hung_up.is_set() or (now == seen != read)) and await reread(path, house):
            read = now
            hung_up.clear()
        seen = now


def stamp(path: Path) -> Stamp:
    """The file's, and those of the schedules beside it; empty while it is not there."""
    found = []
    for each in (path, *sorted(path.parent.glob(BESIDE))):
        with suppress(OSError):
            about = each.stat()
            found.append((str(each), about.st_mtime_ns, about.st_size, about.st_ino))
    return tuple(found)


def read(path: Path) -> tuple[Config, frozenset[str]]:
    """What the file says, and what of it must stand in no log. Raises `BadConfig`."""
    file = File.read(path)
    config = checked(file)
    return config, secrets(config, file)


async def adopted(config: Config, hidden: frozenset[str], house: Engine) -> Adoption:
    """Go by it, its webhooks too: what is under way to one ends as it began. Raises what `Engine.adopt` raises."""
    hide(hidden)
    before = house.office.webhooks
    webhooks = find_webhooks(config) if config.webhooks != house.office.config.webhooks else None
    adoption = await house.adopt(config, webhooks)
    if webhooks and before:
        await before.close()
    return adoption


async def reread(path: Path, house: Engine) -> bool:
    """Read it and go by it, or say why not; False where the database did not answer: then it is tried again."""
    try:
        adoption = await adopted(*await asyncio.to_thread(read, path), house)
    except BadConfig as wrong:
        house.distrust(str(wrong))
        log.error("the configuration cannot be used: the house goes by the one before", why=str(wrong))
    except StoreDown as down:
        log.warning("the configuration waits for the database", why=str(down))
        return False
    else:
        log.info("the configuration was read again", changed=adoption.changed, after_a_restart=adoption.waiting)
    return True
