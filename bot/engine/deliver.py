"""Delivery: make the world match. Looks are shown until they are true, words are sent once.

One lane a destination, so that a slow room never delays another, nor a slow platform its neighbours.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache, partial

from bot.engine.errands import Errands
from bot.engine.office import Office
from bot.engine.purse import CHATTER, Purse
from bot.engine.send import Sending
from bot.engine.show import LOOK, Showing
from bot.store.looks import Shown
from bot.store.sends import Sent
from bot.store.transaction import Transaction

Work = Shown | Sent
LEASE = timedelta(seconds=90)
"""How long a lane is held, longer than any piece of work may take; renewed with each."""
WORKING = 3
"""Lanes of one platform at work at a time: what waits meanwhile becomes one edit, and hearing goes first."""
STUCK = 1.0
"""Seconds after which a lane that waits for its platform counts no more: it hangs, and nobody waits for it."""
LANES = 64
"""Lanes of one platform, those that hang included."""
REST = timedelta(seconds=5)
"""When to ask again for a lane that somebody else holds."""
AHEAD = 4
"""Words that are looked at for each destination: what waits behind them goes along, or is looked at later."""
AGE = 20.0
"""Seconds after which what waits counts as the next better rank: so nothing starves."""


class Delivery(Errands):
    """Every platform's lanes but the pages, which have a way of their own."""

    pause = 0.03

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        purse = Purse(office)
        self.showing, self.sending = Showing(office, purse), Sending(office, purse)
        self.queues: dict[str, deque[Work]] = {}
        """What waits for each destination, as of the last look: a lane at work takes from it."""
        self.resting: dict[tuple[str, bool], datetime] = {}
        """Lanes that another replica holds, that failed or have nothing to spend, and until when; chatter by itself."""
        self.alarm: asyncio.TimerHandle | None = None
        self.began: dict[str, float] = {}
        """When (of the loop's time) each lane at work began with what it is about."""

    async def look(self) -> None:
        """See what is behind, and start a lane for each destination that has none running."""
        now, behind = await self.office.store.read(self._behind)
        self.resting = {key: until for key, until in self.resting.items() if until > now}
        queues: dict[str, deque[Work]] = defaultdict(deque)
        for each in sorted(behind, key=partial(rank, now)):
            if not self._rests(lane := self._lane(each), each):
                queues[lane].append(each)
        self.queues = queues
        waits = [STUCK for name in queues if self.free(name) and not self._begun(name)]
        waits += [(until - now).total_seconds() for until in self.resting.values()]
        self._ring(min(waits, default=None))

    def _ring(self, wait: float | None) -> None:
        """Look again after so many seconds, whoever rings before."""
        if self.alarm:
            self.alarm.cancel()
        self.alarm = None if wait is None else asyncio.get_running_loop().call_later(wait, self.bell.set)

    def _begun(self, name: str) -> bool:
        """Start a lane, where its platform has room for it: what hangs does not count."""
        platform = platform_of(name)
        lanes = [each for each in self.tasks if platform_of(each) == platform]
        now = asyncio.get_running_loop().time()
        at_work = [each for each in lanes if now - self.began.get(each, now) < STUCK]
        if len(at_work) >= WORKING or len(lanes) >= LANES:
            return False
        self.begin(name, self._drain(name))
        return True

    def _behind(self, tx: Transaction) -> tuple[datetime, Sequence[Work]]:
        shown = [row for name in self.office.chats for row in tx.behind(name) if not self._elsewhere(row)]
        return tx.now, [*shown, *tx.ready("lane", each=AHEAD)]

    def _elsewhere(self, row: Shown) -> bool:
        """A room is opened by the process that listens: only that one hears what a platform says of its rooms."""
        return row.subject == "room" and row.platform in self.office.elsewhere

    def _lane(self, work: Work) -> str:
        """The destination. A room that is still to be opened is a lane, too."""
        if isinstance(work, Sent):
            return work.to
        hall = self.office.chats[work.platform].hall if work.subject == "hall" else None
        return work.place or str(hall or f"{work.platform} {work.subject} {work.book.id}")

    def _rests(self, lane: str, work: Work) -> bool:
        return (lane, False) in self.resting or (lane, idle(work)) in self.resting

    async def _drain(self, name: str) -> None:
        """One destination's work, the best first, until it has to rest. Another replica's lane is left alone."""
        try:
            while queue := self.queues.get(name):
                piece = queue.popleft()
                self.began[name] = asyncio.get_running_loop().time()
                if until := await self._held(name):
                    self.resting[name, False] = until
                elif until := await self._do(piece):
                    self.resting[name, idle(piece)] = until
                if until:
                    waiting = self.queues.get(name, ())
                    self.queues[name] = deque(each for each in waiting if not self._rests(name, each))
        finally:
            self.began.pop(name, None)
            if not self.office.store.alone:
                await self.office.store.write(lambda tx: tx.release(f"lane {name}", self.office.me))

    async def _do(self, piece: Work) -> datetime | None:
        await self.office.courtesy.give_way()
        return await (self.showing.show(piece) if isinstance(piece, Shown) else self.sending.send(piece))

    async def _held(self, name: str) -> datetime | None:
        """Hold the lane; or until when to leave it to another replica."""
        if self.office.store.alone:
            return None
        return await self.office.store.write(partial(self._hold, name))

    def _hold(self, name: str, tx: Transaction) -> datetime | None:
        return None if tx.lease(f"lane {name}", self.office.me, LEASE) is not None else tx.now + REST


def rank(now: datetime, work: Work) -> tuple[float, int]:
    """Replies first, then looks, then posted updates, then chatter; what waits gets better in time."""
    own, since = (LOOK, work.since) if isinstance(work, Shown) else (work.rank, work.at)
    return max(1.0, own - (now - since).total_seconds() / AGE), work.id


def idle(work: Work) -> bool:
    """Chatter: where nothing is left to spend for it, or it alone is not taken, the rest goes on."""
    return isinstance(work, Sent) and work.rank >= CHATTER


@lru_cache(maxsize=4096)
def platform_of(lane: str) -> str:
    """The platform that a lane leads to."""
    return lane.replace(":", " ").split(" ", 1)[0]
