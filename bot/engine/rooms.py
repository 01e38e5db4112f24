"""War rooms as the platforms have them: opened, furnished, filled with people, and put away."""

from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any

import structlog

from bot.engine.carry import own
from bot.engine.office import Office
from bot.engine.seats import seat
from bot.incident.incident import Incident
from bot.incident.rooms import OpenRoom
from bot.people.person import People
from bot.ports import Bookmarks, ChatError, MessageId, Place, Room, Rooms
from bot.store.looks import Shown
from bot.store.transaction import Transaction

log = structlog.get_logger()

LISTED = 200
"""Open incidents whose rooms are counted before another one is opened."""


class Rooming:
    """What is done in a room besides showing cards. None of it keeps a card waiting when it fails."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.brought: dict[str, frozenset[str]] = {}
        self.marked: dict[str, frozenset[tuple[str, str]]] = {}

    async def see_to(
        self, row: Shown, incident: Incident, people: People, spend: Callable[[], Awaitable[object]]
    ) -> None:
        """See to a platform's war rooms: one is opened where it is missing, and what belongs into those that are open.

        Raises `ChatError` for what may be better later: it is tried again, and no card waits for it.
        """
        chat = self.office.chats[row.platform]
        if isinstance(chat, Rooms):
            for place in incident.places:
                if place.platform == row.platform and not incident.shut:
                    await self._bring(chat, place, incident, people)
                    await self._mark(place, incident)
            fit = chat.can.private_rooms or not incident.private
            if fit and incident.open and row.platform not in incident.rooms:
                await spend()
                await self._open(chat, row, incident)
        await self.office.store.write(lambda tx: tx.shown(row.id, have=row.want, place="", message="", digest=""))

    async def _open(self, chat: Rooms, row: Shown, incident: Incident) -> None:
        """Open the war room; what the platform answers comes back as a command."""
        used = await self.office.store.read(partial(in_use, row.platform))
        place = await chat.open(self._wanted(incident, used, self.office.language(row.platform)))
        await self.office.store.write(partial(own, OpenRoom(str(place), incident.private), row.book, self.office))
        self.office.wake()

    def _wanted(self, incident: Incident, used: tuple[str, ...], language: str) -> Room:
        settings, own_words = self.office.config.rooms, (incident.word, incident.era)
        values = {
            "number": incident.number, "id": incident.id, "title": incident.title, "severity": incident.severity.name,
            "type": incident.kind, "service": incident.service,
        }  # fmt: skip
        return Room(
            key=self.office.key("incident", incident.id, *filter(None, own_words)),
            name=settings.name.format(**values).strip(),
            topic=settings.topic.format(**values).strip(),
            private=incident.private,
            language=language,
            used=used,
        )

    async def tend(self, row: Shown, place: Place, message: str) -> None:
        """What goes with a card that stands in a war room now. Raises `ChatError` where a room could not be closed."""
        chat, kind = self.office.chats[place.platform], row.subject.split(" ")[0]
        if not isinstance(chat, Rooms):
            return
        if kind in {"card", "annex"} and message != row.message:
            await self._mildly("pinned", place, chat.pin(place, MessageId(message)), once=True)
        elif kind in {"left", "shut"}:
            await chat.close_room(place)

    async def _bring(self, chat: Rooms, place: Place, incident: Incident, people: People) -> None:
        """Bring in whoever has something to do here."""
        persons = [people.by_id[id] for id in incident.members if id in people]
        wanted = {handle: each.id for each in persons if (handle := each.on(place.platform))}
        if incident.private:
            await seat(chat, place, incident, {str(each): whose for each, whose in wanted.items()}, self.office)
            return
        names = frozenset(map(str, wanted))
        if not names <= self.brought.get(str(place), frozenset()) and await self._mildly(
            "filled", place, chat.invite(place, sorted(wanted))
        ):
            self.brought[str(place)] = names

    async def _mark(self, place: Place, incident: Incident) -> None:
        """Keep the other rooms, what was attached and what the configuration names at hand, if links have a place."""
        chat = self.office.chats[place.platform]
        if not isinstance(chat, Bookmarks):
            return
        links = await self.office.links(incident)
        named = {**links, **{title: url for url, title in incident.links.items()}, **self.office.config.rooms.links}
        wanted = frozenset((title, url) for title, url in named.items() if title != chat.can.label)
        for title, url in sorted(wanted - self.marked.get(str(place), frozenset())):
            await self._mildly("furnished", place, chat.bookmark(place, title, url))
        self.marked[str(place)] = wanted

    async def _mildly(self, what: str, place: Place, deed: Coroutine[Any, Any, None], *, once: bool = False) -> bool:
        """Whether it worked. Raises `ChatError` where it may work later, unless it is tried `once`."""
        try:
            await deed
        except ChatError as wrong:
            log.warning("a war room could not be " + what, place=str(place), why=str(wrong))
            if wrong.wait is not None and not once:
                raise
            return False
        return True


def in_use(platform: str, tx: Transaction) -> tuple[str, ...]:
    """The native rooms of a platform in which open incidents are, once for each."""
    places = (place for book in tx.open_books("incident", LISTED) for place in book.state.places)
    return tuple(place.room for place in places if place.platform == platform)
