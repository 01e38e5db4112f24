"""What the page in the browser asks of the playground: the shell, the screens, and what a person does on them."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

import msgspec
from jinja2 import Environment, FileSystemLoader
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from adapters.playground.bell import Bell
from adapters.playground.deeds import Deed, Fill, Press, React, Say, Search, Shortcut, Typing, Visit, read
from adapters.playground.stage import Actor, Bubble, Room, StandIn
from adapters.playground.switches import Switches

HERE = Path(__file__).parent
LOOK_AGAIN = 0.05
"""Seconds in which several changes are shown as one."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)


class Page:
    """The page's side of the playground: JSON in and out, made for one viewer."""

    def __init__(
        self,
        actors: Sequence[Actor],
        stands: Mapping[str, StandIn],
        bell: Bell,
        switches: Switches,
        lines: Sequence[tuple[str, str, str]],
    ) -> None:
        self.switches = switches
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
            Route("/shortcut", self.shortcut, methods=["POST"]),
            Route("/typing", self.typing, methods=["POST"]),
            Route("/search", self.search, methods=["POST"]),
            Route("/visit", self.visit, methods=["POST"]),
            Mount("/static", StaticFiles(directory=HERE / "static")),
        )

    # ---- what is seen

    async def shell(self, request: Request) -> Response:
        """The page itself: frames without messages, which the script fills."""
        templates = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True, trim_blocks=True)
        html = templates.get_template("page.html").render(
            actors=self.actors,
            platforms=tuple(self.stands),
            menus={name: stand.faults.menu for name, stand in self.stands.items()},
            lines=self.lines,
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
        """Each platform's screen as JSON, its name before it; and how the bot is."""
        parts = {name: self.pane(name, viewer) for name, viewer in viewers.items()}
        parts["house"] = msgspec.json.encode(self.switches.house())
        return {name: b'"%s":%s' % (name.encode(), part) for name, part in parts.items()}

    def pane(self, name: str, viewer: str) -> bytes:
        """One platform's screen as JSON."""
        stand = self.stands[name]
        here = name in self.actors[viewer].ids
        screen = stand.screen(viewer) if here else None
        wrong = {"outage": stand.outage, "faults": list(stand.faults.active), "limits": stand.limits}
        return msgspec.json.encode({"viewer": viewer, **wrong, "screen": screen})

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

    async def shortcut(self, request: Request) -> Response:
        """See `Shortcut`."""
        deed = await read(request, Shortcut)
        bubble = self.bubble(deed, deed.room, deed.bubble)
        if not any(knob.id == deed.knob for knob in bubble.menu):
            raise HTTPException(404, "That is not in the message's menu.")
        await self.stand(deed).shortcut(deed.viewer, deed.room, bubble.id, deed.knob)
        return Response(status_code=204)

    async def typing(self, request: Request) -> Response:
        """See `Typing`."""
        deed = await read(request, Typing)
        return choices(await self.stand(deed).typing(deed.viewer, self.room(deed, deed.room).id, deed.text))

    async def search(self, request: Request) -> Response:
        """See `Search`."""
        deed = await read(request, Search)
        sheet = self.stand(deed).screen(deed.viewer).sheet
        if sheet is None or sheet.id != deed.sheet or deed.input not in {each.id for each in sheet.inputs}:
            raise HTTPException(404, "That form is not open any more.")
        return choices(await self.stand(deed).search(deed.viewer, sheet.id, deed.input, deed.text))

    async def visit(self, request: Request) -> Response:
        """See `Visit`."""
        deed = await read(request, Visit)
        await self.stand(deed).visit(deed.viewer, self.room(deed, deed.room).id)
        return Response(status_code=204)

    # ---- who and where

    def actor(self, key: str) -> Actor:
        """Who is meant; a 404 where nobody is."""
        if key not in self.actors:
            raise HTTPException(404, f"Nobody here is called {key!r}: there are {', '.join(self.actors)}.")
        return self.actors[key]

    def stand(self, deed: Deed) -> StandIn:
        """The platform that somebody acts on; a 404 where they have no account, a 409 while it is down."""
        stand = self.switches.stand(deed.platform)
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


def choices(found: Sequence[tuple[str, str]]) -> Response:
    """What a client offers while somebody types."""
    return JSONResponse({"choices": list(found)})
