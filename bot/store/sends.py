"""Sends: words that go out once, or are known not to have. The table is the queue and the ledger."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec

from bot.book import BookId, Send
from bot.store.hand import Hand, Row, instant, sql

Ended = Literal["accepted", "failed", "void", "unknown", "pending"]

Way = Literal["page", "proof", "lane"]
"""How a row goes out: pages, and what proves a channel, wait in nobody's lane."""
WAY = "CASE WHEN kind = 'page' THEN 'page' WHEN kind IN ('code', 'test', 'tested') THEN 'proof' ELSE 'lane' END"

COLUMNS = """id, book_kind, book, rev, kind, dest, rank, payload, state, tries, at, not_before,
             channel, place, message, error, epoch, repeat"""
QUEUE = """
    INSERT INTO sends (book_kind, book, rev, kind, dest, rank, payload, state, tries, at, not_before,
                       channel, place, message, error, epoch, holder, lease, repeat)
    VALUES (:book_kind, :book, :rev, :kind, :dest, :rank, :payload, 'pending', 0, :now, :not_before,
            :channel, '', '', '', 0, '', :now, :repeat)
"""
SEND = sql(QUEUE)
SEND_ONE = sql(f"{QUEUE} RETURNING id")
# From one destination to the next in the index, and the first few of each: however many wait behind them.
READY = sql(f"""
    WITH RECURSIVE dests(name) AS (
        SELECT min(dest) FROM sends WHERE state = 'pending'
        UNION ALL SELECT (SELECT min(dest) FROM sends WHERE state = 'pending' AND dest > name)
        FROM dests WHERE name IS NOT NULL
    )
    SELECT {COLUMNS} FROM sends WHERE id IN (
        SELECT first.id FROM dests JOIN sends AS first ON first.id IN (
            SELECT waiting.id FROM sends AS waiting
            WHERE waiting.state = 'pending' AND waiting.dest = dests.name
                AND waiting.not_before <= :now AND {WAY} = :way
            ORDER BY waiting.rank, waiting.id LIMIT :each
        )
    ) ORDER BY rank, id LIMIT :limit
""")
FOLLOWING = sql(f"""
    SELECT {COLUMNS} FROM sends
    WHERE state = 'pending' AND dest = :dest AND kind = :kind AND rank = :rank AND id > :id AND not_before <= :now
    ORDER BY id LIMIT :limit
""")
WHOSE = sql("SELECT kind, book_kind, book FROM sends WHERE id = :id AND state = 'pending'")
CLAIM = sql(f"""
    UPDATE sends SET state = 'sending', epoch = epoch + 1, tries = tries + 1, holder = :holder, lease = :lease
    WHERE id = (SELECT id FROM sends WHERE id = :id AND state = 'pending' {{FOR UPDATE SKIP LOCKED}})
    RETURNING {COLUMNS}
""")
CLAIMS = sql(f"""
    UPDATE sends SET state = 'sending', epoch = epoch + 1, tries = tries + 1, holder = :holder, lease = :lease
    WHERE id IN (SELECT CAST(key AS INTEGER) FROM json_each(:ids)) RETURNING {COLUMNS}
""")
PAGES_DUE = sql("SELECT 1 FROM sends WHERE state = 'pending' AND kind = 'page' AND not_before <= :now LIMIT 1")
SENT = sql("""
    UPDATE sends SET state = :state, place = :place, message = :message, error = :error,
        not_before = :not_before, channel = coalesce(:channel, channel)
    WHERE id = :id AND epoch = :epoch AND state = 'sending'
""")
POSTPONE = sql("""
    UPDATE sends SET state = 'pending', tries = tries - 1, not_before = :until
    WHERE id = :id AND epoch = :epoch AND state = 'sending'
""")
RELEASE = sql("""
    UPDATE sends SET not_before = :now WHERE state = 'pending' AND kind = 'page' AND dest = :dest AND not_before = :then
""")
PAGES_TO = sql(f"""
    SELECT {COLUMNS} FROM sends WHERE book_kind = :kind AND book = :book AND kind = 'page' AND dest = :dest ORDER BY id
""")
ONE = sql(f"SELECT {COLUMNS} FROM sends WHERE id = :id")
SETTLE = sql("UPDATE sends SET state = :state, error = :error WHERE id = :id AND state = 'accepted'")
HURRY = sql("UPDATE sends SET not_before = :now WHERE id = :id AND state = 'pending' AND not_before > :now")
EXPIRED = sql("UPDATE sends SET state = 'pending', repeat = :repeat WHERE state = 'sending' AND lease <= :now")
FORGOTTEN = sql(f"""
    SELECT {COLUMNS} FROM sends WHERE state = 'sending' AND lease < :before
    UNION ALL SELECT {COLUMNS} FROM sends WHERE state = 'pending' AND kind = 'page' AND not_before < :before
    LIMIT :limit
""")
REACHED = sql("""
    SELECT id FROM sends WHERE book_kind = :kind AND book = :book AND dest = :dest
        AND state = 'accepted' AND not_before > :since LIMIT 1
""")
FORGET_SENDS = sql("""
    DELETE FROM sends WHERE at < :before AND state NOT IN ('pending', 'sending')
""")
LEDGER = sql(f"SELECT {COLUMNS} FROM sends WHERE book_kind = :kind AND book = :book ORDER BY id")


@dataclass(frozen=True, slots=True)
class Sent:
    """A send's row. `tries` counts its claims; `repeat`: it may have arrived already."""

    id: int
    book: BookId | None
    rev: int
    kind: str
    to: str
    rank: int
    payload: dict[str, Any]
    state: str
    tries: int
    at: datetime
    not_before: datetime
    """When it may be tried; once it ended, when that was."""
    channel: int
    """Which of a person's channels is next."""
    place: str
    message: str
    error: str
    epoch: int
    repeat: bool


class Sends(Hand):
    """What is sent."""

    def lock(self, *ids: BookId) -> None:
        """Nobody else writes these books until the transaction ends."""
        raise NotImplementedError

    def send(
        self,
        send: Send,
        book: BookId | None = None,
        rev: int = 0,
        *,
        wait: timedelta = timedelta(0),
        channel: int = 0,
    ) -> int:
        """Queue words, to be sent after a while, by one of a person's channels; the row's id."""
        row = self._queued(send, book, rev) | {"not_before": self.now + wait, "channel": channel}
        return int(self.rows(SEND_ONE, **row)[0][0])

    def send_of(self, id: int) -> Sent | None:
        """A row, whatever became of it."""
        found = self.row(ONE, id=id)
        return _sent(found) if found else None

    def settle(self, id: int, *, state: Literal["delivered", "failed"], error: str = "") -> bool:
        """What became of something that had been accepted; False when that is known already."""
        return bool(self.do(SETTLE, id=id, state=state, error=error))

    def hurry(self, id: int) -> None:
        """What waits for its time waits no longer."""
        self.do(HURRY, id=id, now=self.now)

    def ready(self, way: Way, limit: int = 1000, each: int = 20) -> list[Sent]:
        """What waits and may be tried now: the lowest rank first, then the oldest, so many for each destination.

        A destination that takes nothing just now keeps no other one waiting.
        """
        return [_sent(row) for row in self.rows(READY, now=self.now, way=way, limit=limit, each=each)]

    def pages_due(self) -> bool:
        """Whether a page waits that may be sent now."""
        return self.row(PAGES_DUE, now=self.now) is not None

    def following(self, row: Sent, limit: int) -> list[Sent]:
        """What waits behind a row and is of its kind, in order."""
        values = {"dest": row.to, "kind": row.kind, "rank": row.rank, "id": row.id, "limit": limit}
        return [_sent(found) for found in self.rows(FOLLOWING, now=self.now, **values)]

    def claim(self, id: int, holder: str, lease: timedelta) -> Sent | None:
        """Take it, before the request is made; None when it does not wait any more or somebody else took it.

        A page's book is locked first, so that whoever claims can look whether it is still to be sent: no page
        is claimed after the acknowledgement committed.
        """
        whose = self.row(WHOSE, id=id)
        if whose is None:
            return None
        if whose[0] == "page" and whose[1] is not None:
            self.lock(BookId(whose[1], whose[2]))
        found = self.row(CLAIM, id=id, holder=holder, lease=self.now + lease)
        return _sent(found) if found else None

    def sent(
        self,
        id: int,
        epoch: int,
        *,
        state: Ended,
        place: str = "",
        message: str = "",
        error: str = "",
        not_before: datetime | None = None,
        channel: int | None = None,
    ) -> bool:
        """What became of a claim; False when it was no longer this one's to say.

        `pending` puts it back: to be tried at `not_before`, by `channel`.
        """
        values = {"state": state, "place": place, "message": message, "error": error, "channel": channel}
        return bool(self.do(SENT, id=id, epoch=epoch, not_before=not_before or self.now, **values))

    def postpone(self, rows: Iterable[Sent], until: datetime) -> None:
        """Put back what was claimed and not tried: its time is later."""
        self.each(POSTPONE, ({"id": row.id, "epoch": row.epoch, "until": until} for row in rows))

    def let_go(self, to: str, then: datetime) -> None:
        """Pages that wait for just this moment wait no longer."""
        self.do(RELEASE, dest=to, then=then, now=self.now)

    def pages_to(self, to: str, book: BookId) -> list[Sent]:
        """Every page of a book to one and the same, whichever channel it went by."""
        return [_sent(row) for row in self.rows(PAGES_TO, dest=to, kind=book.kind, book=book.id)]

    def expired(self) -> int:
        """Put back what was claimed by somebody who did not come back in time; how many."""
        return self.do(EXPIRED, now=self.now, repeat=True)

    def sends(self, book: BookId) -> list[Sent]:
        """Everything that was ever queued for a book: the delivery ledger."""
        return [_sent(row) for row in self.rows(LEDGER, kind=book.kind, book=book.id)]

    def reached(self, book: BookId, to: str, since: datetime) -> bool:
        """Whether something of a book arrived there since."""
        return self.row(REACHED, kind=book.kind, book=book.id, dest=to, since=since) is not None

    def forgotten(self, before: datetime, limit: int = 10) -> list[Sent]:
        """What was claimed and not ended by then, and pages that nobody claimed since."""
        return [_sent(row) for row in self.rows(FORGOTTEN, before=before, limit=limit)]

    def forget_sends(self, before: datetime) -> int:
        """Drop what ended and is older than this; how many."""
        return self.do(FORGET_SENDS, before=before)

    def _claimed(self, ids: Sequence[int], holder: str, lease: timedelta) -> list[Sent]:
        """Claim rows that this transaction locked."""
        if not ids:
            return []
        named = msgspec.json.encode(dict.fromkeys(map(str, ids))).decode()
        found = self.rows(CLAIMS, ids=named, holder=holder, lease=self.now + lease)
        return sorted(map(_sent, found), key=lambda row: (row.rank, row.id))

    def _queue(self, book: BookId, sends: Iterable[tuple[Send, int]]) -> None:
        self.each(SEND, (self._queued(send, book, rev) for send, rev in sends))

    def _queued(self, send: Send, book: BookId | None, rev: int) -> dict[str, Any]:
        payload = msgspec.json.encode(send.payload, enc_hook=str).decode()
        book_kind, id = book or (None, None)
        return {
            "book_kind": book_kind, "book": id, "rev": rev, "kind": send.kind, "dest": send.to, "rank": send.rank,
            "payload": payload, "now": self.now, "repeat": False, "not_before": self.now, "channel": 0,
        }  # fmt: skip


def _sent(row: Row) -> Sent:
    (id, book_kind, book, rev, kind, to, rank, payload, state, tries, at, not_before,
     channel, place, message, error, epoch, repeat) = row  # fmt: skip
    whose = BookId(book_kind, book) if book_kind is not None else None
    return Sent(
        id, whose, rev, kind, to, rank, msgspec.json.decode(payload), state, tries, instant(at), instant(not_before),
        channel, place, message, error, epoch, bool(repeat),
    )  # fmt: skip
