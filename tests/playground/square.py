"""A double for the three platforms: a market square, where what is said on one side is heard on all.

It lets the frame and the page be tested without a bot: `/form` opens a form, `/vote` shows a button.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from html import escape

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from adapters.playground.faults import Faults
from adapters.playground.stage import Actor, Bubble, Clock, Input, Knob, Room, Screen, Sheet, StandIn

FORM = Sheet(
    "declare",
    "Declare an incident",
    "Declare",
    (
        Input("title", "What is wrong?", required=True),
        Input("sev", "Severity", "choice", value="2", choices=(("1", "SEV1"), ("2", "SEV2"))),
        Input("more", "Anything else", "long"),
    ),
)
HINTS = (("form", "Opens a form"), ("vote", "Shows a button"), ("room", "Opens a war room"))


class Square:
    """What all sides hear."""

    def __init__(self) -> None:
        self.sides: dict[str, Side] = {}

    def side(self, name: str) -> Callable[[Sequence[Actor], Clock, Callable[[], None]], "Side"]:
        """Builds this square's side of that name."""

        def build(actors: Sequence[Actor], clock: Clock, changed: Callable[[], None]) -> Side:
            self.sides[name] = Side(self, name, actors, clock, changed)
            return self.sides[name]

        return build

    def show(self, bubble: Bubble, room: str = "main") -> None:
        """One more message on every side."""
        for side in self.sides.values():
            side.rooms[room].append(bubble)
            side.changed()

    def vote(self, bubble: Bubble, by: str) -> None:
        """The message is voted for, on every side."""
        for side in self.sides.values():
            text = f"{by} voted for it"
            voted = replace(bubble, text=text, html=f"<b>{escape(text)}</b>", edited=True, pinned=True, buttons=())
            side.rooms["main"] = [voted if each.id == bubble.id else each for each in side.rooms["main"]]
            side.changed()


class Side(StandIn):
    """One platform of the square."""

    def __init__(
        self, square: Square, name: str, actors: Sequence[Actor], clock: Clock, changed: Callable[[], None]
    ) -> None:
        self.square = square
        self.name = name
        self.actors = {actor.key: actor for actor in actors}
        self.clock = clock
        self.changed = changed
        self.faults = Faults(name, lambda fault: self.changed())
        self.refused: list[str] = []
        self.reset()

    def reset(self) -> None:
        self.rooms: dict[str, list[Bubble]] = {"main": []}
        self.sheets: dict[str, Sheet] = {}
        self.whispers: dict[str, Bubble] = {}
        self.reactions: dict[str, dict[str, int]] = {}
        self.count = 0

    def routes(self) -> Sequence[BaseRoute]:
        async def ping(request: Request) -> Response:
            return JSONResponse({"pong": self.name})

        async def socket(socket: WebSocket) -> None:
            await socket.accept()
            try:
                while True:
                    await socket.send_text(await socket.receive_text())
            except WebSocketDisconnect:
                pass

        return (Route(f"/{self.name}/ping", ping), WebSocketRoute(f"/{self.name}/socket", socket))

    def settings(self, base: str) -> Mapping[str, str]:
        return {"api": f"{base}/{self.name}"}

    def screen(self, viewer: str) -> Screen:
        whisper = (self.whispers[viewer],) if viewer in self.whispers else ()
        rooms = tuple(
            Room(name, name, "channel", bubbles=(*map(self.reacted, bubbles), *(whisper if name == "main" else ())))
            for name, bubbles in self.rooms.items()
        )
        return Screen(rooms, self.sheets.get(viewer), hints=HINTS)

    def reacted(self, bubble: Bubble) -> Bubble:
        return replace(bubble, reactions=dict(self.reactions.get(bubble.id, {})))

    async def say(self, viewer: str, room: str, text: str, reply_to: str = "") -> None:
        author = self.actors[viewer].name
        match text.split(None, 1):
            case ["/form", *_]:
                self.sheets[viewer] = FORM
            case ["/vote", *words]:
                buttons, menu = ((Knob("yes", "Vote", "primary"),),), (Knob("yes", "Vote for it"),)
                asked = replace(self.bubble("Square", " ".join(words), bot=True), buttons=buttons, menu=menu)
                self.square.show(asked, room)
            case ["/room", *_]:
                for side in self.square.sides.values():
                    side.rooms["war"] = []
                self.square.show(self.bubble("Square", "This is the war room", bot=True), "war")
            case ["/link", *words]:
                bubble = self.bubble("Square", "War room", bot=True)
                self.square.show(replace(bubble, html=f'<a href="{escape(" ".join(words))}">War room</a>'), room)
            case ["/noon", *_]:
                noon = '<time datetime="2026-11-24T12:00:00+00:00">24 Nov 12:00</time>'
                self.square.show(replace(self.bubble("Square", "noon", bot=True), html=noon), room)
            case ["/whisper", *words]:
                self.whispers[viewer] = replace(self.bubble("Square", " ".join(words), bot=True), ephemeral=True)
            case _:
                self.square.show(self.bubble(author, text, reply_to=reply_to), room)
        self.changed()

    def bubble(self, author: str, text: str, *, bot: bool = False, reply_to: str = "") -> Bubble:
        self.count += 1
        return Bubble(
            f"{self.name}-{self.count}", author, text, escape(text), self.clock.now(), bot=bot, reply_to=reply_to
        )

    async def press(self, viewer: str, room: str, bubble: str, knob: str) -> None:
        voted = next(each for each in self.rooms[room] if each.id == bubble)
        self.square.vote(voted, self.actors[viewer].name)

    async def shortcut(self, viewer: str, room: str, bubble: str, knob: str) -> None:
        await self.press(viewer, room, bubble, knob)

    async def typing(self, viewer: str, room: str, text: str) -> Sequence[tuple[str, str]]:
        return (("/vote roll back?", "the release"),) if text.startswith("/vote ") else ()

    async def fill(self, viewer: str, sheet: str, answers: Mapping[str, str]) -> None:
        del self.sheets[viewer]
        if answers:
            said = f"SEV{answers['sev']} {answers['title']}"
            self.square.show(self.bubble(self.actors[viewer].name, said))
        self.changed()

    async def react(self, viewer: str, room: str, bubble: str, emoji: str) -> None:
        counts = self.reactions.setdefault(bubble, {})
        counts[emoji] = counts.get(emoji, 0) + 1
        self.changed()


class Noon:
    """It is always noon."""

    def now(self) -> datetime:
        return datetime(2026, 11, 24, 12, tzinfo=UTC)
