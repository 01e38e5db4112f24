"""The updates, polled by hand and kept before they are confirmed.

The SDK's own poll confirms updates before anybody dealt with them, and ends in silence on a 404. Here the next poll,
which confirms the last one, goes out only after what that one brought is kept.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from adapters.telegram.native import Update
from adapters.telegram.wire import POLL, Wire
from bot.ports import House, Unheard

MOST = 100
"""Updates in an answer: where there are so many, there may be more."""
AGAIN = 1.0
"""Seconds until something that could not be kept is tried again."""


class Stream:
    """One bot's updates."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.source = f"telegram {wire.account}"
        self.heard = 0.0
        """Until when, of the loop's time, everything was fetched that there was."""
        self._cursor: str | None = None

    async def first(self, house: House) -> Mapping[str, Update]:
        """What waits already, and what an earlier run left undone. Raises `ChatError`, `Unheard`."""
        # Nothing is confirmed by this poll: after a quiet week ids begin anew, below where the last run stood.
        # What was dealt with already is known by its key.
        offset = int(self._cursor) + 1 if self._cursor else None
        self._cursor = self._cursor or await house.kept(self.source)
        updates = await self.wire.updates(offset, 0)
        return await self._kept(house, updates)

    async def next(self, house: House, unkept: Callable[[Sequence[Update]], Awaitable[None]]) -> Mapping[str, Update]:
        """What happens next, with all that is still undone; `unkept` hears once of what cannot be kept just now.

        Raises `ChatError`.
        """
        offset = int(self._cursor) + 1 if self._cursor else None
        updates = await self.wire.updates(offset, POLL)
        if not updates:
            self.heard = asyncio.get_running_loop().time()
            return {}
        told = False
        while True:
            try:
                return await self._kept(house, updates)
            except Unheard:
                if not told:
                    await unkept(updates)
                told = True
                await asyncio.sleep(AGAIN)

    async def _kept(self, house: House, updates: Sequence[Update]) -> Mapping[str, Update]:
        cursor = str(updates[-1]["update_id"]) if updates else self._cursor or ""
        undone = await house.keep(self.source, cursor, {str(each["update_id"]): each for each in updates})
        self._cursor = cursor
        if len(updates) < MOST:
            self.heard = asyncio.get_running_loop().time()
        return undone
