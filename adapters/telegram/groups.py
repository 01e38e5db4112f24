"""The supergroups: topics are opened in them, and whoever is outside is invited.

No bot can make a group or bring anybody in, and all topics of a group share its 20 messages a minute: so there is a
pool of groups, and a room is opened where the fewest incidents are under way.
"""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.telegram.known import Known
from adapters.telegram.letters import BROKEN
from adapters.telegram.native import TELEGRAM, group_link
from adapters.telegram.show import show
from adapters.telegram.topics import Topics
from adapters.telegram.wire import Wire, unchanged
from bot.ports import (
    Card,
    ChatError,
    Forbidden,
    Gone,
    Handle,
    Link,
    MessageId,
    Partly,
    Place,
    Room,
    Throttled,
    Unreachable,
)
from bot.text.rich import Para, line
from bot.text.words import ENGLISH, N_, Voice, known

TOPIC = 128
"""Letters in a topic's name."""
RED = 0xFB6F5F
"""A topic's colour; there are six to choose from."""
INSIDE = {"creator", "administrator", "member"}
INVITED = timedelta(days=1)
"""How long an invitation can be used."""
TWICE = N_(
    "Telegram may have opened a topic of this name before, and did not tell me. This one counts; if there is another, "
    "it can be deleted."
)
COME = N_("You are called to an incident, in a Telegram group that you are not in yet. This link is for you alone:")
ENTER = N_("Join the group")


class Groups:
    """The pool, in the order of the configuration."""

    def __init__(self, wire: Wire, topics: Topics, seen: Known, rooms: Sequence[str]) -> None:
        self.wire, self.topics, self.seen, self.rooms = wire, topics, seen, rooms
        self._invited: dict[tuple[str, Handle], datetime] = {}

    async def named(self, place: Place, hall: Place | None) -> str:
        """A public group's title, and the standing room's; nothing for a group that is by invitation."""
        try:
            found: Any = await self.wire.ask(place.room, self.wire.bot.get_chat)
        except (Forbidden, Gone):
            return ""
        open = found.username or (hall is not None and hall.room == place.room)
        return " ".join(BROKEN.sub("", found.title or "").split()) if open else ""

    # ---- topics

    async def open(self, room: Room) -> Place:
        """A topic in the group least used, or the one that an earlier try with the same key opened."""
        if found := self.topics.find(room.key):
            return found
        twice = await self.topics.doubt(room.key)
        place = await self._open(room, " ".join(BROKEN.sub("", room.name).split())[:TOPIC] or room.key)
        if twice:
            with suppress(ChatError):
                await self.wire.send(place, show(said(TWICE, room.language)))
        return place

    async def _open(self, room: Room, name: str) -> Place:
        refused: list[ChatError] = []
        for group in self._least_used(room.used):
            try:
                return await self._open_in(group, room.key, name)
            except Unreachable:
                # It may stand there all the same: another one elsewhere would be a second one.
                raise
            except ChatError as no:
                refused.append(no)
        raise next((no for no in refused if isinstance(no, Throttled)), refused[0])

    def _least_used(self, used: Sequence[str]) -> Sequence[str]:
        count = Counter(used)
        return sorted(self.rooms, key=lambda room: count[room] + count[self.wire.moved.get(room, "")])

    async def _open_in(self, group: str, key: str, name: str) -> Place:
        id = await self.topics.begin(key, name, group)
        try:
            topic = await self.wire.ask(group, lambda to: self.wire.bot.create_forum_topic(to, name, icon_color=RED))
        except ChatError as no:
            if not no.ambiguous:
                await self.topics.drop(id)
            raise
        finally:
            self.topics.unanswered(id)
        place = Place(TELEGRAM, self.wire.moved.get(group, group), str(topic.message_thread_id))
        self.topics.answered(id, place)
        return place

    async def close(self, place: Place) -> None:
        """Close a topic; one that is closed or gone is success. The standing topic of a group is never closed."""
        if not place.thread:
            return
        try:
            await self.wire.ask(
                place.room, lambda id: unchanged(self.wire.bot.close_forum_topic(id, int(place.thread)))
            )
        except Gone:
            return

    async def pin(self, place: Place, message: MessageId) -> None:
        """Pin a message, silently."""
        await self.wire.ask(
            place.room, lambda id: self.wire.bot.pin_chat_message(id, int(message), disable_notification=True)
        )

    def link(self, place: Place) -> str:
        """A link to the topic, for whoever is in the group."""
        return f"{group_link(self.wire.moved.get(place.room, place.room))}/{place.thread or 1}"

    # ---- people

    async def invite(self, place: Place, handles: Sequence[Handle]) -> None:
        """Send whoever is not in the group an invitation. Raises `Partly` with whom that cannot reach."""
        unreached = [handle for handle in handles if not await self._invite(place, handle)]
        if unreached:
            raise Partly(
                "Not in the Telegram group, and no invitation reaches them until they open a conversation with the bot "
                f"and press Start: {', '.join(map(str, unreached))}",
                unreached,
            )

    async def _invite(self, place: Place, handle: Handle) -> bool:
        """Whether they are in, or have an invitation."""
        if not (handle.id.isascii() and handle.id.isdigit()):
            return False
        if await self._inside(place, handle):
            return True
        now = datetime.now(UTC)
        if self._invited.get((place.room, handle), now) > now:
            return True
        card = invitation(await self._made(place, handle, now + INVITED), self.seen.languages.get(int(handle.id), ""))
        try:
            await self.wire.send(Place(TELEGRAM, handle.id), show(card), pages=True)
        except (Forbidden, Gone):
            return False
        self._invited[place.room, handle] = now + INVITED
        return True

    async def _made(self, place: Place, handle: Handle, until: datetime) -> str:
        made = await self.wire.ask(
            place.room,
            lambda id: self.wire.bot.create_chat_invite_link(id, name=handle.id, expire_date=until, member_limit=1),
        )
        return made.invite_link

    async def _inside(self, place: Place, handle: Handle) -> bool:
        try:
            member: Any = await self.wire.ask(place.room, lambda id: self.wire.bot.get_chat_member(id, int(handle.id)))
        except Gone:
            return False
        return member.status in INSIDE or bool(getattr(member, "is_member", False))


def invitation(link: str, language: str) -> Card:
    """What somebody outside is sent."""
    voice = Voice(known(language) or ENGLISH)
    return Card(body=(Para(line(voice.word(COME))), Para(line(link))), links=(Link(voice.word(ENTER), link),))


def said(words: str, language: str) -> Card:
    """A card that says this, in a language."""
    return Card(body=(Para(line(Voice(known(language) or ENGLISH).word(words))),))
