"""Errands: what is begun whenever there is work, each as a task of its own that is never lost from sight."""

import asyncio
from collections.abc import Coroutine
from functools import partial
from typing import Any, ClassVar

import structlog

from bot.engine.office import Office
from bot.ports import ChatError, Unreachable

log = structlog.get_logger()

PAUSE = 1.0
"""Seconds before a look that failed is taken again."""
MOST = 30.0
"""Seconds that an errand which keeps breaking rests, at most."""
PARTING = 10.0
"""Seconds that what is under way has to end when the house stops: then it is cancelled, and stays marked as begun."""


class Errands:
    """Looks for work when the bell rings; one task a key. What breaks is told, rests, and keeps nobody else waiting."""

    pause: ClassVar[float] = 0.0
    """Seconds from one look to the next, at least: what came meanwhile is seen together."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.bell = office.bell()
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self.moved = 0
        """Counts what was begun and what ended."""
        self.broke: dict[str, tuple[int, float]] = {}
        """Errands that broke: how often in a row, and until when (of the loop's time) they rest."""

    async def look(self) -> None:
        """See what there is to do, and begin it."""
        raise NotImplementedError

    async def run(self) -> None:
        """Until cancelled; what is under way may then end."""
        try:
            while True:
                self.bell.clear()
                try:
                    await self.look()
                except Exception as wrong:
                    log.error(
                        "looking for work failed", what=type(self).__name__, why=f"{type(wrong).__name__}: {wrong}"
                    )
                    await asyncio.sleep(PAUSE)
                    continue
                await asyncio.sleep(self.pause)
                await self.bell.wait()
        finally:
            await self.part()

    async def part(self) -> None:
        """Let what is under way end, for a while."""
        if self.tasks:
            await asyncio.wait(self.tasks.values(), timeout=PARTING)
        for task in list(self.tasks.values()):
            task.cancel()
        await asyncio.gather(*self.tasks.values(), return_exceptions=True)

    def free(self, key: str) -> bool:
        """Whether an errand can be begun: it is not under way, and does not rest."""
        now = asyncio.get_running_loop().time()
        return key not in self.tasks and self.broke.get(key, (0, 0.0))[1] <= now

    def begin(self, key: str, errand: Coroutine[Any, Any, None]) -> None:
        """Do it beside everything else."""
        self.moved += 1
        task = asyncio.get_running_loop().create_task(errand, name=f"{type(self).__name__} {key}")
        self.tasks[key] = task
        task.add_done_callback(partial(self._ended, key))

    async def settled(self) -> None:
        """When all that is under way now has ended."""
        while self.tasks:
            await asyncio.gather(*self.tasks.values(), return_exceptions=True)
            await asyncio.sleep(0)

    def _ended(self, key: str, task: asyncio.Task[None]) -> None:
        self.tasks.pop(key, None)
        self.moved += 1
        if task.cancelled():
            return
        if wrong := task.exception():
            times = self.broke.get(key, (0, 0.0))[0] + 1
            self.broke[key] = (times, task.get_loop().time() + min(2.0**times, MOST))
            log.error("an errand broke", what=task.get_name(), times=times, exc_info=wrong)
            return
        self.broke.pop(key, None)
        self.bell.set()


def untaken(wrong: Exception, what: str, **about: str) -> ChatError:
    """Why a channel did not take something. One that breaks is like one that refuses: it is not tried for ever.

    `about` names a channel by its platform alone: an address may be a secret, and is nobody else's business.
    """
    if isinstance(wrong, ChatError | TimeoutError):
        error = wrong if isinstance(wrong, ChatError) else Unreachable("no answer in time", ambiguous=True)
        log.warning(f"a channel did not take {what}", **about, why=str(error))
        return error
    log.error(f"a channel did not take {what}", **about, exc_info=wrong)
    return ChatError(type(wrong).__name__)
