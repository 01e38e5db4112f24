"""The playground opens, tells what changes, and closes at once whoever is inside."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
import uvicorn
from uvicorn import Config
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin

from adapters.playground.cast import COMPANY
from adapters.playground.server import Playground
from tests.playground.square import Noon, Square

ENDLESS = {"timeout_graceful_shutdown": None}
ANNA = {"platform": "slack", "viewer": "anna", "room": "main"}


def wire(playground: Playground) -> str:
    """The address of a web socket that says back what it hears."""
    return playground.base.replace("http", "ws") + "/slack/socket"


async def news(lines: AsyncIterator[str]) -> Any:
    """The next server-sent event."""
    async with asyncio.timeout(60):
        async for line in lines:
            if line.startswith("data: "):
                return json.loads(line.removeprefix("data: "))
    raise AssertionError("the stream ended")


async def test_the_stream_tells_all_first_and_then_what_changed(web: httpx.AsyncClient, playground: Playground) -> None:
    async with web.stream("GET", "/events", params={"viewer": "anna"}) as stream:
        lines = stream.aiter_lines()
        assert set(await news(lines)) == {"slack", "discord", "telegram", "house"}
        await web.post("/say", json={**ANNA, "text": "/whisper for you alone"})
        changed = await news(lines)
        assert set(changed) == {"slack"}
        assert changed["slack"]["screen"]["rooms"][0]["bubbles"][0]["ephemeral"] is True


async def test_many_changes_at_once_are_one_event(web: httpx.AsyncClient, playground: Playground) -> None:
    async with web.stream("GET", "/events", params={"viewer": "anna"}) as stream:
        lines = stream.aiter_lines()
        await news(lines)
        for number in range(20):
            await playground["slack"].say("anna", "main", f"line {number}")
        changed = await news(lines)
        assert len(changed["telegram"]["screen"]["rooms"][0]["bubbles"]) == 20


async def test_it_closes_by_itself_with_streams_and_sockets_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without this, the server would wait for them until its patience ends: here it has no end."""
    monkeypatch.setattr(uvicorn, "Config", lambda *given, **more: Config(*given, **more | ENDLESS))
    playground = Playground(COMPANY, Noon(), build=Square().side)
    async with AsyncExitStack() as clients:
        web = await clients.enter_async_context(httpx.AsyncClient(trust_env=False))
        async with playground.open():
            stream = await clients.enter_async_context(web.stream("GET", playground.base + "/events?viewer=anna"))
            lines = stream.aiter_lines()
            await news(lines)
            socket = await clients.enter_async_context(connect(wire(playground), proxy=None))
            await socket.send("echo")
            assert await socket.recv() == "echo"
        assert [line async for line in lines if line] == []
        with pytest.raises(ConnectionClosed):
            await socket.recv()
        with pytest.raises(httpx.ConnectError):
            await web.get(playground.base)


async def test_two_in_one_process() -> None:
    one, other = (Playground(COMPANY, Noon(), build=Square().side) for _ in range(2))
    async with one.open(), other.open(), httpx.AsyncClient(trust_env=False) as web:
        assert one.base != other.base
        await web.post(one.base + "/say", json={**ANNA, "text": "hello"})
        assert one["slack"].screen("anna").rooms[0].bubbles
        assert not other["slack"].screen("anna").rooms[0].bubbles


async def test_it_opens_again() -> None:
    playground = Playground(COMPANY, Noon(), build=Square().side)
    for _ in range(2):
        async with playground.open(), httpx.AsyncClient(trust_env=False) as web:
            assert (await web.get(playground.base + "/slack/ping")).json() == {"pong": "slack"}


async def test_a_taken_port_is_an_error_that_says_so(playground: Playground) -> None:
    port = int(playground.base.rpartition(":")[2])
    with pytest.raises(OSError, match="in use"):
        async with Playground(COMPANY, Noon(), build=Square().side).open(port):
            pass


async def test_a_socket_from_another_web_page_is_refused(playground: Playground) -> None:
    with pytest.raises(InvalidStatus):
        await connect(wire(playground), proxy=None, origin=Origin("https://evil.example"))


async def test_the_adapters_are_told_where_it_is(playground: Playground) -> None:
    assert playground.settings["telegram"] == {"api": f"{playground.base}/telegram"}
    assert playground.slack is playground["slack"]


async def test_reset_forgets_what_was_said(playground: Playground) -> None:
    await playground.slack.say("anna", "main", "hello")
    playground.reset()
    assert not playground.slack.screen("anna").rooms[0].bubbles


async def test_until_waits_for_what_is_shown(playground: Playground) -> None:
    async def speak() -> None:
        await playground.slack.say("anna", "main", "hello")

    async with asyncio.TaskGroup() as group:
        group.create_task(speak())
        bubbles = await playground.until(lambda: playground["discord"].screen("anna").rooms[0].bubbles)
    assert bubbles[0].text == "hello"
    moments = iter((False, False, True))
    assert await playground.until(lambda: next(moments))
    with pytest.raises(TimeoutError):
        await playground.until(lambda: False, within=0.01)
