"""The Bot API's door: who calls, with which arguments, how answers are wrapped, and the long poll."""

import asyncio
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from adapters.playground.faults import Faults, HungUp
from adapters.playground.telegram.cloud import Cloud
from adapters.playground.telegram.contract import missing, nested, unfit
from adapters.playground.telegram.limits import Limits
from adapters.playground.telegram.methods import METHODS, Method
from adapters.playground.telegram.shapes import TOKEN, No, Unfit
from adapters.playground.telegram.trouble import POLL, Trouble

LONGEST_POLL = 50
"""Seconds."""
REFUSALS = {"chat_id": "chat_id is empty", "text": "message text is empty"}
TWICE = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
HOOKED = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"


class Api:
    """Every method that the platform has here. `methods` may be changed by a test that wants one to fail."""

    def __init__(self, cloud: Cloud, changed: Callable[[], None], faults: Faults, refused: list[str]) -> None:
        self.cloud, self.changed, self.faults, self.refused = cloud, changed, faults, refused
        self.trouble, self.limits, self.limited = Trouble(faults), Limits(cloud.clock), False
        self.methods: dict[str, Method] = dict(METHODS)
        self.calls: list[tuple[str, Mapping[str, Any]]] = []
        """What the bot asked for, oldest first: for tests."""
        self.broken = 0
        """How often every open poll was broken off."""

    async def call(self, request: Request) -> Response:
        """One call of `/bot<token>/<method>`."""
        try:
            self._open()
            if "revoked" in self.faults.active:
                self.faults.strikes("revoked")
                raise No(401, "Unauthorized")
            admitted(request.path_params["token"])
            return JSONResponse({"ok": True, "result": await self._answer(request)})
        except No as no:
            if isinstance(no, Unfit):
                self.refused.append(f"{request.path_params['method']}: {no.why}")
            parameters = {"parameters": no.parameters} if no.parameters else {}
            body = {"ok": False, "error_code": no.status, "description": no.why, **parameters}
            return JSONResponse(body, no.status)

    def _open(self) -> None:
        if self.faults.strikes("outage"):
            raise No(503, "Service Unavailable")

    async def _answer(self, request: Request) -> Any:
        # Method names are read without regard to case.
        names = {name.lower(): name for name in (POLL, *self.methods)}
        name = names.get(request.path_params["method"].lower())
        if name is None:
            raise No(404, "Not Found: method not found")
        args = await arguments(request, name)
        self.calls.append((name, args))
        self.trouble.before(name, args)
        fits(name, args)
        if self.limited and (wait := self.limits.wait(name, args)):
            raise No(429, f"Too Many Requests: retry after {wait}", retry_after=wait)
        answer = await self._updates(args) if name == POLL else self.methods[name](self.cloud, args)
        self.changed()
        await self.trouble.after(name, args)
        return answer

    async def _updates(self, args: Mapping[str, Any]) -> Any:
        """The long poll. Whoever polls while another one does, ends that one."""
        queue, broken = self.cloud.queue, self.broken
        queue.polls += 1
        mine = queue.polls
        queue.arrived.set()
        if "allowed_updates" in args:
            queue.wanted = args["allowed_updates"]
        offset, limit = int(args.get("offset") or 0), int(args.get("limit") or 0)
        with suppress(TimeoutError):
            async with asyncio.timeout(min(int(args.get("timeout") or 0), LONGEST_POLL)):
                while not self._ended(mine, broken) and not queue.waiting(offset, limit):
                    queue.arrived.clear()
                    await queue.arrived.wait()
        if broken != self.broken:
            raise HungUp
        self._open()
        if mine != queue.polls or self.faults.strikes("conflict"):
            raise No(409, TWICE)
        if self.cloud.webhook:
            raise No(409, HOOKED)
        return queue.waiting(offset, limit)

    def _ended(self, mine: int, broken: int) -> bool:
        """Whether a poll waits no longer, whatever comes."""
        alone = mine == self.cloud.queue.polls and "conflict" not in self.faults.active
        return not alone or broken != self.broken or "outage" in self.faults.active or bool(self.cloud.webhook)

    def break_off(self) -> None:
        """Every open poll ends without an answer."""
        self.broken += 1
        self.cloud.queue.arrived.set()


def fits(method: str, args: Mapping[str, Any]) -> None:
    """Raises `Unfit` for what the platform's own description does not allow."""
    if name := missing(method, args):
        raise Unfit(REFUSALS.get(name, f"{name} is not specified"))
    if why := unfit(method, args):
        raise Unfit(why)


def admitted(token: str) -> None:
    """Raises `No` where this token opens nothing."""
    if token != TOKEN:
        raise No(401, "Unauthorized") if ":" in token else No(404, "Not Found")


async def arguments(request: Request, method: str) -> Mapping[str, Any]:
    """The arguments, wherever they stand. Raises `Unfit`."""
    given: dict[str, Any] = dict(request.query_params)
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            given |= await request.json()
        except (ValueError, TypeError):
            raise Unfit("can't parse JSON object") from None
    elif request.method == "POST":
        # Multipart is for files, of which there are none here.
        given |= parse_qsl((await request.body()).decode(), keep_blank_values=True)
    return {name: parsed(method, name, value) for name, value in given.items()}


def parsed(method: str, name: str, value: Any) -> Any:
    """An argument that may be JSON in a string."""
    if not isinstance(value, str) or not nested(method, name):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise Unfit(f"can't parse {name.replace('_', ' ')} JSON object") from None
