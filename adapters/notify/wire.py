"""HTTP to a provider: a session of the channel's own, nothing tried twice, every failure in the house's words."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import msgspec
from msgspec import Struct

from bot.ports import ChatError, Forbidden, Throttled, Unreachable

PATIENCE = 9.0
"""Seconds for an answer: a page goes by the next channel after ten."""
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Answer(Struct, frozen=True):
    """What the provider answered."""

    status: int
    data: Mapping[str, Any]
    wait: str = ""

    @property
    def good(self) -> bool:
        return 200 <= self.status < 300


class Wire:
    """Posts to one provider."""

    def __init__(self, url: str) -> None:
        # A proxy from the environment leads to the real provider, never to this machine.
        self._proxied = urlsplit(url).hostname not in LOOPBACK
        self._session: aiohttp.ClientSession | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        """Opened when it is first needed."""
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=PATIENCE, sock_connect=PATIENCE / 2)
            self._session = aiohttp.ClientSession(timeout=timeout, trust_env=self._proxied)
        return self._session

    async def post(self, url: str, **request: Any) -> Answer:
        """Post once. Raises `Unreachable`, which never quotes an address."""
        return await self.ask("POST", url, **request)

    async def ask(self, method: str, url: str, **request: Any) -> Answer:
        """Ask once. Raises `Unreachable`, which never quotes an address."""
        try:
            async with self.session.request(method, url, allow_redirects=False, **request) as reply:
                return Answer(reply.status, read(await reply.read()), reply.headers.get("Retry-After", ""))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            raise Unreachable("no connection") from None
        except (aiohttp.ClientError, TimeoutError, OSError) as lost:
            raise Unreachable(f"no answer ({type(lost).__name__})", ambiguous=True) from None

    async def close(self) -> None:
        """Let go of every connection."""
        if self._session:
            await self._session.close()
        self._session = None


def read(body: bytes) -> Mapping[str, Any]:
    """A JSON object, or nothing."""
    try:
        found = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def failure(answer: Answer, why: str) -> ChatError:
    """What a refusal means: asked to wait, broken for now, or never for this one."""
    if answer.status == 429:
        return Throttled(why, retry_in=float(answer.wait) if answer.wait.isdecimal() else None)
    if answer.status >= 500:
        return Unreachable(why, ambiguous=True)
    return Forbidden(why)
