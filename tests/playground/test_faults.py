"""The fault menu, and its switches."""

import asyncio

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.playground.door import Door
from adapters.playground.faults import ALL, MENU, ROWS, Faults, HungUp
from adapters.playground.server import hang_up, listener, serve


def test_each_fault_says_where_it_never_happens_and_why() -> None:
    assert len(ROWS) == len(MENU)
    for fault in MENU:
        assert fault.not_on.keys() <= set(ALL)
        assert all(why.endswith(".") for why in (fault.does, *fault.not_on.values())), fault.name


def test_a_fault_strikes_as_often_as_it_was_told() -> None:
    faults = Faults("slack")
    faults.switch("server_error", 2)
    assert [bool(faults.strikes("server_error")) for _ in range(3)] == [True, True, False]
    assert faults.struck["server_error"] == 2


def test_a_fault_that_lasts_is_mended() -> None:
    faults = Faults("slack")
    faults.switch("archived")
    assert all(faults.strikes("archived") for _ in range(9))
    faults.mend("archived")
    assert not faults.strikes("archived") and not faults.active


def test_a_fault_strikes_where_it_is_bound_to() -> None:
    faults = Faults("telegram")
    faults.switch("throttled", where="-100", seconds=7)
    assert not faults.strikes("throttled", "sendMessage", "-200")
    strike = faults.strikes("throttled", "sendMessage", "-100")
    assert strike and strike.seconds == 7


def test_what_befalls_at_once_is_told() -> None:
    told: list[str] = []
    faults = Faults("slack", told.append)
    faults.switch("refresh")
    faults.switch("throttled")
    assert told == ["refresh"]
    assert (faults.struck["refresh"], list(faults.active)) == (1, ["throttled"])


def test_what_never_happens_on_a_platform_cannot_be_switched_on() -> None:
    with pytest.raises(KeyError):
        Faults("telegram").switch("invalid_session")
    assert "invalid_session" not in {fault.name for fault in Faults("telegram").menu}


async def test_who_is_kept_waiting_goes_on_when_it_is_mended() -> None:
    faults = Faults("slack")
    faults.switch("slow", seconds=3600)
    waiting = asyncio.get_running_loop().create_task(faults.dawdle())
    await asyncio.sleep(0)
    assert not waiting.done()
    faults.mend()
    await waiting


async def test_a_connection_breaks_off_after_the_deed() -> None:
    done: list[str] = []

    async def deed(request: Request) -> Response:
        done.append(request.method)
        raise HungUp

    door, ear = Door(), listener(0)
    app = Starlette(routes=[Route("/", deed)], middleware=[Middleware(door.keep)])
    server = await serve(uvicorn.Config(app, lifespan="off", log_config=None), ear)
    door.hang_up = lambda client: hang_up(server, client)
    async with httpx.AsyncClient(trust_env=False) as web:
        with pytest.raises(httpx.TransportError):
            await web.get(f"http://127.0.0.1:{ear.getsockname()[1]}/")
    await server.shutdown([ear])
    assert done == ["GET"]
