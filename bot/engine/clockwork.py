"""The clockwork: a nudge a second, and the housekeeping. The truth is in the rows; this only looks at them often."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.engine.office import Office
from bot.engine.tick import Ticking
from bot.store.store import StoreDown
from bot.store.transaction import Transaction

log = structlog.get_logger()

KEPT = timedelta(hours=48)
"""How long the keys of deliveries are kept: every platform has stopped repeating itself by then."""
LEDGER = timedelta(days=90)
"""How long it can be read what went where."""
IDLE = timedelta(hours=1)
"""After which nothing is left of what a platform's limit was spent on or halved for."""


def clockwork(office: Office, ticking: Ticking) -> AsyncIOScheduler:
    """A scheduler that is not started yet. Its jobs live in memory: none of them matters if it is lost."""

    async def nudge() -> None:
        office.wake()

    async def recover() -> None:
        ticking.retry()
        await _quietly(office, lambda tx: tx.expired())

    async def sweep() -> None:
        await _quietly(office, swept)

    scheduler = AsyncIOScheduler(timezone="UTC")
    settings = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    scheduler.add_job(nudge, "interval", seconds=1, **settings)
    scheduler.add_job(recover, "interval", seconds=10, **settings)
    scheduler.add_job(sweep, "interval", hours=1, **settings)
    return scheduler


def swept(tx: Transaction) -> None:
    """Drop what nobody will ask for any more, and let the database look at its rows."""
    tx.forget(tx.now - KEPT)
    tx.forget_sends(tx.now - LEDGER)
    tx.forget_looks(tx.now - LEDGER)
    tx.forget_buckets(tx.now - IDLE)


async def _quietly(office: Office, fn: Callable[[Transaction], object]) -> None:
    try:
        await office.store.write(fn)
    except StoreDown as down:
        log.warning("the database does not answer", why=str(down))
    except asyncio.CancelledError:
        return  # The scheduler cancels what runs when it is shut down, and would call it a fault.
