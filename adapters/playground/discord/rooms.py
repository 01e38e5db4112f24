"""Channels over HTTP: opened, changed, listed; direct conversations; who may see them."""

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.routing import BaseRoute

from adapters.playground.discord.api import Api
from adapters.playground.discord.guild import BOT, GUILD, THREADS, Payload
from adapters.playground.discord.refusal import Refusal, bad_form, missing_permissions
from adapters.playground.discord.rights import sum_of
from adapters.playground.discord.shapes import NewChannel, NewThread, Recipient, take

CATEGORY = 4
MOST, IN_CATEGORY = 500, 50
"""Channels in a server, and in a category of it."""


class Rooms:
    """The routes of channels."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.town = api.town

    def routes(self) -> Sequence[BaseRoute]:
        """All of them."""
        route = self.api.route
        return (
            route("POST", "/users/@me/channels", self.direct),
            route("GET", f"/guilds/{GUILD}/channels", self.all),
            route("POST", f"/guilds/{GUILD}/channels", self.open),
            route("GET", f"/guilds/{GUILD}/threads/active", self.active),
            route("GET", "/channels/{channel}", self.one),
            route("PATCH", "/channels/{channel}", self.change),
            route("DELETE", "/channels/{channel}", self.close),
            route("PUT", "/channels/{channel}/permissions/{whom}", self.admit),
            route("DELETE", "/channels/{channel}/permissions/{whom}", self.dismiss),
            route("POST", "/channels/{channel}/threads", self.branch),
            route("POST", "/channels/{channel}/messages/{message}/threads", self.branch),
            route("POST", "/channels/{channel}/typing", self.typing),
        )

    async def direct(self, request: Request, body: Any) -> Any:
        asked = take(Recipient, body)
        someone = self.town.somebody(asked.recipient_id)
        if someone["id"] == BOT:
            raise Refusal(400, 50007, "Cannot send messages to this user")
        return self.town.guild.direct(someone["id"])

    async def all(self, request: Request, body: Any) -> Any:
        guild = self.town.guild
        return [each for each in guild.channels.values() if each["type"] not in (1, *THREADS) and guild.sees(BOT, each)]

    async def active(self, request: Request, body: Any) -> Any:
        guild = self.town.guild
        threads = [each for each in guild.channels.values() if each["type"] in THREADS and guild.sees(BOT, each)]
        return {"threads": [each for each in threads if not each["thread_metadata"]["archived"]], "members": []}

    async def open(self, request: Request, body: Any) -> Any:
        self.api.may("MANAGE_CHANNELS")
        take(NewChannel, body)
        if sum(each["type"] not in (1, *THREADS) for each in self.town.guild.channels.values()) >= MOST:
            raise Refusal(400, 30013, f"Maximum number of guild channels reached ({MOST})")
        self._beneath(body.get("parent_id"))
        self._granted(body.get("permission_overwrites"), None)
        channel = self.town.guild.open({**body, "type": body.get("type") or 0})
        self.town.changed()
        await self.town.gateway.tell("CHANNEL_CREATE", channel)
        return channel

    async def one(self, request: Request, body: Any) -> Any:
        return self.town.guild.channel(request.path_params["channel"])

    async def change(self, request: Request, body: Any) -> Any:
        channel = self.town.guild.channel(request.path_params["channel"])
        self.api.may("MANAGE_THREADS" if channel["type"] in THREADS else "MANAGE_CHANNELS", channel)
        take(NewChannel, {**channel, **body})
        if body.get("parent_id") not in (None, channel["parent_id"]):
            self._beneath(body["parent_id"])
        self._granted(body.get("permission_overwrites"), channel)
        channel.update({key: value for key, value in body.items() if key in channel})
        if state := channel.get("thread_metadata"):
            state.update({key: value for key, value in body.items() if key in state})
        self.town.changed()
        await self.town.gateway.tell("CHANNEL_UPDATE", channel)
        return channel

    async def close(self, request: Request, body: Any) -> Any:
        channel = self.town.guild.channel(request.path_params["channel"])
        self.api.may("MANAGE_CHANNELS", channel)
        del self.town.guild.channels[channel["id"]], self.town.guild.posts[channel["id"]]
        self.town.changed()
        await self.town.gateway.tell("CHANNEL_DELETE", channel)
        return channel

    async def admit(self, request: Request, body: Any) -> Any:
        channel = self.town.guild.channel(request.path_params["channel"])
        self._granted([body], channel)
        if body.get("type") not in {0, 1}:
            raise bad_form((("type",), "BASE_TYPE_REQUIRED", "This field is required"))
        await self._overwrite(channel, request.path_params["whom"], {"allow": "0", "deny": "0", **body})

    async def dismiss(self, request: Request, body: Any) -> Any:
        channel = self.town.guild.channel(request.path_params["channel"])
        self.api.may("MANAGE_ROLES", channel)
        await self._overwrite(channel, request.path_params["whom"], None)

    def _beneath(self, category: Any) -> None:
        """Raises `Refusal` where a channel cannot stand in this category."""
        if category is None:
            return
        there = self.town.guild.channels
        if there.get(str(category), {}).get("type") != CATEGORY:
            raise bad_form((("parent_id",), "CHANNEL_PARENT_INVALID", "Category does not exist"))
        if sum(each.get("parent_id") == str(category) for each in there.values()) >= IN_CATEGORY:
            text = f"Maximum number of channels in category reached ({IN_CATEGORY})"
            raise bad_form((("parent_id",), "CHANNEL_PARENT_MAX_CHANNELS", text))

    def _granted(self, overwrites: Sequence[Payload] | None, channel: Payload | None) -> None:
        """Raises `Refusal` where the bot may not say who may what: nobody gives or takes what they have not."""
        if not overwrites:
            return
        self.api.may("MANAGE_ROLES", channel)
        before = {each["id"]: each for each in (channel or {}).get("permission_overwrites") or ()}
        changed = [each for each in overwrites if each != before.get(str(each.get("id")))]
        wanted = sum_of(changed, "allow") | sum_of(changed, "deny")
        if wanted & ~self.town.guild.rights(BOT):
            raise missing_permissions()

    async def _overwrite(self, channel: Any, whom: str, overwrite: Any) -> None:
        rest = [each for each in channel["permission_overwrites"] if each["id"] != whom]
        channel["permission_overwrites"] = [*rest, {**overwrite, "id": whom}] if overwrite else rest
        self.town.changed()
        await self.town.gateway.tell("CHANNEL_UPDATE", channel)

    async def branch(self, request: Request, body: Any) -> Any:
        """A thread, from a message or on its own."""
        guild = self.town.guild
        channel, at = guild.channel(request.path_params["channel"]), request.path_params.get("message", "")
        self.api.may("CREATE_PUBLIC_THREADS", channel)
        asked = take(NewThread, body)
        if channel["type"] != 0:
            raise Refusal(400, 50024, "Cannot execute action on this channel type")
        if at and at in guild.channels:
            raise Refusal(400, 160004, "A thread has already been created for this message")
        thread = guild.thread(channel["id"], asked.name, BOT, at and guild.message(channel["id"], at).payload["id"])
        self.town.changed()
        await self.town.gateway.tell("THREAD_CREATE", {**thread, "newly_created": True})
        return thread

    async def typing(self, request: Request, body: Any) -> Any:
        self.town.guild.channel(request.path_params["channel"])
