"""The connection to Telegram: what the core asks of a chat, of rooms, of a mirror, of doors and of an examination."""

from collections.abc import Callable, Sequence
from contextlib import suppress

import structlog

from adapters.telegram.befell import migrated
from adapters.telegram.desk import Desk
from adapters.telegram.doors import door
from adapters.telegram.examine import examine
from adapters.telegram.groups import Groups
from adapters.telegram.known import Known
from adapters.telegram.letters import LONGEST
from adapters.telegram.menu import SCOPES, code, menu
from adapters.telegram.native import TELEGRAM, Me
from adapters.telegram.settings import Settings
from adapters.telegram.show import copy as copied
from adapters.telegram.show import show
from adapters.telegram.stream import Stream
from adapters.telegram.topics import Topics
from adapters.telegram.wire import Wire
from bot.ports import (
    Can,
    Card,
    ChatError,
    Copy,
    Finding,
    Forbidden,
    Gone,
    Handle,
    House,
    MessageId,
    Pace,
    Place,
    Remark,
    Room,
    Unheard,
)
from bot.text.rich import plain

log = structlog.get_logger()

__all__ = ["Settings", "Telegram", "open_chat"]

PACES = (
    Pace(scope="room", count=3, seconds=3.0),
    Pace(scope="room", count=18, seconds=60.0, kept=5),
    Pace(scope="platform", count=25, seconds=1.0),
)
"""A message a second in a chat, 20 a minute in a group with all its topics, edits and the opening of topics counted,
and 30 a second in all (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this): a little less.
"""


def open_chat(settings: Settings) -> "Telegram":
    """The adapter; nothing is connected yet."""
    return Telegram(settings)


class Telegram:
    """Telegram, as the core sees it."""

    name = TELEGRAM

    def __init__(self, settings: Settings) -> None:
        group, _, topic = settings.room.partition("/")
        self.can = Can(label="Telegram", ephemeral=False, forms=False, private_rooms=False, text=LONGEST, paces=PACES)
        self.hall: Place | None = Place(TELEGRAM, group, topic)
        self._settings, self._known = settings, Known()
        self._wire = Wire(settings, self._known)
        self._topics = Topics(self._wire.account)
        self._wire.told = self._moved
        self._groups = Groups(self._wire, self._topics, self._known, settings.groups)
        self._stream = Stream(self._wire)
        self._desk = Desk(self._wire, self._topics, self._stream.source)
        self._house: House | None = None
        self._me: Me | None = None
        self._taught = 0

    # ---- the way in

    async def listen(self, house: House, ready: Callable[[], None]) -> None:
        """Hear what is said, until cancelled. Raises `ChatError` when Telegram does not answer."""
        self._house, me = house, await self._know_myself()
        self._wire.moved |= self._known.load(await house.kept(self._memory))
        await self._teach(house)
        await self._topics.remember(house)
        self._desk.take(me, house, await self._stream.first(house))
        self._topics.heard = self._stream.heard
        ready()
        while True:
            news = await self._stream.next(house, lambda updates: self._desk.unkept(me, house, updates))
            self._desk.take(me, house, news)
            self._topics.heard = self._stream.heard
            await self._remember()

    async def _know_myself(self) -> Me:
        if self._me is None:
            with self._wire.telling():
                user = await self._wire.bot.get_me()
            self._me = Me(user.id, user.username or "", self._known, self._settings.pins)
        return self._me

    async def _teach(self, house: House) -> None:
        """Offer the commands in every scope and language, and the deployment's language to everybody else."""
        grammars = {code(language): house.grammar(language) for language in house.languages()}
        grammars[""] = house.grammar()
        menus = {(scope, language): menu(of, scope) for language, of in grammars.items() for scope in SCOPES}
        taught = hash(tuple(menus.items()))
        if taught == self._taught:
            return
        try:
            for (scope, language), commands in menus.items():
                with self._wire.telling():
                    await self._wire.bot.set_my_commands(commands, scope, language or None)
        except ChatError as wrong:
            # Everything can be typed without a menu; the next connection tries again.
            log.warning("the menu could not be taught", chat=TELEGRAM, why=str(wrong))
        else:
            self._taught = taught

    @property
    def _memory(self) -> str:
        return f"{self._stream.source} known"

    async def _remember(self) -> None:
        """Keep what was seen, if there is anything new."""
        with suppress(Unheard):
            if self._house and (text := self._known.dump(self._wire.moved)):
                await self._house.keep(self._memory, text, {})

    async def _moved(self, old: str, new: str) -> None:
        if self._house:
            with suppress(Unheard):
                await self._house.notice(migrated(old, new, int(self._wire.account)))

    # ---- the way out

    async def put(self, place: Place, card: Card, over: MessageId | None, key: str) -> MessageId:
        """Show a card: new, or in place of `over`. Telegram knows no keys: what may have arrived is said to be so."""
        if over is None:
            return await self._wire.send(place, show(card))
        await self._wire.edit(place, over, show(card))
        return over

    async def tell(self, handle: Handle, card: Card, key: str) -> tuple[Place, MessageId]:
        """Tell one person. `Forbidden` until they opened a conversation with the bot."""
        if not (handle.id.isascii() and handle.id.isdigit()):
            raise Gone(f"{handle} is no account on Telegram: those are numbers.")
        place = Place(TELEGRAM, handle.id)
        return place, await self._wire.send(place, show(card), pages=True)

    async def post(self, place: Place, copy: Copy) -> MessageId:
        """What was said elsewhere, its author's name before it."""
        message = await self._wire.send(place, copied(copy))
        self._known.saw(place, Remark(message=message, text=plain(copy.text), name=copy.author))
        return message

    async def close(self) -> None:
        """Let go of every connection."""
        await self._desk.close()
        await self._remember()
        await self._wire.close()

    # ---- rooms

    async def open(self, room: Room) -> Place:
        """A topic in the group that is used least, or what an earlier try opened. `Forbidden` for a private one."""
        if room.private:
            raise Forbidden(
                "A topic is open to everybody in its group: Telegram has no private rooms for a bot to open."
            )
        return await self._groups.open(room)

    async def pin(self, place: Place, message: MessageId) -> None:
        """Pin it, silently."""
        await self._groups.pin(place, message)

    async def invite(self, place: Place, handles: Sequence[Handle]) -> None:
        """Send whoever is not in the group an invitation. `Forbidden` with whom that cannot reach."""
        await self._groups.invite(place, handles)

    async def close_room(self, place: Place) -> None:
        """Close the topic: only administrators write there any more."""
        await self._groups.close(place)

    async def named(self, place: Place) -> str:
        """A public group's title, and that of the group that the configuration names: all others are by invitation."""
        return await self._groups.named(place, self.hall)

    async def link(self, place: Place) -> str:
        """A link to the topic, for whoever is in the group."""
        return self._groups.link(place)

    # ---- doors and an examination

    async def door(self, words: str) -> str:
        """A link that opens a conversation with the bot and says `words`, `_` for blanks."""
        return door((await self._know_myself()).username, words)

    async def examine(self) -> Sequence[Finding]:
        """What stands between the bot and its work, each with its fix."""
        return await examine(self._wire, self._settings)
