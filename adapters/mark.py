"""How far a platform was heard, so that what was said while nobody listened is read back from there.

Slack's sockets replay nothing but for five minutes, and a fresh session on Discord begins with what comes next.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

import structlog

from bot.ports import ChatError, House, Unheard

log = structlog.get_logger()

BACK = 86_400.0
"""Seconds that are read back, at most: nobody waits for the answer to what is older."""
EVERY = 5.0
"""Seconds after which it is kept how far we are: what a crash leaves out is heard again, and does nothing twice."""
DEALT = 5000
"""Messages of which it is known by their keys that they were dealt with."""
TRIES = 5
"""How often what was said meanwhile is asked for."""

ReadBack = Callable[[int], Awaitable[None]]
now = time.time


class Mark:
    """Everything up to `at` was dealt with. Messages are numbered here with what grows with their time.

    A gap begins with `hold` and ends once all was read back: until then nothing heard meanwhile moves the mark.
    """

    def __init__(self, source: str) -> None:
        self.source = f"{source} heard"
        self.rooms: set[str] = set()
        """Conversations that no list of the platform's has."""
        self._at = 0
        self._gap: int | None = None
        self._under_way: dict[str, int] = {}
        self._dealt: OrderedDict[str, None] = OrderedDict()
        self._kept: tuple[int, int] = (0, 0)
        self._bell = asyncio.Event()

    @property
    def at(self) -> int:
        """Up to where nothing is missing; 0 where that is not known."""
        return min([self._at, *(number - 1 for number in self._under_way.values())])

    def new(self, key: str) -> bool:
        """Whether a message was not dealt with yet, nor is."""
        return key not in self._dealt and key not in self._under_way

    @contextmanager
    def dealing(self, key: str, number: int) -> Iterator[None]:
        """Within, a message is dealt with; it was, unless something is raised."""
        self._under_way[key] = number
        try:
            yield
            self._at = max(self._at, number)
            self._dealt[key] = None
            if len(self._dealt) > DEALT:
                self._dealt.popitem(last=False)
        finally:
            del self._under_way[key]

    def begin(self, number: int) -> None:
        """Where nothing is known yet, all before this is nobody's business."""
        self._at = self._at or number

    # ---- gaps

    def hold(self) -> None:
        """From here on something may be said that nobody tells us."""
        if self._gap is None:
            self._gap = self.at

    def catch_up(self) -> None:
        """We hear again: it is time to read back."""
        self._bell.set()

    async def load(self, house: House) -> None:
        """Go on from where whoever listened last had come. Raises `Unheard`."""
        self._at = max(self._at, int(await house.kept(self.source) or 0))
        self.rooms |= set(await house.keep(self.source, str(self._at), {}))

    @asynccontextmanager
    async def watched(self, house: House, read_back: ReadBack) -> AsyncIterator[None]:
        """Within, `run` is at work."""
        running = asyncio.get_running_loop().create_task(self.run(house, read_back))
        try:
            yield
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    async def run(self, house: House, read_back: ReadBack) -> None:
        """Read back when it is time, and keep how far we are, until cancelled."""
        try:
            while True:
                with suppress(TimeoutError):
                    async with asyncio.timeout(EVERY):
                        await self._bell.wait()
                if self._bell.is_set():
                    self._bell.clear()
                    await self._caught_up(read_back)
                await self._keep(house)
        finally:
            await self._keep(house)

    async def _caught_up(self, read_back: ReadBack) -> None:
        for left in reversed(range(TRIES)):
            try:
                if self._gap:
                    await read_back(self._gap)
                break
            except ChatError as wrong:
                if wrong.wait is None or not left:
                    log.warning("what was said meanwhile could not be read back", source=self.source, why=str(wrong))
                    break
                await asyncio.sleep(wrong.wait)
        self._gap = None

    async def _keep(self, house: House) -> None:
        at = self.at if self._gap is None else min(self.at, self._gap)
        if (at, len(self.rooms)) != self._kept:
            with suppress(Unheard):
                await house.keep(self.source, str(at), {room: {} for room in self.rooms})
                self._kept = (at, len(self.rooms))


@contextmanager
def reading(room: str) -> Iterator[None]:
    """Within, a room is read back: one that we may not read keeps no other from it. Raises what passes by itself."""
    try:
        yield
    except ChatError as wrong:
        if wrong.wait is not None:
            raise
        log.warning("what was said meanwhile could not be read back", room=room, why=str(wrong))
