"""Bundles: pages of several incidents for one person and channel, close upon one another, are one message.

The first page of a burst goes out at once. What comes for the same person and channel in the ten seconds after it waits
for their end, and is then told together: so nobody's telephone rings twenty times, and no incident goes unnamed.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import groupby
from typing import NamedTuple

import msgspec

from bot.book import BookId
from bot.engine.turns import Page
from bot.incident.paging import elsewhere
from bot.ports import Handle
from bot.store.transaction import Transaction

WINDOW = timedelta(seconds=10)
"""After a page: how long the next ones for that person and channel wait for company."""
SKEW = timedelta(seconds=1)
"""By so much a transaction that began later may be read in an earlier one."""
MOST = 30
"""Incidents in one message: their numbers fit into a text message."""


class Named(NamedTuple):
    """An incident that a message named, and its call that rang then."""

    incident: str
    call: int


NAMED = msgspec.json.Decoder(list[Named])
"""Made before there are threads: see `bot.book.prepare`."""


@dataclass(frozen=True)
class Message:
    """Pages that go out as one: to one person by one channel, or a single one to a room or a webhook."""

    pages: Sequence[Page]
    bundle: str = ""
    """What its buttons call all of them by: `b7`."""

    @property
    def first(self) -> Page:
        """The one that a message for a single page is about."""
        return self.pages[0]

    @property
    def to(self) -> str:
        """Whom it is for."""
        return self.first.row.to

    @property
    def handle(self) -> Handle:
        """The channel that it goes by."""
        return self.first.handle

    @property
    def books(self) -> Sequence[BookId]:
        """The incidents that it names."""
        return [page.book for page in self.pages]

    @property
    def key(self) -> tuple[str, int, int]:
        """What this try of it has for itself alone."""
        ids = ".".join(str(page.row.id) for page in self.pages)
        return ids, self.first.row.channel, self.first.row.tries

    @property
    def subject(self) -> str:
        """The name of its look in each of its books: whom it is for, and of what it tells."""
        rings = " ".join(f"{page.book.id}.{page.row.payload['call']}.{page.row.payload['step']}" for page in self.pages)
        return f"page {self.first.row.id} {self.bundle or '-'} {self.to} {rings}"


def bundled(pages: Iterable[Page], tx: Transaction) -> Iterator[Message]:
    """The messages that these pages make now; the others wait for the end of their window."""
    waiting = sorted(pages, key=_window)
    windows = tx.buckets({_window(page) for page in waiting if not elsewhere(page.row.to)})
    for name, group in groupby(waiting, _window):
        if name not in windows:
            yield from (Message([page]) for page in group)
            continue
        together = list(group)
        until = _ends(windows[name], tx.now)
        now = together[:MOST] if until <= tx.now else []
        until = tx.now + WINDOW if now else until
        tx.postpone((page.row for page in together[len(now) :]), until)
        if now:
            tx.fill({name: until.isoformat()})
            yield _message(now, tx)


def reopen(message: Message, tx: Transaction) -> None:
    """It did not arrive: what waits for its company waits no longer, nor does the next one to this channel."""
    if elsewhere(message.to):
        return
    name = _window(message.first)
    if end := tx.buckets([name])[name]:
        tx.let_go(message.to, datetime.fromisoformat(end))
    tx.fill({name: ""})


def members(bundle: str, tx: Transaction) -> Sequence[Named]:
    """The incidents that a message named, by what its buttons call them; none when it is too old."""
    kept = tx.answered(f"bundle {bundle}")
    return NAMED.decode(kept) if kept else ()


def _window(page: Page) -> str:
    """Whose window it is: an address may be a secret, and stands in no name."""
    return f"paged {page.row.to} {page.handle.platform} {sha256(page.handle.id.encode()).hexdigest()[:16]}"


def _ends(kept: str, now: datetime) -> datetime:
    """When a window ends. One that ends too late is none: the clock was set back."""
    end = datetime.fromisoformat(kept) if kept else now
    return end if end <= now + WINDOW + SKEW else now


def _message(pages: Sequence[Page], tx: Transaction) -> Message:
    named = [Named(page.book.id, int(page.row.payload["call"])) for page in pages]
    if len({one.incident for one in named}) == 1:
        return Message(pages)
    bundle = f"b{tx.number('bundle')}"
    tx.answer(f"bundle {bundle}", msgspec.json.encode(named))
    return Message(pages, bundle)
