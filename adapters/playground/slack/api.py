"""The Web API's door: who calls, with which arguments, and how the answer is wrapped."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from adapters.playground.slack import forms, posts, rooms
from adapters.playground.slack.workspace import Hook, No, Workspace

BOT_TOKEN = "xoxb-0000000001-playground"  # noqa: S105 - it opens nothing but the playground
APP_TOKEN = "xapp-1-A0TOCSIN01-playground"  # noqa: S105
NESTED = ("blocks", "attachments", "metadata", "view")
"""Arguments that a form carries as JSON."""

Method = tuple[Callable[[Workspace, Mapping[str, Any]], dict[str, Any]], tuple[str, ...]]


class Api:
    """Every method that the platform has here. `methods` may be changed by a test that wants one to fail."""

    def __init__(self, at: Workspace, changed: Callable[[], None]) -> None:
        self.at = at
        self.changed = changed
        self.methods: dict[str, Method] = {**posts.METHODS, **rooms.METHODS, **forms.METHODS}
        self.calls: list[tuple[str, Mapping[str, Any]]] = []
        """What the app asked for, oldest first: for tests."""

    async def call(self, request: Request) -> Response:
        """One call of `/api/{method}`."""
        name = request.path_params["method"]
        try:
            args = await arguments(request)
            admitted(name, token(request, args))
            answer = self.answer(name, args)
        except No as no:
            headers = {"Retry-After": str(no.wait)} if no.wait is not None else {}
            return JSONResponse({"ok": False, "error": no.code, **no.more}, no.status, headers)
        self.changed()
        return JSONResponse({"ok": True, **answer})

    def answer(self, name: str, args: Mapping[str, Any]) -> dict[str, Any]:
        """What a method answers. Raises `No`."""
        if name not in self.methods:
            raise No("unknown_method", req_method=name)
        method, needed = self.methods[name]
        if missing := [each for each in needed if args.get(each) in (None, "")]:
            messages = [f"[ERROR] missing required field: {each}" for each in missing]
            raise No("invalid_arguments", response_metadata={"messages": messages})
        self.calls.append((name, args))
        return method(self.at, args)

    async def hooked(self, request: Request) -> Response:
        """One use of a `response_url`."""
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


def admitted(name: str, shown: str) -> None:
    """Raises `No` where this token does not open this method."""
    if not shown:
        raise No("not_authed")
    if shown not in (BOT_TOKEN, APP_TOKEN):
        raise No("invalid_auth")
    if (name == "apps.connections.open") != (shown == APP_TOKEN):
        raise No("not_allowed_token_type")


def down() -> Response:
    """What everybody gets while the platform is down."""
    return HTMLResponse("<html><body>503 Service Unavailable</body></html>", 503)
