"""The Bot API's door: who calls, with which arguments, how answers are wrapped, and the long poll."""

import asyncio
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from adapters.playground.telegram.cloud import TOKEN, Cloud, No, bad
from adapters.playground.telegram.methods import METHODS, Method

NESTED = {
    "entities", "reply_markup", "link_preview_options", "reply_parameters", "allowed_updates", "commands", "scope",
    "reaction",
}  # fmt: skip
"""Arguments that a form carries as JSON."""
LONGEST_POLL = 50
"""Seconds."""


class Api:
    """Every method that the platform has here. `methods` may be changed by a test that wants one to fail."""

    def __init__(self, cloud: Cloud, changed: Callable[[], None], down: Callable[[], bool]) -> None:
        self.cloud, self.changed, self.down = cloud, changed, down
        self.methods: dict[str, tuple[Method, tuple[str, ...]]] = dict(METHODS)
        self.calls: list[tuple[str, Mapping[str, Any]]] = []
        """What the bot asked for, oldest first: for tests."""

    async def call(self, request: Request) -> Response:
        """One call of `/bot<token>/<method>`."""
        try:
            if self.down():
                raise No(503, "Service Unavailable")
            admitted(request.path_params["token"])
            return JSONResponse({"ok": True, "result": await self._answer(request)})
        except No as no:
            parameters = {"parameters": no.parameters} if no.parameters else {}
            body = {"ok": False, "error_code": no.status, "description": no.why, **parameters}
            return JSONResponse(body, no.status)

    async def _answer(self, request: Request) -> Any:
        # Method names are read without regard to case.
        names = {name.lower(): name for name in ("getUpdates", *self.methods)}
        name = names.get(request.path_params["method"].lower())
        if name is None:
            raise No(404, "Not Found")
        args = await arguments(request)
        self.calls.append((name, args))
        if name == "getUpdates":
            return await self._updates(args)
        method, needed = self.methods[name]
        if missing := next((each for each in needed if each not in args), ""):
            raise bad(REFUSALS.get(missing, f"{missing} is not specified"))
        answer = method(self.cloud, args)
        self.changed()
        return answer

    async def _updates(self, args: Mapping[str, Any]) -> Any:
        """The long poll. Whoever polls while another one does, ends that one."""
        cloud = self.cloud
        cloud.polls += 1
        mine = cloud.polls
        cloud.arrived.set()
        if "allowed_updates" in args:
            cloud.wanted = args["allowed_updates"]
        offset, limit = int(args.get("offset") or 0), int(args.get("limit") or 100)
        with suppress(TimeoutError):
            async with asyncio.timeout(min(int(args.get("timeout") or 0), LONGEST_POLL)):
                while not self.down() and mine == cloud.polls and not cloud.waiting(offset, limit):
                    cloud.arrived.clear()
                    await cloud.arrived.wait()
        if self.down():
            raise No(503, "Service Unavailable")
        if mine != cloud.polls:
            raise No(
                409,
                "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
            )
        return cloud.waiting(offset, limit)


REFUSALS = {"chat_id": "chat_id is empty", "text": "message text is empty"}


def admitted(token: str) -> None:
    """Raises `No` where this token opens nothing."""
    if token != TOKEN:
        raise No(401, "Unauthorized") if ":" in token else No(404, "Not Found")


async def arguments(request: Request) -> Mapping[str, Any]:
    """The arguments, wherever they stand. Raises `No`."""
    given: dict[str, Any] = dict(request.query_params)
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            given |= await request.json()
        except (ValueError, TypeError):
            raise bad("can't parse JSON object") from None
    elif request.method == "POST":
        # Multipart is for files, of which there are none here.
        given |= parse_qsl((await request.body()).decode(), keep_blank_values=True)
    return {name: nested(name, value) for name, value in given.items()}


def nested(name: str, value: Any) -> Any:
    """An argument that may be JSON in a string."""
    if name not in NESTED or not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise bad(f"can't parse {name.replace('_', ' ')} JSON object") from None
