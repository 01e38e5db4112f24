"""Bundles: pages of several incidents for one person and channel, close upon one another, are one message.

The first page of a burst goes out at once. What comes for the same person and channel in the ten seconds after it waits
for their end, and is then told together: so nobody's telephone rings twenty times, and no incident goes unnamed.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

import msgspec

from bot.book import BookId
from bot.engine.turns import Page
from bot.incident.paging import elsewhere
from bot.ports import Handle
from bot.store.sends import Sent
from bot.store.transaction import Transaction

WINDOW = timedelta(seconds=10)
"""After a page: how long the next ones for that person and channel wait for company."""
MOST = 30
"""Incidents in one message: their numbers fit into a text message."""
NAMES = msgspec.json.Decoder(list[str])
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

    def subject(self, page: Page) -> str:
        """The name of its look in one of its books."""
        if not self.bundle:
            return f"page {page.row.id} {self.to} {step(page.row, ' ')}"
        members = " ".join(f"{each.book.id}.{step(each.row, '.')}" for each in self.pages)
        return f"pages {self.bundle} {self.to} {members}"


def step(row: Sent, between: str) -> str:
    """Which call and step a page is of."""
    return f"{row.payload['call']}{between}{row.payload['step']}"


def bundled(pages: Iterable[Page], tx: Transaction) -> Iterator[Message]:
    """The messages that these pages make now; the others wait for the end of their window."""
    waiting = sorted(pages, key=_window)
    windows = tx.buckets({_window(page) for page in waiting if not elsewhere(page.row.to)})
    for name, group in groupby(waiting, _window):
        if name not in windows:
            yield from (Message([page]) for page in group)
            continue
        together = list(group)
        until = datetime.fromisoformat(windows[name]) if windows[name] else tx.now
        now = together[:MOST] if until <= tx.now else []
        until = tx.now + WINDOW if now else until
        for page in together[len(now) :]:
            tx.postpone(page.row, until)
        if now:
            tx.fill({name: until.isoformat()})
            yield _message(now, tx)


def reopen(message: Message, tx: Transaction) -> None:
    """It did not arrive: the next one to this channel waits for nothing."""
    if not elsewhere(message.to):
        name = _window(message.first)
        tx.buckets([name])
        tx.fill({name: ""})


def members(bundle: str, tx: Transaction) -> Sequence[str]:
    """The incidents that a message named, by what its buttons call them; none when it is too old."""
    kept = tx.answered(f"bundle {bundle}")
    return NAMES.decode(kept) if kept else ()


def _window(page: Page) -> str:
    return f"paged {page.row.to} {page.handle.platform}"


def _message(pages: Sequence[Page], tx: Transaction) -> Message:
    incidents = sorted({page.book for page in pages}, key=lambda book: int(book.id))
    if len(incidents) == 1:
        return Message(pages)
    bundle = f"b{tx.number('bundle')}"
    tx.answer(f"bundle {bundle}", msgspec.json.encode([book.id for book in incidents]))
    return Message(pages, bundle)
