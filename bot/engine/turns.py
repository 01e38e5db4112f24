"""Turns: what follows for a page when a channel took it, did not, or was not heard of: all in the transaction given."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from bot.book import Book, BookId, Look, Send
from bot.engine.carry import own
from bot.engine.office import Office
from bot.incident.incident import Incident
from bot.incident.paging import Miss, elsewhere
from bot.incident.whowould import NOTHING
from bot.oncall.policy import WEBHOOK
from bot.people.person import Person
from bot.people.reach import Reach, onward, reach
from bot.ports import Called, ChatError, Handle, MessageId, Place, Receipt
from bot.store.sends import Sent
from bot.store.transaction import Transaction

RECEIPT = msgspec.json.Decoder(Receipt)
"""Made before there are threads: see `bot.book.prepare`."""
STEP = ("call", "round", "step")
TAKEN = {"accepted", "delivered", "sending"}
"""A channel has it, or may have."""
LIVE = {*TAKEN, "pending"}
"""It was taken, or is still tried."""
AGAIN = timedelta(minutes=5)
"""How often a page that waits for its first turn or the end of quiet hours is looked at: what became urgent goes."""
REST = timedelta(seconds=30)
"""After every channel failed: when they are all tried again."""


@dataclass(frozen=True)
class Page:
    """A page that was claimed, and the channel whose turn it is."""

    row: Sent
    book: BookId
    incident: Incident
    person: Person | None
    handle: Handle
    at: datetime
    """When it was claimed, by the database's clock: a process's own may be wrong."""
    called: tuple[Called, ...] = ()
    """Whom a page to a room calls by name, where its platform cannot call everybody."""

    @property
    def step(self) -> int:
        """Of the call that it is for: 0 is its last resort."""
        return int(self.row.payload["step"])


class Taken(NamedTuple):
    """Where a channel put a page, and what it says there."""

    place: Place
    message: MessageId
    digest: str = ""


class Turns:
    """One page's way from channel to channel."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def reach(self, row: Sent, person: Person | None, incident: Incident) -> Reach:
        """By which channels somebody is told of it, and when each has its turn."""
        where = (self.office.rules.urgency(incident.severity), int(row.payload["step"]))
        return reach(row.to, person, where, self.office.rules, self.office.ways, self.office.chats)

    def due(self, claimed: Sent, tx: Transaction) -> Page | None:
        """What is to be sent. Its book is locked, and looked at now: after an ack there is nothing to send."""
        if claimed.book is None:
            return None
        book = tx.load(claimed.book)
        if not wanted(book, claimed):
            tx.sent(claimed.id, claimed.epoch, state="void")
            return None
        person = self.office.people(tx).by_id.get(claimed.to)
        way = self.reach(claimed, person, book.state)
        if until := _waits(claimed, way, tx.now):
            tx.postpone([claimed], until)
            return None
        if claimed.channel >= len(way.turns):
            self._unreached(claimed, claimed.book, tx)
            return None
        handle = way.turns[claimed.channel].handle
        call = book.state.call(int(claimed.payload["call"]))
        called = () if person else self.office.called(call, handle.platform, tx)
        return Page(claimed, claimed.book, book.state, person, handle, tx.now, called)

    def beside(self, page: Page, tx: Transaction) -> bool:
        """Nothing was heard of it yet: queue the next channel, where there is one that waits for no turn."""
        after = page.row.channel + 1
        ways = self.reach(page.row, page.person, page.incident).turns
        if after >= len(ways) or not wanted(tx.load(page.book), page.row):
            return False
        _onward(page.row, tx)
        return True

    def failed(self, page: Page, error: ChatError, tx: Transaction) -> None:
        """This channel failed: the next one, at once, unless it went beside this one."""
        row = page.row
        said = f"{row.error}; " if row.error and row.channel else ""
        why = f"{said}{page.handle.platform}: {error}"[:400]
        later = [each for each in siblings(row, tx) if each.channel > row.channel]
        if any(each.state in LIVE for each in later):
            tx.sent(row.id, row.epoch, state="failed", error=why)
            return
        channel = 1 + max(each.channel for each in (row, *later))
        tx.sent(row.id, row.epoch, state="pending", error=why, channel=channel)

    def arrived(self, page: Page, taken: Taken, subject: str, tx: Transaction) -> bool:
        """A provider took it. In a chat its buttons are a look from now on: they go when somebody answers."""
        place, message = str(taken.place), taken.message
        if not tx.sent(page.row.id, page.row.epoch, state="accepted", place=place, message=message):
            return False
        if taken.place.platform in self.office.chats:
            tx.look(page.book, Look(subject, taken.place.platform, place, message), taken.digest)
        self._follow(page, tx)
        return True

    def _follow(self, page: Page, tx: Transaction) -> None:
        """The next channel that has a time of its own waits for it, unless somebody answers."""
        after = onward(self.reach(page.row, page.person, page.incident).turns, page.row.channel)
        if after and not any(each.channel >= after[0] for each in siblings(page.row, tx)):
            _again(page.row, tx, channel=after[0], wait=after[1])

    def _unreached(self, row: Sent, book: BookId, tx: Transaction) -> None:
        """Every channel failed: it is told once, the ladder climbs, and all are tried again until somebody answers."""
        if any(each.state in TAKEN for each in siblings(row, tx)):
            tx.sent(row.id, row.epoch, state="failed", error=row.error)
            return
        tx.sent(row.id, row.epoch, state="pending", channel=0, not_before=tx.now + REST, error=row.error)
        miss = Miss(**{key: int(row.payload[key]) for key in STEP}, person=row.to, why=row.error or NOTHING)
        told = (each.event for each in tx.entries(book, names={"Unreached"}, last=50) if each.rev > row.rev)
        if not any(same(event, miss) for event in told):
            own(miss, book, self.office, tx)

    # ---- receipts

    def expect(self, rows: Iterable[Sent], name: str, tx: Transaction) -> None:
        """A receipt will name what was sent as its provider does; it may have been quicker than we were."""
        ids = [row.id for row in rows]
        tx.answer(f"sent {name}", msgspec.json.encode(ids))
        if early := tx.heard(f"early {name}"):
            self._settle(ids, RECEIPT.decode(early), tx)

    def receive(self, receipt: Receipt, tx: Transaction) -> None:
        """What became of pages that were accepted; heard once. What failed passes to the next channel at once."""
        name = f"{receipt.place} {receipt.message}"
        if sent := tx.heard(f"sent {name}"):
            self._settle(msgspec.json.decode(sent), receipt, tx)
        else:
            tx.answer(f"early {name}", msgspec.json.encode(receipt))

    def _settle(self, ids: Iterable[int], receipt: Receipt, tx: Transaction) -> None:
        rows = [row for row in map(tx.send_of, ids) if row]
        tx.lock(*(row.book for row in rows if row.book))
        for row in rows:
            if tx.settle(row.id, state=receipt.state, error=receipt.why[:200]) and receipt.state == "failed":
                _onward(row, tx)


def _waits(row: Sent, way: Reach, now: datetime) -> datetime | None:
    """Until when it waits, or is looked at again: for the first channel's turn, or for the end of quiet hours."""
    first = row.at + way.first
    until = first if row.channel == 0 and first > now else way.hushed(now)
    return min(until, now + AGAIN) if until else None


def _onward(row: Sent, tx: Transaction) -> None:
    """The next channel has its turn now, while somebody waits for an answer."""
    later = [each for each in siblings(row, tx) if each.channel > row.channel]
    for each in later[:1]:
        tx.hurry(each.id)
    if not later and row.book and wanted(tx.load(row.book), row):
        _again(row, tx, channel=row.channel + 1)


def siblings(row: Sent, tx: Transaction) -> list[Sent]:
    """The same page by other channels; one that came again, after an ack that did not hold, begins anew."""
    whole = tx.pages_to(row.to, row.book) if row.book else []
    return [each for each in whole if each.id != row.id and page_of(each) == page_of(row)]


def page_of(row: Sent) -> tuple[str, str, int, dict[str, Any]]:
    """What all rows of one page have in common."""
    return row.kind, row.to, row.rev, row.payload


def _again(row: Sent, tx: Transaction, *, channel: int, wait: timedelta = timedelta(0)) -> None:
    """The same page, by another channel, after a while."""
    tx.send(Send(row.kind, row.to, row.rank, row.payload), row.book, row.rev, channel=channel, wait=wait)


def same(told: Any, miss: Miss) -> bool:
    """Whether an `Unreached` entry tells of this miss already."""
    return all(getattr(told, name) == getattr(miss, name) for name in (*STEP, "person"))


def wanted(book: Book, row: Sent) -> bool:
    """Whether the page's call still rings: its round is not over, and nobody answered or snoozed it since."""
    state, id = book.state, int(row.payload["call"])
    if state.private and elsewhere(row.to) and not row.to.startswith(f"{WEBHOOK}:"):
        return False  # it became private meanwhile: no room hears of it
    call = state.call(id) if state.rings(id) else None
    return bool(call and call.round == int(row.payload["round"]) and row.rev > call.over)
