"""Webhooks: addresses that are told of a page, as JSON, signed as Standard Webhooks say.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import asyncio
import hmac
import socket
import ssl
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Any

import aiohttp
import msgspec
from aiohttp.abc import AbstractResolver, ResolveResult
from msgspec import Struct
from yarl import URL

from adapters.web.fetch import Inside, Resolver, led_inside, must_be_outside, outside
from bot.ports import ChatError, Finding, Forbidden, Throttled, Unreachable

PATIENCE = 9.0
"""Seconds for an answer: a page goes its next way after ten."""
AT_ONCE = 10
"""Requests to one address; the others wait, and are given up after as long."""
THREADS = 2
"""That ask for the name of one address: a name server that hangs keeps no other address waiting."""


class Hook(Struct, frozen=True):
    """One address. `internal`: it may lead inside our own network."""

    url: str
    secret: str = ""
    internal: bool = False


class Aside(AbstractResolver):
    """Asks for names in threads of its own."""

    def __init__(self) -> None:
        self.threads = ThreadPoolExecutor(THREADS, "webhook")

    async def resolve(self, host: str, port: int = 0, family: Any = socket.AF_INET) -> list[ResolveResult]:
        """Every address of a name. Raises `OSError`."""
        ask = partial(socket.getaddrinfo, host, port, family, socket.SOCK_STREAM)
        found = await asyncio.get_running_loop().run_in_executor(self.threads, ask)
        return [
            ResolveResult(
                hostname=host, host=str(address[0]), port=int(address[1]), family=each, proto=proto,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for each, _, proto, _, address in found
        ]  # fmt: skip

    async def close(self) -> None:
        """Let go of every thread that waits for nothing."""
        self.threads.shutdown(wait=False, cancel_futures=True)


class Hooks:
    """Every address, by its name; each with connections of its own."""

    def __init__(self, hooks: Mapping[str, Hook]) -> None:
        self.hooks = hooks
        self.sessions: dict[str, aiohttp.ClientSession] = {}
        self._posts: set[Any] = set()

    async def post(self, name: str, told: Mapping[str, Any], key: str, at: datetime) -> None:
        """Tell it once; `key` is the same for every try. Raises `ChatError`, which never quotes the address."""
        hook = self.hooks.get(name)
        if hook is None:
            raise ChatError("it is not configured any more")
        with self._under_way():
            await self._post(name, hook, told, key, at)

    @contextmanager
    def _under_way(self) -> Iterator[None]:
        """Within, whoever closes waits."""
        task = asyncio.current_task()
        self._posts.add(task)
        try:
            yield
        finally:
            self._posts.discard(task)

    async def _post(self, name: str, hook: Hook, told: Mapping[str, Any], key: str, at: datetime) -> None:
        body = msgspec.json.encode(told)
        headers = {"content-type": "application/json", "user-agent": "Tocsin", **signed(hook.secret, key, body, at)}
        try:
            must_be_outside(URL(hook.url), allowed(hook))
            async with self._session(name, hook).post(
                hook.url, data=body, headers=headers, allow_redirects=False
            ) as answer:
                refuse(answer.status, answer.headers.get("retry-after", ""))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as wrong:
            if led_inside(wrong):
                raise Forbidden("it leads to an address inside, and `internal` does not allow that") from None
            raise Unreachable("no connection") from None
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as lost:
            raise Unreachable(f"no answer ({type(lost).__name__})", ambiguous=True) from None

    def _session(self, name: str, hook: Hook) -> aiohttp.ClientSession:
        """Opened when it is first needed."""
        if name not in self.sessions:
            resolver = Resolver(allowed(hook), Aside())
            connector = aiohttp.TCPConnector(resolver=resolver, use_dns_cache=False, limit=AT_ONCE)
            timeout = aiohttp.ClientTimeout(total=PATIENCE)
            self.sessions[name] = aiohttp.ClientSession(connector=connector, timeout=timeout, trust_env=False)
        return self.sessions[name]

    async def examine(self) -> Sequence[Finding]:
        """Whether each can be reached. A connection is opened and nothing is sent: it might page somebody."""
        return [each for name, hook in self.hooks.items() for each in await look(name, hook)]

    async def close(self) -> None:
        """Let what is under way end, and let go of every connection."""
        if self._posts:
            await asyncio.wait(self._posts, timeout=PATIENCE)
        for session in self.sessions.values():
            await session.close()


async def look(name: str, hook: Hook) -> Sequence[Finding]:
    """What is found of one address. It may be a secret, and is not quoted."""
    at, url = f"webhooks.{name}", URL(hook.url)
    try:
        async with asyncio.timeout(PATIENCE):
            await knock(hook, url)
    except (ChatError, Inside):
        fix = f"{at}.internal = true, where that is meant"
        return [Finding(what=f"{name} leads to an address inside", ok=False, fix=fix)]
    except ssl.SSLError as wrong:
        why = getattr(wrong, "verify_message", "") or wrong.reason
        return [Finding(what=f"{name} has no good certificate: {why}", ok=False, fix="let its owner renew it")]
    except (OSError, TimeoutError) as lost:
        fix = f"see that the host in {at}.url is right, and that this machine reaches it"
        return [Finding(what=f"{name} cannot be reached ({type(lost).__name__})", ok=False, fix=fix)]
    secure = url.scheme == "https"
    found = [Finding(what=f"{name} answers{' with a good certificate' if secure else ''}", ok=True)]
    if not secure:
        fix = f"{at}.url = https://…"
        found.append(Finding(what=f"{name} is told in clear, for everybody on the way to read", ok=None, fix=fix))
    if not hook.secret:
        fix = f"{at}.secret = whsec_… and at least 16 random bytes in base64"
        found.append(Finding(what=f"nothing that {name} is told is signed", ok=None, fix=fix))
    return [*found, Finding(what=f"whether {name} takes a page was not tried: that might page somebody", ok=None)]


async def knock(hook: Hook, url: URL) -> None:
    """Open a connection as a page would, and close it. Raises `ChatError`, `OSError`."""
    must_be_outside(url, allowed(hook))
    resolver = Resolver(allowed(hook), Aside())
    try:
        found = await resolver.resolve(url.host or "", url.port or 0)
    finally:
        await resolver.close()
    tls: dict[str, Any] = (
        {"ssl": ssl.create_default_context(), "server_hostname": url.host} if url.scheme == "https" else {}
    )
    _, writer = await asyncio.open_connection(found[0]["host"], url.port, **tls)
    writer.close()


def allowed(hook: Hook) -> Any:
    """Which IP addresses it may lead to."""
    return (lambda address: True) if hook.internal else outside


def refuse(status: int, wait: str) -> None:
    """Raise what an answer means that is none of success; a redirection is not followed."""
    if 200 <= status < 300:
        return
    if status == 429:
        raise Throttled("it asks us to wait", retry_in=float(wait) if wait.isdecimal() else None)
    raise Unreachable(f"it answers {status}") if status >= 500 else Forbidden(f"it answers {status}")


def signed(secret: str, key: str, body: bytes, now: datetime) -> Mapping[str, str]:
    """What a message is known by, when this try was made, and both of it and the body signed, where a secret is set."""
    at = str(int(now.timestamp()))
    headers = {"webhook-id": key, "webhook-timestamp": at}
    if not secret:
        return headers
    digest = hmac.new(b64decode(secret.removeprefix("whsec_")), f"{key}.{at}.".encode() + body, sha256).digest()
    return {**headers, "webhook-signature": f"v1,{b64encode(digest).decode()}"}
