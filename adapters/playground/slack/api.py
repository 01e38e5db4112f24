"""The Web API's door: who calls, with which arguments, and how the answer is wrapped."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from adapters.playground.faults import Faults, HungUp
from adapters.playground.slack import bookmarks, forms, people, posts, rooms
from adapters.playground.slack.app import App
from adapters.playground.slack.contracts import CONTRACTS
from adapters.playground.slack.limits import Limits
from adapters.playground.slack.workspace import Hook, No, Workspace

BOT_TOKEN = "xoxb-0000000001-playground"  # noqa: S105 - it opens nothing but the playground
APP_TOKEN = "xapp-1-A0TOCSIN01-playground"  # noqa: S105
NESTED = ("blocks", "attachments", "metadata", "view")
"""Arguments that a form carries as JSON."""
FORM = frozenset(
    (
        *("invalid_arguments", "invalid_attachments", "invalid_blocks", "invalid_blocks_format", "invalid_json"),
        *("invalid_metadata_format", "invalid_metadata_schema", "metadata_too_large", "missing_scope", "no_text"),
        *("msg_blocks_too_long", "msg_too_long", "too_long", "too_many_attachments", "unknown_method"),
        "view_too_large",
    )
)
"""Errors that are about the form of a request."""

Method = Callable[[Workspace, Mapping[str, Any]], dict[str, Any]]


class Api:
    """Every method that the platform has here. `methods` may be changed by a test that wants one to fail."""

    def __init__(self, at: Workspace, app: App, faults: Faults, changed: Callable[[], None]) -> None:
        self.at, self.app, self.faults, self.changed = at, app, faults, changed
        self.limits = Limits(at.clock)
        self.limited = False
        parts = (posts, rooms, people, forms, bookmarks)
        self.methods: dict[str, Method] = {name: each for part in parts for name, each in part.METHODS.items()}
        self.calls: list[tuple[str, Mapping[str, Any]]] = []
        """What the app asked for, oldest first: for tests."""
        self.refused: list[str] = []
        """What was refused for its form."""

    async def call(self, request: Request) -> Response:
        """One call of `/api/{method}`."""
        name = request.path_params["method"]
        try:
            args = await arguments(request)
            self.admitted(name, token(request, args))
            answer = self.answer(name, args)
        except No as no:
            return self.refusal(name, no)
        self.changed()
        where = (name, str(args.get("channel", "")))
        if self.faults.strikes("dropped_after_commit", *where):
            raise HungUp
        await self.faults.dawdle(*where)
        if self.faults.strikes("server_error_after_commit", *where):
            return broken()
        return JSONResponse({"ok": True, **answer}, headers={"x-oauth-scopes": ",".join(sorted(self.app.scopes))})

    def answer(self, name: str, args: Mapping[str, Any]) -> dict[str, Any]:
        """What a method answers. Raises `No`."""
        contract = CONTRACTS.get(name)
        if contract:
            contract.admit(self.app.scopes, args)
        if contract is None or name not in self.methods:
            raise No("unknown_method", req_method=name)
        self.hindered(name, args)
        contract.check(args)
        if self.limited:
            self.limits.count(name, args)
        self.calls.append((name, args))
        return self.methods[name](self.at, args)

    def hindered(self, name: str, args: Mapping[str, Any]) -> None:
        """Raises `No` where a fault has it so."""
        channel = str(args.get("channel", ""))
        if strike := self.faults.strikes("throttled", name, channel):
            raise No("ratelimited", status=429, wait=max(1, round(strike.seconds)))
        if self.faults.strikes("server_error", name, channel):
            raise No("", status=500)
        for fault, wrong in HINDRANCES.get(name, {}).items():
            direct = (found := self.at.channels.get(channel)) is not None and bool(found.im)
            if direct == (fault == "dm_closed") and self.faults.strikes(fault, name, channel):
                raise No(wrong)
        if name == "chat.update" and self.faults.strikes("message_gone", name, channel):
            self.at.channels[channel].messages.pop(str(args.get("ts")), None)

    def refusal(self, name: str, no: No) -> Response:
        """The answer to what is refused."""
        if no.status >= 500:
            return broken()
        if no.code in FORM:
            self.refused.append(f"{name}: {no.code} {no.more.get('response_metadata', '')}".strip())
        headers = {"Retry-After": str(no.wait)} if no.wait is not None else {}
        return JSONResponse({"ok": False, "error": no.code, **no.more}, no.status, headers)

    def admitted(self, name: str, shown: str) -> None:
        """Raises `No` where this token does not open this method."""
        if not shown:
            raise No("not_authed")
        if shown not in (BOT_TOKEN, APP_TOKEN):
            raise No("invalid_auth")
        if (name == "apps.connections.open") != (shown == APP_TOKEN):
            raise No("not_allowed_token_type")
        if self.faults.strikes("revoked"):
            raise No("token_revoked" if shown == BOT_TOKEN else "invalid_auth")

    async def hooked(self, request: Request) -> Response:
        """One use of a `response_url`."""
        if strike := self.faults.strikes("throttled", "response_url"):
            return PlainTextResponse("ratelimited", 429, {"Retry-After": str(max(1, round(strike.seconds)))})
        hook = self.at.hooks.get(request.path_params["hook"])
        if hook is None or hook.uses == 0:
            return PlainTextResponse("used_url", 404)
        if hook.until < self.at.now:
            return PlainTextResponse("expired_url", 404)
        hook.uses -= 1
        try:
            respond(self.at, hook, await request.json())
        except No as no:
            return JSONResponse({"ok": False, "error": no.code, **no.more}, 400)
        self.changed()
        return PlainTextResponse("ok")


HINDRANCES: Mapping[str, Mapping[str, str]] = {
    "chat.postMessage": {
        "not_in_channel": "not_in_channel",
        "archived": "is_archived",
        "dm_closed": "messages_tab_disabled",
    },
    "chat.postEphemeral": {"not_in_channel": "not_in_channel", "archived": "is_archived"},
    "chat.update": {"archived": "is_inactive", "edit_window_closed": "edit_window_closed"},
    "conversations.join": {"not_in_channel": "method_not_supported_for_channel_type", "archived": "is_archived"},
    "conversations.invite": {"not_in_channel": "not_in_channel", "archived": "is_archived"},
    "conversations.history": {"not_in_channel": "not_in_channel"},
}
"""How faults of a room show: method, fault, the platform's word."""


def respond(at: Workspace, hook: Hook, said: Mapping[str, Any]) -> None:
    """Answer what somebody did: to them alone, unless it says `in_channel`; or in place of what they pressed."""
    channel = at.channels[hook.channel]
    if said.get("delete_original"):
        channel.whispers = [each for each in channel.whispers if each[1]["ts"] != hook.source]
        return
    message = {**posts.content(said), **posts.author({})}
    if said.get("thread_ts"):
        message["thread_ts"] = said["thread_ts"]
    if said.get("response_type") == "in_channel":
        at.post(channel, message)
    else:
        channel.whispers.append((hook.user, {"type": "message", "ts": at.ts(), **message}))


async def arguments(request: Request) -> Mapping[str, Any]:
    """The arguments, wherever they stand. Raises `No`."""
    given: dict[str, Any] = dict(request.query_params)
    kind = request.headers.get("content-type", "").split(";")[0]
    if kind == "application/json":
        try:
            given |= await request.json()
        except (ValueError, TypeError):
            raise No("invalid_json") from None
    elif request.method == "POST":
        given |= parse_qsl((await request.body()).decode(), keep_blank_values=True)
    return {name: nested(name, value) for name, value in given.items() if value is not None}


def nested(name: str, value: Any) -> Any:
    """An argument that may be JSON in a string."""
    if name not in NESTED or not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise No("invalid_blocks_format" if name == "blocks" else "invalid_json") from None


def token(request: Request, args: Mapping[str, Any]) -> str:
    """The token that the caller shows."""
    return request.headers.get("authorization", "").removeprefix("Bearer ") or str(args.get("token", ""))


def down() -> Response:
    """What everybody gets while the platform is down."""
    return HTMLResponse("<html><body>503 Service Unavailable</body></html>", 503)


def broken() -> Response:
    """What somebody gets whose request broke the platform."""
    return HTMLResponse("<html><body>500 Internal Server Error</body></html>", 500)
