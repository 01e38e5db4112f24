"""Fetching from an address that somebody gave us: only from outside, only so much, only so long."""

import asyncio
import socket
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from bot.ports import ChatError, Forbidden, Gone, Unreachable

MOST = 2_000_000
"""Bytes that are read."""
SECONDS = 20
HOPS = 3
"""Redirections that are followed."""


def outside(address: str) -> bool:
    """Whether an IP address is one of the world's: not ours, not the machine's, not the cloud's own."""
    found = ip_address(address.partition("%")[0])
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_global and not found.is_multicast


class Inside(OSError):
    """It leads to an address inside, where nothing is fetched."""


class Resolver(AbstractResolver):
    """Names lead outside or nowhere. What it answers is what is connected to: no second answer can differ."""

    def __init__(self, allowed: Callable[[str], bool], names: AbstractResolver | None = None) -> None:
        self.allowed, self.names = allowed, names or ThreadedResolver()

    async def resolve(self, host: str, port: int = 0, family: Any = socket.AF_INET) -> list[ResolveResult]:
        """Its addresses outside. Raises `Inside` where there is none."""
        found = await self.names.resolve(host, port, family)
        good = [each for each in found if self.allowed(each["host"])]
        if not good:
            raise Inside
        return good

    async def close(self) -> None:
        """Let go."""
        await self.names.close()


async def fetch(url: str, allowed: Callable[[str], bool] = outside) -> bytes:
    """What stands there. Raises `ChatError`, which never quotes the address: it may be a secret."""
    connector = aiohttp.TCPConnector(resolver=Resolver(allowed), use_dns_cache=False)
    try:
        async with asyncio.timeout(SECONDS), aiohttp.ClientSession(connector=connector, trust_env=False) as session:
            at = URL(url)
            for _ in range(HOPS + 1):
                body, at = await _hop(session, at, allowed)
                if body is not None:
                    return body
        raise Gone("it redirects in a circle")
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as wrong:
        if isinstance(wrong, TimeoutError):
            raise Unreachable(f"it did not answer within {SECONDS} s") from None
        if led_inside(wrong):
            raise Forbidden(Inside.__doc__ or "") from None
        raise Unreachable(type(wrong).__name__) from None


async def _hop(session: aiohttp.ClientSession, url: URL, allowed: Callable[[str], bool]) -> tuple[bytes | None, URL]:
    """The body, or the address that it redirects to."""
    must_be_outside(url, allowed)
    async with session.get(url, allow_redirects=False, headers={"accept": "text/calendar, */*;q=0.1"}) as answer:
        if answer.status in (301, 302, 303, 307, 308):
            return None, url.join(URL(answer.headers.get("location", "")))
        if answer.status != 200:
            raise (Gone if answer.status in (404, 410) else Unreachable)(f"it answers {answer.status}")
        body = bytearray()
        async for piece in answer.content.iter_chunked(65536):
            body += piece
            if len(body) > MOST:
                raise ChatError(f"it is larger than {MOST} bytes")
        return bytes(body), url


def must_be_outside(url: URL, allowed: Callable[[str], bool]) -> None:
    """An address in figures asks no resolver: it is looked at here. Raises `Forbidden`."""
    if url.scheme not in ("http", "https"):
        raise Forbidden("it is no http or https address")
    try:
        figures = ip_address(url.host or "")
    except ValueError:
        return
    if not allowed(str(figures)):
        raise Forbidden("It leads to an address inside, where nothing is fetched.")


def led_inside(wrong: Exception) -> bool:
    """Whether a connection failed because the name leads inside."""
    return isinstance(getattr(wrong, "os_error", wrong), Inside)
