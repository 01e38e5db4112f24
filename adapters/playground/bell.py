"""The bell: rung when a screen changed, heard by everybody who waits for that."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")


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
                    await heard.wait()
                    heard.clear()
        return answer
