"""A toy book: it counts, may be armed, shown and named, and says what it was told to say."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from bot.book import Book, BookId, Command, Entry, Event, Look, Send, Timer, book, event
from bot.store.store import Transaction

T = TypeVar("T")
TOY = BookId("toy", "1")


@dataclass(frozen=True)
class Ring(Command):
    """What a toy's timer fires."""


@book("toy")
class Toy:
    """Everything that a book can list."""

    id: str
    count: int = 0
    closed: bool = False
    timers: tuple[tuple[str, datetime], ...] = ()
    names: tuple[str, ...] = ()
    places: tuple[tuple[str, str], ...] = ()

    @property
    def open(self) -> bool:
        return not self.closed

    def due(self) -> Iterator[Timer]:
        yield from (Timer(name, at, Ring()) for name, at in self.timers)

    def looks(self) -> Iterator[Look]:
        yield from (Look("card", platform, place) for platform, place in self.places)

    def keys(self) -> Iterator[str]:
        yield from self.names


@event
class ToyCounted(Event):
    by: int = 1
    note: str = ""

    def onto(self, state: Toy, entry: Entry) -> Toy:
        return replace(state, count=state.count + self.by)


@event
class ToySet(Event):
    """The toy lists these from now on."""

    timers: tuple[tuple[str, datetime], ...] = ()
    names: tuple[str, ...] = ()
    places: tuple[tuple[str, str], ...] = ()
    closed: bool = False

    def onto(self, state: Toy, entry: Entry) -> Toy:
        return replace(state, timers=self.timers, names=self.names, places=self.places, closed=self.closed)


@event
class ToySaid(Event):
    kind: str = "page"
    rank: int = 0

    def sends(self, state: Toy, entry: Entry) -> Iterator[Send]:
        yield Send(self.kind, "anna", self.rank, {"count": state.count, "at": entry.at})


def soon(coroutine: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """Begin it now, and look at it later."""
    return asyncio.get_running_loop().create_task(coroutine)


def write(*events: Event, id: BookId = TOY) -> Callable[[Transaction], tuple[Book, list[Entry]]]:
    """A unit of work that writes events into a toy."""
    return lambda tx: tx.record(tx.load(id), events, by="anna", via="slack:C1")


def rows(tx: Transaction, id: BookId = TOY) -> tuple[Any, ...]:
    """What hangs from a toy: timers, keys, looks."""
    looks = {(look.subject, look.platform): look.place for look in tx.looks(id)}
    return tx.timers(id), tx.keys(id), looks


def lists(state: Toy) -> tuple[Any, ...]:
    """What should hang from it."""
    return dict(state.timers), frozenset(state.names), {("card", platform): place for platform, place in state.places}
