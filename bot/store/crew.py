"""Threads that do what is queued: urgent work first, and never more waiting than can be done soon."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from queue import Empty, PriorityQueue
from threading import Thread
from typing import Any

from bot.store.errors import Busy, StoreDown
from bot.store.transaction import Transaction

Work = Callable[[Transaction], Any]


@dataclass(slots=True)
class Job:
    """A function that waits for its transaction, and what came of it."""

    fn: Work
    future: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None

    def do(self, tx: Transaction) -> None:
        """Run it. What it raises is kept: the thread goes on."""
        try:
            self.result = self.fn(tx)
        except StopIteration as stopped:
            self.error = RuntimeError("a unit of work raised StopIteration")  # which no future can hold
            self.error.__cause__ = stopped
        except BaseException as error:
            self.error = error

    def tell(self) -> None:
        """Answer the caller, if it still waits."""
        if self.future.done():
            return
        if self.error is None:
            self.future.set_result(self.result)
        else:
            self.future.set_exception(self.error)


class Crew:
    """Some threads and their queue. Made in the event loop that asks it."""

    def __init__(self, name: str, size: int, work: Callable[[Job], Iterable[Job]], bound: int) -> None:
        self._work = work
        self._bound = bound
        self._loop = asyncio.get_running_loop()
        self._turn = count()
        self._ended = False
        self._queue: PriorityQueue[tuple[int, int, Job | None]] = PriorityQueue()
        self._threads = [Thread(target=self._run, name=f"{name} {n}", daemon=True) for n in range(size)]
        for thread in self._threads:
            thread.start()

    def ask(self, fn: Work, *, urgent: bool = False) -> asyncio.Future[Any]:
        """Queue a function. Raises `Busy` when too many wait, unless this one is urgent, and `StoreDown` at the end."""
        if self._ended:
            raise StoreDown
        if not urgent and self._queue.qsize() >= self._bound:
            raise Busy
        job = Job(fn, self._loop.create_future())
        self._queue.put((not urgent, next(self._turn), job))
        return job.future

    def more(self) -> Job | None:
        """The next that waits, if one does."""
        try:
            item = self._queue.get_nowait()
        except Empty:
            return None
        if item[2] is None:
            self._queue.put(item)
        return item[2]

    @property
    def queued(self) -> int:
        """How many wait."""
        return self._queue.qsize()

    async def stop(self) -> None:
        """Do what is queued, then end the threads."""
        self._ended = True
        for _ in self._threads:
            self._queue.put((2, next(self._turn), None))
        for thread in self._threads:
            await asyncio.to_thread(thread.join)

    def _run(self) -> None:
        while (job := self._queue.get()[2]) is not None:
            jobs = self._done(job)
            # One wake-up of the loop for all of them: it costs more than a statement. The loop may be gone.
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(_tell, jobs)

    def _done(self, job: Job) -> Iterable[Job]:
        try:
            return self._work(job)
        except Exception as error:  # a fault of the house's own: the thread lives, and the caller hears of it
            job.error = error
            return [job]


def _tell(jobs: Iterable[Job]) -> None:
    for job in jobs:
        job.tell()
