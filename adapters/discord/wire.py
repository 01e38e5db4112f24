"""Calls to Discord's HTTP API: the library's own client where a bucket must be known, a bare one where it must not
try again by itself.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import discord
from discord.http import Route

from bot.ports import ChatError, Forbidden, Gone, Throttled, Unreachable

OLD_EDITS = 30046
"""Too many edits to a message that is older than an hour."""
NOT_YET, REST = "Discord asks to wait", 60.0
TIMEOUT = aiohttp.ClientTimeout(total=15)


class Refused(ChatError):
    """Discord refused the request as it was made; it would do so again."""


class Wire:
    """The way to the HTTP API: it opens with the first call, and does not need the gateway."""

    def __init__(self, api: str, token: str) -> None:
        self._api = api
        self._token = token
        self._client: discord.Client | None = None
        self._session: aiohttp.ClientSession | None = None
        self._opening = asyncio.Lock()

    async def call(self, method: str, path: str, payload: Any = None, **about: Any) -> Any:
        """A call in the bot's name, its turn in its bucket waited for. Raises `ChatError`.

        The library repeats a call that the platform failed to answer: so only what may be repeated goes this way.
        """
        body = {} if payload is None else {"json": payload}
        async with failing():
            client = await self._logged_in()
            return await client.http.request(Route(method, path, **about), **body)

    async def once(self, method: str, path: str, payload: Any = None, **query: str) -> Any:
        """A call whose path carries its own token, tried once. Raises `ChatError`, which never names the path."""
        async with failing():
            if self._session is None:
                self._session = aiohttp.ClientSession(timeout=TIMEOUT, cookie_jar=aiohttp.DummyCookieJar())
            async with self._session.request(method, self._api + path, json=payload, params=query) as answer:
                told = await answer.json() if answer.content_type == "application/json" else {}
                if answer.status >= 400:
                    raise refused(answer.status, told)
                return told

    async def me(self) -> str:
        """The bot's own id, which is its application's. Raises `ChatError`."""
        async with failing():
            return str((await self._logged_in()).application_id)

    async def close(self) -> None:
        """Let go of every connection; a later call opens them again."""
        client, self._client = self._client, None
        session, self._session = self._session, None
        if client is not None:
            await client.close()
        if session is not None:
            await session.close()

    async def _logged_in(self) -> discord.Client:
        async with self._opening:
            if self._client is None:
                client = discord.Client(intents=discord.Intents(guilds=True), max_ratelimit_timeout=30)
                try:
                    await client.login(self._token)
                except BaseException:
                    await client.close()
                    raise
                self._client = client
            return self._client


@asynccontextmanager
async def failing() -> AsyncIterator[None]:
    """What the library's errors mean. None of them is kept as a cause: their texts hold addresses with tokens."""
    try:
        yield
    except discord.RateLimited as wrong:
        raise Throttled(retry_in=wrong.retry_after) from None
    except discord.LoginFailure:
        raise Forbidden("Discord does not know this token") from None
    except discord.HTTPException as wrong:
        raise refused(wrong.status, {"code": wrong.code, "message": wrong.text}) from None
    except aiohttp.ClientConnectorError as wrong:
        raise Unreachable(f"Discord cannot be reached: {type(wrong.os_error).__name__}") from None
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as wrong:
        raise Unreachable(f"Discord did not answer: {type(wrong).__name__}", ambiguous=True) from None


def refused(status: int, told: Mapping[str, Any]) -> ChatError:
    """What an answer means.

    https://docs.discord.com/developers/topics/opcodes-and-status-codes
    """
    detail = f"{told.get('code', status)}: {told.get('message', '')}"[:200]
    if told.get("code") == OLD_EDITS:
        return Throttled(detail, retry_in=REST)
    match status:
        case 401 | 403:
            return Forbidden(detail)
        case 404:
            return Gone(detail)
        case 429:
            return Throttled(NOT_YET, retry_in=float(told.get("retry_after") or Throttled.retry_in))
        case _ if status >= 500:
            return Unreachable(f"Discord answered {status}", ambiguous=True)
    return Refused(detail)
