"""The tables. The log (`books`, `entries`) is the truth; every other row can be made from it or is a delivery."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKeyConstraint, Index, MetaData, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
NO_ROWID = {"sqlite_with_rowid": False}


class Table(SQLModel):
    """The house's own metadata: tables that others declare with SQLModel stay out of it."""

    metadata: ClassVar[MetaData] = MetaData(naming_convention=NAMES)


def of_book(kind: str = "kind", id: str = "id") -> ForeignKeyConstraint:
    """The row hangs from a book."""
    return ForeignKeyConstraint([kind, id], ["books.kind", "books.id"])


def only(name: str, *columns: str, where: str, **more: Any) -> Index:
    """A partial index. SQLite uses it only for a query that says the same words."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where), **more)


class BookRow(Table, table=True):
    """A book as it was last folded."""

    __tablename__ = "books"
    __table_args__ = (only("ix_books_open", "kind", "begun", where="open"),)

    kind: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    rev: int
    at: datetime
    begun: datetime
    open: bool
    fold: str
    """The version of the code that folded `state`."""
    head: bytes
    """The end of the chain of digests over the entries."""
    state: str = Field(sa_type=Text)


class EntryRow(Table, table=True):
    """What happened. Rows are only ever added."""

    __tablename__ = "entries"
    __table_args__ = (
        of_book(),
        Index("ix_entries_who", "who", "at"),
        Index("ix_entries_event", "kind", "id", "event", "rev"),
        NO_ROWID,
    )

    kind: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    rev: int = Field(primary_key=True)
    at: datetime
    who: str
    via: str
    event: str
    body: str = Field(sa_type=Text)
    said: datetime | None = None
    """When it was said, where that was long before."""
    salt: bytes
    leaf: bytes
    """Digest of the salt and the entry: it stays when what a person typed is erased, and the chain stays whole."""


class KeyRow(Table, table=True):
    """A name by which a book is found."""

    __tablename__ = "keys"
    __table_args__ = (of_book(), Index("ix_keys_book", "kind", "id"), NO_ROWID)

    key: str = Field(primary_key=True)
    kind: str
    id: str


class TimerRow(Table, table=True):
    """A timer that a book lists now: there is no row for any other."""

    __tablename__ = "timers"
    __table_args__ = (of_book(), Index("ix_timers_at", "at"), NO_ROWID)

    kind: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    at: datetime


class ShownRow(Table, table=True):
    """A look: what should stand somewhere, and what stands there. It is behind while `have < want`."""

    __tablename__ = "shown"
    __table_args__ = (
        of_book("kind", "book"),
        UniqueConstraint("kind", "book", "subject", "platform"),
        only("ix_shown_behind", "platform", "since", where="have < want"),
        {"sqlite_autoincrement": True},  # a new row never gets the id of one that is gone
    )

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    book: str
    subject: str
    platform: str
    place: str
    message: str
    want: int
    have: int
    since: datetime
    """Since when it has been behind."""
    posted: datetime | None = None
    """When the message that stands there was new."""
    at: datetime | None = None
    """When it was last shown."""
    tired: datetime | None = None
    """Until when it rests from its edits: what changes fast is edited now and then."""
    digest: str
    tries: int
    not_before: datetime
    error: str
    listed: bool
    """Its book lists it. Some messages are not listed and yet kept true, such as the pages that were sent."""


class SendRow(Table, table=True):
    """Words that go out once. The table is the queue, and the ledger of what was delivered."""

    __tablename__ = "sends"
    __table_args__ = (
        of_book("book_kind", "book"),
        only("ix_sends_pending", "rank", "id", where="state = 'pending'"),
        only("ix_sends_pages", "not_before", where="state = 'pending' AND kind = 'page'"),
        only("ix_sends_waiting", "dest", "rank", "id", where="state = 'pending'"),
        only("ix_sends_sending", "lease", where="state = 'sending'"),
        Index("ix_sends_book", "book_kind", "book"),
        Index("ix_sends_at", "at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    book_kind: str | None
    book: str | None
    rev: int
    kind: str
    dest: str
    rank: int
    payload: str = Field(sa_type=Text)
    state: str
    tries: int
    at: datetime
    not_before: datetime
    channel: int
    place: str
    message: str
    error: str
    epoch: int
    """Counts the claims: who writes with an older one lost the row to somebody else."""
    holder: str
    lease: datetime
    repeat: bool
    """It may have arrived already."""


class HeardRow(Table, table=True):
    """A delivery that was heard, and the reply that a repeat of it gets again."""

    __tablename__ = "heard"
    __table_args__ = (Index("ix_heard_at", "at"), NO_ROWID)

    key: str = Field(primary_key=True)
    at: datetime
    reply: bytes | None


class InboxRow(Table, table=True):
    """A raw delivery of a stream that is resumed."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("source", "key"),
        only("ix_inbox_undone", "source", "id", where="NOT done"),
    )

    id: int | None = Field(default=None, primary_key=True)
    source: str
    key: str
    body: bytes
    at: datetime
    done: bool


class CursorRow(Table, table=True):
    """Where such a stream stands."""

    __tablename__ = "cursors"

    source: str = Field(primary_key=True)
    cursor: str


class LeaseRow(Table, table=True):
    """What only one process may hold, until when, and how many held it so far."""

    __tablename__ = "leases"

    name: str = Field(primary_key=True)
    holder: str
    number: int
    until: datetime


class BucketRow(Table, table=True):
    """What was taken of one of a platform's limits, as the engine writes it, and when it was last touched."""

    __tablename__ = "buckets"

    name: str = Field(primary_key=True)
    at: datetime
    body: str = Field(sa_type=Text)


class CounterRow(Table, table=True):
    """The last number given out, and the versions of what a process may remember."""

    __tablename__ = "counters"

    name: str = Field(primary_key=True)
    value: int
