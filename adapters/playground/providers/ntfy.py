"""ntfy on loopback, and the telephones that listen to its topics.  https://docs.ntfy.sh/publish/, server/errors.go"""

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any

import httpx
import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

TOPIC = re.compile(r"[-_A-Za-z0-9]{1,64}")
DOCS = "https://ntfy.sh/docs/publish/"
KNOWN = {
    "topic", "message", "title", "tags", "priority", "actions", "click", "attach", "markdown", "icon", "filename",
    "delay", "email", "call", "cache", "firebase", "sequence_id",
}  # fmt: skip
ACTIONS = {"view", "broadcast", "http", "copy"}


class Ntfy:
    """A server with one access token, or none."""

    def __init__(self, ring: Callable[[], None], token: str = "") -> None:
        self.ring, self.token = ring, token
        self.messages: list[Mapping[str, Any]] = []
        self.refusals: list[Response] = []
        """What the next requests are answered instead."""
        self._numbers = count(1)

    def routes(self) -> Sequence[Route]:
        return [
            Route("/ntfy", self._publish, methods=["POST"]),
            Route("/ntfy/", self._publish, methods=["POST"]),
            Route("/ntfy/v1/health", self._health),
            Route("/ntfy/v1/account", self._account),
        ]

    async def _health(self, request: Request) -> Response:
        return JSONResponse({"healthy": True})

    async def _account(self, request: Request) -> Response:
        if not self._knows(request):
            return refused(40101, 401, "unauthorized", f"{DOCS}#authentication")
        return JSONResponse({"username": "tocsin", "role": "user"})

    def _knows(self, request: Request) -> bool:
        return not self.token or request.headers.get("authorization") == f"Bearer {self.token}"

    async def _publish(self, request: Request) -> Response:
        if self.refusals:
            return self.refusals.pop(0)
        if not self._knows(request):
            return refused(40101, 401, "unauthorized", f"{DOCS}#authentication")
        try:
            said = msgspec.json.decode(await request.body(), type=dict[str, Any])
        except msgspec.DecodeError:
            return refused(40017, 400, "invalid request: request body must be message JSON", f"{DOCS}#publish-as-json")
        if no := fault(said):
            return no
        number = next(self._numbers)
        made = {"id": f"ntfy{number:08d}", "time": 1764150000 + number, "event": "message", **said}
        self.messages.append(made)
        self.ring()
        return JSONResponse(made)

    def on(self, topic: str) -> list[Mapping[str, Any]]:
        """What came to a topic."""
        return [each for each in self.messages if each["topic"] == topic]

    async def tap(self, message: Mapping[str, Any], label: str) -> int:
        """Tap a button of a notification, as the app does; the status that it gets."""
        action = next(each for each in message["actions"] if each["label"] == label)
        async with httpx.AsyncClient(trust_env=False) as client:
            return (await client.request(action["method"], action["url"])).status_code


def fault(said: Mapping[str, Any]) -> Response | None:
    """Why a message is refused."""
    if not TOPIC.fullmatch(str(said.get("topic", ""))):
        return refused(40009, 400, "invalid request: topic invalid")
    if said.keys() - KNOWN or not isinstance(said.get("message", ""), str):
        return refused(40017, 400, "invalid request: request body must be message JSON", f"{DOCS}#publish-as-json")
    if said.get("priority", 3) not in range(1, 6):
        return refused(40007, 400, "invalid priority parameter", f"{DOCS}#message-priority")
    actions = said.get("actions", [])
    good = all(each.get("action") in ACTIONS and each.get("label") and each.get("url") for each in actions)
    if len(actions) > 3 or not good:
        return refused(40018, 400, "invalid request: actions invalid", f"{DOCS}#action-buttons")
    return None


def refused(code: int, status: int, why: str, link: str = "") -> Response:
    """Its own error."""
    return JSONResponse({"code": code, "http": status, "error": why, **({"link": link} if link else {})}, status)
