"""Bundles: pages of several incidents for one person and channel, close upon one another, are one message.

The first page of a burst goes out at once. What comes for the same person and channel in the ten seconds after it waits
for their end, and is then told together: so nobody's telephone rings twenty times, and no incident goes unnamed. No
page waits twice, unless more came than fit into a message.
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
from bot.store.sends import Sent
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


class Window(NamedTuple):
    """After a page: how long others for that person and channel wait for company, and how many went since it opened."""

    until: datetime
    told: int = 0

    @staticmethod
    def read(kept: str) -> "Window | None":
        """As it is kept; None where there was none yet."""
        until, _, told = kept.partition(" ")
        return Window(datetime.fromisoformat(until), int(told)) if kept else None

    def lasts(self, now: datetime) -> bool:
        """Whether it is not over. One that ends too late is: the clock was set back."""
        return now < self.until <= now + WINDOW + SKEW

    def takes(self, row: Sent) -> bool:
        """Whether a page goes now. One that had waited when another process opened it, unseen, has done its waiting."""
        return not self.told or row.at < row.not_before <= self.until - WINDOW

    def __str__(self) -> str:
        return f"{self.until.isoformat()} {self.told}"


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
        rings = " ".join(f"{page.book.id}.{page.row.payload['call']}.{page.step}" for page in self.pages)
        return f"page {self.first.row.id} {self.bundle or '-'} {self.to} {rings}"


def bundled(pages: Iterable[Page], tx: Transaction) -> Iterator[Message]:
    """The messages that these pages make now; the others wait for the end of their window."""
    waiting = sorted(pages, key=_window)
    windows = tx.buckets({_window(page) for page in waiting if not elsewhere(page.row.to)})
    for name, group in groupby(waiting, _window):
        if name not in windows:
            yield from (Message([page]) for page in group)
            continue
        together, window = list(group), Window.read(windows[name])
        if window is None or not window.lasts(tx.now):
            window = Window(tx.now + WINDOW)
        now = [page for page in together if window.takes(page.row)][: MOST - window.told]
        going = {page.row.id for page in now}
        tx.postpone((page.row for page in together if page.row.id not in going), window.until)
        if now:
            tx.fill({name: str(window._replace(told=window.told + len(now)))})
            yield _message(now, tx)


def reopen(message: Message, tx: Transaction) -> None:
    """It did not arrive: what waits for its company waits no longer, nor does the next one to this channel."""
    if elsewhere(message.to):
        return
    name = _window(message.first)
    if window := Window.read(tx.buckets([name])[name]):
        tx.let_go(message.to, window.until)
    tx.fill({name: ""})


def members(bundle: str, tx: Transaction) -> Sequence[Named]:
    """The incidents that a message named, by what its buttons call them; none when it is too old."""
    kept = tx.answered(f"bundle {bundle}")
    return NAMED.decode(kept) if kept else ()


def _window(page: Page) -> str:
    """Whose window it is: an address may be a secret, and stands in no name."""
    return f"paged {page.row.to} {page.handle.platform} {sha256(page.handle.id.encode()).hexdigest()[:16]}"


def _message(pages: Sequence[Page], tx: Transaction) -> Message:
    named = [Named(page.book.id, int(page.row.payload["call"])) for page in pages]
    if len({one.incident for one in named}) == 1:
        return Message(pages)
    bundle = f"b{tx.number('bundle')}"
    tx.answer(f"bundle {bundle}", msgspec.json.encode(named))
    return Message(pages, bundle)
