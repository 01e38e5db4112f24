"""The store: open it, and give it functions to run in a transaction."""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from bot.book import BookId, prepare
from bot.store.errors import Busy, OnlyReading, Stale, StoreDown, Taken
from bot.store.hand import Clock
from bot.store.migrate import migrate
from bot.store.sqlite import Sqlite
from bot.store.transaction import Transaction

if TYPE_CHECKING:
    from bot.store.postgres import Postgres

__all__ = ["Busy", "OnlyReading", "Stale", "Store", "StoreDown", "Taken", "Transaction"]

T = TypeVar("T")
TRIES = 8
"""How often a function runs that found its book changed meanwhile."""


class BadUrl(ValueError):
    """A database is `sqlite:///path`, `sqlite://` for a temporary one, or `postgresql://user:password@host/name`."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class Store:
    """The books and all that hangs from them."""

    def __init__(self, rooms: "Sqlite | Postgres", folder: TemporaryDirectory[str] | None = None) -> None:
        self._rooms = rooms
        self._folder = folder

    @classmethod
    async def open(cls, url: str, clock: Clock | None = None) -> "Store":
        """Open a database and bring it up to date. Raises `StoreDown`, `BadUrl`.

        `clock` is asked for the time instead of PostgreSQL or the machine. Import what defines events first.
        """
        prepare()
        store = _made(url, clock)
        try:
            await asyncio.to_thread(migrate, store._rooms.engine)
            await store._refold()
        except BaseException:
            await store.close()
            raise
        return store

    async def write(self, fn: Callable[[Transaction], T], *, urgent: bool = False) -> T:
        """Run a function in one transaction; its result comes after the commit, and is durable.

        It may run several times, and must not do anything but ask its transaction. What it raises undoes it
        and comes out here; so do `StoreDown` (nothing was changed) and, after a few tries, `Stale`.
        """
        for _ in range(TRIES - 1):
            try:
                return await self._rooms.write(fn, urgent=urgent)  # type: ignore[no-any-return]
            except Stale:
                continue
        return await self._rooms.write(fn, urgent=urgent)  # type: ignore[no-any-return]

    async def read(self, fn: Callable[[Transaction], T]) -> T:
        """Run a function that sees one moment, and never waits for a writer. Raises `StoreDown`, `OnlyReading`."""
        return await self._rooms.read(fn)  # type: ignore[no-any-return]

    @property
    def alone(self) -> bool:
        """Whether no other process can be at work on it: then nothing need be leased."""
        return isinstance(self._rooms, Sqlite)

    @property
    def queued(self) -> int:
        """Units of work that wait for a thread."""
        return self._rooms.queued

    async def close(self) -> None:
        """Finish what was asked, and let go of the database."""
        await self._rooms.close()
        if self._folder:
            self._folder.cleanup()

    async def _refold(self) -> None:
        last: BookId | None = BookId("", "")
        while last:
            last = await self.write(partial(Transaction.refold, after=last))


def _made(url: str, clock: Clock | None) -> Store:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise BadUrl from None
    if parsed.get_backend_name() in {"postgresql", "postgres"}:
        from bot.store.postgres import Postgres  # psycopg takes a while to load

        return Store(Postgres(parsed.set(drivername="postgresql+psycopg"), clock))
    if parsed.get_backend_name() != "sqlite":
        raise BadUrl
    if parsed.database and parsed.database != ":memory:":
        return Store(Sqlite(_made_room(Path(parsed.database)), clock))
    folder = TemporaryDirectory(prefix="tocsin-")
    return Store(Sqlite(Path(folder.name) / "tocsin.db", clock), folder)


def _made_room(path: Path) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreDown(f"There is no folder for the database: {error}") from error
    return path
