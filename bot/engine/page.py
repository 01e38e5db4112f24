"""Pages: claimed one by one, told by one channel after the other, never after somebody answered."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import structlog

from bot.book import Book, BookId, Look
from bot.engine.hear import own
from bot.engine.office import Office
from bot.incident.cards import page_card
from bot.incident.incident import Incident
from bot.incident.paging import Miss
from bot.people.person import Person
from bot.ports import Card, ChatError, Handle, MessageId, Place, Unreachable
from bot.store.sends import Sent
from bot.store.store import StoreDown
from bot.store.transaction import Transaction

log = structlog.get_logger()

DEADLINE = 10
"""Seconds that a channel has to take a page; then the next one goes."""
LEASE = timedelta(seconds=30)
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


class Paging:
    """Pages have a way of their own: nothing else waits in it, and nothing in it waits for anything else."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.bell = office.bell()
        self.out: dict[int, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Until cancelled."""
        try:
            while True:
                self.bell.clear()
                try:
                    await self.look()
                except StoreDown as down:
                    log.warning("the database does not answer: pages wait", why=str(down))
                await self.bell.wait()
        finally:
            for page in self.out.values():
                page.cancel()
            await asyncio.gather(*self.out.values(), return_exceptions=True)

    async def look(self) -> None:
        """Send every page that is due; each on its own."""
        for row in await self.office.store.read(lambda tx: tx.ready()):
            if row.kind == "page" and row.id not in self.out:
                task = asyncio.get_running_loop().create_task(self._page(row), name=f"page {row.id}")
                self.out[row.id] = task
                task.add_done_callback(partial(self._ended, row.id))

    async def settled(self) -> None:
        """When every page that is going out now is out."""
        while self.out:
            await asyncio.gather(*self.out.values(), return_exceptions=True)
            await asyncio.sleep(0)

    def _ended(self, id: int, task: asyncio.Task[None]) -> None:
        self.out.pop(id, None)
        if not task.cancelled() and (wrong := task.exception()) and not isinstance(wrong, StoreDown):
            log.error("a page broke", page=id, exc_info=wrong)
        self.office.wake()

    async def _page(self, row: Sent) -> None:
        job = await self.office.store.write(partial(self.claim, row), urgent=True)
        if job is None or job.handle is None:
            return
        try:
            async with asyncio.timeout(DEADLINE):
                place, message = await self._tell(job, job.handle)
        except (ChatError, TimeoutError) as wrong:
            error = wrong if isinstance(wrong, ChatError) else Unreachable("no answer within 10 s", ambiguous=True)
            log.warning("a channel did not take a page", to=str(job.handle), why=str(error))
            await self.office.store.write(partial(self._next, job, error), urgent=True)
        else:
            await self.office.store.write(partial(arrived, job, place, message), urgent=True)

    async def _tell(self, job: Job, handle: Handle) -> tuple[Place, MessageId]:
        card = await self._card(job)
        return await self.office.chats[handle.platform].tell(
            handle, card, self.office.key("page", job.row.id, job.row.channel, job.row.tries)
        )

    async def _card(self, job: Job) -> Card:
        voice = self.office.voice(self.office.known_people, job.person)
        links = await self.office.links(job.incident)
        return page_card(job.incident, voice, int(job.row.payload["step"]), job.row.repeat, links)

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
        channels = self._channels(person)
        if claimed.channel >= len(channels):
            self._unreached(claimed, tx)
            return None
        return Job(claimed, claimed.book, book.state, person, channels[claimed.channel])

    def _channels(self, person: Person | None) -> list[Handle]:
        handles = person.handles if person else ()
        return [handle for handle in handles if handle.platform in self.office.chats]

    def _next(self, job: Job, error: ChatError, tx: Transaction) -> None:
        """This channel failed: the next one, at once."""
        said = f"{job.row.error}; " if job.row.error else ""
        why = f"{said}{job.handle}: {error}"[:400]
        tx.sent(job.row.id, job.row.epoch, state="pending", error=why, channel=job.row.channel + 1)

    def _unreached(self, row: Sent, tx: Transaction) -> None:
        """Every channel failed: it is told, the ladder climbs, and they are all tried again until somebody answers."""
        assert row.book is not None  # noqa: S101 - a page always belongs to a call
        first = row.tries <= len(self._channels(self.office.people(tx).by_id.get(row.to))) + 1
        tx.sent(row.id, row.epoch, state="pending", channel=0, not_before=tx.now + REST, error=row.error)
        if first:
            where = {key: int(row.payload[key]) for key in ("call", "round", "step")}
            own(Miss(**where, person=row.to, why=row.error or "no channel"), row.book, self.office, tx)


def wanted(book: Book, row: Sent) -> bool:
    """Whether the page's call still rings: its round is not over and nobody answered."""
    call = book.state.call(int(row.payload["call"]))
    return bool(book.state.open and call and not call.answered and call.round == int(row.payload["round"]))


def arrived(job: Job, place: Place, message: MessageId, tx: Transaction) -> None:
    """A provider took it. Its buttons are a look from now on: they go when somebody answers."""
    tx.sent(job.row.id, job.row.epoch, state="accepted", place=str(place), message=message)
    subject = f"page {job.row.id} {job.row.to} {job.row.payload['call']} {job.row.payload['step']}"
    tx.look(job.book, Look(subject, place.platform, str(place), message))
