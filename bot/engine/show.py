"""Looks: shown, and shown again, until what stands there is what the book says."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.book import BookId
from bot.engine.office import Office, downs
from bot.engine.purse import Later, Purse
from bot.engine.rooms import Rooming
from bot.engine.rung import digest, heard, rung
from bot.incident.cards import (
    Ring,
    follower_card,
    hall_card,
    hidden_card,
    left_card,
    status_card,
)
from bot.incident.follow import Follower
from bot.incident.incident import Incident
from bot.incident.paging import elsewhere
from bot.people.may import may
from bot.people.person import People
from bot.ports import Called, Card, ChatError, Gone, MessageId, Place, Throttled, Unreachable
from bot.store.looks import Shown
from bot.store.transaction import Transaction

log = structlog.get_logger()


@dataclass(frozen=True)
class Seen:
    """A look that is behind, with all that it shows, as of one moment."""

    row: Shown
    incident: Incident
    people: People
    down: Sequence[str]
    """The platforms that do not answer."""
    rings: Sequence[Ring] = ()
    """What a page tells of: one incident or several; none, where whom it is for may not read them."""
    twins: Sequence[Shown] = ()
    """The same message, as a look of the other incidents that it names."""
    called: tuple[Called, ...] | None = None
    """Whom a page to a room calls, while it rings."""


LOOK = 2
"""A look's rank: between a reply and a posted update."""
DEADLINE, ROOM = 20, 60
"""Seconds that a platform has for one look, and for a room with all that belongs into it."""
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
            async with asyncio.timeout(ROOM if row.subject == "room" else DEADLINE):
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
        if row.subject != "room":  # its requests are no messages: the card does not wait for what they wait for
            self.purse.learn(row.platform, self._place(row), error, tx)
        tx.unshown(row.id, not_before=tx.now + delay(error, row.tries), error=str(error)[:200])
        return None if error.wait is None else tx.now + timedelta(seconds=error.wait)

    async def _spend(self, platform: str, place: Place | None) -> bool:
        """Spend what a message costs; whether little is left. Raises `Later`."""
        return await self.office.store.write(partial(self.purse.spend, platform, place, LOOK))

    async def _show(self, stale: Shown) -> None:
        seen = await self.office.store.read(partial(self._load, stale))
        if seen is None:
            return
        row = seen.row
        if row.subject == "room":
            await self.rooms.see_to(row, seen.incident, seen.people, partial(self._spend, row.platform, None))
            return
        place = self._place(row)
        if place is None:
            await self.office.store.write(lambda tx: tx.shown(row.id, have=row.want, place="", message="", digest=""))
            return
        card = await (self._page(seen) if row.subject.startswith("page ") else self._card(seen))
        now, message, low = digest(card), row.message, None
        if now != row.digest or not message:
            low = await self._spend(row.platform, place)
            message = await self._put(row, place, card)
        stands = partial(self._stands, seen, place, message, now, low)
        if message != row.message:
            # Whatever becomes of the rest, the next try finds it and posts no second one.
            await self.office.store.write(partial(stands, False))
        await self.rooms.tend(row, place, message)
        await self.office.store.write(partial(stands, True))

    def _stands(
        self, seen: Seen, place: Place, message: str, digest: str, low: bool | None, done: bool, tx: Transaction
    ) -> None:
        """It stands; where it was edited for that, it then rests. It is `done` once all that goes with it is, too."""
        rests = {} if low is None else self.purse.rests(seen.row, low, tx.now)
        for row in (seen.row, *seen.twins):
            have = row.want if done else row.have
            tx.shown(row.id, have=have, place=str(place), message=message, digest=digest, **rests)

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

    def _load(self, stale: Shown, tx: Transaction) -> Seen | None:
        """The look as it is now that its lane is held: whoever held it before may have shown it already."""
        row = next((each for each in tx.looks(stale.book) if each.id == stale.id and each.have < each.want), None)
        if row is None:
            return None
        down = [self.office.label(name) for name in downs(self.office.chats, tx)]
        seen = Seen(row, tx.load(row.book).state, self.office.people(tx), down)
        return self._ringing(seen, tx) if row.subject.startswith("page ") else seen

    def _ringing(self, seen: Seen, tx: Transaction) -> Seen:
        """A page with every incident that it names, and with the looks that the others have of it."""
        row, (_, target, names) = seen.row, _page_of(seen.row)
        if elsewhere(target) and seen.incident.private:
            return seen
        rings = [_ring(name, tx) for name in names]
        others = {BookId("incident", ring.incident.id) for ring in rings} - {row.book}
        twins = [each for book in sorted(others) for each in tx.looks(book) if _alike(each, row)]
        ringing = elsewhere(target) and not rings[0].over
        call = seen.incident.call(int(names[0].split(".")[1])) if ringing else None
        called = self.office.called(call, row.platform, tx) if ringing else None
        person = seen.people.by_id.get(target)
        # Who left it, or is not known any more, reads on only what everybody may.
        read = [ring for ring in rings if elsewhere(target) or may(person, "read", ring.incident)]
        return replace(seen, rings=read, twins=twins, called=called)

    async def _page(self, seen: Seen) -> Card:
        """A page as it is now: whichever incident changed, it tells of all that it names."""
        bundle, target, _ = _page_of(seen.row)
        voice = heard(target, seen.row.platform, seen.people, self.office)
        if not seen.rings:
            return hidden_card(seen.incident, voice)
        rings = [ring._replace(links=await self.office.links(ring.incident)) for ring in seen.rings]
        return rung(rings, bundle, seen.called, voice, self.office)

    def _place(self, row: Shown) -> Place | None:
        return Place.parse(row.place) if row.place else self.office.chats[row.platform].hall

    async def _card(self, seen: Seen) -> Card:
        row, incident = seen.row, seen.incident
        voice, links = self.office.room_voice(seen.people, row.platform), await self.office.links(incident)
        kind, _, rest = row.subject.partition(" ")
        match kind:
            case "hall" if not incident.private:
                place = incident.rooms.get(row.platform)
                here = links.get(self.office.chats[row.platform].can.label, "") if place else ""
                return hall_card(incident, voice, links, here)
            case "follow" if not incident.private:
                found = next((each for each in incident.followers if each.who == rest), Follower(rest))
                voice = replace(voice, language=found.language or voice.language)
                return follower_card(incident, voice, found.view)
            case "hall" | "follow":
                return hidden_card(incident, voice)
            case "left":
                return left_card(incident, voice)
        return status_card(incident, voice, links, seen.down)


def _page_of(row: Shown) -> tuple[str, str, Sequence[str]]:
    """What a page's look is called: by which name its buttons answer all, whom it is for, and what rings."""
    _, _, bundle, target, *names = row.subject.split(" ")
    return bundle, target, names


def _alike(one: Shown, other: Shown) -> bool:
    return (one.subject, one.platform) == (other.subject, other.platform)


def _ring(name: str, tx: Transaction) -> Ring:
    """What rings, as a page's look names it: `12.1.2` is the second step of the first call of #12."""
    id, call, step = name.split(".")
    incident = tx.load(BookId("incident", id)).state
    return Ring(incident, int(step), over=not incident.rings(int(call)))


def delay(error: ChatError, tries: int) -> timedelta:
    """When what failed is tried again. Who is asked to wait waits just so long: the bucket holds back what follows."""
    if error.wait is None:
        return NEVER
    return timedelta(seconds=error.wait) if isinstance(error, Throttled) else backoff(error.wait, tries)


def backoff(first: float, tries: int, most: float = 300) -> timedelta:
    """How long to wait after so many tries: twice as long each time, five minutes at most, never less than asked."""
    return timedelta(seconds=max(first, min(first * 2 ** min(tries, 12), most)))
