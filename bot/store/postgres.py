"""PostgreSQL: a small pool of threads, each with a connection. Any number of processes may share the database."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import errors
from psycopg.pq import TransactionStatus
from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolEmpty

from bot.store.crew import Crew, Job, Work
from bot.store.errors import OnlyReading, Stale, StoreDown
from bot.store.hand import Clock
from bot.store.transaction import Transaction

WRITERS = 8
READERS = 4
WAITING = 5000
"""Functions that may wait to be run."""
PATIENCE = 2
"""Seconds to wait for another transaction's lock, or for a connection: Slack hears an answer for 3."""
CLASHES = (errors.DeadlockDetected, errors.SerializationFailure)
"""Two transactions stood in each other's way: one of them runs again."""


def engine(url: URL, size: int, *, reads: bool = False) -> Engine:
    """A pool of connections. Readers see one moment however many statements they run, and may not write."""
    made = create_engine(
        url, pool_size=size, max_overflow=0, pool_timeout=PATIENCE, connect_args={"connect_timeout": PATIENCE}
    )

    @event.listens_for(made, "connect")
    def tune(driver: psycopg.Connection[Any], _: Any) -> None:
        driver.execute(f"SET lock_timeout = '{PATIENCE}s'")
        driver.commit()
        if reads:
            driver.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            driver.read_only = True

    return made


class Postgres:
    """A database on a server."""

    def __init__(self, url: URL, clock: Clock | None) -> None:
        self._clock = clock
        self.engine = engine(url, WRITERS)
        self._readers = engine(url, READERS, reads=True)
        self._writing = Crew("store writer", WRITERS, self._write, WAITING)
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

    def _write(self, job: Job) -> list[Job]:
        return self._do(job, self.engine, writes=True)

    def _read(self, job: Job) -> list[Job]:
        return self._do(job, self._readers, writes=False)

    def _do(self, job: Job, engine: Engine, *, writes: bool) -> list[Job]:
        # After the server was started anew every connection in the pool is dead, and each is found out by its use.
        for _ in range(WRITERS + 1):
            job.error = None
            if not self._gone(job, engine, writes=writes):
                break
        job.error = told(job.error)
        return [job]

    def _gone(self, job: Job, engine: Engine, *, writes: bool) -> bool:
        """Run a function and commit it. True when its connection turned out to be dead, before it was to commit."""
        committing = False
        try:
            with taken(engine) as driver:
                self._run(job, driver, writes=writes)
                if job.error is None and writes:
                    committing = True
                    commit(driver)
                else:
                    driver.rollback()
                return False
        except psycopg.Error as error:
            job.error = job.error or error
            return not committing
        except (DBAPIError, PoolEmpty) as error:
            job.error = error
            return False

    def _run(self, job: Job, driver: psycopg.Connection[Any], *, writes: bool) -> None:
        """Run a function. The server is waited for only where it is asked something: what is written goes along."""
        try:
            with driver.pipeline() as sent:
                job.do(Transaction(driver, postgres=True, writes=writes, clock=self._clock, sync=sent.sync))
        except psycopg.Error as error:
            job.error = job.error or error


@contextmanager
def taken(engine: Engine) -> Iterator[psycopg.Connection[Any]]:
    """A connection from the pool: one that is broken is not used again."""
    pooled = engine.raw_connection()
    driver: Any = pooled.driver_connection
    try:
        yield driver
    finally:
        if driver.closed:
            pooled.invalidate()
        pooled.close()


def commit(driver: psycopg.Connection[Any]) -> None:
    """Commit. After a statement that failed, PostgreSQL would roll back and call it a success."""
    if driver.info.transaction_status == TransactionStatus.INERROR:
        driver.rollback()
        raise StoreDown
    driver.commit()


def told(error: BaseException | None) -> BaseException | None:
    """What the caller is told: `StoreDown` where the database is at fault, and what the function raised otherwise."""
    fault = error.orig if isinstance(error, DBAPIError) else error
    kinds: dict[Any, type[Exception]] = {
        CLASHES: Stale,
        errors.ReadOnlySqlTransaction: OnlyReading,
        (psycopg.OperationalError, PoolEmpty): StoreDown,
    }
    kind = next((kind for causes, kind in kinds.items() if isinstance(fault, causes)), None)
    if kind is None:
        return error
    made = kind()
    made.__cause__ = fault
    return made
