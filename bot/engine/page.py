"""Pages: claimed a few together, told by one channel after the other, never after somebody answered."""

import asyncio
from collections.abc import Sequence
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
from bot.incident.paging import Miss, elsewhere
from bot.incident.webhook import payload
from bot.incident.whowould import NOTHING
from bot.oncall.policy import WEBHOOK
from bot.people.person import Person
from bot.people.reach import Reach, onward, reach
from bot.ports import Card, ChatError, Handle, MessageId, Place, Receipt, Unreachable
from bot.store.sends import Sent
from bot.store.store import StoreDown
from bot.store.transaction import Transaction

log = structlog.get_logger()
RECEIPT = msgspec.json.Decoder(Receipt)
"""Made before there are threads: see `bot.book.prepare`."""

DEADLINE = 10.0
"""Seconds that a channel has to take a page; then the next one goes beside it."""
PATIENCE = 25.0
"""Seconds after which it counts as failed."""
LEASE = timedelta(seconds=30)
"""How long a claim is one's own, longer than a channel has: whoever does not come back by then may have sent it."""
TOGETHER = 20
"""Pages that are claimed in one transaction."""
SOON = 0.05
"""Seconds until it is looked again for pages whose incident somebody was writing."""
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
class Job:
    """A page that was claimed, and the channel it goes out by."""

    row: Sent
    book: BookId
    incident: Incident
    person: Person | None
    handle: Handle


class Paging(Errands):
    """Pages have a way of their own: nothing else waits in it, and nothing in it waits for anything else."""

    async def look(self) -> None:
        """Claim every page that is due, and send each on its own."""
        try:
            while await self.office.store.read(Transaction.pages_due):
                taken = await self.office.store.write(self.claims, urgent=True)
                if not taken:
                    self.moved += 1  # somebody else holds them just now: they are not settled
                    asyncio.get_running_loop().call_later(SOON, self.bell.set)
                    return
                self._send(taken)
        except StoreDown:
            raise
        except Exception:
            await self._each()

    async def _each(self) -> None:
        """One of them is broken, or stood in somebody's way: it fails alone."""
        for row in await self.office.store.read(lambda tx: tx.ready("page")):
            if self.free(str(row.id)):
                self.begin(str(row.id), self._alone(row))

    async def _alone(self, row: Sent) -> None:
        self._send([await self.office.store.write(partial(self.claim, row), urgent=True)])

    def _send(self, taken: Sequence[Job | None]) -> None:
        """Send what was claimed. Where nothing is to be sent, the ladder may climb at once."""
        for job in taken:
            if job is not None:
                self.begin(f"{job.row.id} {job.row.epoch}", self._page(job))
        if None in taken:
            self.moved += 1
            self.office.wake()

    async def _page(self, job: Job) -> None:
        telling = asyncio.get_running_loop().create_task(self._tell(job))
        try:
            async with asyncio.timeout(PATIENCE):
                if not (await asyncio.wait({telling}, timeout=DEADLINE))[0]:
                    await self._slow(job)
                place, message = await telling
        except Exception as wrong:
            self.office.figures.pages.labels(job.handle.platform, "failed").inc()
            await self.office.store.write(partial(self._next, job, meaning(wrong, job)), urgent=True)
            self.office.wake()
        else:
            self.office.figures.pages.labels(job.handle.platform, "accepted").inc()
            await self.office.store.write(partial(self._arrived, job, place, message), urgent=True)
        finally:
            telling.cancel()

    async def _slow(self, job: Job) -> None:
        """Nothing was heard of it yet: the next channel goes beside it."""
        log.warning("a channel is slow to take a page", to=job.row.to, by=job.handle.platform)
        if await self.office.store.write(partial(self._beside, job), urgent=True):
            self.office.wake()

    async def _tell(self, job: Job) -> tuple[Place, MessageId]:
        if job.handle.platform == WEBHOOK:
            return await self._call(job)
        key = self.office.key("page", job.row.id, job.row.channel, job.row.tries)
        if job.person is None:
            place = Place.parse(job.row.to)
            return place, await self.office.chats[place.platform].put(place, await self._card(job), None, key)
        return await self.office.ways[job.handle.platform].tell(job.handle, await self._card(job), key)

    async def _call(self, job: Job) -> tuple[Place, MessageId]:
        """Tell a webhook. The same message at each try: it can leave out those that it knows."""
        if self.office.webhooks is None:
            raise ChatError("no webhook is called here")
        key = self.office.key("page", job.row.id)
        told = payload(job.incident, job.row.payload, job.row.at)
        await self.office.webhooks.post(job.handle.id, told, key)
        return Place(WEBHOOK, job.handle.id), MessageId(key)

    async def _card(self, job: Job) -> Card:
        people = self.office.known_people
        room = Place.parse(job.row.to).platform if job.person is None else ""
        voice = self.office.room_voice(people, room) if room else self.office.voice(people, job.person)
        links = await self.office.links(job.incident)
        card = page_card(job.incident, voice, int(job.row.payload["step"]), job.row.repeat, links)
        urgent = self.office.rules.urgency(job.incident.severity) == "high"
        return card if urgent else msgspec.structs.replace(card, tone="warn")

    def claims(self, tx: Transaction) -> list[Job | None]:
        """Claim the first few pages that are due."""
        return [self._job(row, tx) for row in tx.claim_pages(self.office.me, LEASE, TOGETHER)]

    def claim(self, row: Sent, tx: Transaction) -> Job | None:
        """Claim one page."""
        claimed = tx.claim(row.id, self.office.me, LEASE)
        return self._job(claimed, tx) if claimed else None

    def _job(self, claimed: Sent, tx: Transaction) -> Job | None:
        """What is to be sent. Its book is locked, and looked at now: after an ack there is nothing to send."""
        if claimed.book is None:
            return None
        book = tx.load(claimed.book)
        if not wanted(book, claimed):
            tx.sent(claimed.id, claimed.epoch, state="void")
            return None
        person = self.office.people(tx).by_id.get(claimed.to)
        way = self._reach(claimed, person, book.state)
        if until := self._waits(claimed, way, tx.now):
            tx.sent(claimed.id, claimed.epoch, state="pending", not_before=until)
            return None
        if claimed.channel >= len(way.turns):
            self._unreached(claimed, claimed.book, tx)
            return None
        return Job(claimed, claimed.book, book.state, person, way.turns[claimed.channel].handle)

    def _reach(self, row: Sent, person: Person | None, incident: Incident) -> Reach:
        """By which channels somebody is told of it, and when each has its turn."""
        where = (self.office.rules.urgency(incident.severity), int(row.payload["step"]))
        return reach(row.to, person, where, self.office.rules, self.office.ways, self.office.chats)

    def _waits(self, row: Sent, way: Reach, now: datetime) -> datetime | None:
        """Until when it waits, or is looked at again: for the first channel's turn, or for the end of quiet hours."""
        first = row.at + way.first
        until = first if row.channel == 0 and first > now else way.hushed(now)
        return min(until, now + AGAIN) if until else None

    def _beside(self, job: Job, tx: Transaction) -> bool:
        """Queue the next channel, where there is one that does not wait for its turn already."""
        tx.lock(job.book)
        after = job.row.channel + 1
        ways = self._reach(job.row, job.person, job.incident).turns
        if after >= len(ways) or not wanted(tx.load(job.book), job.row):
            return False
        later = [each for each in siblings(job.row, tx) if each.channel >= after]
        for each in later[:1]:
            tx.hurry(each.id)
        if not later:
            again(job.row, tx, channel=after)
        return True

    def _next(self, job: Job, error: ChatError, tx: Transaction) -> None:
        """This channel failed: the next one, at once, unless it went beside this one."""
        tx.lock(job.book)
        said = f"{job.row.error}; " if job.row.error and job.row.channel else ""
        why = f"{said}{job.handle.platform}: {error}"[:400]
        later = [each for each in siblings(job.row, tx) if each.channel > job.row.channel]
        if any(each.state in LIVE for each in later):
            tx.sent(job.row.id, job.row.epoch, state="failed", error=why)
            return
        channel = 1 + max(each.channel for each in (job.row, *later))
        tx.sent(job.row.id, job.row.epoch, state="pending", error=why, channel=channel)

    def _unreached(self, row: Sent, book: BookId, tx: Transaction) -> None:
        """Every channel failed: it is told once, the ladder climbs, and all are tried again until somebody answers."""
        if any(each.state in TAKEN for each in siblings(row, tx)):
            tx.sent(row.id, row.epoch, state="failed", error=row.error)
            return
        tx.sent(row.id, row.epoch, state="pending", channel=0, not_before=tx.now + REST, error=row.error)
        miss = Miss(**{key: int(row.payload[key]) for key in STEP}, person=row.to, why=row.error or NOTHING)
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
        after = onward(self._reach(job.row, job.person, job.incident).turns, job.row.channel)
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


def meaning(wrong: Exception, job: Job) -> ChatError:
    """Why a channel did not take a page. One that breaks is like one that refuses: the next has its turn."""
    # By its name alone: an address may be a secret, and is nobody else's business.
    what = {"to": job.row.to, "by": job.handle.platform}
    if isinstance(wrong, ChatError | TimeoutError):
        error = wrong if isinstance(wrong, ChatError) else Unreachable("no answer in time", ambiguous=True)
        log.warning("a channel did not take a page", **what, why=str(error))
        return error
    log.error("a channel did not take a page", **what, exc_info=wrong)
    return ChatError(type(wrong).__name__)


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
    if book.state.private and elsewhere(row.to) and not row.to.startswith(f"{WEBHOOK}:"):
        return False  # it became private meanwhile: no room hears of it
    ringing = call is not None and not call.answered and call.round == int(row.payload["round"])
    return bool(book.state.open and not book.state.snoozed and ringing)
