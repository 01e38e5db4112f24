"""How the house is: `/healthz` for whoever restarts it, `/readyz` for whoever uses it, `/metrics` for Prometheus."""

from collections.abc import Sequence

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.ports import Unheard, Watched


def routes(house: Watched) -> Sequence[Route]:
    """The three of them."""

    async def healthz(_: Request) -> Response:
        """A restart mends no database: only what must run here counts."""
        told = await house.health()
        return JSONResponse(dict(told), status_code=200 if told["loops"] else 503)

    async def readyz(_: Request) -> Response:
        told = await house.ready()
        return JSONResponse(dict(told), status_code=200 if told["ready"] else 503)

    async def metrics(_: Request) -> Response:
        try:
            return Response(await house.figures(), headers={"content-type": CONTENT_TYPE_LATEST})
        except Unheard:
            return PlainTextResponse("The database does not answer.", status_code=503)

    return (Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics))
