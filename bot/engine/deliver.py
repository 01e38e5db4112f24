"""Delivery: make the world match. Looks are shown until they are true, words are sent once.

One lane a destination, so that a slow room never delays another, nor a slow platform its neighbours.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.engine.office import Office
from bot.engine.send import Sending
from bot.engine.show import Showing
from bot.store.looks import Shown
from bot.store.sends import Sent
from bot.store.store import StoreDown
from bot.store.transaction import Transaction

log = structlog.get_logger()

Work = Shown | Sent
LEASE = timedelta(seconds=90)
"""How long a lane is held, longer than any piece of work may take; renewed with each."""
REST = timedelta(seconds=5)
"""When to ask again for a lane that somebody else holds."""


class Delivery:
    """Every platform's lanes but the pages, which have a way of their own."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.bell = office.bell()
        self.showing, self.sending = Showing(office), Sending(office)
        self.lanes: dict[str, asyncio.Task[None]] = {}
        self.held: dict[str, datetime] = {}
        """Lanes that another replica holds, and until when not to ask again."""

    async def run(self) -> None:
        """Until cancelled."""
        try:
            while True:
                self.bell.clear()
                try:
                    await self.look()
                except StoreDown as down:
                    log.warning("the database does not answer: deliveries wait", why=str(down))
                await self.bell.wait()
        finally:
            for lane in self.lanes.values():
                lane.cancel()
            await asyncio.gather(*self.lanes.values(), return_exceptions=True)

    async def look(self) -> None:
        """See what is behind, and start a lane for each destination that has none running."""
        work: dict[str, list[Work]] = defaultdict(list)
        for each in await self.office.store.read(self._behind):
            work[lane_of(each)].append(each)
        for name, pieces in work.items():
            if name not in self.lanes and name not in self.held:
                task = asyncio.get_running_loop().create_task(self._drain(name, pieces), name=f"lane {name}")
                self.lanes[name] = task
                task.add_done_callback(partial(self._ended, name))

    async def settled(self) -> None:
        """When every lane that runs now has ended."""
        while self.lanes:
            await asyncio.gather(*self.lanes.values(), return_exceptions=True)
            await asyncio.sleep(0)

    def _behind(self, tx: Transaction) -> Sequence[Work]:
        self.held = {name: until for name, until in self.held.items() if until > tx.now}
        shown = [row for name in self.office.chats for row in tx.behind(name)]
        ready = [row for row in tx.ready() if row.kind != "page"]
        return sorted([*shown, *ready], key=rank)

    def _ended(self, name: str, task: asyncio.Task[None]) -> None:
        self.lanes.pop(name, None)
        if not task.cancelled() and (wrong := task.exception()) and not isinstance(wrong, StoreDown):
            log.error("a lane broke", lane=name, exc_info=wrong)
        self.bell.set()

    async def _drain(self, name: str, pieces: Sequence[Work]) -> None:
        """One destination's work, in its order; another replica's lane is left alone."""
        for piece in pieces:
            if not await self.office.store.write(partial(self._hold, name)):
                return
            if isinstance(piece, Shown):
                await self.showing.show(piece)
            else:
                await self.sending.send(piece)

    def _hold(self, name: str, tx: Transaction) -> bool:
        if tx.lease(f"lane {name}", self.office.me, LEASE) is not None:
            return True
        self.held[name] = tx.now + REST
        return False


def rank(work: Work) -> tuple[int, int]:
    """Replies first, then looks, then posted updates, then chatter."""
    return (2, work.id) if isinstance(work, Shown) else (work.rank, work.id)


def lane_of(work: Work) -> str:
    """The destination: rooms still to be opened and the standing room are lanes, too."""
    if isinstance(work, Sent):
        return work.to
    return work.place or f"{work.platform} {work.subject}" + (f" {work.book.id}" if work.subject != "hall" else "")
