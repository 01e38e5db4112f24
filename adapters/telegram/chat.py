"""The connection to Telegram: what the core asks of a chat, of rooms and of a mirror."""

from collections.abc import Callable, Sequence
from contextlib import suppress

from adapters.telegram.desk import Desk
from adapters.telegram.letters import LONGEST
from adapters.telegram.menu import code, menu
from adapters.telegram.read import TELEGRAM, Me
from adapters.telegram.show import copy as copied
from adapters.telegram.show import show
from adapters.telegram.stream import Stream
from adapters.telegram.topics import Topics
from adapters.telegram.wire import Settings, Wire
from bot.ports import (
    Can,
    Card,
    Copy,
    Forbidden,
    Gone,
    Handle,
    House,
    MessageId,
    Place,
    Room,
    Unheard,
)

__all__ = ["Settings", "Telegram", "open_chat"]

TOPIC = 128
"""Letters in a topic's name."""
RED = 0xFB6F5F
"""A topic's colour; there are six to choose from."""
INSIDE = {"creator", "administrator", "member", "restricted"}


def open_chat(settings: Settings) -> "Telegram":
    """The adapter; nothing is connected yet."""
    return Telegram(settings)


class Telegram:
    """Telegram, as the core sees it."""

    name = TELEGRAM

    def __init__(self, settings: Settings) -> None:
        group, _, topic = settings.room.partition("/")
        self.can = Can(label="Telegram", ephemeral=False, forms=False, private_rooms=False, text=LONGEST)
        self.hall: Place | None = Place(TELEGRAM, group, topic)
        self._group = group
        self._wire = Wire(settings)
        self._topics = Topics()
        self._stream = Stream(self._wire)
        self._desk = Desk(self._wire, self._topics, self._stream.source)
        self._house: House | None = None
        self._me: Me | None = None
        self._taught = 0

    # ---- the way in

    async def listen(self, house: House, ready: Callable[[], None]) -> None:
        """Hear what is said, until cancelled. Raises `ChatError` when Telegram does not answer."""
        self._house, me = house, await self._know_myself()
        await self._teach(house)
        self._desk.take(me, house, await self._stream.first(house))
        ready()
        while True:
            news = await self._stream.next(house, lambda updates: self._desk.unkept(me, house, updates))
            self._desk.take(me, house, news)

    async def _know_myself(self) -> Me:
        if self._me is None:
            with self._wire.telling():
                user = await self._wire.bot.get_me()
            self._me = Me(user.id, user.username or "")
        return self._me

    async def _teach(self, house: House) -> None:
        """Offer the commands in every language, and the deployment's to everybody else."""
        menus = {code(language): menu(house.grammar(language)) for language in house.languages()}
        menus[""] = menu(house.grammar())
        taught = hash(tuple(menus.items()))
        if taught != self._taught:
            for language, commands in menus.items():
                with self._wire.telling():
                    await self._wire.bot.set_my_commands(commands, language_code=language or None)
            self._taught = taught

    # ---- the way out

    async def put(self, place: Place, card: Card, over: MessageId | None, key: str) -> MessageId:
        """Show a card: new, or in place of `over`. Telegram knows no keys: what may have arrived is said to be so."""
        if over is None:
            over = await self._wire.send(place, show(card))
        else:
            await self._wire.edit(place, over, show(card))
        await self._used(place)
        return over

    async def tell(self, handle: Handle, card: Card, key: str) -> tuple[Place, MessageId]:
        """Tell one person. `Forbidden` until they opened a conversation with the bot."""
        if not handle.id.isdigit():
            raise Gone(f"{handle} is no account on Telegram: those are numbers.")
        place = Place(TELEGRAM, handle.id)
        return place, await self._wire.send(place, show(card), pages=True)

    async def post(self, place: Place, copy: Copy) -> MessageId:
        """What was said elsewhere, its author's name before it."""
        message = await self._wire.send(place, copied(copy))
        await self._used(place)
        return message

    async def close(self) -> None:
        """Let go of every connection."""
        await self._desk.close()
        await self._wire.close()

    # ---- rooms

    async def open(self, room: Room) -> Place:
        """A topic in the group. One that was opened, and whose opening was never answered, is found by its name."""
        if room.private:
            raise Forbidden(
                "A topic is open to everybody in its group: Telegram has no private rooms for a bot to open."
            )
        name = room.name[:TOPIC]
        if not (thread := self._topics.named(name)):
            with self._wire.telling():
                topic = await self._wire.bot.create_forum_topic(int(self._group), name, icon_color=RED)
            thread = str(topic.message_thread_id)
        return Place(TELEGRAM, self._group, thread)

    async def _used(self, place: Place) -> None:
        for key in self._topics.use(place.thread):
            with suppress(Unheard):
                if self._house:
                    await self._house.done(self._stream.source, key)

    async def pin(self, place: Place, message: MessageId) -> None:
        """Pin it, silently."""
        with self._wire.telling():
            await self._wire.bot.pin_chat_message(int(place.room), int(message), disable_notification=True)

    async def invite(self, place: Place, handles: Sequence[Handle]) -> None:
        """Whoever is in the group is in its topics. `Forbidden` where somebody is not: a bot can bring nobody in."""
        outside = [str(handle) for handle in handles if not await self._inside(place, handle)]
        if outside:
            raise Forbidden(
                f"Not in the Telegram group, and only an invitation link brings them in: {', '.join(outside)}"
            )

    async def _inside(self, place: Place, handle: Handle) -> bool:
        try:
            with self._wire.telling():
                member = await self._wire.bot.get_chat_member(int(place.room), int(handle.id))
        except Gone:
            return False
        return member.status in INSIDE

    async def close_room(self, place: Place) -> None:
        """Close the topic: only administrators write there any more."""
        with suppress(Gone), self._wire.telling():
            await self._wire.bot.close_forum_topic(int(place.room), int(place.thread))

    async def link(self, place: Place) -> str:
        """A link to the topic, for whoever is in the group."""
        return f"https://t.me/c/{place.room.removeprefix('-100')}/{place.thread or 1}"
