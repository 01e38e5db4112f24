"""Pages: claimed a few together, told by one channel after the other, never after somebody answered."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial

import structlog

from bot.engine.bundle import Message, bundled, reopen
from bot.engine.errands import Errands, untaken
from bot.engine.office import Office
from bot.engine.rung import digest, heard, rung
from bot.engine.turns import Page, Taken, Turns
from bot.incident.cards import Ring
from bot.incident.paging import elsewhere
from bot.incident.webhook import payload
from bot.oncall.policy import WEBHOOK
from bot.ports import Card, ChatError, MessageId, Place
from bot.store.books import UNREADABLE
from bot.store.sends import Sent
from bot.store.store import StoreDown
from bot.store.transaction import Transaction

log = structlog.get_logger()
DEADLINE = 10.0
"""Seconds that a channel has to take a page; then the next one goes beside it."""
PATIENCE = 25.0
"""Seconds after which it counts as failed."""
LEASE = timedelta(seconds=30)
"""How long a claim is one's own, longer than a channel has: whoever does not come back by then may have sent it."""
TOGETHER = 20
"""Pages that are claimed in one transaction, with all others that are due for the same people."""
UNREAD = timedelta(seconds=5)
"""How long a page rests whose incident was written by newer code: another process may send it."""
SOON = 0.05
"""Seconds until it is looked again for pages whose incident somebody was writing."""


class Paging(Errands):
    """Pages have a way of their own: nothing else waits in it, and nothing in it waits for anything else."""

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self.turns = Turns(office)

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
        """Rather alone than late: it waits for no company."""
        self._send(await self.office.store.write(partial(self.claim, row), urgent=True))

    def _send(self, taken: Sequence[Message | None]) -> None:
        """Send what was claimed. Where nothing is to be sent, the ladder may climb at once."""
        for message in taken:
            if message is not None:
                self.begin(f"{message.first.row.id} {message.first.row.epoch}", self._page(message))
        if None in taken:
            self.moved += 1
            self.office.wake()

    async def _page(self, message: Message) -> None:
        telling = asyncio.get_running_loop().create_task(self._tell(message))
        try:
            async with asyncio.timeout(PATIENCE):
                if not (await asyncio.wait({telling}, timeout=DEADLINE))[0]:
                    await self._slow(message)
                taken = await telling
        except Exception as wrong:
            error = untaken(wrong, "a page", to=message.to, by=message.handle.platform)
            self.office.figures.pages.labels(message.handle.platform, "failed").inc()
            await self.office.store.write(partial(self._failed, message, error), urgent=True)
            self.office.wake()
        else:
            self.office.figures.pages.labels(message.handle.platform, "accepted").inc()
            await self.office.store.write(partial(self._arrived, message, taken), urgent=True)
        finally:
            telling.cancel()

    async def _slow(self, message: Message) -> None:
        """Nothing was heard of it yet: the next channel goes beside it."""
        log.warning("a channel is slow to take a page", to=message.to, by=message.handle.platform)
        with suppress(StoreDown):  # what is on its way already may arrive all the same: it is waited for
            if await self.office.store.write(partial(self._beside, message), urgent=True):
                self.office.wake()

    async def _tell(self, message: Message) -> Taken:
        if message.handle.platform == WEBHOOK:
            return await self._call(message.first)
        card, key = self._card(message), self.office.key("page", *message.key)
        repeat = any(page.row.repeat for page in message.pages)
        stands = digest(self._card(message, again=False) if repeat else card)
        if message.first.person is None:
            place = Place.parse(message.to)
            return Taken(place, await self.office.chats[place.platform].put(place, card, None, key), stands)
        return Taken(*await self.office.ways[message.handle.platform].tell(message.handle, card, key), stands)

    async def _call(self, page: Page) -> Taken:
        """Tell a webhook. The same message at each try: it can leave out those that it knows."""
        if self.office.webhooks is None:
            raise ChatError("no webhook is called here")
        key = self.office.key("page", page.row.id)
        told = payload(page.incident, page.row.payload, page.row.at)
        await self.office.webhooks.post(page.handle.id, told, key, page.at)
        return Taken(Place(WEBHOOK, page.handle.id), MessageId(key))

    def _card(self, message: Message, *, again: bool = True) -> Card:
        """What it says, and that it may have come before. That is left standing until something else changes."""
        voice = heard(message.to, message.handle.platform, self.office.known_people, self.office)
        rings = [
            Ring(page.incident, page.step, again and page.row.repeat, self.office.links_at_once(page.incident))
            for page in message.pages
        ]
        called = message.first.called if elsewhere(message.to) else None
        return rung(rings, message.bundle, called, voice, self.office)

    def claims(self, tx: Transaction) -> list[Message | None]:
        """Claim the first few pages that are due; None where some are not sent now."""
        rows = tx.claim_pages(self.office.me, LEASE, TOGETHER)
        messages = list(bundled(filter(None, (self._due(row, tx) for row in rows)), tx))
        idle = sum(len(message.pages) for message in messages) < len(rows)
        return [*messages, *([None] if idle else [])]

    def claim(self, row: Sent, tx: Transaction) -> list[Message | None]:
        """Claim one page."""
        claimed = tx.claim(row.id, self.office.me, LEASE)
        page = self.turns.due(claimed, tx) if claimed else None
        return [Message([page]) if page else None]

    def _due(self, row: Sent, tx: Transaction) -> Page | None:
        """What is to be sent of a page. What only a newer process can read is left for that one."""
        try:
            return self.turns.due(row, tx)
        except UNREADABLE as unknown:
            log.error("a page's incident cannot be read", book=str(row.book), why=str(unknown))
            tx.postpone([row], tx.now + UNREAD)
            return None

    def _beside(self, message: Message, tx: Transaction) -> bool:
        tx.lock(*message.books)
        queued = [self.turns.beside(page, tx) for page in message.pages]
        return any(queued)

    def _failed(self, message: Message, error: ChatError, tx: Transaction) -> None:
        tx.lock(*message.books)
        for page in message.pages:
            self.turns.failed(page, error, tx)
        reopen(message, tx)

    def _arrived(self, message: Message, taken: Taken, tx: Transaction) -> None:
        tx.lock(*message.books)
        pages = [page for page in message.pages if self.turns.arrived(page, taken, message.subject, tx)]
        if pages and taken.place.platform in self.office.channels:
            self.turns.expect((page.row for page in pages), f"{taken.place} {taken.message}", tx)
