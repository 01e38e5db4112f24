"""`/calendar/SECRET.ics`: shifts, for whatever subscribes to calendars."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.ports import Calendars, House


def routes(house: House) -> Sequence[Route]:
    """The calendars of a house that has some."""
    if not isinstance(house, Calendars):
        return ()

    async def feed(request: Request) -> Response:
        body = await house.calendar(request.path_params["secret"])
        if body is None:
            # The same for one that never was and one that was revoked.
            return PlainTextResponse("There is no such calendar (any more).", status_code=404)
        # Nobody between us and the subscriber keeps it: the address is a secret.
        headers = {"cache-control": "private, max-age=300", "content-disposition": 'inline; filename="oncall.ics"'}
        return Response(body, media_type="text/calendar; charset=utf-8", headers=headers)

    return (Route("/calendar/{secret:str}.ics", feed),)
