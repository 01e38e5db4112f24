"""The connection to Discord: its gateway and its HTTP API, through discord.py's own client.

Requests are made as plain payloads on the library's HTTP client, which knows Discord's buckets; its views and
caches stay out, because a button must work after a restart.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import Any

import aiohttp
import discord
import yarl
from discord import gateway
from discord.http import MultipartParameters, Route
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from adapters.discord import read
from adapters.discord.menu import holds, tree
from adapters.discord.read import NAME
from adapters.discord.show import EPHEMERAL, copy_of, modal, show
from bot.ports import (
    Can,
    Card,
    ChatError,
    Copy,
    Forbidden,
    Form,
    Gone,
    Handle,
    House,
    MessageId,
    Place,
    Room,
    Said,
    Throttled,
    Unheard,
    Unreachable,
)
from bot.text.rich import Para
from bot.text.words import N_, Voice, known

PATIENCE = 1.0
"""Seconds after which an answer is deferred: Discord waits for three."""
OLD_EDITS = 30046
"""Discord's code for too many edits to a message older than an hour."""
HOOK = "Tocsin mirror"
VIEW = 1 << 10
LATER = N_("I could not keep that just now, and nothing was changed. Please say it again in a moment.")


class Settings(BaseModel):
    """`[chats.discord]`"""

    model_config = ConfigDict(frozen=True, extra="forbid")

    token: SecretStr = Field(description="The bot's token.")
    guild: str = Field(description="The server's id.")
    room: str = Field(description="The standing incident room: a text channel's id.")
    category: str = Field(default="", description="The category in which war rooms are opened.")
    api: str = Field(default="https://discord.com/api/v10", description="Where the HTTP API answers.")
    gateway: str = Field(default="wss://gateway.discord.gg/", description="Where the gateway answers.")


def open_chat(settings: Settings) -> "Discord":
    """The adapter; nothing is connected yet. discord.py knows one address a process."""
    Route.BASE = settings.api
    gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.gateway)
    return Discord(settings)


class Ears(discord.Client):
    """One connection: a client cannot be used again after it was closed."""

    def __init__(self, chat: "Discord", house: House, ready: Callable[[], None]) -> None:
        wanted = discord.Intents(guilds=True, guild_messages=True, dm_messages=True, message_content=True)
        super().__init__(
            intents=wanted,
            max_ratelimit_timeout=30,
            guild_ready_timeout=0.2,
            max_messages=None,
            chunk_guilds_at_startup=False,
            enable_debug_events=True,
        )
        self.chat, self.house, self.connected = chat, house, ready

    async def on_ready(self) -> None:
        """A fresh session: it may come many times."""
        await self.chat.register(self, self.house)
        self.connected()

    async def on_resumed(self) -> None:
        """The gap was replayed."""
        self.connected()

    async def on_socket_raw_receive(self, text: str) -> None:
        """The gateway's own payloads: the library's objects need a cache that a restart empties."""
        raw = discord.utils._from_json(text)
        if raw.get("t") == "INTERACTION_CREATE":
            await self.chat.interact(self, self.house, raw["d"])
        elif raw.get("t") == "MESSAGE_CREATE" and self.user:
            said = read.message(raw["d"], str(self.user.id), self.house.grammar())
            if said:
                await self.chat.answer_message(self.house, said)


class Discord:
    """Discord, as the core sees it."""

    name = NAME

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.can = Can(label="Discord", ephemeral=True, forms=True, private_rooms=True, text=2000, identity=True)
        self.hall: Place | None = Place(NAME, settings.room)
        self.client: Ears | None = None
        self.hooks: dict[str, tuple[str, str]] = {}
        self.direct: dict[str, str] = {}

    # ---- the way in

    async def listen(self, house: House, ready: Callable[[], None]) -> None:
        """Until cancelled, or until the connection cannot go on."""
        async with Ears(self, house, ready) as client:
            self.client = client
            try:
                await client.start(self.settings.token.get_secret_value())
            finally:
                self.client = None

    async def register(self, client: Ears, house: House) -> None:
        """Bring the command tree up to date; a guild takes 200 new commands a day, so only when it changed."""
        wanted = tree(house.grammar("en"), {tag: house.grammar(tag) for tag in house.languages() if tag != "en"})
        app = client.application_id or 0
        there = await client.http.get_guild_commands(app, int(self.settings.guild))
        if not holds(there, wanted):
            await client.http.bulk_upsert_guild_commands(app, int(self.settings.guild), wanted)

    async def interact(self, client: Ears, house: House, raw: Any) -> None:
        """A command, a press or a form: answered within three seconds, or deferred and answered later."""
        said = read.interaction(raw)
        if said is None:
            return
        hearing = asyncio.get_running_loop().create_task(self._hear(house, said))
        done, _ = await asyncio.wait({hearing}, timeout=PATIENCE)
        try:
            if done:
                await self._respond(client, raw, *reply(hearing.result()))
                return
            await self._respond(client, raw, 5, {"flags": EPHEMERAL})
            answer = await hearing
            if isinstance(answer, Card):
                await self._later(client, raw, show(answer))
        except ChatError:
            return

    async def answer_message(self, house: House, said: Said) -> None:
        """Somebody typed to the bot, or chattered: an answer for their eyes alone goes to them in person."""
        answer = await self._hear(house, said)
        if isinstance(answer, Form):
            usage = f"/{house.grammar().root} {answer.words}"
            answer = Card(body=(Para(Voice().say("{usage} …", usage=usage)),), to="quiet")
        try:
            if isinstance(answer, Card) and answer.to == "speaker" and not said.direct:
                await self.tell(said.by, answer, said.key)
            elif isinstance(answer, Card):
                await self.put(said.place, answer, None, said.key)
        except ChatError:
            return

    async def _hear(self, house: House, said: Said) -> Card | Form | None:
        try:
            return await house.hear(said)
        except Unheard:
            return Card(body=(Para(Voice(known(said.locale) or "en").say(LATER)),), to="quiet")

    async def _respond(self, client: Ears, raw: Any, kind: int, data: dict[str, Any]) -> None:
        route = Route(
            "POST",
            "/interactions/{webhook_id}/{webhook_token}/callback",
            webhook_id=raw["id"],
            webhook_token=raw["token"],
        )
        async with failing():
            await client.http.request(route, json={"type": kind, "data": data})

    async def _later(self, client: Ears, raw: Any, data: dict[str, Any]) -> None:
        route = Route(
            "PATCH",
            "/webhooks/{webhook_id}/{webhook_token}/messages/@original",
            webhook_id=raw["application_id"],
            webhook_token=raw["token"],
        )
        async with failing():
            await client.http.request(route, json=data)

    # ---- the way out

    async def put(self, place: Place, card: Card, over: MessageId | None, key: str) -> MessageId:
        """Show a card: new, or in place of `over`."""
        shown, http = show(card), self._http()
        async with failing():
            if over is None:
                sent = await http.send_message(int(place.room), params=with_nonce(shown, key))
                return MessageId(str(sent["id"]))
            await http.edit_message(int(place.room), int(over), params=MultipartParameters(shown, None, None))
        return over

    async def tell(self, handle: Handle, card: Card, key: str) -> tuple[Place, MessageId]:
        """Tell one person in their direct messages: refused where they closed them, or share no server with us."""
        http = self._http()
        async with failing():
            if handle.id not in self.direct:
                self.direct[handle.id] = str((await http.start_private_message(int(handle.id)))["id"])
            room = self.direct[handle.id]
            sent = await http.send_message(int(room), params=with_nonce(show(card), key))
        return Place(NAME, room), MessageId(str(sent["id"]))

    async def post(self, place: Place, copy: Copy) -> MessageId:
        """What was said elsewhere, in its author's name: by a webhook of our own."""
        http = self._http()
        async with failing():
            hook, token = await self._hook(place)
            route = Route("POST", "/webhooks/{webhook_id}/{webhook_token}", webhook_id=hook, webhook_token=token)
            sent = await http.request(route, json=copy_of(copy), params={"wait": "true"})
        return MessageId(str(sent["id"]))

    async def _hook(self, place: Place) -> tuple[str, str]:
        if place.room not in self.hooks:
            http = self._http()
            ours = str(self.client.application_id if self.client else "")
            there = await http.channel_webhooks(int(place.room))
            mine = [each for each in there if str(each.get("application_id")) == ours and each.get("token")]
            hook: Any = mine[0] if mine else await http.create_webhook(int(place.room), name=HOOK)
            self.hooks[place.room] = (str(hook["id"]), str(hook["token"]))
        return self.hooks[place.room]

    async def open(self, room: Room) -> Place:
        """A text channel; its topic carries the key, by which a later try finds it."""
        http, mark = self._http(), f"[{room.key}]"
        async with failing():
            there = await http.get_all_guild_channels(int(self.settings.guild))
            for channel in there:
                if str(channel.get("topic") or "").endswith(mark):
                    return Place(NAME, str(channel["id"]))
            options: dict[str, Any] = {"name": slug(room.name), "topic": f"{room.topic[:900]} {mark}"}
            if self.settings.category:
                options["parent_id"] = int(self.settings.category)
            if room.private:
                options["permission_overwrites"] = self._closed()
            made = await http.create_channel(int(self.settings.guild), 0, **options)
        return Place(NAME, str(made["id"]))

    def _closed(self) -> list[dict[str, Any]]:
        """Nobody sees it but the bot, until somebody is invited."""
        me = self.client.user.id if self.client and self.client.user else 0
        everyone = {"id": self.settings.guild, "type": 0, "deny": str(VIEW), "allow": "0"}
        return [everyone, {"id": str(me), "type": 1, "allow": str(VIEW), "deny": "0"}]

    async def pin(self, place: Place, message: MessageId) -> None:
        """Pin it."""
        async with failing():
            await self._http().pin_message(int(place.room), int(message))

    async def invite(self, place: Place, handles: Sequence[Handle]) -> None:
        """Let people see the room: in an open one they do already, and it does no harm."""
        async with failing():
            for handle in handles:
                await self._http().edit_channel_permissions(int(place.room), int(handle.id), str(VIEW), "0", 1)

    async def link(self, place: Place) -> str:
        """A link that opens the room in Discord."""
        return f"https://discord.com/channels/{self.settings.guild}/{place.room}"

    async def close(self) -> None:
        """The connection ends with `listen`."""

    def _http(self) -> discord.http.HTTPClient:
        if self.client is None or self.client.is_closed():
            raise Unreachable("Discord is not connected")
        return self.client.http


def reply(answer: Card | Form | None) -> tuple[int, dict[str, Any]]:
    """An interaction's response: its kind and its data."""
    if isinstance(answer, Form):
        return 9, modal(answer)
    if answer is None:
        return 6, {}
    return 4, show(answer) | ({"flags": EPHEMERAL} if answer.to != "room" else {})


def with_nonce(shown: dict[str, Any], key: str) -> MultipartParameters:
    """The same message tried twice within minutes stands there once."""
    nonce = sha256(key.encode()).hexdigest()[:25]
    return MultipartParameters(shown | {"nonce": nonce, "enforce_nonce": True}, None, None)


def slug(name: str) -> str:
    """A channel's name: `#42 db is down` is `inc-42-db-is-down`."""
    letters = re.sub(r"[^\w]+", "-", name.removeprefix("#").lower()).strip("-")
    return f"inc-{letters}"[:80].rstrip("-")


@asynccontextmanager
async def failing() -> AsyncIterator[None]:
    """What Discord's errors mean. The library's messages hold no token; addresses of webhooks do, so none is quoted."""
    try:
        yield
    except discord.RateLimited as wrong:
        raise Throttled(retry_in=wrong.retry_after) from None
    except discord.HTTPException as wrong:
        raise refused(wrong) from None
    except (aiohttp.ClientError, TimeoutError, OSError) as wrong:
        raise Unreachable(type(wrong).__name__, ambiguous=True) from None


def refused(wrong: discord.HTTPException) -> ChatError:
    """What a status means."""
    if wrong.code == OLD_EDITS:
        return Throttled("too many edits to an old message", retry_in=60)
    match wrong.status:
        case 403:
            return Forbidden(wrong.text)
        case 404:
            return Gone(wrong.text)
        case 429:
            return Throttled(retry_in=5)
        case status if status >= 500:
            return Unreachable(f"Discord answered {status}", ambiguous=True)
    return ChatError(f"{wrong.code}: {wrong.text}")
