"""The HTTP API: who calls, what they send, and every answer in the API's own shape."""

import json
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from adapters.playground.discord import contracts, forms, hindrances
from adapters.playground.discord.guild import BOT, GUILD, Payload
from adapters.playground.discord.refusal import Refusal, missing_permissions, unauthorized
from adapters.playground.discord.rights import BITS
from adapters.playground.discord.town import Town

Answer = Callable[[Request, Any], Awaitable[Any]]
BASE = "/discord/api/v10"
ABOUT = ("channel", "webhook")
"""What buckets depend on."""
LIMITS = {"X-RateLimit-Limit": "50", "X-RateLimit-Remaining": "49", "X-RateLimit-Reset-After": "1.000"}
"""Wide, and never enforced: a client that reads its limits here never waits."""


def reply(data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """JSON with exactly the type that the API names: an SDK takes `; charset` for another one."""
    if data is None:
        return Response(status_code=204, headers=dict(headers or {}))
    return Response(json.dumps(data), status, dict(headers or {}), "application/json")


class Api:
    """Answers whoever has the token; the webhooks' and interactions' own tokens stand in their paths."""

    def __init__(self, town: Town, refused: list[str]) -> None:
        self.town = town
        self.refused = refused
        self.calls: deque[tuple[str, str, Any]] = deque(maxlen=500)
        """The last calls: method, path below the API's base, body."""
        self.faults: deque[tuple[str, Response]] = deque()
        """What the next call of a path that contains this is answered instead, each once: for tests."""

    def route(self, method: str, path: str, answer: Answer, *, open_door: bool = False) -> Route:
        """A route below the API's base."""

        async def endpoint(request: Request) -> Response:
            if self.town.outage:
                return Response("503 Service Unavailable", 503)
            told = {**LIMITS, "X-RateLimit-Bucket": path, **hindrances.VIA}
            try:
                body = await self._enter(request, open_door)
                told |= self._counted(request, path)
                self._formed(request, path, body)
                data = hindrances.before(self.town, request, path) or self._fault(request)
                data = data or await answer(request, body)
            except Refusal as no:
                return reply(no.body, no.status, {**told, **no.headers})
            if broken := await hindrances.after(self.town, request, path):
                return broken
            return data if isinstance(data, Response) else reply(data, headers=told)

        return Route(BASE + path, endpoint, methods=[method])

    async def _enter(self, request: Request, open_door: bool) -> Any:
        if not open_door and request.headers.get("authorization") != f"Bot {self.town.token}":
            raise unauthorized()
        raw = await request.body()
        try:
            body = forms.told(raw, request.headers.get("content-type", ""))
        except ValueError:
            raise Refusal(400, 50109, "The request body contains invalid JSON.") from None
        self.calls.append((request.method, request.url.path.removeprefix(BASE), body))
        return body

    def _counted(self, request: Request, path: str) -> Mapping[str, str]:
        """The headers that tell of the bucket. Raises `Refusal` where it is empty."""
        if not self.town.limited:
            return {}
        about = next((request.path_params[name] for name in ABOUT if name in request.path_params), "")
        verdict = self.town.limits.count(f"{request.method} {path}", about)
        if verdict.wait:
            no = hindrances.throttled(verdict.wait, verdict.scope)
            no.headers |= verdict.headers
            raise no
        return verdict.headers

    def _formed(self, request: Request, path: str, body: Any) -> None:
        """Raises `Refusal` for what the platform's own description forbids; it is kept, for tests."""
        try:
            contracts.check(request.method, path, body)
        except Refusal as no:
            self.refused.append(f"{request.method} {path}: {no.body['errors']}")
            raise

    def _fault(self, request: Request) -> Response | None:
        for part, answer in self.faults:
            if part in request.url.path:
                self.faults.remove((part, answer))
                return answer
        return None

    def may(self, right: str, channel: Payload | None = None) -> None:
        """Raises `Refusal` where the bot lacks a right: in this channel, or in the server."""
        if channel and channel["type"] == 1:
            return
        if not self.town.guild.rights(BOT, channel) & BITS[right]:
            raise missing_permissions()

    def routes(self) -> Sequence[BaseRoute]:
        """Who the bot is, and the guild itself; everything else has a file of its own."""
        return (
            self.route("GET", "/users/@me", self.me),
            self.route("GET", "/oauth2/applications/@me", self.application),
            self.route("GET", "/applications/@me", self.application),
            self.route("GET", "/gateway", self.where, open_door=True),
            self.route("GET", "/gateway/bot", self.where),
            self.route("GET", "/users/{user}", self.user),
            self.route("GET", f"/guilds/{GUILD}", self.whole),
            self.route("GET", f"/guilds/{GUILD}/roles", self.roles),
            self.route("GET", f"/guilds/{GUILD}/members/{{user}}", self.member),
        )

    async def me(self, request: Request, body: Any) -> Any:
        return {**self.town.guild.users[BOT], "verified": True, "mfa_enabled": False, "flags": 0}

    async def application(self, request: Request, body: Any) -> Any:
        bot = self.town.guild.users[BOT]
        return {
            "id": BOT,
            "name": bot["global_name"],
            "icon": None,
            "description": "",
            "bot_public": False,
            "bot_require_code_grant": False,
            "verify_key": "0" * 64,
            "flags": 1 << 19,
            "summary": "",
            "team": None,
            "approximate_guild_count": 1,
            "approximate_user_install_count": 0,
            "integration_types_config": {},
            "owner": next(iter(self.town.guild.users.values())),
            "bot": bot,
        }

    async def where(self, request: Request, body: Any) -> Any:
        url = str(request.url.replace(scheme="ws", path="/discord/gw", query=""))
        limit = {"total": 1000, "remaining": 999, "reset_after": 14400000, "max_concurrency": 1}
        return {"url": url, "shards": 1, "session_start_limit": limit}

    async def user(self, request: Request, body: Any) -> Any:
        return self.town.somebody(request.path_params["user"])

    async def whole(self, request: Request, body: Any) -> Any:
        return self.town.guild.whole()

    async def roles(self, request: Request, body: Any) -> Any:
        return list(self.town.guild.roles.values())

    async def member(self, request: Request, body: Any) -> Any:
        someone = self.town.somebody(request.path_params["user"])
        return {"user": someone, **self.town.guild.member(someone["id"])}
