"""What a signed link leads to: a page that shows what would happen, and a button on it that does it.

Programs that look into mails follow every link in them: so looking does nothing, and only a press acts.
"""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from adapters.notify.letters import html
from adapters.notify.links import Expired, Forged, Links, Press
from bot.ports import Card, Foresight, Form, House, Unheard
from bot.text.rich import Para, bold, line
from bot.text.words import N_, Voice, known

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
UNHEARD = N_("I could not keep that just now, and nothing was changed. Please press again in a moment.")
EXPIRED = N_("This link is too old. Nothing was done. The incident can still be taken in any chat.")
FORGED = N_("This link is not one of mine, or a part of it got lost. Nothing was done.")
UNFINISHED = N_("That needs a few more words than a link can carry. Please say it in a chat: {words}")


class Presses:
    """One channel's links, answered."""

    def __init__(self, links: Links, house: House) -> None:
        self.links, self.house = links, house

    def routes(self) -> Sequence[Route]:
        """Where they lead."""
        path = f"/notify/{self.links.channel}/press/{{token}}"
        return [Route(path, self._show, methods=["GET"]), Route(path, self._act, methods=["POST"])]

    async def _show(self, request: Request) -> Response:
        """What would happen."""
        press = self._read(request)
        if isinstance(press, Response):
            return press
        voice = Voice(known(press.language) or "en")
        verb = self.house.grammar(press.language).verb(press.says)
        told = verb.help if verb else press.label
        footer = voice.say(N_("As {address}. Nothing happens until you press."), address=press.handle.id)
        title = line(bold(f"{press.label}: {press.says}"))
        about = await self.house.about(press.said()) if isinstance(self.house, Foresight) else None
        body = (*(about.body if about else ()), Para(voice.help(told)))
        card = Card(title=title, body=body, footer=footer, tone="warn", language=press.language)
        return page(card, button=press.label)

    async def _act(self, request: Request) -> Response:
        """Do it, and show the answer. Pressed again, it shows the same answer and does nothing."""
        press = self._read(request)
        if isinstance(press, Response):
            return press
        try:
            answer = await self.house.hear(press.said())
        except Unheard:
            return excuse(UNHEARD, 503, press.language)
        if isinstance(answer, Card):
            return page(answer)
        voice = Voice(known(press.language) or "en")
        words = answer.words if isinstance(answer, Form) else press.says
        said = voice.say(UNFINISHED, words=words)
        return page(Card(body=(Para(said),), tone="warn", language=press.language))

    def _read(self, request: Request) -> Press | Response:
        asked = request.headers.get("accept-language", "").split(",")[0].strip()
        try:
            return self.links.read(request.path_params["token"])
        except Expired:
            return excuse(EXPIRED, 410, asked)
        except Forged:
            return excuse(FORGED, 404, asked)


def page(card: Card, *, status: int = 200, button: str = "") -> Response:
    """A page that holds one card."""
    return HTMLResponse(html("page.html", card, button=button), status, HEADERS)


def excuse(text: str, status: int, language: str) -> Response:
    """A page that says why not."""
    language = known(language) or "en"
    card = Card(body=(Para(Voice(language).say(text)),), tone="warn", language=language)
    return page(card, status=status)
