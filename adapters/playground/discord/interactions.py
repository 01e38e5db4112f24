"""Interactions: a command, a press or a form, and every way in which an application may answer it."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from adapters.playground.discord.gateway import Gateway
from adapters.playground.discord.guild import BOT, GUILD, Guild, Payload, Post, secret
from adapters.playground.discord.refusal import Refusal, bad_form, unknown
from adapters.playground.discord.shapes import EPHEMERAL, Callback, Choices, Modal, message, take

COMMAND, PRESS, TYPING, SUBMIT = 2, 3, 4, 5
PATIENCE = 3.0
"""Seconds in which an application has to answer first."""
LIFE = timedelta(minutes=15)
"""How long the token is good for."""
REMEMBERED = 1000
SILENT = "The application did not respond"


@dataclass
class Interaction:
    """One interaction; `answered` once the first answer came."""

    payload: Payload
    user: str
    at: datetime
    late: bool = False
    answered: bool = False
    original: Post | None = None
    source: Post | None = None
    """The message whose button was pressed."""
    deadline: asyncio.TimerHandle | None = None

    @property
    def id(self) -> str:
        return str(self.payload["id"])

    @property
    def channel(self) -> str:
        return str(self.payload["channel_id"])


@dataclass
class Interactions:
    """All that were begun, by their tokens; and what each person's client shows besides messages."""

    guild: Guild
    gateway: Gateway
    changed: Callable[[], None]
    begun: dict[str, Interaction] = field(default_factory=dict)
    forms: dict[str, tuple[Interaction, Payload]] = field(default_factory=dict)
    """The modal that is open before somebody."""
    offered: "dict[str, asyncio.Future[list[Payload]]]" = field(default_factory=dict)
    """Who waits for what may complete what they type."""

    def empty(self) -> None:
        """As new."""
        for each in self.begun.values():
            self._stop(each)
        self.begun.clear()
        self.forms.clear()

    # ---- what a client does

    async def begin(self, kind: int, user: str, channel: str, locale: str, data: Payload, source: Post | None) -> None:
        """Tell the application; without an answer the client says that there was none."""
        interaction = Interaction(
            self._payload(kind, user, channel, locale, data, source), user, self.guild.clock.now(), source=source
        )
        self.begun[interaction.payload["token"]] = interaction
        if len(self.begun) > REMEMBERED:
            del self.begun[next(iter(self.begun))]
        if not self.gateway.heard:
            return self._silent(interaction)
        interaction.deadline = asyncio.get_running_loop().call_later(PATIENCE, self._silent, interaction)
        await self.gateway.tell("INTERACTION_CREATE", interaction.payload)
        return None

    async def ask(self, user: str, channel: str, locale: str, data: Payload) -> list[Payload]:
        """What the application offers to somebody who types; nothing where it is silent for too long."""
        if not self.gateway.heard:
            return []
        payload = self._payload(TYPING, user, channel, locale, data, None)
        interaction = self.begun[payload["token"]] = Interaction(payload, user, self.guild.clock.now())
        offered = self.offered[interaction.id] = asyncio.get_running_loop().create_future()
        await self.gateway.tell("INTERACTION_CREATE", payload)
        try:
            return await asyncio.wait_for(offered, PATIENCE)
        except TimeoutError:
            interaction.late = True
            return []
        finally:
            del self.offered[interaction.id]

    def _payload(self, kind: int, user: str, channel: str, locale: str, data: Payload, source: Post | None) -> Payload:
        id, someone = self.guild.ids.next(), self.guild.users[user]
        direct = self.guild.channels[channel]["type"] == 1
        place: Payload = {"user": someone, "context": 1}
        if not direct:
            rights = str(self.guild.rights(user, self.guild.channels[channel]))
            member = {"user": someone, **self.guild.member(user), "permissions": rights}
            place = {"member": member, "guild_id": GUILD, "guild_locale": "en-US", "context": 0}
        return {
            "id": id,
            "application_id": BOT,
            "type": kind,
            "version": 1,
            "token": secret("interaction", id),
            "channel_id": channel,
            "channel": self.guild.channels[channel],
            "locale": locale,
            "app_permissions": str(self.guild.rights(BOT, None if direct else self.guild.channels[channel])),
            "entitlements": [],
            "authorizing_integration_owners": {"0": GUILD},
            "attachment_size_limit": 10485760,
            "data": data,
            **place,
            **({"message": source.payload} if source else {}),
        }

    def _silent(self, interaction: Interaction) -> None:
        interaction.late = True
        self.forms.pop(interaction.user, None)
        self.notice(interaction.user, interaction.channel, SILENT)

    def notice(self, user: str, channel: str, text: str) -> None:
        """What somebody's own client says, to nobody else."""
        body = message({"content": text, "flags": EPHEMERAL})
        self.guild.post(channel, self.guild.users[BOT], body, {"allowed_mentions": {"parse": []}}).only = user
        self.changed()

    def _stop(self, interaction: Interaction) -> None:
        if interaction.deadline is not None:
            interaction.deadline.cancel()

    # ---- what the application answers

    async def answer(self, id: str, token: str, payload: Any) -> Payload:
        """The first answer. Raises `Refusal`."""
        interaction = self.begun.get(token)
        if interaction is None or interaction.id != id or interaction.late:
            raise unknown(10062, "interaction")
        if interaction.answered:
            raise Refusal(400, 40060, "Interaction has already been acknowledged.")
        callback = take(Callback, payload)
        await self._answer(interaction, callback.type, callback.data or {})
        interaction.answered = True
        self._stop(interaction)
        self.changed()
        return {"interaction": {"id": id, "type": interaction.payload["type"]}}

    async def _answer(self, interaction: Interaction, kind: int, data: Payload) -> None:
        if (interaction.payload["type"] == TYPING) != (kind == 8):
            raise bad_form((("type",), "BASE_TYPE_CHOICES", "This is no answer to this kind of interaction."))
        match kind:
            case 8:
                choices = take(Choices, data).choices
                self.offered[interaction.id].set_result([{"name": each.name, "value": each.value} for each in choices])
            case 4:
                interaction.original = await self._post(interaction, data)
            case 5:
                interaction.original = await self._post(interaction, {**data, "content": "…"})
                interaction.original.loading = True
            case 6 if interaction.source:
                interaction.original = interaction.source
            case 7 if interaction.source:
                message(data, edit=True)
                self.guild.change(interaction.source, data)
                interaction.original = interaction.source
                await self.gateway.tell("MESSAGE_UPDATE", interaction.source.payload)
            case 9 if interaction.payload["type"] != SUBMIT:
                take(Modal, data)
                self.forms[interaction.user] = (interaction, {**data, "id": interaction.id})
            case _:
                raise bad_form((("type",), "BASE_TYPE_CHOICES", "This is no answer to this kind of interaction."))

    async def _post(self, interaction: Interaction, data: Mapping[str, Any]) -> Post:
        body = message(data)
        begun = {key: interaction.payload[key] for key in ("id", "type", "authorizing_integration_owners")}
        begun["user"] = self.guild.users[interaction.user]
        about = {"application_id": BOT, "webhook_id": BOT, "interaction_metadata": begun}
        post = self.guild.post(interaction.channel, self.guild.users[BOT], body, data, **about)
        if post.payload["flags"] & EPHEMERAL:
            post.only = interaction.user
        else:
            await self.gateway.tell("MESSAGE_CREATE", post.payload)
        return post

    def find(self, token: str) -> Interaction:
        """The interaction of a token that is still good. Raises `Refusal`."""
        interaction = self.begun.get(token)
        if interaction is None or not interaction.answered:
            raise unknown(10015, "Webhook")
        if self.guild.clock.now() - interaction.at > LIFE:
            raise Refusal(401, 50027, "Invalid Webhook Token")
        return interaction

    async def follow(self, token: str, payload: Payload) -> Payload:
        """A further message; the first one after a deferral takes the place of "is thinking…"."""
        interaction = self.find(token)
        if interaction.original and interaction.original.loading:
            return await self.edit(token, "@original", payload)
        post = await self._post(interaction, payload)
        self.changed()
        return post.payload

    async def edit(self, token: str, id: str, payload: Payload) -> Payload:
        """Edit an answer. Raises `Refusal`."""
        post = self.message(token, id)
        message(payload, edit=True)
        post.loading = False
        flags = post.payload["flags"] & EPHEMERAL
        self.guild.change(post, {**payload, "flags": (payload.get("flags") or 0) & ~EPHEMERAL | flags})
        if not post.only:
            await self.gateway.tell("MESSAGE_UPDATE", post.payload)
        self.changed()
        return post.payload

    async def delete(self, token: str, id: str) -> None:
        """Take an answer back. Raises `Refusal`."""
        post = self.message(token, id)
        interaction = self.find(token)
        del self.guild.posts[interaction.channel][post.payload["id"]]
        if post is interaction.original:
            interaction.original = None
        if not post.only:
            await self.gateway.tell("MESSAGE_DELETE", gone(post.payload))
        self.changed()

    def message(self, token: str, id: str) -> Post:
        """One of an interaction's own messages. Raises `Refusal`."""
        interaction = self.find(token)
        post = interaction.original if id == "@original" else self.guild.posts[interaction.channel].get(id)
        if post is None or not (post is interaction.source or made_by(interaction, post)):
            raise unknown(10008, "Message")
        return post


def made_by(interaction: Interaction, post: Post) -> bool:
    """Whether a message is one of an interaction's answers."""
    return bool(post.payload.get("interaction_metadata", {}).get("id") == interaction.id)


def gone(message: Payload) -> Payload:
    """What the gateway says of a deleted message: ids only."""
    return {key: message[key] for key in ("id", "channel_id", "guild_id") if key in message}
