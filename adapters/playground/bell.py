"""The bell: rung when a screen changed, heard by everybody who waits for that."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

T = TypeVar("T")
LOOK_AGAIN = 0.05
"""Seconds after which somebody who waits looks again, rung or not."""

BLINK = 0.01
"""Seconds within which several rings are one: a look draws a whole screen."""


class Bell:
    """Many rings before somebody listens are heard as one."""

    def __init__(self) -> None:
        self._ears: set[asyncio.Event] = set()

    def ring(self) -> None:
        """Something changed."""
        for ear in self._ears:
            ear.set()

    @contextmanager
    def ear(self) -> Iterator[asyncio.Event]:
        """Set at each ring, until the block ends; whoever waits for it clears it."""
        ear = asyncio.Event()
        self._ears.add(ear)
        try:
            yield ear
        finally:
            self._ears.discard(ear)

    async def until(self, what: Callable[[], T], within: float) -> T:
        """What `what` gives, once that is true. Raises `TimeoutError` after so many seconds."""
        with self.ear() as heard:
            async with asyncio.timeout(within):
                while not (answer := what()):
                    await self._rung_or_late(heard)
        return answer

    async def _rung_or_late(self, heard: asyncio.Event) -> None:
        # What is waited for may become true on no screen: a bot's connection, a row in its store.
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_AGAIN):
                await heard.wait()
        await asyncio.sleep(BLINK)
        heard.clear()
