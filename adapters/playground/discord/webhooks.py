"""Webhooks, commands and interactions over HTTP: everything that has a token in its path, and what is registered."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.routing import BaseRoute

from adapters.playground.discord.api import Api
from adapters.playground.discord.guild import BOT, GUILD, Payload, Post, Webhook, secret
from adapters.playground.discord.interactions import gone
from adapters.playground.discord.refusal import Refusal, bad_form, unauthorized, unknown
from adapters.playground.discord.shapes import EPHEMERAL, NewWebhook, commands, message, take

MOST = 15
"""Webhooks in a channel."""
CREATES = 200
"""New commands in a day."""
FORBIDDEN = ("clyde", "discord")


class Webhooks:
    """The routes of webhooks."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.town = api.town
        self.made: list[datetime] = []
        """When commands were registered that were new."""

    def routes(self) -> Sequence[BaseRoute]:
        """All of them."""
        route, one = self.api.route, "/webhooks/{webhook}/{token}/messages/{message}"
        return (
            route("POST", "/interactions/{interaction}/{token}/callback", self.answer, open_door=True),
            route("GET", "/channels/{channel}/webhooks", self.listed),
            route("POST", "/channels/{channel}/webhooks", self.make),
            route("GET", f"/guilds/{GUILD}/webhooks", self.everywhere),
            route("DELETE", "/webhooks/{webhook}", self.drop),
            route("POST", "/webhooks/{webhook}/{token}", self.execute, open_door=True),
            route("GET", one, self.read, open_door=True),
            route("PATCH", one, self.edit, open_door=True),
            route("DELETE", one, self.delete, open_door=True),
            *self._registry("/applications/{application}/commands"),
            *self._registry(f"/applications/{{application}}/guilds/{GUILD}/commands"),
        )

    # ---- interactions' answers

    async def answer(self, request: Request, body: Any) -> Any:
        path, wanted = request.path_params, request.query_params.get("with_response")
        answered = await self.town.interactions.answer(path["interaction"], path["token"], body)
        return answered if wanted in {"true", "1"} else None

    # ---- webhooks

    async def listed(self, request: Request, body: Any) -> Any:
        self.api.may("MANAGE_WEBHOOKS", self.town.guild.channel(request.path_params["channel"]))
        return self._of(request.path_params["channel"])

    def _of(self, channel: str) -> list[Payload]:
        hooks = self.town.guild.webhooks.values()
        return [hook.payload for hook in hooks if hook.payload["channel_id"] == channel]

    async def everywhere(self, request: Request, body: Any) -> Any:
        self.api.may("MANAGE_WEBHOOKS")
        return [hook.payload for hook in self.town.guild.webhooks.values()]

    async def make(self, request: Request, body: Any) -> Any:
        channel = self.town.guild.channel(request.path_params["channel"])
        self.api.may("MANAGE_WEBHOOKS", channel)
        if channel["type"] != 0:
            raise Refusal(400, 50024, "Cannot execute action on this channel type")
        check_name(take(NewWebhook, body).name, "name")
        if len(self._of(channel["id"])) >= MOST:
            raise Refusal(400, 30007, f"Maximum number of webhooks reached ({MOST})")
        id = self.town.guild.ids.next()
        named = {"id": id, "type": 1, "name": body["name"], "avatar": None, "token": secret("webhook", id)}
        places = {"channel_id": channel["id"], "guild_id": GUILD, "application_id": BOT}
        self.town.guild.webhooks[id] = Webhook({**named, **places, "user": self.town.guild.users[BOT]})
        return self.town.guild.webhooks[id].payload

    async def drop(self, request: Request, body: Any) -> Any:
        self.api.may("MANAGE_WEBHOOKS")
        if self.town.guild.webhooks.pop(request.path_params["webhook"], None) is None:
            raise unknown(10015, "Webhook")

    def hook(self, request: Request) -> Webhook:
        """The webhook of the path. Raises `Refusal`."""
        hook = self.town.guild.webhooks.get(request.path_params["webhook"])
        if hook is None or hook.payload["channel_id"] not in self.town.guild.channels:
            raise unknown(10015, "Webhook")
        if hook.token != request.path_params["token"]:
            raise Refusal(401, 50027, "Invalid Webhook Token")
        return hook

    async def execute(self, request: Request, payload: Any) -> Any:
        path = request.path_params
        if path["webhook"] == BOT:
            return await self.town.interactions.follow(path["token"], payload)
        hook = self.hook(request)
        body = message(payload)
        body.flags = (body.flags or 0) & ~EPHEMERAL
        name = body.username or hook.payload["name"]
        check_name(name, "username")
        author = {"id": hook.payload["id"], "username": name, "discriminator": "0000", "bot": True, "global_name": None}
        shown = {**author, "avatar": None, "avatar_url": body.avatar_url}
        more = {"webhook_id": hook.payload["id"], "application_id": BOT}
        post = self.town.guild.post(self._room(hook, request), shown, body, payload, **more)
        answer = await self.town.posted(post)
        return answer if request.query_params.get("wait", "false") in {"true", "1"} else None

    def _room(self, hook: Webhook, request: Request) -> str:
        """The webhook's channel, or a thread of it that the request names. Raises `Refusal`."""
        room = str(hook.payload["channel_id"])
        thread = request.query_params.get("thread_id")
        if thread and self.town.guild.channels.get(thread, {}).get("parent_id") != room:
            raise unknown(10003, "Channel")
        return thread or room

    def post(self, request: Request) -> Post:
        """A message that this webhook sent. Raises `Refusal`."""
        hook = self.hook(request)
        post = self.town.guild.message(self._room(hook, request), request.path_params["message"])
        if post.payload.get("webhook_id") != hook.payload["id"]:
            raise unknown(10008, "Message")
        return post

    async def read(self, request: Request, body: Any) -> Any:
        path = request.path_params
        if path["webhook"] == BOT:
            return self.town.interactions.message(path["token"], path["message"]).payload
        return self.post(request).payload

    async def edit(self, request: Request, payload: Any) -> Any:
        path = request.path_params
        if path["webhook"] == BOT:
            return await self.town.interactions.edit(path["token"], path["message"], payload)
        post = self.post(request)
        message(payload, edit=True)
        self.town.guild.change(post, payload)
        return await self.town.edited(post)

    async def delete(self, request: Request, body: Any) -> Any:
        path = request.path_params
        if path["webhook"] == BOT:
            return await self.town.interactions.delete(path["token"], path["message"])
        post = self.post(request)
        del self.town.guild.posts[post.payload["channel_id"]][post.payload["id"]]
        self.town.changed()
        await self.town.gateway.tell("MESSAGE_DELETE", gone(post.payload))
        return None

    # ---- commands

    def _registry(self, path: str) -> Sequence[BaseRoute]:
        return (
            self.api.route("GET", path, self.commands),
            self.api.route("PUT", path, self.register),
            self.api.route("POST", path, self.add),
        )

    async def commands(self, request: Request, body: Any) -> Any:
        self._ours(request)
        there, _ = self._there(request)
        if request.query_params.get("with_localizations") in {"true", "1"}:
            return there
        return [unlocalised(each) for each in there]

    async def register(self, request: Request, body: Any) -> Any:
        self._ours(request)
        commands(body)
        there, others = self._there(request)
        self._new(body, there)
        made = [self._registered(request, each) for each in body]
        self.town.commands = [*others, *made]
        self.town.changed()
        return made

    async def add(self, request: Request, body: Any) -> Any:
        self._ours(request)
        commands([body])
        there, others = self._there(request)
        self._new([body], there)
        kept = [each for each in there if each["name"] != body["name"]]
        self.town.commands = [*others, *kept, self._registered(request, body)]
        self.town.changed()
        return self.town.commands[-1]

    def _there(self, request: Request) -> tuple[list[Payload], list[Payload]]:
        """The commands of the path, the server's or those that are everywhere, and the others."""
        own = "/guilds/" in request.url.path
        every = self.town.commands
        return [each for each in every if ("guild_id" in each) is own], [
            each for each in every if ("guild_id" in each) is not own
        ]

    def _new(self, wanted: Sequence[Payload], there: Sequence[Payload]) -> None:
        """Count what is not there yet. Raises `Refusal` after two hundred of them within a day."""
        names, now = {each["name"] for each in there}, self.town.guild.clock.now()
        fresh = [now for each in wanted if each["name"] not in names]
        self.made = [each for each in self.made if now - each < timedelta(days=1)] + fresh
        if len(self.made) > CREATES:
            raise Refusal(400, 30034, f"Max number of daily application command creates has been reached ({CREATES})")

    def _ours(self, request: Request) -> None:
        if request.path_params["application"] != BOT:
            raise unauthorized()

    def _registered(self, request: Request, command: Payload) -> Payload:
        ids = {"id": self.town.guild.ids.next(), "application_id": BOT, "version": self.town.guild.ids.next()}
        here = {"guild_id": GUILD} if "/guilds/" in request.url.path else {}
        rest = {"default_member_permissions": None, "nsfw": False, "type": 1, "description": ""}
        return {**rest, **command, **ids, **here}


def check_name(name: str, field: str) -> None:
    """Raises `Refusal` for a name that a webhook may not have."""
    for word in FORBIDDEN:
        if word in name.lower():
            text = f'{field.capitalize()} cannot contain "{word}"'
            raise bad_form(((field,), "USERNAME_INVALID_CONTAINS", text))


def unlocalised(command: Payload) -> Payload:
    """A command as it is listed when nobody asks for its other languages."""
    rest = {key: value for key, value in command.items() if not key.endswith("_localizations")}
    return {**rest, **({"options": [unlocalised(each) for each in rest["options"]]} if rest.get("options") else {})}
