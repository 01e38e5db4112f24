"""Messages over HTTP: sent, edited, deleted, pinned, reacted to, read back."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote

from starlette.requests import Request
from starlette.routing import BaseRoute

from adapters.playground.discord.api import Api
from adapters.playground.discord.guild import BOT, THREADS, Payload, Post
from adapters.playground.discord.interactions import gone
from adapters.playground.discord.refusal import Refusal
from adapters.playground.discord.rights import BITS
from adapters.playground.discord.shapes import EPHEMERAL, Body, message

MOST_PINS = 250
PINNED = 6
"""The type of the message that says that something was pinned."""


class Messages:
    """The routes of messages."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.town = api.town

    def routes(self) -> Sequence[BaseRoute]:
        """All of them."""
        route, one = self.api.route, "/channels/{channel}/messages/{message}"
        return (
            route("GET", "/channels/{channel}/messages", self.history),
            route("POST", "/channels/{channel}/messages", self.send),
            route("GET", "/channels/{channel}/messages/pins", self.pins),
            route("PUT", "/channels/{channel}/messages/pins/{message}", self.pin),
            route("DELETE", "/channels/{channel}/messages/pins/{message}", self.unpin),
            route("GET", one, self.read),
            route("PATCH", one, self.edit),
            route("DELETE", one, self.delete),
            route("PUT", one + "/reactions/{emoji}/@me", self.react),
            route("DELETE", one + "/reactions/{emoji}/@me", self.unreact),
            route("GET", one + "/reactions/{emoji}", self.reacted),
        )

    def post(self, request: Request) -> Post:
        """The message of the path. Raises `Refusal`."""
        return self.town.guild.message(request.path_params["channel"], request.path_params["message"])

    def _channel(self, request: Request) -> Payload:
        return self.town.guild.channel(request.path_params["channel"])

    async def history(self, request: Request, body: Any) -> Any:
        guild, asked = self.town.guild, request.query_params
        channel = self._channel(request)
        if channel["type"] != 1 and not guild.rights(BOT, channel) & BITS["READ_MESSAGE_HISTORY"]:
            return []
        posts = [post.whole for post in guild.posts[request.path_params["channel"]].values() if not post.only]
        since, before = int(asked.get("after", 0)), int(asked.get("before", 1 << 63))
        found = [each for each in posts if since < int(each["id"]) < before]
        count = int(asked.get("limit", 50))
        if "around" in asked:
            middle = sum(int(each["id"]) < int(asked["around"]) for each in found)
            return found[max(0, middle - count // 2) :][:count][::-1]
        return (found[:count] if "after" in asked else found[-count:])[::-1]

    async def send(self, request: Request, payload: Any) -> Any:
        guild = self.town.guild
        channel = guild.channel(request.path_params["channel"])
        self.api.may("SEND_MESSAGES_IN_THREADS" if channel["type"] in THREADS else "SEND_MESSAGES", channel)
        if channel["type"] == 1 and channel["recipients"][0]["id"] in guild.closed:
            raise Refusal(403, 50007, "Cannot send messages to this user")
        body = message(payload)
        body.flags = (body.flags or 0) & ~EPHEMERAL
        nonce = str(body.nonce or "")
        if nonce and body.enforce_nonce and (sent := guild.same(channel["id"], nonce)):
            return sent.payload
        post = guild.post(channel["id"], guild.users[BOT], body, payload, **self._reply(channel["id"], body))
        post.nonce = nonce
        answer = await self.town.posted(post)
        return {**answer, "nonce": body.nonce} if nonce else answer

    def _reply(self, channel: str, body: Body) -> dict[str, Any]:
        if body.message_reference is None:
            return {}
        id = str(body.message_reference.message_id)
        replied = self.town.guild.posts[channel].get(id)
        if replied is None and body.message_reference.fail_if_not_exists:
            raise Refusal(400, 50035, "Invalid Form Body", {"message_reference": {"_errors": [UNKNOWN_REFERENCE]}})
        reference = {"type": 0, "channel_id": channel, "message_id": id}
        return {
            "type": 19,
            "message_reference": reference,
            "referenced_message": replied.payload if replied else None,
        }

    async def read(self, request: Request, body: Any) -> Any:
        return self.post(request).whole

    async def edit(self, request: Request, payload: Any) -> Any:
        post = self.post(request)
        if post.payload["author"]["id"] != BOT or "webhook_id" in post.payload:
            raise Refusal(403, 50005, "Cannot edit a message authored by another user")
        message(payload, edit=True)
        after = {**post.payload, **payload}
        if not (after["content"] or after["embeds"] or after["components"]):
            raise Refusal(400, 50006, "Cannot send an empty message")
        self.town.guild.change(post, payload)
        return await self.town.edited(post)

    async def delete(self, request: Request, body: Any) -> Any:
        post = self.post(request)
        if post.payload["author"]["id"] != BOT:
            self.api.may("MANAGE_MESSAGES", self._channel(request))
        del self.town.guild.posts[request.path_params["channel"]][post.payload["id"]]
        self.town.changed()
        await self.town.gateway.tell("MESSAGE_DELETE", gone(post.payload))

    # ---- pins and reactions

    async def pins(self, request: Request, body: Any) -> Any:
        self.town.guild.channel(request.path_params["channel"])
        posts = self.town.guild.posts[request.path_params["channel"]].values()
        items = [{"pinned_at": p.payload["timestamp"], "message": p.payload} for p in posts if p.payload["pinned"]]
        return {"items": items[::-1], "has_more": False}

    async def pin(self, request: Request, body: Any) -> Any:
        post, guild = self.post(request), self.town.guild
        self.api.may("PIN_MESSAGES", self._channel(request))
        if post.payload["pinned"]:
            return
        channel = request.path_params["channel"]
        if sum(each.payload["pinned"] for each in guild.posts[channel].values()) >= MOST_PINS:
            raise Refusal(400, 30003, f"Maximum number of pinned messages reached ({MOST_PINS})")
        post.payload["pinned"] = True
        reference = {"type": 0, "channel_id": channel, "message_id": post.payload["id"]}
        told = guild.post(channel, guild.users[BOT], Body(), {}, type=PINNED, message_reference=reference)
        await self.town.edited(post)
        await self.town.posted(told)

    async def unpin(self, request: Request, body: Any) -> Any:
        post = self.post(request)
        self.api.may("PIN_MESSAGES", self._channel(request))
        post.payload["pinned"] = False
        await self.town.edited(post)

    async def react(self, request: Request, body: Any) -> Any:
        emoji, channel = unquote(request.path_params["emoji"]), self._channel(request)
        self.api.may("READ_MESSAGE_HISTORY", channel)
        self.api.may("ADD_REACTIONS", channel)
        self.post(request).reactions.setdefault(emoji, set()).add(BOT)
        self.town.changed()

    async def unreact(self, request: Request, body: Any) -> Any:
        emoji = unquote(request.path_params["emoji"])
        self.post(request).reactions.get(emoji, set()).discard(BOT)
        self.town.changed()

    async def reacted(self, request: Request, body: Any) -> Any:
        """Who put a reaction, by their ids."""
        users = self.post(request).reactions.get(unquote(request.path_params["emoji"]), set())
        since, count = int(request.query_params.get("after", 0)), int(request.query_params.get("limit", 25))
        return [self.town.guild.users[id] for id in sorted(users, key=int) if int(id) > since][:count]


UNKNOWN_REFERENCE = {"code": "REPLIES_UNKNOWN_MESSAGE", "message": "Unknown message"}
