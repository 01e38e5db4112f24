"""Webhooks over a real wire: signed, tried once, never redirected, never inside unless that is allowed."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.web.hooks import Hook, Hooks, signed
from bot.ports import ChatError, Finding, Forbidden, Throttled, Unreachable
from tests.adapters.tls import shown

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PATH = "/T0KEN/secret-path"

NOW = datetime(2021, 2, 25, 15, 2, 10, tzinfo=UTC)


class Ear:
    """Answers what it was told to, and keeps what it heard."""

    def __init__(self) -> None:
        self.status, self.headers = 204, dict[str, str]()
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.came, self.gate = asyncio.Event(), asyncio.Event()
        self.gate.set()

    async def hear(self, request: web.Request) -> web.Response:
        self.came.set()
        await self.gate.wait()
        self.heard.append(({name.lower(): value for name, value in request.headers.items()}, await request.read()))
        return web.Response(status=self.status, headers=self.headers)


@pytest.fixture
async def ear() -> AsyncIterator[tuple[Ear, str]]:
    made, app = Ear(), web.Application()
    app.router.add_post("/{rest:.*}", made.hear)
    async with TestServer(app) as server:
        yield made, str(server.make_url(PATH))


async def post(hook: Hook) -> None:
    hooks = Hooks({"ops": hook})
    try:
        await hooks.post("ops", {"type": "incident.paged", "data": {"incident": "1"}}, "house-page-1", NOW)
    finally:
        await hooks.close()


def test_it_is_signed_as_the_libraries_of_standard_webhooks_verify() -> None:
    """Their own vector."""
    headers = signed(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}', NOW)
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


async def test_it_is_told_as_json_and_known_by_its_key(ear: tuple[Ear, str]) -> None:
    await post(Hook(ear[1], SECRET, internal=True))
    headers, body = ear[0].heard[0]
    assert headers["content-type"] == "application/json"
    assert headers["webhook-id"] == "house-page-1"
    assert headers["webhook-timestamp"] == "1614265330"
    assert headers["webhook-signature"] == signed(SECRET, "house-page-1", body, NOW)["webhook-signature"]


@pytest.mark.parametrize(
    ("status", "fault"), [(302, Forbidden), (404, Forbidden), (410, Forbidden), (429, Throttled), (500, Unreachable)]
)
async def test_what_is_no_success_is_told_and_tried_only_once(
    status: int, fault: type[ChatError], ear: tuple[Ear, str]
) -> None:
    ear[0].status, ear[0].headers = status, {"location": ear[1], "retry-after": "7"}
    with pytest.raises(fault) as wrong:
        await post(Hook(ear[1], internal=True))
    assert len(ear[0].heard) == 1
    assert wrong.value.wait == (7 if status == 429 else fault.retry_in)
    assert "secret" not in str(wrong.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "169.254.169.254", "10.0.0.1"])
async def test_an_address_inside_is_refused_unless_that_is_allowed(host: str, ear: tuple[Ear, str]) -> None:
    port = ear[1].split(":")[2].partition("/")[0]
    with pytest.raises(Forbidden, match="inside") as wrong:
        await post(Hook(f"http://{host}:{port}{PATH}"))
    assert not ear[0].heard
    assert "secret" not in str(wrong.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/secret", "http://secret.invalid/"])
async def test_nobody_there_is_told_without_the_address(url: str) -> None:
    with pytest.raises(Unreachable) as wrong:
        await post(Hook(url, internal=True))
    assert "secret" not in str(wrong.value)


async def test_what_is_under_way_ends_before_the_connections_are_closed(ear: tuple[Ear, str]) -> None:
    hooks, ear[0].gate = Hooks({"ops": Hook(ear[1], internal=True)}), asyncio.Event()
    async with asyncio.TaskGroup() as both, asyncio.timeout(60):
        both.create_task(hooks.post("ops", {}, "1", NOW))
        await ear[0].came.wait()
        closing = both.create_task(hooks.close())
        await asyncio.sleep(0)
        assert not closing.done()
        ear[0].gate.set()


def told(found: Sequence[Finding]) -> dict[str, bool | None]:
    return {each.what: each.ok for each in found}


async def test_an_examination_opens_a_connection_and_sends_nothing(ear: tuple[Ear, str]) -> None:
    found = told(await Hooks({"ops": Hook(ear[1], internal=True)}).examine())
    assert (found["ops answers"], found["nothing that ops is told is signed"]) == (True, None)
    assert found["whether ops takes a page was not tried: that might page somebody"] is None
    assert ear[0].heard == []


@pytest.mark.parametrize(
    ("url", "internal", "what"),
    [
        ("http://127.0.0.1:1/secret", True, "ops cannot be reached"),
        ("http://secret.invalid/", True, "ops cannot be reached"),
        ("http://127.0.0.1:1/secret", False, "ops leads to an address inside"),
        ("http://localhost:1/secret", False, "ops leads to an address inside"),
    ],
)
async def test_an_examination_says_what_is_wrong_and_no_address(url: str, internal: bool, what: str) -> None:
    [found] = await Hooks({"ops": Hook(url, internal=internal)}).examine()
    assert (found.ok, found.what.startswith(what), bool(found.fix)) == (False, True, True)
    assert "secret" not in found.what + found.fix


async def test_an_examination_looks_at_the_certificate() -> None:
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0, ssl=shown())
    async with server:
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/secret"
        [found] = await Hooks({"ops": Hook(url, internal=True)}).examine()
    assert (found.ok, "no good certificate" in found.what) == (False, True)


async def test_one_that_is_not_configured_any_more_is_told() -> None:
    with pytest.raises(ChatError, match="not configured"):
        await Hooks({}).post("ops", {}, "1", NOW)
