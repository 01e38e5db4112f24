"""SQLite: one thread writes, in groups; others read beside it."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError

from bot.store.crew import Crew, Job, Work
from bot.store.errors import OnlyReading, StoreDown
from bot.store.hand import Clock
from bot.store.transaction import Transaction

BATCH = 0.010
"""Seconds after which a group takes nobody else in and commits."""
PATIENCE = 2.0
"""Seconds to wait for another process that writes: Slack hears an answer for 3."""
READERS = 4
WAITING = 5000
"""Functions that may wait to be run."""
DOWN = frozenset(
    {
        sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_NOMEM,
    }
)  # fmt: skip


class Lost(StoreDown):
    """SQLite rolled the whole group back before it spoke, as it does on a full disk."""


def engine(path: Path, *, reads: bool = False) -> Engine:
    """A pool of connections that begin and commit only when they are told to."""
    made = create_engine(
        URL.create("sqlite", database=str(path)),
        pool_size=READERS if reads else 1,
        max_overflow=0,
        connect_args={"isolation_level": None, "check_same_thread": False, "timeout": PATIENCE},
    )

    @event.listens_for(made, "connect")
    def tune(driver: sqlite3.Connection, _: Any) -> None:
        driver.execute("PRAGMA journal_mode = WAL")
        # FULL: an acknowledged page must outlive a power cut. Commits in groups make it nearly free.
        driver.execute("PRAGMA synchronous = FULL")
        driver.execute("PRAGMA foreign_keys = ON")
        driver.execute(f"PRAGMA query_only = {'ON' if reads else 'OFF'}")

    return made


class Sqlite:
    """A database in a file."""

    def __init__(self, path: Path, clock: Clock | None) -> None:
        self._clock = clock
        self.engine = engine(path)
        self._readers = engine(path, reads=True)
        self._writing = Crew("store writer", 1, self._group, WAITING)
        self._reading = Crew("store reader", READERS, self._read, WAITING)
        self.write: Callable[..., Any] = self._writing.ask
        self.read: Callable[[Work], Any] = self._reading.ask

    @property
    def queued(self) -> int:
        """Units of work that wait for a thread."""
        return self._writing.queued + self._reading.queued

    async def close(self) -> None:
        """End the threads, after what they were asked, and the connections."""
        await self._writing.stop()
        await self._reading.stop()
        self.engine.dispose()
        self._readers.dispose()

    # ---- the writer's thread

    def _group(self, first: Job) -> list[Job]:
        """Run functions one after another and commit them together: nobody is answered before."""
        jobs, aged = [first], set[str]()
        try:
            with taken(self.engine) as driver:
                self._begin(driver, jobs)
                for job in self._joining(jobs):
                    self._try(job, driver, aged)
                driver.execute("COMMIT")
        except Exception as error:
            for job in jobs:
                job.error = told(job.error) or down(error)
        return jobs

    def _begin(self, driver: sqlite3.Connection, jobs: list[Job]) -> None:
        try:
            driver.execute("BEGIN IMMEDIATE")
        except sqlite3.Error:
            # Whoever came meanwhile would wait in vain as long again.
            jobs.extend(iter(self._writing.more, None))
            raise

    def _joining(self, jobs: list[Job]) -> Iterator[Job]:
        end = monotonic() + BATCH
        yield jobs[0]
        while monotonic() < end and (job := self._writing.more()):
            jobs.append(job)
            yield job

    def _try(self, job: Job, driver: sqlite3.Connection, aged: set[str]) -> None:
        """Run one function in a savepoint of its own: it fails alone."""
        driver.execute("SAVEPOINT one")
        job.do(Transaction(driver, postgres=False, writes=True, clock=self._clock, aged=aged))
        if job.error is not None:
            if not driver.in_transaction:
                raise Lost from job.error
            driver.execute("ROLLBACK TO one")
            job.error = told(job.error)
        driver.execute("RELEASE one")

    # ---- the readers' threads

    def _read(self, job: Job) -> list[Job]:
        try:
            with taken(self._readers) as driver:
                driver.execute("BEGIN")
                job.do(Transaction(driver, postgres=False, writes=False, clock=self._clock))
                driver.execute("ROLLBACK")
        except Exception as error:
            job.error = job.error or error
        wrote = getattr(job.error, "sqlite_errorcode", None) == sqlite3.SQLITE_READONLY
        job.error = OnlyReading() if wrote else told(job.error)
        return [job]


@contextmanager
def taken(engine: Engine) -> Iterator[sqlite3.Connection]:
    """A connection from the pool: one on which something failed is not used again."""
    pooled = engine.raw_connection()
    try:
        driver: Any = pooled.driver_connection
        yield driver
    except BaseException:
        pooled.invalidate()
        raise
    finally:
        pooled.close()


def told(error: BaseException | None) -> BaseException | None:
    """What the caller is told: `StoreDown` where the database is at fault, and what the function raised otherwise."""
    fault = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(fault, sqlite3.Error) and getattr(fault, "sqlite_errorcode", 0) & 0xFF in DOWN:
        return down(fault)
    return error


def down(cause: BaseException) -> StoreDown:
    """The database is at fault."""
    error = StoreDown()
    error.__cause__ = cause
    return error
