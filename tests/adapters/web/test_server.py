"""What holds for every route that is mounted."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from adapters.web.health import routes
from adapters.web.limits import MOST
from adapters.web.server import answering, app, taken
from bot.ports import House as Doors
from bot.ports import Served, Unheard
from tests.adapters import house as scripted


class House(scripted.House):
    """A house that can be watched over."""

    async def health(self) -> Mapping[str, Any]:
        return {"loops": not self.down}

    async def ready(self) -> Mapping[str, Any]:
        return {"ready": not self.down, "chats": {"paper": "down"}}

    async def figures(self) -> bytes:
        if self.down:
            raise Unheard
        return b"tocsin_pages_total 1.0\n"


class Door:
    """Something that answers over HTTP."""

    def routes(self, house: Doors) -> Sequence[Any]:
        async def echo(request: Request) -> PlainTextResponse:
            return PlainTextResponse(str(len(await request.body())), headers={"cache-control": "max-age=60"})

        async def breaks(_: Request) -> PlainTextResponse:
            raise RuntimeError("secret")

        return (Route("/echo", echo, methods=["POST"]), Route("/breaks", breaks))


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
async def client(house: House) -> AsyncIterator[httpx.AsyncClient]:
    mounted = app([*routes(house), *Door().routes(house)])
    transport = httpx.ASGITransport(mounted, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://tocsin") as opened:
        yield opened


def test_a_door_is_served() -> None:
    assert isinstance(Door(), Served)


async def test_what_is_mounted_answers_with_the_headers_of_the_house(client: httpx.AsyncClient) -> None:
    answer = await client.post("/echo", content=b"x" * MOST)
    assert (answer.status_code, answer.text) == (200, str(MOST))
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "max-age=60"


async def test_a_body_that_is_too_large_is_refused_whatever_it_says_of_its_length(client: httpx.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"x" * MOST

    answer = await client.post("/echo", content=endless())
    assert answer.status_code == 413
    assert "bytes" in answer.text


async def test_a_route_that_breaks_says_nothing_of_why(client: httpx.AsyncClient) -> None:
    answer = await client.get("/breaks")
    assert (answer.status_code, "secret" in answer.text) == (500, False)
    assert (await client.post("/echo", content=b"ab")).text == "2"


def test_a_port_that_is_taken_is_told(unused_tcp_port: int) -> None:
    address = f"127.0.0.1:{unused_tcp_port}"
    with taken(address), pytest.raises(OSError, match=r"house\.web"), taken(address):
        pass
    with taken("") as none:
        assert none is None


async def test_it_answers_where_it_was_told_to(unused_tcp_port: int) -> None:
    address = f"127.0.0.1:{unused_tcp_port}"
    with taken(address) as ear:
        async with answering(ear, House(), [Door()]), httpx.AsyncClient(trust_env=False) as other:
            answer = await other.post(f"http://{address}/echo", content=b"abc")
        assert (answer.text, "server" in answer.headers) == ("3", False)


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
async def test_how_the_house_is_can_be_asked(client: httpx.AsyncClient, house: House, path: str) -> None:
    assert (await client.get(path)).status_code == 200
    house.down = True
    assert (await client.get(path)).status_code == 503
