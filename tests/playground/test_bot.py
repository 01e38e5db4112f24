"""The demo's bot as a process: killed, started again, pushed through time."""

import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from adapters.playground import bot as bots
from adapters.playground.bot import Bot, Unborn
from adapters.playground.cast import COMPANY
from adapters.playground.server import Playground
from tests.playground.square import Square

PARROT = "import sys\nprint('awake', flush=True)\nfor line in sys.stdin: open(sys.argv[1], 'a').write(line)"
"""It writes down what it is told."""


@pytest.fixture
async def playground(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Playground]:
    monkeypatch.setattr(bots, "REST", 0.0)
    async with Playground(COMPANY, build=Square().side).open() as playground:
        command = (sys.executable, "-c", PARROT, str(tmp_path / "told"))
        async with Bot({"house": {}}, playground.bell.ring, command=command).running() as bot:
            playground.switches.bot = bot
            yield playground


@pytest.fixture
def bot(playground: Playground) -> Bot:
    assert playground.switches.bot
    return playground.switches.bot


async def post(playground: Playground, path: str, deed: object) -> int:
    async with httpx.AsyncClient(base_url=playground.base, trust_env=False) as web:
        return (await web.post(path, json=deed)).status_code


async def test_it_is_killed_and_stays_dead_until_it_is_started(playground: Playground, bot: Bot) -> None:
    assert await post(playground, "/life", {"up": False}) == 204
    await playground.until(lambda: not bot.up)
    assert playground.switches.house() == {"up": False, "pid": bot.pid, "deaths": 1, "ahead": 0.0}
    first = bot.pid
    assert await post(playground, "/life", {"up": True}) == 204
    await playground.until(lambda: bot.up)
    assert bot.pid != first


async def test_killed_by_somebody_else_it_is_started_again(playground: Playground, bot: Bot) -> None:
    first = bot.pid
    os.kill(first, signal.SIGKILL)
    await playground.until(lambda: bot.up and bot.pid != first)
    assert bot.deaths == 1


async def test_time_is_pushed_for_it_and_for_the_platforms(playground: Playground, bot: Bot, tmp_path: Path) -> None:
    before = playground.clock.now()
    assert await post(playground, "/time", {"seconds": 300}) == 204
    assert (playground.clock.now() - before).total_seconds() >= 300
    told = await playground.until(lambda: (tmp_path / "told").exists() and (tmp_path / "told").read_text())
    first, *pushes = str(told).splitlines()
    assert json.loads(first) == {"settings": {"house": {}}, "log": "error", "ahead": 0.0}
    assert pushes in ([], ["300.000000"])
    await bot.kill()
    bot.start()
    await playground.until(lambda: bot.up)
    assert bot.ahead == 300


@pytest.mark.parametrize("seconds", [0, -60, 10**9, "five"])
async def test_time_runs_forward_and_not_too_far(playground: Playground, seconds: object) -> None:
    assert await post(playground, "/time", {"seconds": seconds}) == 400


async def test_one_that_cannot_start_is_told() -> None:
    silent = Bot({}, lambda: None, command=(sys.executable, "-c", ""))
    with pytest.raises(Unborn):
        await silent.running().__aenter__()
