"""Other calendars: shifts and time off are read now and then, and what is wrong with one is nobody else's trouble."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, time, timedelta
from functools import partial
from pathlib import Path

import structlog

from bot.book import BookId, Command
from bot.engine.apart import read_apart
from bot.engine.carry import own
from bot.engine.office import Office
from bot.oncall.away import GiveUp, TakeOver
from bot.oncall.busy import BadFeed
from bot.oncall.schedule import Schedule
from bot.ports import ChatError
from bot.store.store import StoreDown
from bot.store.transaction import Transaction
from bot.text.clock import first, wall

log = structlog.get_logger()

Fetch = Callable[[str], Awaitable[bytes]]
"""What stands at an address. Raises `ChatError`."""
OFTEN = timedelta(minutes=15)
WEEKS = 14
"""How far ahead is read, from Monday on: so what is read changes with the calendar, not with the hour."""
MOST = 2_000_000
"""Bytes of a file that are read."""
LEASE = timedelta(minutes=10)


class Feeds:
    """Reads them all, one after the other; of several processes one does."""

    def __init__(self, office: Office, fetch: Fetch | None) -> None:
        self.office, self.fetch = office, fetch

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.look()
            except StoreDown as down:
                log.warning("the database does not answer: calendars wait", why=str(down))
            await asyncio.sleep(OFTEN.total_seconds())

    async def look(self) -> None:
        """Read every one, and take over what it says."""
        feeds = list(self._all())
        if not feeds or not await self.office.store.write(self._mine):
            return
        for schedule, source, where in feeds:
            command = await self._asked(schedule, source, where)
            await self.office.store.write(partial(own, command, BookId("schedule", schedule.name), self.office))
            self.office.wake()

    def _all(self) -> Iterator[tuple[Schedule, str, str]]:
        for schedule in self.office.rules.schedules.values():
            yield from ((schedule, source, where) for source, where in schedule.sources.items())

    def _mine(self, tx: Transaction) -> bool:
        return tx.lease("calendars", self.office.me, LEASE) is not None

    async def _asked(self, schedule: Schedule, source: str, where: str) -> Command:
        """What a calendar says, as a command, or that it could not be read."""
        try:
            body = await self._body(where)
            start, end = weeks(schedule, await self.office.store.read(lambda tx: tx.now))
            found = await read_apart(body, schedule.zone, start, end)
        except (ChatError, BadFeed) as wrong:
            log.warning("a calendar cannot be read", schedule=schedule.name, calendar=source, why=str(wrong))
            return GiveUp(source, str(wrong))
        if found.unread:
            log.warning("some events cannot be read", schedule=schedule.name, calendar=source, events=found.unread)
        if found.zones:
            told = "times in zones that nobody knows are read on the schedule's clock"
            log.warning(told, schedule=schedule.name, calendar=source, zones=found.zones)
        return TakeOver(source, tuple(found.events))

    async def _body(self, where: str) -> bytes:
        if "://" not in where:
            return await asyncio.to_thread(_file, where)
        if self.fetch is None:
            raise BadFeed("nothing is fetched here")
        return await self.fetch("https" + where.removeprefix("webcal") if where.startswith("webcal:") else where)


def _file(where: str) -> bytes:
    try:
        with Path(where).open("rb") as file:
            body = file.read(MOST + 1)
    except OSError as wrong:
        raise BadFeed(f"the file cannot be read: {wrong.strerror}") from None
    if len(body) > MOST:
        raise BadFeed(f"it is larger than {MOST} bytes")
    return body


def weeks(schedule: Schedule, now: datetime) -> tuple[datetime, datetime]:
    """From this week's Monday on, so many weeks, on the schedule's calendar."""
    today = wall(now, schedule.zone).date()
    monday = datetime.combine(today - timedelta(days=today.weekday()), time.min)
    return first(monday, schedule.zone), first(monday + timedelta(weeks=WEEKS), schedule.zone)
