"""Delivery: make the world match. Looks are shown until they are true, words are sent once.

One lane a destination, so that a slow room never delays another, nor a slow platform its neighbours.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from bot.engine.errands import Errands
from bot.engine.office import Office
from bot.engine.send import Sending
from bot.engine.show import Showing
from bot.store.looks import Shown
from bot.store.sends import Sent
from bot.store.transaction import Transaction

Work = Shown | Sent
LEASE = timedelta(seconds=90)
"""How long a lane is held, longer than any piece of work may take; renewed with each."""
LANES = 3
"""Lanes of one platform that are drained at a time."""
REST = timedelta(seconds=5)
"""When to ask again for a lane that somebody else holds."""


class Delivery(Errands):
    """Every platform's lanes but the pages, which have a way of their own."""

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self.showing, self.sending = Showing(office), Sending(office)
        self.resting: dict[str, datetime] = {}
        """Lanes that another replica holds, or that a platform asked to wait, and until when."""

    async def look(self) -> None:
        """See what is behind, and start a lane for each destination that has none running."""
        work: dict[str, list[Work]] = defaultdict(list)
        now, behind = await self.office.store.read(self._behind)
        self.resting = {name: until for name, until in self.resting.items() if until > now}
        for each in behind:
            work[lane_of(each)].append(each)
        for name, pieces in work.items():
            if name not in self.resting and self.free(name) and self._room(name):
                self.begin(name, self._drain(name, pieces))

    def _room(self, name: str) -> bool:
        """Whether its platform has a lane free. What waits meanwhile becomes one edit, and hearing goes first."""
        platform = platform_of(name)
        return sum(platform_of(each) == platform for each in self.tasks) < LANES

    def _behind(self, tx: Transaction) -> tuple[datetime, Sequence[Work]]:
        shown = [row for name in self.office.chats for row in tx.behind(name)]
        ready = [row for row in tx.ready() if row.kind != "page"]
        return tx.now, sorted([*shown, *ready], key=rank)

    async def _drain(self, name: str, pieces: Sequence[Work]) -> None:
        """One destination's work, in order: nothing overtakes what waits. Another replica's lane is left alone."""
        try:
            for piece in pieces:
                if until := await self._held(name):
                    self.resting[name] = until
                    return
                wait = await (self.showing.show(piece) if isinstance(piece, Shown) else self.sending.send(piece))
                if wait:
                    self.resting[name] = wait
                    return
        finally:
            if not self.office.store.alone:
                await self.office.store.write(lambda tx: tx.release(f"lane {name}", self.office.me))

    async def _held(self, name: str) -> datetime | None:
        """Hold the lane; or until when to leave it to another replica."""
        if self.office.store.alone:
            return None
        return await self.office.store.write(partial(self._hold, name))

    def _hold(self, name: str, tx: Transaction) -> datetime | None:
        return None if tx.lease(f"lane {name}", self.office.me, LEASE) is not None else tx.now + REST


def rank(work: Work) -> tuple[int, int]:
    """Replies first, then looks, then posted updates, then chatter."""
    return (2, work.id) if isinstance(work, Shown) else (work.rank, work.id)


def platform_of(lane: str) -> str:
    """The platform that a lane leads to."""
    return re.split("[: ]", lane, maxsplit=1)[0]


def lane_of(work: Work) -> str:
    """The destination: rooms still to be opened and the standing room are lanes, too."""
    if isinstance(work, Sent):
        return work.to
    return work.place or f"{work.platform} {work.subject}" + (f" {work.book.id}" if work.subject != "hall" else "")
