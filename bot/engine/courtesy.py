"""Courtesy: whoever asked is answered before the rooms are told, and nothing heavy stands in the way of the next one.

Everything runs on one loop. Without this, a busy minute's cards would be drawn all at once, and a command that came
just then would wait for the last of them.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

PATIENCE = 0.02
"""Seconds that one piece of work lets others go first, at most: the rooms are told all the same."""


class Courtesy:
    """Counts who waits for an answer. `patience`: seconds that others let them go first."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._waiting = 0
        self._nobody = asyncio.Event()
        self._nobody.set()
        self._turn = asyncio.Lock()

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Somebody waits for an answer."""
        self._waiting += 1
        self._nobody.clear()
        try:
            yield
        finally:
            self._waiting -= 1
            if not self._waiting:
                self._nobody.set()

    async def give_way(self) -> None:
        """One piece of work begins in each turn of the loop, and none, for a moment, while somebody waits."""
        async with self._turn:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._patience):
                    await self._nobody.wait()
            await asyncio.sleep(0)
