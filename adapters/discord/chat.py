"""The connection to Discord, through discord.py: its gateway for what is said, its HTTP client for what is shown.

Payloads are made and read here as they go over the wire; the library's views and caches stay out, because a button
must work after a restart.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import structlog
import yarl
from discord import gateway
from discord.http import Route
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from adapters.discord import read
from adapters.discord.ears import Ears
from adapters.discord.menu import holds, tree
from adapters.discord.read import NAME
from adapters.discord.replies import Replies
from adapters.discord.show import VIEW, channel, closed, copied, page, show, sign, spoken
from adapters.discord.wire import Wire
from bot.ports import Can, Card, ChatError, Copy, Forbidden, Gone, Handle, House, MessageId, Place, Room, Throttled

log = structlog.get_logger()
# The library tells of every reconnection with a traceback; what matters is told by whoever listens.
logging.getLogger("discord").addHandler(logging.NullHandler())

HOOK = "Tocsin mirror"
WRITE = 1 << 11 | 1 << 38
"""Send messages, in the room and in its threads."""
STARTS_KEPT = 50
"""Discord takes 1,000 fresh sessions a day and then resets the token: the last ones are not touched."""


class Settings(BaseModel):
    """`[chats.discord]`"""

    model_config = ConfigDict(frozen=True, extra="forbid")

    token: SecretStr = Field(description="The bot's token.")
    guild: str = Field(pattern=r"^\d+$", description="The server's id.")
    room: str = Field(pattern=r"^\d+$", description="The standing incident room: a text channel's id.")
    category: str = Field(default="", pattern=r"^\d*$", description="The category in which war rooms are opened.")
    api: str = Field(default="https://discord.com/api/v10", description="Where the HTTP API answers.")
    gateway: str = Field(default="wss://gateway.discord.gg/", description="Where the gateway answers.")


def open_chat(settings: Settings) -> "Discord":
    """The adapter; nothing is connected yet. discord.py knows one address a process."""
    Route.BASE = settings.api
    gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.gateway)
    return Discord(settings)


class Discord:
    """Discord, as the core sees it."""

    name = NAME

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.can = Can(label="Discord", ephemeral=True, forms=True, private_rooms=True, text=2000, identity=True)
        self.hall: Place | None = Place(NAME, settings.room)
        self._wire = Wire(settings.api, settings.token.get_secret_value())
        self._replies = Replies(self._wire)
        self._hooks: dict[str, tuple[str, str]] = {}
        self._order: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    # ---- the way in

    async def listen(self, house: House, ready: Callable[[], None]) -> None:
        """Hear what is said, until cancelled. Raises when the connection cannot go on."""

        async def hear(ears: Ears, event: str, raw: Any) -> None:
            await self._hear(house, ears, event, raw)

        async def connected(ears: Ears) -> None:
            await self._register(house)
            ready()

        await self._spare()
        async with Ears(hear, connected) as ears:
            await ears.listen(self.settings.token.get_secret_value())

    async def _spare(self) -> None:
        """Raises `Throttled` where few fresh sessions are left for today."""
        limit = (await self._wire.call("GET", "/gateway/bot"))["session_start_limit"]
        if limit["remaining"] <= STARTS_KEPT:
            raise Throttled("too many new sessions today", retry_in=limit["reset_after"] / 1000)

    async def _hear(self, house: House, ears: Ears, event: str, raw: Any) -> None:
        if raw.get("guild_id") not in {None, self.settings.guild}:
            return
        if event == "INTERACTION_CREATE":
            if said := read.interaction(raw):
                await self._replies.interact(house, said, raw)
        elif said := read.message(raw, ears.names(self.settings.guild), house.grammar()):
            # The library begins a task for each event: without this, what somebody said twice could turn around.
            async with self._order[said.place.room]:
                answer = await self._replies.hear(house, said)
            await self._replies.answer(house, said, answer)

    async def _register(self, house: House) -> None:
        """Bring the command tree up to date; a server takes 200 new commands a day, so only when it changed."""
        wanted = tree(house.grammar(), {tag: house.grammar(tag) for tag in house.languages()})
        path = f"/applications/{{application_id}}/guilds/{self.settings.guild}/commands"
        try:
            me = await self._wire.me()
            there = await self._wire.call("GET", f"{path}?with_localizations=true", application_id=me)
            if not holds(there, wanted):
                await self._wire.call("PUT", path, wanted, application_id=me)
        except ChatError as wrong:
            log.warning("the menu of commands could not be brought up to date", chat=NAME, why=str(wrong))

    # ---- the way out

    async def put(self, place: Place, card: Card, over: MessageId | None, key: str) -> MessageId:
        """Show a card: new, or in place of `over`."""
        if over is None:
            return MessageId(await self._replies.post(place, show(card), key))
        path = "/channels/{channel_id}/messages/{message_id}"
        await self._wire.call("PATCH", path, show(card), channel_id=place.room, message_id=over)
        return over

    async def tell(self, handle: Handle, card: Card, key: str) -> tuple[Place, MessageId]:
        """Tell one person, loudly: refused where they take no direct messages, or share no server with us."""
        place, message = await self._replies.whisper(handle, page(card), key)
        return place, MessageId(message)

    async def open(self, room: Room) -> Place:
        """A text channel; its topic ends with the key, by which a later try finds it."""
        path = f"/guilds/{self.settings.guild}/channels"
        for each in await self._wire.call("GET", path):
            if str(each.get("topic") or "").endswith(sign(room.key)):
                return Place(NAME, str(each["id"]))
        wanted = {"type": 0, **channel(room)}
        if self.settings.category:
            wanted["parent_id"] = self.settings.category
        if room.private:
            wanted["permission_overwrites"] = closed(self.settings.guild, await self._wire.me())
        return Place(NAME, str((await self._wire.call("POST", path, wanted))["id"]))

    async def pin(self, place: Place, message: MessageId) -> None:
        """Pin a message; Discord takes one that is pinned already for success."""
        path = "/channels/{channel_id}/messages/pins/{message_id}"
        await self._wire.call("PUT", path, channel_id=place.room, message_id=message)

    async def invite(self, place: Place, handles: Sequence[Handle]) -> None:
        """Let people see a private room; an open one everybody in the server sees already."""
        room = await self._wire.call("GET", "/channels/{channel_id}", channel_id=place.room)
        overwrites = {each["id"]: each for each in room.get("permission_overwrites") or ()}
        if not int(overwrites.get(self.settings.guild, {}).get("deny", 0)) & VIEW:
            return
        for handle in handles:
            path = "/channels/{channel_id}/permissions/{user_id}"
            allowed = {"type": 1, "allow": str(VIEW), "deny": "0"}
            await self._wire.call("PUT", path, allowed, channel_id=place.room, user_id=handle.id)

    async def close_room(self, place: Place) -> None:
        """Nobody but us writes there any more; what was said stays readable for whoever could read it."""
        path = "/channels/{channel_id}/permissions/{overwrite_id}"
        silent = {"type": 0, "allow": "0", "deny": str(WRITE)}
        try:
            await self._wire.call("PUT", path, silent, channel_id=place.room, overwrite_id=self.settings.guild)
        except Gone:
            return

    async def link(self, place: Place) -> str:
        """A link that opens the room in Discord."""
        return f"https://discord.com/channels/{self.settings.guild}/{place.room}"

    async def close(self) -> None:
        """Let go of every connection."""
        await self._wire.close()

    # ---- in somebody's name

    async def post(self, place: Place, copy: Copy) -> MessageId:
        """What was said elsewhere, in its author's name; in our own where we may have no webhook."""
        try:
            return await self._by_hook(place, copy)
        except Forbidden:
            return MessageId(await self._replies.post(place, spoken(copy), copy.key))

    async def _by_hook(self, place: Place, copy: Copy) -> MessageId:
        known = place.room in self._hooks
        id, token = await self._hook(place)
        try:
            # A webhook knows no nonce: what may have arrived is not tried again here, and says so.
            sent = await self._wire.once("POST", f"/webhooks/{id}/{token}", copied(copy), wait="true")
        except Gone:
            # Somebody deleted the webhook, or the room: a fresh one tells which.
            self._hooks.pop(place.room, None)
            if not known:
                raise
            return await self._by_hook(place, copy)
        return MessageId(str(sent["id"]))

    async def _hook(self, place: Place) -> tuple[str, str]:
        """A webhook of our own in the room: found there, or made."""
        if place.room not in self._hooks:
            me, path = await self._wire.me(), "/channels/{channel_id}/webhooks"
            there = await self._wire.call("GET", path, channel_id=place.room)
            ours = [each for each in there if str(each.get("application_id")) == me and each.get("token")]
            hook = ours[0] if ours else await self._wire.call("POST", path, {"name": HOOK}, channel_id=place.room)
            self._hooks[place.room] = str(hook["id"]), str(hook["token"])
        return self._hooks[place.room]
