"""The auditor, and the heartbeat that stops when it finds something: no process can notice its own death."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog

from bot.engine.office import Office
from bot.ports import ChatError
from bot.store.store import StoreDown
from bot.store.transaction import Transaction

log = structlog.get_logger()

GRACE = timedelta(seconds=60)
"""How late something may be before it counts as forgotten: a process that died is replaced by then."""
EVERY = 60.0
"""Seconds between two beats."""
LOOKED_AT = 1000
"""Open incidents, the newest ones."""


def audit(tx: Transaction) -> list[str]:
    """What must never be, whoever wrote the rows: a line each, and none where all is well."""
    return [*_unarmed(tx), *_overdue(tx), *_forgotten(tx)]


def _unarmed(tx: Transaction) -> Iterator[str]:
    """What an incident waits for and no timer will bring: an unanswered call that does not climb."""
    for book in tx.open_books("incident", LOOKED_AT):
        missing = {timer.name for timer in book.state.due()} - set(tx.timers(book.id))
        yield from (f"{book.id}: there is no timer for {name!r}" for name in sorted(missing))


def _overdue(tx: Transaction) -> Iterator[str]:
    for id, name, at in tx.due(limit=10):
        if at < tx.now - GRACE:
            yield f"{id}: {name!r} is overdue since {at:%H:%M:%S}"


def _forgotten(tx: Transaction) -> Iterator[str]:
    for row in tx.forgotten(tx.now - GRACE):
        yield f"{row.book or row.to}: {row.kind} {row.id} is still {row.state}"


async def beat(office: Office, url: str, fetch: Callable[[str], Awaitable[bytes]]) -> bool:
    """One beat: nothing was found, and the monitor was told so. Its address is a secret and is not logged."""
    try:
        found = await office.store.read(audit)
        if found:
            log.error("the auditor found something, and the heartbeat stops", count=len(found), first=found[0])
            return False
        await fetch(url)
    except StoreDown as down:
        log.warning("the database does not answer, and the heartbeat stops", why=str(down))
        return False
    except ChatError as wrong:
        log.warning("the monitor did not take the heartbeat", why=str(wrong))
        return False
    return True


@asynccontextmanager
async def beating(office: Office, fetch: Callable[[str], Awaitable[bytes]]) -> AsyncIterator[None]:
    """A beat a minute until left, where the configuration names a monitor."""
    url = office.config.house.heartbeat

    async def go_on() -> None:
        while True:
            await beat(office, url, fetch)
            await asyncio.sleep(EVERY)

    heart = asyncio.get_running_loop().create_task(go_on(), name="heartbeat") if url else None
    try:
        yield
    finally:
        if heart:
            heart.cancel()
            await asyncio.gather(heart, return_exceptions=True)
