"""Slack: the way out, and what the platform can do."""

import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import show
from adapters.slack.desk import Desk
from adapters.slack.examine import findings
from adapters.slack.listener import Listener, app
from adapters.slack.missed import Missed
from adapters.slack.people import Directory
from adapters.slack.rich import Native
from adapters.slack.rooms import Channels
from adapters.slack.settings import Settings
from adapters.slack.sockets import Sockets
from adapters.slack.wire import Wire, asked
from bot.ports import (
    Can,
    Card,
    Chat,
    Copy,
    Finding,
    Forbidden,
    Gone,
    Handle,
    House,
    MessageId,
    Pace,
    Place,
    Throttled,
    Unreachable,
)

__all__ = ["Settings", "Slack", "open_chat"]

ECHO = "tocsin"
"""The event type of the metadata that our messages carry: by it an unanswered post is found again."""
TOO_LONG = frozenset(("msg_too_long", "msg_blocks_too_long", "invalid_blocks", "invalid_attachments"))
"""Where the platform counts otherwise than we do."""
BEFORE = 600
"""Seconds before our start in which an earlier process may have posted without writing it down."""


T = TypeVar("T")


def open_chat(settings: Settings) -> Chat:
    """Slack, not connected yet."""
    return Slack(settings)


class Slack(Channels):
    """One workspace. It also opens rooms (`Rooms`) and posts in other people's names (`Mirror`)."""

    can = Can(
        label="Slack",
        ephemeral=True,
        forms=True,
        private_rooms=True,
        text=3_800,
        identity=True,
        # One a second in each channel, threads included, with "short bursts" of an unnamed length.
        # https://docs.slack.dev/apis/web-api/rate-limits
        paces=(Pace(scope="room", count=3, seconds=3.0, kept=1),),
    )

    def __init__(self, settings: Settings) -> None:
        self.hall = Place(self.name, settings.room) if settings.room else None
        self.wire = Wire(settings.api, settings.bot_token.get_secret_value())
        self.people = Directory(self.wire)
        self.desk = Desk(self.wire, self.people, settings.pins)
        self.sockets = Sockets(self.wire, settings.app_token.get_secret_value())
        self.missed = Missed(self.wire, settings.room)
        self._since = time.time() - BEFORE
        self._doubts: set[Place] = set()
        self._echoes: dict[Place, dict[str, MessageId]] = {}

    async def listen(self, house: House, ready: Callable[[], None]) -> None:
        """Hear what is said, until cancelled. Raises `ChatError` when no connection can be had."""
        listener = Listener(self.desk, house, await self.wire.me(), self.missed.mark)
        async with self.missed.watched(house, listener.event):
            await self.sockets.hold(app(listener), ready, self.missed.catch_up)

    async def examine(self) -> Sequence[Finding]:
        """What is there, what is missing, and what could not be looked at."""
        return [each async for each in findings(self.wire, self.sockets, self.hall)]

    async def close(self) -> None:
        """Let go of every connection."""
        await self.desk.close()
        await self.wire.close()

    # ---- cards

    async def put(self, place: Place, card: Card, over: MessageId | None, key: str) -> MessageId:
        """Show a card. A try whose answer was lost is found by its key, so that the card never stands there twice."""
        over = over or await self._echo(place, key, self.wire.web)
        if over is None:
            return await self._fitting(card, lambda said: self._post(place, said, key))
        await self._fitting(card, lambda said: asked(self.wire.web.chat_update(channel=place.room, ts=over, **said)))
        return over

    async def post(self, place: Place, copy: Copy) -> MessageId:
        """Post somebody's words in their name, once."""
        found = await self._echo(place, copy.key, self.wire.web)
        return found or await self._post(place, show.copy(copy), copy.key)

    async def tell(self, handle: Handle, card: Card, key: str) -> tuple[Place, MessageId]:
        """Tell one person, in a conversation with the bot. A page whose answer was lost is looked for first."""
        pager = self.wire.pager
        place = Place(self.name, await self.people.direct(handle.id, pager))
        found = await self._echo(place, key, pager) if place in self._doubts else None

        async def send(said: Native) -> MessageId:
            call = pager.chat_postMessage(channel=place.room, metadata=_tagged(key), **said, **show.PLAIN)
            with self._doubting(place):
                return MessageId((await asked(call))["ts"])

        return place, found if found else await self._fitting(card, send)

    async def _fitting(self, card: Card, send: Callable[[Native], Awaitable[T]]) -> T:
        """Send a card, and much less of it where the platform says that it is too long after all."""
        try:
            return await send(show.card(card))
        except Forbidden as no:
            if str(no) not in TOO_LONG:
                raise
        return await send(show.card(card, show.TOGETHER // 4))

    async def _post(self, place: Place, said: Native, key: str) -> MessageId:
        thread = {"thread_ts": place.thread} if place.thread else {}
        request = {"channel": place.room, "metadata": _tagged(key), **thread, **said, **show.PLAIN}
        call = partial(self.wire.web.chat_postMessage, **request)
        try:
            with self._doubting(place):
                return MessageId((await self.inside(place, call))["ts"])
        except Unreachable as lost:
            # The next try looks first, and so nobody else need fear a double.
            lost.ambiguous = False
            raise

    @contextmanager
    def _doubting(self, place: Place) -> Iterator[None]:
        """What is posted in here may stand there all the same when no answer comes."""
        try:
            yield
        except (Forbidden, Gone, Throttled):
            raise
        except BaseException:
            self._echoes.pop(place, None)
            self._doubts.add(place)
            raise

    async def _echo(self, place: Place, key: str, web: AsyncWebClient) -> MessageId | None:
        """The message that an earlier try with this key left behind, if its answer may have been lost."""
        if place not in self._echoes:
            self._echoes[place] = await self._read_back(place, web)
        return self._echoes[place].pop(key, None)

    async def _read_back(self, place: Place, web: AsyncWebClient) -> dict[str, MessageId]:
        """The latest messages of ours in a place, by their keys; none where we may not read."""
        oldest = 0.0 if place in self._doubts else self._since
        when: dict[str, Any] = {"oldest": f"{oldest:.6f}", "include_all_metadata": True, "limit": 100}
        try:
            if place.thread:
                found = await asked(web.conversations_replies(channel=place.room, ts=place.thread, **when))
            else:
                found = await asked(web.conversations_history(channel=place.room, **when))
        except Forbidden:
            return {}
        tagged = ((each.get("metadata") or {}, each["ts"]) for each in found["messages"])
        ours = ((tag.get("event_payload") or {}, ts) for tag, ts in tagged if tag.get("event_type") == ECHO)
        return {payload["key"]: ts for payload, ts in ours if "key" in payload}


def _tagged(key: str) -> dict[str, Any]:
    return {"event_type": ECHO, "event_payload": {"key": key}}
