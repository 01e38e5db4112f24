"""Pages: claimed one by one, told by one channel after the other, never after somebody answered."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec
import structlog

from bot.book import Book, BookId, Look, Send
from bot.engine.carry import own
from bot.engine.errands import Errands
from bot.incident.cards import page_card
from bot.incident.incident import Incident
from bot.incident.paging import Miss
from bot.people.me import own_chain
from bot.people.person import Person
from bot.people.reach import Turn, chain, onward
from bot.ports import Card, ChatError, Handle, MessageId, Place, Receipt, Unreachable
from bot.store.sends import Sent
from bot.store.transaction import Transaction

log = structlog.get_logger()
RECEIPT = msgspec.json.Decoder(Receipt)
"""Made before there are threads: see `bot.book.prepare`."""

DEADLINE = 10
"""Seconds that a channel has to take a page; then the next one goes."""
LEASE = timedelta(seconds=30)
STEP = ("call", "round", "step")
TAKEN = {"accepted", "delivered", "sending"}
"""A channel has it, or may have."""
AGAIN = timedelta(minutes=5)
"""How often a page that waits for the end of quiet hours is looked at: what became urgent waits no longer."""
REST = timedelta(seconds=30)
"""After every channel failed: when they are all tried again."""


@dataclass(frozen=True)
class Job:
    """A page that was claimed, and the channel it goes out by."""

    row: Sent
    book: BookId
    incident: Incident
    person: Person | None
    handle: Handle | None


class Paging(Errands):
    """Pages have a way of their own: nothing else waits in it, and nothing in it waits for anything else."""

    async def look(self) -> None:
        """Send every page that is due; each on its own."""
        for row in await self.office.store.read(lambda tx: tx.ready()):
            if row.kind == "page" and self.free(str(row.id)):
                self.begin(str(row.id), self._page(row))

    async def _page(self, row: Sent) -> None:
        job = await self.office.store.write(partial(self.claim, row), urgent=True)
        if job is None or job.handle is None:
            self.office.wake()  # where nobody was reached, the ladder climbs at once
            return
        try:
            async with asyncio.timeout(DEADLINE):
                place, message = await self._tell(job, job.handle)
        except (ChatError, TimeoutError) as wrong:
            error = wrong if isinstance(wrong, ChatError) else Unreachable("no answer within 10 s", ambiguous=True)
            self.office.figures.pages.labels(job.handle.platform, "failed").inc()
            # By its name alone: an address may be a secret, and is nobody else's business.
            log.warning("a channel did not take a page", to=job.row.to, by=job.handle.platform, why=str(error))
            await self.office.store.write(partial(self._next, job, error), urgent=True)
        else:
            self.office.figures.pages.labels(job.handle.platform, "accepted").inc()
            await self.office.store.write(partial(self._arrived, job, place, message), urgent=True)
            return
        self.office.wake()

    async def _tell(self, job: Job, handle: Handle) -> tuple[Place, MessageId]:
        card = await self._card(job)
        return await self.office.ways[handle.platform].tell(
            handle, card, self.office.key("page", job.row.id, job.row.channel, job.row.tries)
        )

    async def _card(self, job: Job) -> Card:
        voice = self.office.voice(self.office.known_people, job.person)
        links = await self.office.links(job.incident)
        card = page_card(job.incident, voice, int(job.row.payload["step"]), job.row.repeat, links)
        urgent = self.office.rules.urgency(job.incident.severity) == "high"
        return card if urgent else msgspec.structs.replace(card, tone="warn")

    def claim(self, row: Sent, tx: Transaction) -> Job | None:
        """Claim a page. Its book is locked first and then looked at again: after an ack there is nothing to claim."""
        claimed = tx.claim(row.id, self.office.me, LEASE)
        if claimed is None or claimed.book is None:
            return None
        book = tx.load(claimed.book)
        if not wanted(book, claimed):
            tx.sent(claimed.id, claimed.epoch, state="void")
            return None
        person = self.office.people(tx).by_id.get(claimed.to)
        if person and (until := self._hushed(person, claimed, book.state, tx)):
            tx.sent(claimed.id, claimed.epoch, state="pending", not_before=min(until, tx.now + AGAIN))
            return None
        turns = self._turns(person, book.state)
        if claimed.channel >= len(turns):
            self._unreached(claimed, claimed.book, tx)
            return None
        return Job(claimed, claimed.book, book.state, person, turns[claimed.channel].handle)

    def _turns(self, person: Person | None, incident: Incident) -> list[Turn]:
        """By which channels somebody is told of it, and when each has its turn."""
        if person is None:
            return []
        urgency = self.office.rules.urgency(incident.severity)
        hops = own_chain(person, urgency) or self.office.rules.chains.get(urgency, ())
        return chain(person.handles, hops, self.office.ways, self.office.chats)

    def _hushed(self, person: Person, row: Sent, incident: Incident, tx: Transaction) -> datetime | None:
        """Until when somebody is left alone. The last resort, and what is urgent, wake them all the same."""
        if person.quiet is None or int(row.payload["step"]) == 0:
            return None
        if self.office.rules.urgency(incident.severity) == "high":
            return None
        return person.quiet.until(tx.now, self.office.voice(self.office.people(tx), person).zone)

    def _next(self, job: Job, error: ChatError, tx: Transaction) -> None:
        """This channel failed: the next one, at once."""
        said = f"{job.row.error}; " if job.row.error else ""
        why = f"{said}{job.handle.platform if job.handle else ''}: {error}"[:400]
        tx.sent(job.row.id, job.row.epoch, state="pending", error=why, channel=job.row.channel + 1)

    def _unreached(self, row: Sent, book: BookId, tx: Transaction) -> None:
        """Every channel failed: it is told once, the ladder climbs, and all are tried again until somebody answers."""
        if any(each.state in TAKEN for each in siblings(row, tx)):
            tx.sent(row.id, row.epoch, state="failed", error=row.error)
            return
        tx.sent(row.id, row.epoch, state="pending", channel=0, not_before=tx.now + REST, error=row.error)
        miss = Miss(**{key: int(row.payload[key]) for key in STEP}, person=row.to, why=row.error or "no channel")
        if not any(same(entry.event, miss) for entry in tx.entries(book, names={"Unreached"}, last=50)):
            own(miss, book, self.office, tx)

    def _arrived(self, job: Job, place: Place, message: MessageId, tx: Transaction) -> None:
        """A provider took it. In a chat its buttons are a look from now on: they go when somebody answers."""
        tx.lock(job.book)
        if not tx.sent(job.row.id, job.row.epoch, state="accepted", place=str(place), message=message):
            return
        if place.platform in self.office.chats:
            subject = f"page {job.row.id} {job.row.to} {job.row.payload['call']} {job.row.payload['step']}"
            tx.look(job.book, Look(subject, place.platform, str(place), message))
        self._follow(job, tx)
        if place.platform in self.office.channels:
            self._expect(job.row, f"{place} {message}", tx)

    def _follow(self, job: Job, tx: Transaction) -> None:
        """The next channel that has a time of its own waits for it, unless somebody answers."""
        turns = self._turns(job.person, job.incident)
        after = onward(turns, job.row.channel)
        if after and not any(each.channel >= after[0] for each in siblings(job.row, tx)):
            again(job.row, tx, channel=after[0], wait=after[1])

    # ---- receipts

    def _expect(self, row: Sent, name: str, tx: Transaction) -> None:
        """A receipt will name what was sent as its provider does; it may have been quicker than we were."""
        tx.answer(f"sent {name}", str(row.id).encode())
        if early := tx.heard(f"early {name}"):
            self._settle(row.id, RECEIPT.decode(early), tx)

    def receive(self, receipt: Receipt, tx: Transaction) -> None:
        """What became of a page that was accepted; heard once. What failed passes to the next channel at once."""
        name = f"{receipt.place} {receipt.message}"
        if sent := tx.heard(f"sent {name}"):
            self._settle(int(sent), receipt, tx)
        else:
            tx.answer(f"early {name}", msgspec.json.encode(receipt))

    def _settle(self, id: int, receipt: Receipt, tx: Transaction) -> None:
        row = tx.send_of(id)
        if row is None or row.book is None:
            return
        tx.lock(row.book)
        if tx.settle(id, state=receipt.state, error=receipt.why[:200]) and receipt.state == "failed":
            later = [each for each in siblings(row, tx) if each.channel > row.channel]
            for each in later[:1]:
                tx.hurry(each.id)
            if not later and wanted(tx.load(row.book), row):
                again(row, tx, channel=row.channel + 1)


def siblings(row: Sent, tx: Transaction) -> list[Sent]:
    """The same page by other channels."""
    whole = tx.sends(row.book) if row.book else []
    return [each for each in whole if each.id != row.id and (each.kind, each.to, each.payload) == page_of(row)]


def page_of(row: Sent) -> tuple[str, str, dict[str, Any]]:
    """What all rows of one page have in common."""
    return row.kind, row.to, row.payload


def again(row: Sent, tx: Transaction, *, channel: int, wait: timedelta = timedelta(0)) -> None:
    """The same page, by another channel, after a while."""
    tx.send(Send(row.kind, row.to, row.rank, row.payload), row.book, row.rev, channel=channel, wait=wait)


def same(told: Any, miss: Miss) -> bool:
    """Whether an `Unreached` entry tells of this miss already."""
    return all(getattr(told, name) == getattr(miss, name) for name in (*STEP, "person"))


def wanted(book: Book, row: Sent) -> bool:
    """Whether the page's call still rings: its round is not over, nobody answered, and it is not snoozed."""
    call = book.state.call(int(row.payload["call"]))
    ringing = call is not None and not call.answered and call.round == int(row.payload["round"])
    return bool(book.state.open and not book.state.snoozed and ringing)
