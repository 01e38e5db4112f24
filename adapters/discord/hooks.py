"""What was said elsewhere, in its author's name: webhooks of our own, one a room.

https://docs.discord.com/developers/resources/webhook
"""

import asyncio
from collections import deque
from collections.abc import Mapping
from typing import Any

from adapters.discord.show import copied
from adapters.discord.wire import Wire
from bot.ports import ChatError, Copy, Gone, MessageId, Place

HOOK = "Tocsin mirror"
ECHO = 2.0
"""Seconds in which what arrived without an answer is told by the gateway."""


class Hooks:
    """The webhooks, found or made. One that is used again after a 404 would count toward a ban: it is forgotten."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._known: dict[str, tuple[str, str]] = {}
        self._echoes: deque[Mapping[str, Any]] = deque(maxlen=200)
        self._heard = asyncio.Event()
        self._posted: deque[str] = deque(maxlen=200)

    def echo(self, raw: Mapping[str, Any]) -> None:
        """A webhook's message, as the gateway told of it: by this what lost its answer is known to have arrived."""
        self._echoes.append(raw)
        self._heard.set()

    async def post(self, place: Place, copy: Copy) -> MessageId:
        """Post it. Raises `Forbidden` where we may have no webhook."""
        room, known = place.room, place.room in self._known
        id, token = await self._hook(room)
        body, query = copied(copy), {"wait": "true"} | ({"thread_id": place.thread} if place.thread else {})
        try:
            path = "/webhooks/{webhook_id}/{token}"
            sent = await self._wire.call("POST", path, body, query=query, webhook_id=id, token=token)
        except Gone:
            # Somebody deleted the webhook, or the room: a fresh one tells which.
            self._known.pop(room, None)
            if not known:
                raise
            return await self.post(place, copy)
        except ChatError as wrong:
            # A webhook knows no nonce: what may have arrived is not tried again, but listened for.
            if not wrong.ambiguous or not (found := await self._arrived(id, body)):
                raise
            sent = found
        self._posted.append(str(sent["id"]))
        return MessageId(str(sent["id"]))

    async def _arrived(self, id: str, body: Mapping[str, Any]) -> Mapping[str, Any] | None:
        try:
            async with asyncio.timeout(ECHO):
                while not (found := self._find(id, body)):
                    self._heard.clear()
                    await self._heard.wait()
                return found
        except TimeoutError:
            return None

    def _find(self, id: str, body: Mapping[str, Any]) -> Mapping[str, Any] | None:
        said = (id, body["username"], body["content"])
        for each in self._echoes:
            name = (each.get("author") or {}).get("username")
            if (str(each.get("webhook_id")), name, each.get("content")) == said and str(each["id"]) not in self._posted:
                return each
        return None

    async def _hook(self, room: str) -> tuple[str, str]:
        """A webhook of our own in the room: found there, or made."""
        if room not in self._known:
            me, path = await self._wire.application(), "/channels/{channel_id}/webhooks"
            there = await self._wire.call("GET", path, channel_id=room)
            ours = [each for each in there if str(each.get("application_id")) == me and each.get("token")]
            hook = ours[0] if ours else await self._wire.call("POST", path, {"name": HOOK}, channel_id=room)
            self._known[room] = str(hook["id"]), str(hook["token"])
        return self._known[room]
