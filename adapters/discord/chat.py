"""The connection to Discord: its gateway, through discord.py, for what is said; its HTTP API for what is shown.

Payloads are made and read here as they go over the wire; the library's views and caches stay out, because a button
must work after a restart.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import structlog
import yarl
from discord import gateway
from discord.http import Route

from adapters.discord import changes, read
from adapters.discord.changes import Changes
from adapters.discord.doctor import Doctor
from adapters.discord.ears import Ears
from adapters.discord.hooks import Hooks
from adapters.discord.menu import same, tree
from adapters.discord.missed import SAID, Missed
from adapters.discord.read import NAME
from adapters.discord.replies import MESSAGES, Replies
from adapters.discord.rooms import Rooms
from adapters.discord.settings import Settings
from adapters.discord.show import loud, nonce, page, show, spoken
from adapters.discord.wire import NoAccess, Wire
from bot.ports import (
    Can,
    Card,
    ChatError,
    Copy,
    Finding,
    Forbidden,
    Gone,
    Grammar,
    Handle,
    House,
    MessageId,
    Pace,
    Place,
    Room,
    RoomChange,
    Said,
    Throttled,
    Unheard,
)

log = structlog.get_logger()

__all__ = ["Discord", "Settings", "open_chat"]
# The library tells of every reconnection with a traceback; what matters is told by whoever listens.
logging.getLogger("discord").addHandler(logging.NullHandler())

STARTS_KEPT = 50
"""Discord takes 1,000 fresh sessions a day and then resets the token: the last ones are not touched."""
HEARD = ("INTERACTION_CREATE", "MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_REACTION_ADD", *changes.TOLD)
CAN = Can(
    label="Discord",
    ephemeral=True,
    forms=True,
    private_rooms=True,
    text=2000,
    identity=True,
    # Observed, not documented: what a channel takes of messages and edits, and the hidden one of its webhooks.
    # https://github.com/discord/discord-api-docs/issues/6753
    paces=(
        Pace(scope="place", count=5, seconds=5.0, kept=1),
        Pace(scope="place", count=30, seconds=60.0, kept=10),
        Pace(scope="platform", count=50, seconds=1.0, kept=10),
    ),
)


def open_chat(settings: Settings) -> "Discord":
    """The adapter; nothing is connected yet. discord.py knows one address a process."""
    Route.BASE = settings.api
    gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.gateway)
    return Discord(settings)


class Discord:
    """Discord, as the core sees it."""

    name = NAME
    can = CAN

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.hall: Place | None = Place(NAME, settings.room)
        self._wire = Wire(settings.api, settings.token.get_secret_value())
        self._replies = Replies(self._wire, settings.guild)
        self._rooms = Rooms(self._wire, settings.guild, settings.category, settings.archive)
        self._hooks = Hooks(self._wire)
        self._changes = Changes()
        self._missed = Missed(self._wire, self._changes, settings)
        self._order: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._house: House | None = None
        self._shut: set[Place] = set()
        self._tasks: set[asyncio.Task[Any]] = set()

    # ---- the way in

    async def listen(self, house: House, ready: Callable[[], None]) -> None:
        """Hear what is said, until cancelled. Raises when the connection cannot go on."""
        self._house = house

        async def hear(ears: Ears, event: str, raw: Any, key: str) -> None:
            if str(raw.get("guild_id") or self.settings.guild) == self.settings.guild:
                await self._hear(house, ears, event, raw, key)

        async def connected(ears: Ears) -> None:
            await self._register(house)
            ready()

        async with (
            Ears(hear, connected, ready, self._tasks) as ears,
            self._missed.watched(house, partial(self._again, house, ears)),
        ):
            await ears.listen(self.settings.token.get_secret_value(), self._fresh, HEARD)

    async def _fresh(self) -> None:
        """Before a fresh session. Raises `Throttled` where few are left for today."""
        self._missed.mark.hold()
        told = await self._wire.call("GET", "/gateway/bot")
        limit = told.get("session_start_limit") or {}
        if limit.get("remaining", STARTS_KEPT + 1) <= STARTS_KEPT:
            raise Throttled("too many new sessions today", retry_in=limit["reset_after"] / 1000, scope="platform")

    async def _hear(self, house: House, ears: Ears, event: str, raw: Any, key: str) -> None:
        match event:
            case "INTERACTION_CREATE":
                await self._interaction(house, raw)
            case "MESSAGE_CREATE" if raw.get("webhook_id"):
                self._hooks.echo(raw)
            case "MESSAGE_CREATE":
                await self._message(house, ears, raw)
            case "MESSAGE_UPDATE":
                await self._edit(house, ears, raw)
            case "MESSAGE_REACTION_ADD":
                await self._reaction(house, ears, raw)
            case _:
                await self._changed(house, event, raw, key)

    async def _interaction(self, house: House, raw: Any) -> None:
        grammar = house.grammar()
        if raw.get("type") == read.TYPING:
            if typing := read.typing(raw, grammar):
                await self._replies.suggest(house, *typing, raw)
        elif said := read.interaction(raw, grammar):
            await self._replies.interact(house, said, raw)

    async def _message(self, house: House, ears: Ears, raw: Any) -> None:
        room = str(raw.get("channel_id"))
        said = read.message(raw, ears.names(self.settings.guild), house.grammar(), self._changes.parent(room))
        if said is None or not self._missed.mark.new(said.key):
            return
        with self._missed.mark.dealing(said.key, int(raw["id"])):
            if said.direct:
                self._missed.mark.rooms.add(room)
            # The library begins a task for each event: without this, what somebody said twice could turn around.
            async with self._order[said.place.room]:
                answer = await self._replies.hear(house, said, room)
                if also := read.enclosed(said, raw):
                    await self._replies.hear(house, also, room)
            await self._replies.answer(house, said, answer, room)

    async def _edit(self, house: House, ears: Ears, raw: Any) -> None:
        room = str(raw.get("channel_id"))
        said = read.edited(raw, ears.names(self.settings.guild), house.grammar(), self._changes.parent(room))
        if said:
            async with self._order[said.place.room]:
                await self._replies.hear(house, said, room)

    async def _again(self, house: House, ears: Ears, event: str, raw: Any) -> None:
        """What was missed. Whoever put a reaction is not answered: it may have been heard before."""
        if event == SAID:
            await self._message(house, ears, raw)
        elif said := self._pinned(ears, raw):
            await self._replies.hear(house, said, str(raw["channel_id"]))

    async def _reaction(self, house: House, ears: Ears, raw: Any) -> None:
        room = str(raw.get("channel_id"))
        if said := self._pinned(ears, raw):
            await self._replies.nod(said, await self._replies.hear(house, said, room), room)

    def _pinned(self, ears: Ears, raw: Any) -> Said | None:
        room, me = str(raw.get("channel_id")), str(ears.user.id) if ears.user else ""
        return read.reaction(raw, self.settings.pins, me, self._changes.parent(room))

    async def _changed(self, house: House, event: str, raw: Any, key: str) -> None:
        """What befell a room without us."""
        if event.startswith("GUILD_") and str(raw.get("id")) != self.settings.guild:
            return
        if event == "GUILD_DELETE" and raw.get("unavailable"):
            self._missed.mark.hold()
        missing = self._changes.missing(raw) if event == "GUILD_CREATE" and "channels" in raw else ()
        befell = list(self._changes.learn(event, raw, key))
        for change in befell:
            await notice(house, change)
        if event == "GUILD_CREATE":
            self._missed.catch_up()
        for id in missing:
            await self._missing(house, id, key)

    async def _missing(self, house: House, id: str, key: str) -> None:
        """A channel that was there before the connection broke: deleted meanwhile, or closed to us."""
        try:
            await self._wire.call("GET", "/channels/{channel_id}", channel_id=id)
        except Gone:
            for change in self._changes.learn("CHANNEL_DELETE", {"id": id}, key):
                await notice(house, change)
        except NoAccess:
            await notice(house, changes.change("left", id, "", key))
        except ChatError as wrong:
            log.warning("a room could not be looked for", room=id, why=str(wrong))

    async def _register(self, house: House) -> None:
        """Bring the commands up to date; a server takes 200 new ones a day, so only when they changed."""
        wanted = tree(house.grammar(), {tag: house.grammar(tag) for tag in house.languages()})
        path = "/applications/{application_id}/guilds/{guild_id}/commands"
        try:
            about: dict[str, Any] = {"application_id": await self._wire.application(), "guild_id": self.settings.guild}
            there = await self._wire.call("GET", path, query={"with_localizations": "true"}, **about)
            if not same(there, wanted):
                await self._wire.call("PUT", path, wanted, **about)
        except ChatError as wrong:
            log.warning("the menu of commands could not be brought up to date", chat=NAME, why=str(wrong))

    # ---- the way out

    async def put(self, place: Place, card: Card, over: MessageId | None, key: str) -> MessageId:
        """Show a card: new, or in place of `over`. Raises `Gone` where that takes no edit any more."""
        try:
            drawn = show(card) if card.everybody is None else loud(card)
            shown = await self._put(place, drawn, over, key)
        except NoAccess:
            await self._left(place, key)
            raise
        self._shut.discard(place)
        return shown

    async def _put(self, place: Place, shown: dict[str, Any], over: MessageId | None, key: str) -> MessageId:
        room = place.thread or place.room
        if over is None:
            sent = await self._wire.call("POST", MESSAGES, {**shown, **nonce(key)}, channel_id=room)
            return MessageId(str(sent["id"]))
        await self._wire.call("PATCH", MESSAGES + "/{message_id}", shown, channel_id=room, message_id=over)
        return over

    async def _left(self, place: Place, key: str) -> None:
        """The room is closed to us: told once."""
        if self._house is not None and place not in self._shut:
            self._shut.add(place)
            await notice(self._house, RoomChange(key=f"{NAME}:left:{place.room}:{key}", place=place, what="left"))

    async def tell(self, handle: Handle, card: Card, key: str) -> tuple[Place, MessageId]:
        """Tell one person, loudly: refused where they take no direct messages, or share no server with us."""
        place = await self._replies.direct(handle)
        return place, await self._put(place, page(card), None, key)

    async def open(self, room: Room) -> Place:
        """A text channel; its topic ends with the key, by which a later try finds it."""
        return Place(NAME, await self._rooms.open(room))

    async def pin(self, place: Place, message: MessageId) -> None:
        """Pin a message; Discord takes one that is pinned already for success."""
        path = MESSAGES + "/pins/{message_id}"
        await self._wire.call("PUT", path, channel_id=place.thread or place.room, message_id=message)

    async def invite(self, place: Place, handles: Sequence[Handle]) -> None:
        """Let people see a private room; an open one everybody in the server sees already."""
        await self._rooms.invite(place.room, handles)

    async def dismiss(self, place: Place, handles: Sequence[Handle]) -> None:
        """Let people see a private room no more."""
        await self._rooms.dismiss(place.room, handles)

    async def close_room(self, place: Place) -> None:
        """Nobody but us writes there any more; whoever could read it still can, and nobody else."""
        await self._rooms.close(place.thread or place.room)

    async def named(self, place: Place) -> str:
        """`#noc`, where everybody in the server sees the channel."""
        return await self._rooms.named(place.room)

    async def link(self, place: Place) -> str:
        """A link that opens the room in Discord."""
        return f"https://discord.com/channels/{self.settings.guild}/{place.thread or place.room}"

    async def post(self, place: Place, copy: Copy) -> MessageId:
        """What was said elsewhere, in its author's name; in our own where we may have no webhook."""
        try:
            return await self._hooks.post(place, copy)
        except Forbidden:
            return await self._put(place, spoken(copy), None, copy.key)

    async def menu(self, grammars: Mapping[str, Grammar]) -> Sequence[Finding]:
        """Whether the commands that the server offers are ours, as they are now."""
        return [
            await Doctor(self._wire, self.settings.guild).commands(
                tree(grammars[""], {tag: each for tag, each in grammars.items() if tag})
            )
        ]

    async def examine(self) -> Sequence[Finding]:
        """Token, intents, rights, rooms: what is there, and what to do about what is missing."""
        return [each async for each in Doctor(self._wire, self.settings.guild).examine(self._places())]

    def _places(self) -> dict[str, str]:
        """The channels that the settings name, by what they are for."""
        named = {"room": self.settings.room, "category": self.settings.category, "archive": self.settings.archive}
        return {name: id for name, id in named.items() if id}

    async def close(self) -> None:
        """Drop what is under way, and let go of every connection."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._wire.close()


async def notice(house: House, change: RoomChange) -> None:
    """Tell the house; where it cannot keep it, that is in the log, and the room's next use tells again."""
    try:
        await house.notice(change)
    except Unheard:
        log.warning("a change of a room could not be kept", place=str(change.place), what=change.what)
