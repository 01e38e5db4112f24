"""Time passed: whatever fell due is done, each in a transaction of its own."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from functools import partial

import structlog

from bot.book import BookId, Refused
from bot.engine.carry import own
from bot.engine.office import Office
from bot.store.store import StoreDown
from bot.store.transaction import Transaction

log = structlog.get_logger()
Due = tuple[BookId, str, datetime]


class Ticking:
    """Fires the timers. Their rows are the truth: a firing asks the book again what is due."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.bell = office.bell()
        self.stuck: dict[Due, int] = {}
        """Firings that raised, and how often: a broken one must not keep the others waiting."""

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self.bell.clear()
            try:
                await self.tick()
            except StoreDown as down:
                log.warning("the database does not answer: timers wait", why=str(down))
            await self.bell.wait()

    async def tick(self) -> int:
        """Fire what is due now; how many did something."""
        fired = 0
        while True:
            now, listed = await self.office.store.read(lambda tx: (tx.now, tx.due()))
            due = [each for each in listed if self.stuck.get(each, 0) < 3]
            if not due:
                break
            fired += await self._together(due, now)
        if fired:
            self.office.wake()
        return fired

    async def _together(self, due: Sequence[Due], now: datetime) -> int:
        """Fire these at once, each in its own transaction: commits are shared, and a slow one delays no other."""
        done = await asyncio.gather(*(self._fire(*each) for each in due), return_exceptions=True)
        for (_, _, at), each in zip(due, done, strict=True):
            if isinstance(each, BaseException):
                raise each
            if each:
                self.office.figures.fired(now - at)
        return sum(map(bool, done))

    async def _fire(self, id: BookId, name: str, at: datetime) -> bool:
        try:
            return await self.office.store.write(partial(fire, id, name, self.office), urgent=True)
        except StoreDown:
            raise
        except Exception:
            log.exception("a timer could not be fired", book=str(id), timer=name)
            self.stuck[id, name, at] = self.stuck.get((id, name, at), 0) + 1
            return False

    def retry(self) -> None:
        """Try the broken ones again: called now and then."""
        self.stuck.clear()


def fire(id: BookId, name: str, office: Office, tx: Transaction) -> bool:
    """One firing. A stale or repeated one does nothing but drop its row."""
    timer = next((each for each in tx.load(id).state.due() if each.name == name), None)
    if timer is not None and timer.at > tx.now:
        return False
    try:
        if timer is not None and own(timer.fires, id, office, tx):
            return True
    except Refused as no:
        log.info("a timer was refused", book=str(id), timer=name, why=no.phrase.text)
    tx.drop_timer(id, name)
    return False
