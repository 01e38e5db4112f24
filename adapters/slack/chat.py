"""Slack: the way out, and what the platform can do."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from adapters.slack import show
from adapters.slack.desk import Desk
from adapters.slack.names import channel_name
from adapters.slack.people import Directory
from adapters.slack.sockets import hold
from adapters.slack.wire import Wire, allowed, asked
from bot.ports import (
    Can,
    Card,
    Chat,
    ChatError,
    Copy,
    Forbidden,
    Handle,
    House,
    MessageId,
    Place,
    Room,
    Throttled,
)

ECHO = "tocsin"
"""The event type of the metadata that our messages carry: by it an unanswered post is found again."""
BEFORE = 600
"""Seconds before our start in which an earlier process may have posted without writing it down."""
NAMES = 5
"""How many names a room is tried under."""


class Settings(BaseModel):
    """`[chats.slack]`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bot_token: SecretStr = Field(description="The bot's token, `xoxb-…`: OAuth & Permissions.")
    app_token: SecretStr = Field(description="The app's token, `xapp-…`, with connections:write: Basic Information.")
    room: str = Field("", description="The standing incident room: the id of a channel, `C…`.")
    api: str = Field("https://slack.com/api/", description="Where the Web API answers.")


def open_chat(settings: Settings) -> Chat:
    """Slack, not connected yet."""
    return Slack(settings)


class Slack:
    """One workspace. It also opens rooms (`Rooms`) and posts in other people's names (`Mirror`)."""

    name = "slack"
    can = Can(label="Slack", ephemeral=True, forms=True, private_rooms=True, text=3_800, identity=True)

    def __init__(self, settings: Settings) -> None:
        self._app_token = settings.app_token.get_secret_value()
        self.hall = Place(self.name, settings.room) if settings.room else None
        self.wire = Wire(settings.api, settings.bot_token.get_secret_value())
        self.desk = Desk(self.wire, Directory(self.wire))
        self._since = time.time() - BEFORE
        self._doubts: set[Place] = set()
        self._echoes: dict[Place, dict[str, MessageId]] = {}
        self._directs: dict[str, str] = {}

    async def listen(self, house: House, ready: Callable[[], None]) -> None:
        """Hear what is said, until cancelled. Raises `ChatError` when no connection can be had."""
        app = self.desk.app(house, await self.wire.me())
        await hold(app, self.wire, self._app_token, ready)

    async def close(self) -> None:
        """Let go of every connection."""
        await self.desk.close()
        await self.wire.close()

    # ---- cards

    async def put(self, place: Place, card: Card, over: MessageId | None, key: str) -> MessageId:
        """Show a card. A try whose answer was lost is found by its key, so that the card never stands there twice."""
        said = show.card(card)
        over = over or await self._echo(place, key)
        if over is None:
            return await self._post(place, said, key)
        await asked(self.wire.web.chat_update(channel=place.room, ts=over, **said))
        return over

    async def post(self, place: Place, copy: Copy) -> MessageId:
        """Post somebody's words in their name, once."""
        return await self._echo(place, copy.key) or await self._post(place, show.copy(copy), copy.key)

    async def tell(self, handle: Handle, card: Card, key: str) -> tuple[Place, MessageId]:
        """Tell one person, in a conversation with the bot."""
        pager = self.wire.pager
        if handle.id not in self._directs:
            opened = await asked(pager.conversations_open(users=handle.id))
            self._directs[handle.id] = opened["channel"]["id"]
        room = self._directs[handle.id]
        message = await asked(
            pager.chat_postMessage(channel=room, metadata=_tagged(key), **show.card(card), **show.PLAIN)
        )
        return Place(self.name, room), MessageId(message["ts"])

    async def _post(self, place: Place, said: Mapping[str, Any], key: str) -> MessageId:
        thread = {"thread_ts": place.thread} if place.thread else {}
        request = {"channel": place.room, "metadata": _tagged(key), **thread, **said, **show.PLAIN}
        try:
            return MessageId((await asked(self.wire.web.chat_postMessage(**request)))["ts"])
        except Forbidden as no:
            if str(no) != "not_in_channel":
                raise
            await asked(self.wire.web.conversations_join(channel=place.room))
            return MessageId((await asked(self.wire.web.chat_postMessage(**request)))["ts"])
        except Throttled:
            raise
        except BaseException as lost:
            # It may stand there all the same: the next try looks first, and so nobody else need fear a double.
            self._echoes.pop(place, None)
            self._doubts.add(place)
            if isinstance(lost, ChatError):
                lost.ambiguous = False
            raise

    async def _echo(self, place: Place, key: str) -> MessageId | None:
        """The message that an earlier try with this key left behind, if its answer may have been lost."""
        if place not in self._echoes:
            self._echoes[place] = await self._read_back(place)
        return self._echoes[place].pop(key, None)

    async def _read_back(self, place: Place) -> dict[str, MessageId]:
        """The latest messages of ours in a place, by their keys; none where we may not read."""
        oldest = 0.0 if place in self._doubts else self._since
        when: dict[str, Any] = {"oldest": f"{oldest:.6f}", "include_all_metadata": True, "limit": 100}
        try:
            if place.thread:
                found = await asked(self.wire.web.conversations_replies(channel=place.room, ts=place.thread, **when))
            else:
                found = await asked(self.wire.web.conversations_history(channel=place.room, **when))
        except Forbidden:
            return {}
        tagged = ((each.get("metadata") or {}, each["ts"]) for each in found["messages"])
        return {tag["event_payload"]["key"]: ts for tag, ts in tagged if tag.get("event_type") == ECHO}

    # ---- rooms

    async def open(self, room: Room) -> Place:
        """Open a channel, or find the one that an earlier try with the same key opened."""
        name, mark = channel_name(room.name), f"Tocsin · {room.key}"
        for number in range(1, NAMES + 1):
            channel = await self._create(name if number == 1 else f"{name[:76]}-{number}", mark, room.private)
            if channel is not None:
                await self._furnish(channel, room.topic, mark)
                return Place(self.name, channel["id"])
        raise Forbidden("name_taken")

    async def _create(self, name: str, mark: str, private: bool) -> Mapping[str, Any] | None:
        """The channel of this name, new or ours from an earlier try; None where it is somebody else's."""
        try:
            made = await asked(self.wire.web.conversations_create(name=name, is_private=private))
            return made["channel"]  # type: ignore[no-any-return]
        except Forbidden as no:
            if str(no) != "name_taken":
                raise
        me = (await self.wire.me()).user
        found = [each for each in await self._ours() if each["name"] == name and each.get("creator") == me]
        return next((each for each in found if each["purpose"]["value"] in ("", mark)), None)

    async def _ours(self) -> list[Mapping[str, Any]]:
        """Every channel that we are in and that is not archived."""
        found: list[Mapping[str, Any]] = []
        more: dict[str, str] = {}
        while True:
            page = await asked(
                self.wire.web.users_conversations(
                    types="public_channel,private_channel", exclude_archived=True, limit=999, **more
                )
            )
            found += page["channels"]
            more = {"cursor": page.get("response_metadata", {}).get("next_cursor", "")}
            if not more["cursor"]:
                return found

    async def _furnish(self, channel: Mapping[str, Any], topic: str, mark: str) -> None:
        topic = show.topic(topic)
        if channel.get("purpose", {}).get("value") != mark:
            await asked(self.wire.web.conversations_setPurpose(channel=channel["id"], purpose=mark))
        if channel.get("topic", {}).get("value") != topic:
            await asked(self.wire.web.conversations_setTopic(channel=channel["id"], topic=topic))

    async def pin(self, place: Place, message: MessageId) -> None:
        """Pin a message; one that is pinned already is fine."""
        await allowed("already_pinned", asked(self.wire.web.pins_add(channel=place.room, timestamp=message)))

    async def invite(self, place: Place, handles: Sequence[Handle]) -> None:
        """Bring people in; who is in already is fine."""
        users = [each.id for each in handles if each.platform == self.name]
        for first in range(0, len(users), 100):
            some = users[first : first + 100]
            call = self.wire.web.conversations_invite(channel=place.room, users=some, force=True)
            await allowed("already_in_channel", asked(call))

    async def close_room(self, place: Place) -> None:
        """Archive the channel: no bot can ever open it again."""
        await allowed("already_archived", asked(self.wire.web.conversations_archive(channel=place.room)))

    async def link(self, place: Place) -> str:
        """The channel's address, which the client opens."""
        return f"{(await self.wire.me()).url}archives/{place.room}"


def _tagged(key: str) -> dict[str, Any]:
    return {"event_type": ECHO, "event_payload": {"key": key}}
