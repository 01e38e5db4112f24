"""Time passed: whatever fell due is done, a few in one transaction, and alone what fails."""

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.book import BookId, Refused
from bot.engine.carry import own
from bot.engine.office import Office
from bot.store.store import StoreDown
from bot.store.transaction import Transaction

log = structlog.get_logger()
Due = tuple[BookId, str, datetime]

TOGETHER = 20
"""Timers that are fired in one transaction: a commit costs as much as several, and an acknowledgement waits for all."""
HANDS = 2
"""Transactions at a time, where a database takes several."""


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
        if not await self._due():
            return 0
        hands = 1 if self.office.store.alone else HANDS
        done = await asyncio.gather(*(self._all() for _ in range(hands)), return_exceptions=True)
        for each in done:
            if isinstance(each, BaseException):
                raise each
        fired = sum(each for each in done if isinstance(each, int))
        if fired:
            self.office.wake()
        return fired

    async def _due(self) -> list[Due]:
        return await self.office.store.read(lambda tx: self._sound(tx.due()))

    def _sound(self, due: Iterable[Due]) -> list[Due]:
        """Those that did not raise again and again."""
        return [each for each in due if self.stuck.get(each, 0) < 3]

    async def _all(self) -> int:
        """Fire a few in each transaction, until nothing is due that nobody else is about."""
        fired = 0
        while True:
            try:
                taken = await self.office.store.write(self._some, urgent=True)
            except StoreDown:
                raise
            except Exception:
                # One of them is broken, or stood in somebody's way: it fails alone.
                return fired + sum([await self._fire(*each) for each in await self._due()])
            if not taken:
                return fired
            for late in taken:
                if late is not None:
                    fired += 1
                    self.office.figures.fired(late)

    def _some(self, tx: Transaction) -> list[timedelta | None]:
        """Fire the first few; how late each was, or None where it did nothing."""
        taken = self._sound(tx.take_due(TOGETHER + len(self.stuck)))
        return [tx.now - at if fire(id, name, self.office, tx) else None for id, name, at in taken]

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
