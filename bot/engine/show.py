"""Looks: shown, and shown again, until what stands there is what the book says."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256

import msgspec
import structlog
from msgspec import structs

from bot.book import BookId
from bot.engine.office import Office, downs
from bot.engine.purse import Later, Purse
from bot.engine.rooms import Rooming
from bot.incident.cards import (
    Links,
    Ring,
    bundle_card,
    follower_card,
    hall_card,
    hidden_card,
    left_card,
    page_card,
    page_over,
    status_card,
)
from bot.incident.follow import Follower
from bot.incident.incident import Incident
from bot.incident.paging import elsewhere
from bot.people.person import People
from bot.ports import Called, Card, ChatError, Gone, MessageId, Place, Throttled, Unreachable
from bot.store.looks import Shown
from bot.store.transaction import Transaction
from bot.text.words import Voice

log = structlog.get_logger()

Loaded = tuple[Shown | None, Incident, People, Sequence[str], Sequence[Ring], tuple[Called, ...] | None]
LOOK = 2
"""A look's rank: between a reply and a posted update."""
DEADLINE = 20
"""Seconds that a platform has for one look."""
NEVER = timedelta(hours=1)
"""When what the platform refused for good is tried again all the same: rights are given back, settings mended."""


class Showing:
    """Shows one look at a time, as the book is when it is shown."""

    def __init__(self, office: Office, purse: Purse) -> None:
        self.office, self.purse = office, purse
        self.rooms = Rooming(office)

    async def show(self, row: Shown) -> datetime | None:
        """Bring a look up to what is wanted; a failure is tried again. Until when the place is better left."""
        try:
            async with asyncio.timeout(DEADLINE):
                await self._show(row)
        except Later as later:
            return later.until
        except (ChatError, TimeoutError) as wrong:
            error = wrong if isinstance(wrong, ChatError) else Unreachable()
            self.office.figures.looks.labels(row.platform, "failed").inc()
            log.warning(
                "a look could not be shown", book=str(row.book), look=row.subject, on=row.platform, why=str(error)
            )
            return await self.office.store.write(partial(self._failed, row, error))
        self.office.figures.looks.labels(row.platform, "shown").inc()
        return None

    def _failed(self, row: Shown, error: ChatError, tx: Transaction) -> datetime | None:
        """Try again later; until when the place is left alone. What is refused for good keeps nobody waiting."""
        self.purse.learn(row.platform, self._place(row), error, tx)
        tx.unshown(row.id, not_before=tx.now + delay(error, row.tries), error=str(error)[:200])
        return None if error.wait is None else tx.now + timedelta(seconds=error.wait)

    async def _spend(self, platform: str, place: Place | None) -> bool:
        """Spend what a message costs; whether little is left. Raises `Later`."""
        return await self.office.store.write(partial(self.purse.spend, platform, place, LOOK))

    async def _show(self, stale: Shown) -> None:
        row, incident, people, down, others, called = await self.office.store.read(partial(self._load, stale))
        if row is None:
            return
        if row.subject == "room":
            await self.rooms.open(row, incident, partial(self._spend, row.platform, None))
            return
        place = self._place(row)
        if place is None:
            await self.office.store.write(lambda tx: tx.shown(row.id, have=row.want, place="", message="", digest=""))
            return
        if others:
            card = await self._bundle(row, others, people)
        else:
            card = self._card(row, incident, people, await self.office.links(incident), down)
            card = card if called is None else structs.replace(card, everybody=called)
        digest = sha256(msgspec.json.encode(card)).hexdigest()[:32]
        message, low = row.message, None
        if digest != row.digest or not message:
            low = await self._spend(row.platform, place)
            message = await self._put(row, place, card)
        await self.rooms.tend(row, place, message, incident, people)
        await self.office.store.write(partial(self._stands, row, place, message, digest, low))

    def _stands(self, row: Shown, place: Place, message: str, digest: str, low: bool | None, tx: Transaction) -> None:
        """It stands; where it was edited for that, it then rests."""
        rests = {} if low is None else self.purse.rests(row, low, tx.now)
        tx.shown(row.id, have=row.want, place=str(place), message=message, digest=digest, **rests)

    async def _put(self, row: Shown, place: Place, card: Card) -> str:
        chat = self.office.chats[row.platform]
        over = MessageId(row.message) if row.message else None
        key = self.office.key("look", row.id)
        try:
            return await chat.put(place, card, over, key)
        except Gone:
            if row.subject.startswith(("left", "shut")):
                return row.message or "gone"
            if over is None or row.subject.startswith("page"):
                raise
            return await chat.put(place, card, None, f"{key}-{row.want}")

    def _load(self, stale: Shown, tx: Transaction) -> Loaded:
        """The look as it is now that its lane is held: whoever held it before may have shown it already.

        With it all that it shows, as of one moment; at last the platforms that do not answer, the incidents of
        a bundle, and whom a page to a room calls.
        """
        incident, people = tx.load(stale.book).state, self.office.people(tx)
        behind = (each for each in tx.looks(stale.book) if each.id == stale.id and each.have < each.want)
        down = [self.office.label(name) for name in downs(self.office.chats, tx)]
        rings = [_ring(name, tx) for name in stale.subject.split(" ")[3:]] if stale.subject.startswith("pages ") else []
        return next(behind, None), incident, people, down, rings, self._called(stale, incident, tx)

    def _called(self, row: Shown, incident: Incident, tx: Transaction) -> tuple[Called, ...] | None:
        """What a page to a room said goes on standing there while it rings."""
        if not row.subject.startswith("page "):
            return None
        target, number, _ = row.subject.rsplit(" ", 3)[-3:]
        if incident.private or not elsewhere(target) or not rings(incident, number):
            return None
        return self.office.called(incident.call(int(number)), row.platform, tx)

    async def _bundle(self, row: Shown, rings: Sequence[Ring], people: People) -> Card:
        """Several incidents in one message: whichever of them changed, it tells of all as they are now."""
        _, bundle, target, *_ = row.subject.split(" ")
        linked = [ring._replace(links=await self.office.links(ring.incident)) for ring in rings]
        return bundle_card(linked, bundle, self.office.voice(people, people.by_id.get(target)))

    def _place(self, row: Shown) -> Place | None:
        return Place.parse(row.place) if row.place else self.office.chats[row.platform].hall

    def _card(self, row: Shown, incident: Incident, people: People, links: Links, down: Sequence[str]) -> Card:
        voice = self.office.room_voice(people, row.platform)
        kind, _, rest = row.subject.partition(" ")
        match kind:
            case "hall" if not incident.private:
                place = incident.rooms.get(row.platform)
                here = links.get(self.office.chats[row.platform].can.label, "") if place else ""
                return hall_card(incident, voice, links, here)
            case "hall":
                return hidden_card(incident, voice)
            case "left":
                return left_card(incident, voice)
            case "follow":
                found = next((each for each in incident.followers if each.who == rest), Follower(rest))
                voice = replace(voice, language=found.language or voice.language)
                return follower_card(incident, voice, found.view)
            case "page":
                return self._page(rest, voice, incident, people, links)
        return status_card(incident, voice, links, down)

    def _page(self, subject: str, voice: Voice, incident: Incident, people: People, links: Links) -> Card:
        target, call, step = subject.rsplit(" ", 3)[-3:]
        if elsewhere(target) and incident.private:
            return hidden_card(incident, voice)
        if not elsewhere(target):
            voice = self.office.voice(people, people.by_id.get(target), None)
        ring = Ring(incident, int(step), links=links)
        return page_card(ring, voice) if rings(incident, call) else page_over(incident, voice, links)


def _ring(name: str, tx: Transaction) -> Ring:
    """One incident of a bundle, as its look names it: `12.1.2`, the second step of its first call."""
    id, call, step = name.split(".")
    incident = tx.load(BookId("incident", id)).state
    return Ring(incident, int(step), over=not rings(incident, call))


def rings(incident: Incident, call: str) -> bool:
    """Whether a call of it still waits for an answer."""
    found = incident.call(int(call))
    return bool(found and not found.answered and incident.open)


def delay(error: ChatError, tries: int) -> timedelta:
    """When what failed is tried again. Who is asked to wait waits just so long: the bucket holds back what follows."""
    if error.wait is None:
        return NEVER
    return timedelta(seconds=error.wait) if isinstance(error, Throttled) else backoff(error.wait, tries)


def backoff(first: float, tries: int, most: float = 300) -> timedelta:
    """How long to wait after so many tries: twice as long each time, five minutes at most, never less than asked."""
    return timedelta(seconds=max(first, min(first * 2 ** min(tries, 12), most)))
