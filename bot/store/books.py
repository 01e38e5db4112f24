"""Books: loading them, and recording what happened together with all that follows from it."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, reduce
from typing import Any

import msgspec
from msgspec import ValidationError

from bot.book import STATES, Book, BookId, Entry, Event, Send, UnknownEvent, blank, freeze, thaw
from bot.store.chain import Link, link, onward
from bot.store.errors import Stale
from bot.store.folds import fold_version
from bot.store.hand import Row, Sql, instant, sql
from bot.store.keys import Keys
from bot.store.log import Log
from bot.store.looks import Looks, Named, named
from bot.store.sends import Sends, Sent
from bot.store.timers import Timers

VERSIONED = frozenset({"person", "following", "schedule"})
"""The kinds of which a process may remember all."""

UNREADABLE = (UnknownEvent, ValidationError)
"""What a newer replica wrote is that replica's, until this one is replaced: the other books go on."""

COLUMNS = "id, rev, at, fold, head, state"
LOAD = sql(f"SELECT {COLUMNS} FROM books WHERE kind = :kind AND id = :id")
LOCK = sql(f"SELECT {COLUMNS} FROM books WHERE kind = :kind AND id = :id {{FOR NO KEY UPDATE}}")
TAKE = sql("""
    SELECT timers.name, timers.at, books.kind, books.id, rev, books.at, fold, head, state
    FROM timers JOIN books ON books.kind = timers.kind AND books.id = timers.id
    WHERE timers.at <= :now ORDER BY timers.at, timers.kind, timers.id, timers.name LIMIT :limit
    {FOR NO KEY UPDATE OF books SKIP LOCKED}
""")
PAGES = """
    SELECT sends.dest, sends.id, books.kind, books.id, books.rev, books.at, books.fold, books.head, books.state
    FROM sends JOIN books ON books.kind = sends.book_kind AND books.id = sends.book
    WHERE sends.state = 'pending' AND sends.kind = 'page' AND sends.not_before <= :now
"""
UNTAKEN = "{FOR UPDATE OF sends SKIP LOCKED FOR NO KEY UPDATE OF books SKIP LOCKED}"
TAKE_PAGES = sql(f"{PAGES} ORDER BY sends.rank, sends.id LIMIT :limit {UNTAKEN}")
TAKE_MORE = sql(f"""
    {PAGES} AND sends.dest IN (SELECT key FROM json_each(:names))
    ORDER BY sends.rank, sends.id LIMIT :limit {UNTAKEN}
""")
EACH = 25
"""Pages for one and the same that are claimed together, on average."""
OPEN = sql(f"""
    SELECT {COLUMNS} FROM books WHERE open AND kind = :kind
    ORDER BY begun DESC, length(id) DESC, id DESC LIMIT :limit
""")
ALL = sql(f"SELECT {COLUMNS} FROM books WHERE kind = :kind ORDER BY begun, length(id), id")
CLAIM = sql("SELECT pg_advisory_xact_lock(hashtextextended(:kind || ' ' || :id, 0))")
BEGIN = sql("""
    INSERT INTO books (kind, id, rev, at, begun, open, fold, head, state)
    VALUES (:kind, :id, :rev, :at, :at, :open, :fold, :head, :state) ON CONFLICT DO NOTHING
""")
UPDATE = sql("""
    UPDATE books SET rev = :rev, at = :at, open = :open, fold = :fold, head = :head, state = :state
    WHERE kind = :kind AND id = :id AND rev = :was
""")
OUTDATED = sql("""
    SELECT kind, id FROM books WHERE open AND fold <> :fold AND (kind > :kind OR (kind = :kind AND id > :id))
    ORDER BY kind, id LIMIT :limit
""")

# An equal text is an equal state, whoever wrote it: so this needs no invalidation.
_thaw = lru_cache(maxsize=1024)(thaw)


@dataclass(frozen=True, slots=True)
class Held:
    """A book as this transaction has it, and the end of its chain of digests."""

    book: Book
    head: bytes


@dataclass(frozen=True, slots=True)
class Listed:
    """What a state lists, and what the rows of its book are."""

    timers: dict[str, datetime]
    keys: frozenset[str]
    looks: Named


def listed(book: Book) -> Listed:
    """What a book lists now: nothing before its first entry."""
    if not book.rev:
        return Listed({}, frozenset(), {})
    timers = {timer.name: instant(timer.at) for timer in book.state.due()}
    return Listed(timers, frozenset(book.state.keys()), named(book.state.looks()))


class Books(Log, Timers, Keys, Looks, Sends):
    """The log, and what is computed from it."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._held: dict[BookId, Held] = {}

    def load(self, id: BookId) -> Book:
        """The book, blank when nothing was written in it yet. In a write it is locked.

        Raises `UnknownEvent` when a newer version of the code wrote it.
        """
        return self._hold(id).book

    def lock(self, *ids: BookId) -> None:
        """Nobody else writes these books until the transaction ends. Always in the order of their names."""
        for id in sorted(ids):
            self._hold(id)

    def take_due(self, limit: int) -> list[tuple[BookId, str, datetime]]:
        """The timers whose moment has come, oldest first, their books locked; not those that somebody else writes."""
        taken = []
        for name, at, kind, *row in self.rows(TAKE, now=self.now, limit=limit):
            taken.append((id := BookId(kind, row[0]), name, instant(at)))
            with suppress(*UNREADABLE):  # whoever loads it is told
                self._holds(id, tuple(row))
        return taken

    def claim_pages(self, holder: str, lease: timedelta, limit: int) -> list[Sent]:
        """Take the first pages that are due, before they are sent, their books locked; not those somebody else writes.

        So whoever claims can look whether they are still to be sent: none is claimed after the ack committed. With
        them all that is due for the same people.
        """
        taken = self._take(TAKE_PAGES, limit=limit)
        if len(taken) == limit:
            names = msgspec.json.encode(dict.fromkeys(taken.values())).decode()
            taken |= self._take(TAKE_MORE, names=names, limit=limit * EACH)
        return self._claimed(list(taken), holder, lease)

    def _take(self, statement: Sql, **values: Any) -> dict[int, str]:
        """Lock pages and their books: by the row of each, whom it is for."""
        taken = {}
        for dest, send, kind, *row in self.rows(statement, now=self.now, **values):
            taken[send] = dest
            with suppress(*UNREADABLE):
                self._holds(BookId(kind, row[0]), tuple(row))
        return taken

    def open_books(self, kind: str, limit: int = 100) -> list[Book]:
        """Those that are going on, newest first."""
        return list(self._readable(kind, self.rows(OPEN, kind=kind, limit=limit)))

    def books(self, kind: str) -> list[Book]:
        """All of them, oldest first."""
        return list(self._readable(kind, self.rows(ALL, kind=kind)))

    def entry_of(self, row: Sent) -> Entry:
        """The entry that a send tells of. Raises `UnknownEvent`."""
        return self.entries(row.book or BookId("", ""), after=int(row.payload["rev"]) - 1, limit=1)[0]

    def record(
        self, book: Book, events: Iterable[Event], *, by: str, via: str = "", said: datetime | None = None
    ) -> tuple[Book, list[Entry]]:
        """Write events into a book, with all that follows: its timers, keys, looks, and the words to send.

        Raises `Stale` when the book is not as it stands now (the store then runs the whole function again), and
        `Taken` when another book has one of its keys.
        """
        held = self._hold(book.id)
        if held.book.rev != book.rev:
            raise Stale
        entries: list[tuple[Entry, Link]] = []
        sends: list[tuple[Send, int]] = []
        for event in events:
            book, entry = book.write(event, now=self.now, by=by, via=via, said=said)
            entries.append((entry, link(entry)))
            sends.extend((send, entry.rev) for send in event.sends(book.state, entry))
        if entries:
            self._keep(held, book, entries)
            self._relist(listed(held.book), book)
            self._queue(book.id, sends)
        return book, [entry for entry, _ in entries]

    def refold(self, after: BookId, limit: int = 50) -> BookId | None:
        """Fold open books anew that another version of the code folded, the first few after a name.

        The name of the last one, or None when there was none.
        """
        rows = self.rows(OUTDATED, fold=fold_version(), kind=after.kind, id=after.id, limit=limit)
        for kind, id in rows:
            with suppress(*UNREADABLE):
                if kind in STATES:
                    self.load(BookId(kind, id))
        return BookId(*rows[-1]) if rows else None

    # ---- one book

    def _hold(self, id: BookId) -> Held:
        if id not in self._held:
            self._holds(id, self._lock(id) if self.writes else self.row(LOAD, kind=id.kind, id=id.id))
        return self._held[id]

    def _holds(self, id: BookId, row: Row | None) -> None:
        """A row was read, and in a write it is locked."""
        if id in self._held:
            return
        self._held[id] = Held(self._book(id, row), bytes(row[4])) if row else Held(blank(id), b"")
        if row and self.writes and row[3] != fold_version():
            self._settle(self._held[id])

    def _lock(self, id: BookId) -> Row | None:
        row = self.row(LOCK, kind=id.kind, id=id.id)
        if row is None and self._postgres:
            # There is no row to lock: its name is, until this transaction ends. Who waited for it looks again.
            self.rows(CLAIM, kind=id.kind, id=id.id)
            row = self.row(LOCK, kind=id.kind, id=id.id)
        return row

    def _book(self, id: BookId, row: Row) -> Book:
        _, rev, at, fold, _, state = row
        if fold != fold_version():
            return self.fold(id)
        return Book(id, rev, _thaw(id.kind, state), instant(at))

    def _readable(self, kind: str, rows: Iterable[Row]) -> Iterator[Book]:
        for row in rows:
            with suppress(*UNREADABLE):
                yield self._book(BookId(kind, row[0]), row)

    def _settle(self, held: Held) -> None:
        """Another version of the code folded this book: make its rows what this version lists."""
        id = held.book.id
        self._keep(held, held.book, ())
        self._relist(Listed(self.timers(id), self.keys(id), self._listed_looks(id)), held.book)

    def _keep(self, held: Held, book: Book, entries: Iterable[tuple[Entry, Link]]) -> None:
        head = reduce(onward, (link.leaf for _, link in entries), held.head)
        values = {
            "kind": book.id.kind, "id": book.id.id, "rev": book.rev, "at": book.at, "open": bool(book.state.open),
            "fold": fold_version(), "head": head, "state": freeze(book.state).decode(),
        }  # fmt: skip
        if not (self.do(UPDATE, was=held.book.rev, **values) if held.book.rev else self.do(BEGIN, **values)):
            raise Stale
        self._enter(entries)
        self._held[book.id] = Held(book, head)

    def _relist(self, old: Listed, book: Book) -> None:
        new = listed(book)
        self._rearm(book.id, old.timers, new.timers)
        self._rename(book.id, old.keys, new.keys)
        self._reshow(book.id, old.looks, new.looks)
        if book.id.kind in VERSIONED:
            self._age(book.id.kind)
