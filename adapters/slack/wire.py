"""The Web API: one session for pages, one for all else, no hidden retries, and every failure in the house's words."""

import logging
from collections.abc import Awaitable, Collection, Mapping
from ipaddress import ip_address
from typing import Any, Literal
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from msgspec import Struct
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.ports import ChatError, Forbidden, Gone, Throttled, Unreachable

QUIET = logging.getLogger("adapters.slack.sdk")
"""The SDK's own log would hold tickets and payloads: what matters is raised, and logged by whoever hears it."""
QUIET.setLevel(logging.CRITICAL)

PATIENCE, PAGE_PATIENCE = 20, 8
"""Seconds for an answer."""
GONE = frozenset(
    (
        "channel_not_found",
        "message_not_found",
        "is_archived",
        "edit_window_closed",
        "cant_update_message",
        "thread_not_found",
        "is_inactive",
        "cannot_reply_to_message",
    )
)
POSTS = frozenset(("chat.postMessage", "chat.postEphemeral"))
BUSY = frozenset(("ratelimited", "rate_limited", "message_limit_exceeded"))
BROKEN = frozenset(("internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"))


class Me(Struct, frozen=True):
    """Who the bot is in its workspace."""

    user: str
    bot: str
    team: str
    url: str
    """`https://acme.slack.com/`"""


class Wire:
    """What the bot asks of the platform."""

    def __init__(self, api: str, token: str) -> None:
        self.api, self._token = api, token
        self._web: AsyncWebClient | None = None
        self._pager: AsyncWebClient | None = None
        self._me: Me | None = None

    @property
    def web(self) -> AsyncWebClient:
        """For everything but pages."""
        self._web = self._web or self._client(PATIENCE)
        return self._web

    @property
    def pager(self) -> AsyncWebClient:
        """For pages: nothing else waits in its session."""
        self._pager = self._pager or self._client(PAGE_PATIENCE)
        return self._pager

    def _client(self, patience: float) -> AsyncWebClient:
        session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=patience))
        # The SDK's default handlers post again after a dropped connection: the message would stand there twice.
        client = AsyncWebClient(self._token, self.api, session=session, retry_handlers=[], logger=QUIET)
        client.proxy = proxy(self.api)
        return client

    async def me(self) -> Me:
        """Who we are; asked once."""
        if self._me is None:
            said = await asked(self.web.auth_test())
            self._me = Me(said["user_id"], said.get("bot_id", ""), said["team_id"], said["url"])
        return self._me

    async def granted(self) -> tuple[frozenset[str], str]:
        """The scopes of the bot's token, as the platform lists them, and the workspace's name."""
        response = await answered(self.web.auth_test())
        listed = {name.lower(): value for name, value in (response.headers or {}).items()}.get("x-oauth-scopes", "")
        scopes = frozenset(filter(None, (each.strip() for each in str(listed).split(","))))
        return scopes, str(response.get("team") or "")

    async def respond(self, url: str, said: Mapping[str, Any]) -> None:
        """Use a `response_url`. Raises `ChatError`."""
        session = self.web.session
        try:
            async with session.post(url, json=said, proxy=proxy(url)) as reply:  # type: ignore[union-attr]
                status, wait = reply.status, reply.headers.get("Retry-After", "")
        except (aiohttp.ClientError, TimeoutError, OSError):
            raise Unreachable(ambiguous=True) from None
        if status != 200:
            raise failure(status, "response_url", wait)

    async def close(self) -> None:
        """Let go of every connection."""
        for client in (self._web, self._pager):
            if client and client.session:
                await client.session.close()
        self._web = self._pager = None


async def asked(call: Awaitable[AsyncSlackResponse]) -> Mapping[str, Any]:
    """What the platform answers. Raises `ChatError`, which never quotes an address or a token."""
    response = await answered(call)
    return response.data if isinstance(response.data, dict) else {}


async def answered(call: Awaitable[AsyncSlackResponse]) -> AsyncSlackResponse:
    """The same, with its headers."""
    try:
        return await call
    except SlackApiError as no:
        raise refusal(no) from None
    except aiohttp.ClientConnectorError:
        raise Unreachable("no connection") from None
    except (aiohttp.ClientError, SlackClientError, TimeoutError, OSError) as broken:
        raise Unreachable(type(broken).__name__, ambiguous=True) from None


async def allowed(codes: Collection[str], call: Awaitable[Mapping[str, Any]]) -> None:
    """The same, where some refusals mean that it is so already."""
    try:
        await call
    except (Forbidden, Gone) as no:
        if str(no) not in codes:
            raise


def refusal(no: SlackApiError) -> ChatError:
    """The platform's error in the house's words."""
    data = getattr(no.response, "data", None)
    said: Mapping[str, Any] = data if isinstance(data, dict) else {}
    status = getattr(no.response, "status_code", 0) or getattr(no.response, "status", 0)
    headers = getattr(no.response, "headers", None) or {}
    needed = f" (the app needs {said['needed']})" if said.get("needed") else ""
    # An invitation is refused for each person with a reason of its own.
    each = {str(one["error"]) for one in said.get("errors") or () if isinstance(one, dict) and one.get("error")}
    code = ", ".join(sorted(each)) or str(said.get("error", ""))
    method = str(getattr(no.response, "api_url", "")).rpartition("/")[2]
    return failure(status, code, headers.get("Retry-After", ""), needed, method)


def failure(status: int, code: str, wait: str = "", needed: str = "", method: str = "") -> ChatError:
    """What a status and an error code mean."""
    if status == 429 or code in BUSY:
        # Posts are counted in each channel, all else by its method: who edits too much elsewhere may still post here.
        scope: Literal["room", "place"] = "room" if method in POSTS else "place"
        return Throttled(code, retry_in=float(wait) if wait.isdecimal() else None, scope=scope)
    if status >= 500 or not code or code in BROKEN:
        return Unreachable(f"{status} {code}".strip(), ambiguous=True)
    if code in GONE:
        return Gone(code)
    return Forbidden(code + needed)


def proxy(url: str) -> str | None:
    """The environment's proxy for an address. The SDK would take it for loopback and for `NO_PROXY`, too."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host == "localhost" or loopback(host) or proxy_bypass(host):
        return None
    return getproxies().get({"wss": "https", "ws": "http"}.get(parts.scheme, parts.scheme))


def loopback(host: str) -> bool:
    """Whether a host is this machine, by its number."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
