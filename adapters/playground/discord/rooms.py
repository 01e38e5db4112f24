"""Channels over HTTP: opened, changed, listed; direct conversations; who may see them."""

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.routing import BaseRoute

from adapters.playground.discord.api import Api
from adapters.playground.discord.guild import BOT, GUILD
from adapters.playground.discord.refusal import Refusal, bad_form
from adapters.playground.discord.shapes import NewChannel, Recipient, take


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
            route("GET", "/channels/{channel}", self.one),
            route("PATCH", "/channels/{channel}", self.change),
            route("DELETE", "/channels/{channel}", self.close),
            route("PUT", "/channels/{channel}/permissions/{whom}", self.admit),
            route("DELETE", "/channels/{channel}/permissions/{whom}", self.dismiss),
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
        return [each for each in guild.channels.values() if each["type"] != 1 and guild.sees(BOT, each)]

    async def open(self, request: Request, body: Any) -> Any:
        self.api.may("MANAGE_CHANNELS")
        take(NewChannel, body)
        if len(self.town.guild.channels) >= 500:
            raise Refusal(400, 30013, "Maximum number of guild channels reached (500)")
        channel = self.town.guild.open({**body, "type": body.get("type") or 0})
        self.town.changed()
        await self.town.gateway.tell("CHANNEL_CREATE", channel)
        return channel

    async def one(self, request: Request, body: Any) -> Any:
        return self.town.guild.channel(request.path_params["channel"])

    async def change(self, request: Request, body: Any) -> Any:
        channel = self.town.guild.channel(request.path_params["channel"])
        self.api.may("MANAGE_CHANNELS")
        take(NewChannel, {**channel, **body})
        channel.update({key: value for key, value in body.items() if key in channel})
        self.town.changed()
        await self.town.gateway.tell("CHANNEL_UPDATE", channel)
        return channel

    async def close(self, request: Request, body: Any) -> Any:
        channel = self.town.guild.channel(request.path_params["channel"])
        self.api.may("MANAGE_CHANNELS")
        del self.town.guild.channels[channel["id"]], self.town.guild.posts[channel["id"]]
        self.town.changed()
        await self.town.gateway.tell("CHANNEL_DELETE", channel)
        return channel

    async def admit(self, request: Request, body: Any) -> Any:
        channel = self.town.guild.channel(request.path_params["channel"])
        self.api.may("MANAGE_ROLES")
        if body.get("type") not in {0, 1}:
            raise bad_form((("type",), "BASE_TYPE_REQUIRED", "This field is required"))
        await self._overwrite(channel, request.path_params["whom"], {"allow": "0", "deny": "0", **body})

    async def dismiss(self, request: Request, body: Any) -> Any:
        channel = self.town.guild.channel(request.path_params["channel"])
        self.api.may("MANAGE_ROLES")
        await self._overwrite(channel, request.path_params["whom"], None)

    async def _overwrite(self, channel: Any, whom: str, overwrite: Any) -> None:
        rest = [each for each in channel["permission_overwrites"] if each["id"] != whom]
        channel["permission_overwrites"] = [*rest, {**overwrite, "id": whom}] if overwrite else rest
        self.town.changed()
        await self.town.gateway.tell("CHANNEL_UPDATE", channel)

    async def typing(self, request: Request, body: Any) -> Any:
        self.town.guild.channel(request.path_params["channel"])
