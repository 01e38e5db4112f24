"""Slack's stand-in: one workspace with one app in it."""

from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from adapters.playground.faults import Faults
from adapters.playground.slack import forms, paint
from adapters.playground.slack.api import APP_TOKEN, BOT_TOKEN, Api, arguments, down, token
from adapters.playground.slack.app import App
from adapters.playground.slack.client import VERIFICATION
from adapters.playground.slack.gestures import Gestures
from adapters.playground.slack.socket import Switchboard, Unanswered
from adapters.playground.slack.workspace import APP, BOT, HALL, TEAM, No, Workspace
from adapters.playground.stage import Actor, Clock, Knob, Screen, Skewed, StandIn

HOME = "home"
"""The room that the app's Home is shown as."""


class Slack(StandIn):
    """One platform on loopback."""

    name = "slack"

    def __init__(self, actors: Sequence[Actor], clock: Clock, changed: Callable[[], None]) -> None:
        self.changed = changed
        self.faults = Faults(self.name, self._befall)
        self.app = App()
        self.at = Workspace(actors, Skewed(clock, self.faults))
        self.board = Switchboard(self.at.clock, self.faults)
        self.api = Api(self.at, self.app, self.faults, self._ring)
        self.refused = self.api.refused
        self.client = Gestures(self.at, self.board, self.app, self._ring)
        self.at.tell = self._tell
        self._events = count(1)

    def _ring(self) -> None:
        self.changed()

    def _befall(self, name: str) -> None:
        """What a fault does at once."""
        self.board.befall(name)
        self._ring()

    @property
    def limits(self) -> bool:
        """Whether the real rate limits are kept."""
        return self.api.limited

    @limits.setter
    def limits(self, kept: bool) -> None:
        self.api.limited = kept

    def routes(self) -> Sequence[BaseRoute]:
        """The Web API, what `response_url` leads to, and the socket."""
        return (
            Route("/slack/api/apps.connections.open", self._connections_open, methods=["POST"]),
            Route("/slack/api/{method}", self._call, methods=["GET", "POST"]),
            Route("/slack/hooks/{app}/{team}/{hook}", self._hooked, methods=["POST"]),
            WebSocketRoute("/slack/link", self._connect),
        )

    def settings(self, base: str) -> Mapping[str, Any]:
        """What the adapter is told."""
        return {"bot_token": BOT_TOKEN, "app_token": APP_TOKEN, "api": f"{base}/slack/api/", "room": HALL}

    def screen(self, viewer: str) -> Screen:
        """What this actor sees."""
        user = self.at.user_of(viewer).id
        menu = [Knob(each["callback_id"], each["name"]) for each in self.app.shortcuts if each["type"] == "message"]
        rooms = [paint.room(self.at, channel, viewer, menu) for channel in self.at.seen(viewer)]
        rooms.append(paint.home(self.at, viewer))
        view = self.at.views.get(user)
        sheet = forms.sheet(self.at, view) if view else None
        return Screen(rooms, sheet, self.at.toasts.get(user, ""), self.app.commands)

    async def say(self, viewer: str, room: str, text: str, reply_to: str = "") -> None:
        """Type it and press enter."""
        await self.client.say(viewer, room, text, reply_to)

    async def press(self, viewer: str, room: str, bubble: str, knob: str) -> None:
        """Press a button."""
        if room == HOME:
            await self.client.press_home(viewer, knob)
            return
        await self.client.press(viewer, room, bubble, knob)

    async def fill(self, viewer: str, sheet: str, answers: Mapping[str, str]) -> None:
        """Send the open form; an empty mapping closes it."""
        await self.client.fill(viewer, sheet, answers)

    async def react(self, viewer: str, room: str, bubble: str, emoji: str) -> None:
        """Put a reaction under a message."""
        self.client.react(viewer, room, bubble, emoji)

    async def shortcut(self, viewer: str, room: str, bubble: str, knob: str) -> None:
        """Choose something in a message's menu; without a message, from everywhere."""
        await self.client.shortcut(viewer, room, bubble, knob)

    async def search(self, viewer: str, sheet: str, input: str, text: str) -> Sequence[tuple[str, str]]:
        """What a select in the open form offers."""
        try:
            found = await self.client.search(viewer, input, text)
        except (Unanswered, No):
            return ()
        return [(each["value"], each["text"]["text"]) for each in found]

    async def visit(self, viewer: str, room: str) -> None:
        """Look into a room: the app is told when it is its Home."""
        if room == HOME:
            self.client.visit(viewer)

    def reset(self) -> None:
        """As new; connections stay."""
        self.faults.mend()
        self.refused.clear()
        self.at.reset()
        self.board.reset()
        self.api.calls.clear()

    # ---- the wire

    async def _call(self, request: Request) -> Response:
        return down() if self.outage else await self.api.call(request)

    async def _hooked(self, request: Request) -> Response:
        return down() if self.outage else await self.api.hooked(request)

    async def _connections_open(self, request: Request) -> Response:
        if self.outage:
            return down()
        try:
            self.api.admitted("apps.connections.open", token(request, await arguments(request)))
        except No as no:
            return JSONResponse({"ok": False, "error": no.code})
        self.client.base = f"http://{request.url.netloc}"
        url = f"ws://{request.url.netloc}/slack/link?ticket={self.board.ticket()}&app_id={APP}"
        return JSONResponse({"ok": True, "url": url})

    async def _connect(self, socket: WebSocket) -> None:
        if self.outage:
            await socket.close(1013)
        else:
            await self.board.connect(socket)

    def _tell(self, event: Mapping[str, Any]) -> None:
        """An event, wrapped as the platform delivers it, if the app subscribed to it."""
        if not self.app.hears(event):
            return
        id = f"Ev08N{next(self._events):06X}"
        authorization = {"enterprise_id": None, "team_id": TEAM, "user_id": BOT, "is_bot": True}
        self.board.tell(
            {
                "type": "event_callback",
                "token": VERIFICATION,
                "team_id": TEAM,
                "api_app_id": APP,
                "event": event,
                "event_id": id,
                "event_time": self.at.now,
                "authorizations": [authorization | {"is_enterprise_install": False}],
                "is_ext_shared_channel": False,
                "event_context": f"4-{id}",
            }
        )
