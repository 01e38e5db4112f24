"""Calls to Discord's HTTP API, each tried once: what failed, and whether it may have arrived, the caller is told.

The library's own client is left out: it tries again by itself what may have arrived, holds an answer back until the
bucket is full again, and takes what it cannot read for a fault of its own.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import aiohttp

from adapters.discord.buckets import Buckets
from bot.ports import ChatError, Forbidden, Gone, Throttled, Unreachable

OLD_EDITS, NO_ACCESS = 30046, 50001
"""Too many edits to a message that is older than an hour; a room that is closed to us."""
NOT_YET = "Discord asks to wait"
BANNED = 60.0
"""Seconds of silence where not Discord answered but the wall before it: more calls would make it last longer."""
PATIENCE = 3.0
"""Seconds that a call waits for its turn by itself; what takes longer is for those who hold the queue."""
TIMEOUT = aiohttp.ClientTimeout(total=15)
AGENT = "DiscordBot (tocsin, 0.1.0)"
APPLICATION = "/oauth2/applications/@me"
MAJOR = ("channel_id", "guild_id", "webhook_id")
"""What calls to the same route have buckets of their own for."""


class Refused(ChatError):
    """Discord refused the request as it was made; it would do so again."""


class NoAccess(Forbidden):
    """The room is closed to us: the bot was removed from it, or from the server."""


@dataclass(frozen=True)
class Call:
    """A request. `path` has its names in braces; what fills them is in `about`."""

    method: str
    path: str
    about: Mapping[str, str]

    @property
    def route(self) -> str:
        """By which its limits are known, whatever it is about."""
        return f"{self.method} {self.path}"

    @property
    def place(self) -> str:
        """Which of the route's buckets it is in."""
        return " ".join(self.about[name] for name in MAJOR if name in self.about)

    @property
    def url(self) -> str:
        """The path, filled."""
        return self.path.format_map({name: quote(value, safe="@") for name, value in self.about.items()})


class Wire:
    """The way to the HTTP API: it opens with the first call, and does not need the gateway."""

    def __init__(self, api: str, token: str) -> None:
        self._api = api
        self._token = token
        self._session: aiohttp.ClientSession | None = None
        self._buckets = Buckets()
        self._ids: dict[str, str] = {}

    async def call(
        self,
        method: str,
        path: str,
        payload: Any = None,
        *,
        query: Mapping[str, str] | None = None,
        patience: float = PATIENCE,
        **about: Any,
    ) -> Any:
        """One call, its turn in its bucket waited for. Raises `ChatError`, whose text never holds a token.

        A path that carries a token of its own (`{token}`) is called without the bot's.
        """
        call = Call(method, path, about)
        until = now() + patience
        while True:
            wait = self._buckets.enter(call.route, call.place, now())
            if now() + wait > until:
                raise Throttled(NOT_YET, retry_in=wait)
            if wait:
                await asyncio.sleep(wait)
                continue
            try:
                return await self._send(call, payload, query)
            except Throttled as no:
                if now() + (no.wait or 0.0) > until:
                    raise

    @property
    def known(self) -> str:
        """The application's id as far as it is known."""
        return self._ids.get(APPLICATION, "")

    async def me(self) -> str:
        """The bot's own id. Raises `ChatError`."""
        return await self._id("/users/@me")

    async def application(self) -> str:
        """Its application's: the same, but for the oldest bots. Raises `ChatError`."""
        return await self._id(APPLICATION)

    async def _id(self, path: str) -> str:
        if path not in self._ids:
            self._ids[path] = str((await self.call("GET", path))["id"])
        return self._ids[path]

    async def close(self) -> None:
        """Let go of every connection; a later call opens them again."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _send(self, call: Call, payload: Any, query: Mapping[str, str] | None) -> Any:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=TIMEOUT, cookie_jar=aiohttp.DummyCookieJar())
        headers = {"User-Agent": AGENT} | ({} if "token" in call.about else {"Authorization": f"Bot {self._token}"})
        asked = self._session.request(call.method, self._api + call.url, json=payload, params=query, headers=headers)
        async with failing(), asked as answer:
            told = parsed(await answer.text())
            self._buckets.told(call.route, call.place, answer.headers, now())
            if answer.status < 400:
                return told
            wrong = refused(answer.status, told, answer.headers)
        if isinstance(wrong, Throttled):
            self._buckets.refused(call.route, call.place, wrong.wait or 0.0, wrong.scope == "platform", now())
        raise wrong


def now() -> float:
    """The loop's seconds."""
    return asyncio.get_running_loop().time()


def parsed(text: str) -> Any:
    """A body, if it is JSON: an outage answers with a page, a success often with nothing."""
    try:
        return json.loads(text)
    except ValueError:
        return {}


@asynccontextmanager
async def failing() -> AsyncIterator[None]:
    """What a broken connection means. None is kept as a cause: their texts hold addresses with tokens."""
    try:
        yield
    except aiohttp.ClientConnectorError as wrong:
        raise Unreachable(f"Discord cannot be reached: {type(wrong.os_error).__name__}") from None
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as wrong:
        raise Unreachable(f"Discord did not answer: {type(wrong).__name__}", ambiguous=True) from None


def refused(status: int, told: Any, headers: Mapping[str, str]) -> ChatError:
    """What an answer means.

    https://docs.discord.com/developers/topics/opcodes-and-status-codes
    """
    told = told if isinstance(told, Mapping) else {}
    code = told.get("code", status)
    detail = f"{code}: {told.get('message', '')}"[:200]
    if code == OLD_EDITS:
        # The way out is a new message, not another try: the old one takes an edit now and then only.
        return Gone(detail)
    match status:
        case 401:
            return Forbidden("Discord does not know this token")
        case 403:
            return NoAccess(detail) if code == NO_ACCESS else Forbidden(detail)
        case 404:
            return Gone(detail)
        case 429:
            return throttled(told, headers)
        case _ if status >= 500:
            return Unreachable(f"Discord answered {status}", ambiguous=True)
    return Refused(detail)


def throttled(told: Mapping[str, Any], headers: Mapping[str, str]) -> Throttled:
    """How long to wait, and with what: this bucket alone, or everything."""
    if "retry_after" not in told:
        return Throttled(NOT_YET, retry_in=seconds(headers.get("Retry-After"), BANNED), scope="platform")
    everywhere = bool(told.get("global")) or headers.get("X-RateLimit-Scope") == "global"
    wait = seconds(told["retry_after"], Throttled.retry_in or 0.0)
    return Throttled(NOT_YET, retry_in=wait, scope="platform" if everywhere else "place")


def seconds(value: Any, otherwise: float) -> float:
    """Seconds, whole or not."""
    try:
        return max(float(value), 0.0)
    except (TypeError, ValueError):
        return otherwise
