"""What the page in the browser asks of the playground: the shell, the screens, and what a person does on them."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec
from jinja2 import Environment, FileSystemLoader
from msgspec import Meta, Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from adapters.playground.bell import Bell
from adapters.playground.stage import Actor, Bubble, Room, StandIn

HERE = Path(__file__).parent
LOOK_AGAIN = 0.05
"""Seconds in which several changes are shown as one."""
LONGEST = 64 * 1024
"""Bytes in a request, at most."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)

Short = Annotated[str, Meta(max_length=200)]
Typed = Annotated[str, Meta(max_length=10_000)]


class Deed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody does on one platform."""

    platform: Short
    viewer: Short


class Say(Deed, frozen=True, kw_only=True):
    """Type it and press enter."""

    room: Short
    text: Annotated[str, Meta(min_length=1, max_length=10_000)]
    reply_to: Short = ""


class Press(Deed, frozen=True, kw_only=True):
    """Press a button under a message."""

    room: Short
    bubble: Short
    knob: Short


class Fill(Deed, frozen=True, kw_only=True):
    """Send the open form; without answers, close it."""

    sheet: Short
    answers: dict[Short, Typed]


class React(Deed, frozen=True, kw_only=True):
    """Put a reaction under a message."""

    room: Short
    bubble: Short
    emoji: Annotated[str, Meta(min_length=1, max_length=32)]


class Outage(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Take a platform down, or bring it back."""

    platform: Short
    down: bool


D = TypeVar("D", bound=Struct)


async def read(request: Request, kind: type[D]) -> D:
    """The request's body as this kind of deed; what is wrong with it is said with a 4xx."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST:
            raise HTTPException(413, f"That is more than {LONGEST} bytes.")
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
        raise HTTPException(400, str(wrong)) from None


async def excuse(request: Request, error: Exception) -> Response:
    """Say on the page what was wrong with a request."""
    status, why = (error.status_code, error.detail) if isinstance(error, HTTPException) else (500, str(error))
    return JSONResponse({"error": why}, status)


class Page:
    """The page's side of the playground: JSON in and out, made for one viewer."""

    excuses: Mapping[Any, Any] = {HTTPException: excuse}

    def __init__(
        self,
        actors: Sequence[Actor],
        stands: Mapping[str, StandIn],
        bell: Bell,
        lines: Sequence[tuple[str, str, str]],
    ) -> None:
        self.actors = {actor.key: actor for actor in actors}
        self.stands = stands
        self.bell = bell
        self.lines = lines

    def routes(self) -> Sequence[BaseRoute]:
        """All that the page asks for."""
        return (
            Route("/", self.shell),
            Route("/screen", self.screen),
            Route("/events", self.events),
            Route("/say", self.say, methods=["POST"]),
            Route("/press", self.press, methods=["POST"]),
            Route("/fill", self.fill, methods=["POST"]),
            Route("/react", self.react, methods=["POST"]),
            Route("/outage", self.outage, methods=["POST"]),
            Mount("/static", StaticFiles(directory=HERE / "static")),
        )

    # ---- what is seen

    async def shell(self, request: Request) -> Response:
        """The page itself: frames without messages, which the script fills."""
        templates = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True, trim_blocks=True)
        html = templates.get_template("page.html").render(
            actors=self.actors, platforms=tuple(self.stands), lines=self.lines
        )
        return HTMLResponse(html, headers={"Content-Security-Policy": POLICY, "Cache-Control": "no-store"})

    async def screen(self, request: Request) -> Response:
        """`?viewer=anna`: all the screens as they are now; `&slack=mia` gives one platform to somebody else."""
        panes = self.panes(self.viewers(request))
        return Response(b"{%s}" % b",".join(panes.values()), media_type="application/json")

    async def events(self, request: Request) -> Response:
        """The same as a stream: first all the screens, then each that changed, soon after it did."""
        stream = self.changes(self.viewers(request))
        return StreamingResponse(stream, media_type="text/event-stream", headers={"Cache-Control": "no-store"})

    async def changes(self, viewers: Mapping[str, str]) -> AsyncIterator[bytes]:
        """Server-sent events."""
        shown: Mapping[str, bytes] = {}
        with self.bell.ear() as rung:
            while True:
                rung.clear()
                panes = self.panes(viewers)
                if news := [pane for name, pane in panes.items() if pane != shown.get(name)]:
                    yield b"data: {%s}\n\n" % b",".join(news)
                shown = panes
                await rung.wait()
                await asyncio.sleep(LOOK_AGAIN)

    def viewers(self, request: Request) -> Mapping[str, str]:
        """Who looks at each platform. Somebody who has no account there sees nothing."""
        everywhere = request.query_params.get("viewer", "")
        viewers = {name: request.query_params.get(name, everywhere) for name in self.stands}
        for viewer in viewers.values():
            self.actor(viewer)
        return viewers

    def panes(self, viewers: Mapping[str, str]) -> Mapping[str, bytes]:
        """Each platform's screen as JSON, its name before it."""
        return {name: b'"%s":%s' % (name.encode(), self.pane(name, viewer)) for name, viewer in viewers.items()}

    def pane(self, name: str, viewer: str) -> bytes:
        """One platform's screen as JSON."""
        stand = self.stands[name]
        here = name in self.actors[viewer].ids
        screen = stand.screen(viewer) if here else None
        return msgspec.json.encode({"viewer": viewer, "outage": stand.outage, "screen": screen})

    # ---- what is done: only what that person's screen offers

    async def say(self, request: Request) -> Response:
        """See `Say`."""
        deed = await read(request, Say)
        await self.stand(deed).say(deed.viewer, self.room(deed, deed.room).id, deed.text, deed.reply_to)
        return Response(status_code=204)

    async def press(self, request: Request) -> Response:
        """See `Press`."""
        deed = await read(request, Press)
        bubble = self.bubble(deed, deed.room, deed.bubble)
        if not any(knob.id == deed.knob for row in bubble.buttons for knob in row):
            raise HTTPException(404, "That button is not there any more.")
        await self.stand(deed).press(deed.viewer, deed.room, bubble.id, deed.knob)
        return Response(status_code=204)

    async def fill(self, request: Request) -> Response:
        """See `Fill`."""
        deed = await read(request, Fill)
        sheet = self.stand(deed).screen(deed.viewer).sheet
        if sheet is None or sheet.id != deed.sheet:
            raise HTTPException(404, "That form is not open any more.")
        if unknown := deed.answers.keys() - {each.id for each in sheet.inputs}:
            raise HTTPException(400, f"The form does not ask for {', '.join(sorted(unknown))}.")
        await self.stand(deed).fill(deed.viewer, sheet.id, deed.answers)
        return Response(status_code=204)

    async def react(self, request: Request) -> Response:
        """See `React`."""
        deed = await read(request, React)
        bubble = self.bubble(deed, deed.room, deed.bubble)
        await self.stand(deed).react(deed.viewer, deed.room, bubble.id, deed.emoji)
        return Response(status_code=204)

    async def outage(self, request: Request) -> Response:
        """See `Outage`."""
        deed = await read(request, Outage)
        self.platform(deed.platform).outage = deed.down
        self.bell.ring()
        return Response(status_code=204)

    def actor(self, key: str) -> Actor:
        """Who is meant; a 404 where nobody is."""
        if key not in self.actors:
            raise HTTPException(404, f"Nobody here is called {key!r}: there are {', '.join(self.actors)}.")
        return self.actors[key]

    def platform(self, name: str) -> StandIn:
        """Which platform is meant; a 404 where none is."""
        if name not in self.stands:
            raise HTTPException(404, f"There is no platform {name!r}: there are {', '.join(self.stands)}.")
        return self.stands[name]

    def stand(self, deed: Deed) -> StandIn:
        """The platform that somebody acts on; a 404 where they have no account, a 409 while it is down."""
        stand = self.platform(deed.platform)
        if deed.platform not in self.actor(deed.viewer).ids:
            raise HTTPException(404, f"{self.actors[deed.viewer].name} has no account on {deed.platform}.")
        if stand.outage:
            raise HTTPException(409, f"{deed.platform.capitalize()} is down.")
        return stand

    def room(self, deed: Deed, id: str) -> Room:
        """The room of this id on somebody's screen; a 404 where there is none."""
        for room in self.stand(deed).screen(deed.viewer).rooms:
            if room.id == id:
                return room
        raise HTTPException(404, f"{self.actors[deed.viewer].name} sees no room {id!r} on {deed.platform}.")

    def bubble(self, deed: Deed, room: str, id: str) -> Bubble:
        """The message of this id in a room on somebody's screen; a 404 where there is none."""
        for bubble in self.room(deed, room).bubbles:
            if bubble.id == id:
                return bubble
        raise HTTPException(404, "That message is not there any more.")
