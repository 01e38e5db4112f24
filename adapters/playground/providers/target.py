"""What Apprise's json:// reaches.  https://github.com/caronc/apprise/wiki/Notify_Custom_JSON"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


class Target:
    """Takes what is posted, or answers with another status."""

    def __init__(self, ring: Callable[[], None]) -> None:
        self.ring, self.status = ring, 200
        self.taken: list[Mapping[str, Any]] = []

    def routes(self) -> Sequence[Route]:
        return [Route("/apprise/{who}", self._take, methods=["POST"])]

    async def _take(self, request: Request) -> Response:
        if self.status == 200:
            self.taken.append(await request.json())
            self.ring()
        return Response(status_code=self.status)
