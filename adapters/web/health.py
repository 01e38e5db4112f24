"""`/healthz`: whether the database answers and everything runs that must."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.ports import House


def routes(house: House) -> Sequence[Route]:
    """How the house is."""

    async def healthz(_: Request) -> JSONResponse:
        well = await house.health()
        return JSONResponse(dict(well), status_code=200 if well["database"] and well["loops"] else 503)

    return (Route("/healthz", healthz),)
