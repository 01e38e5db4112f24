"""The configuration read again: what changes at once, what waits for a restart, and what changes nothing."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, cast

import pytest

from bot.config import BadConfig, check
from bot.engine.adopt import weighed
from bot.engine.house import Engine
from bot.ports import Handle, Place, Said
from bot.run import house, rereading
from bot.run import reload as reading
from bot.run.reload import reread, watch
from bot.store.store import StoreDown
from tests.walks.test_replicas import until

BEFORE = """
[house]
database = "DATABASE"
zone = "UTC"
[people.anna]
name = "Anna"
[policies.default]
steps = [{ page = ["anna"], wait = "5m" }]
"""
AFTER = (
    BEFORE.replace('["anna"], wait = "5m"', '["boris"], wait = "9m"')
    + '[people.boris]\nname = "Boris"\nrole = "admin"\n'
)


@pytest.fixture
def file(tmp_path: Path, database_url: str) -> Callable[[str], Path]:
    """Write the configuration: where it stands."""

    def write(text: str) -> Path:
        path = tmp_path / "tocsin.toml"
        path.write_text(text.replace("DATABASE", database_url))
        return path

    return write


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[Engine]:
    """The house at work by the first configuration."""
    raw: dict[str, Any] = {
        "house": {"database": database_url},
        "people": {"anna": {"name": "Anna"}},
        "policies": {"default": {"steps": [{"page": ["anna"], "wait": "5m"}]}},
    }
    async with house(check(raw, "test")) as opened:
        yield opened


async def by(engine: Engine, person: str, words: str) -> Any:
    return await engine.hear(Said(key=words, by=Handle("cli", person), place=Place("cli", person), words=words))


async def test_people_and_policies_change_at_once(engine: Engine, file: Callable[[str], Path]) -> None:
    assert await reread(file(AFTER), engine)
    assert set(engine.office.known_people.by_id) == {"anna", "boris"}
    assert engine.office.rules.policies["default"].steps[0].people == ("boris",)
    assert "SEV1" in str(await by(engine, "boris", "declare db is down --sev 1"))
    told = (await engine.ready())["configuration"]
    assert list(told["changed"]) == ["people.boris", "policies.default.steps"]
    assert (told["after a restart"], told["fault"]) == ([], None)


async def test_who_is_not_named_any_more_may_nothing(engine: Engine, file: Callable[[str], Path]) -> None:
    assert await reread(file(AFTER), engine)
    assert await reread(file(AFTER.replace("people.anna", "people.zoe").replace('"Anna"', '"Zoe"')), engine)
    assert set(engine.office.known_people.by_id) == {"boris", "zoe"}


async def test_what_waits_for_a_restart_is_told_and_not_done(engine: Engine, file: Callable[[str], Path]) -> None:
    more = AFTER.replace(
        'zone = "UTC"', 'zone = "Asia/Shanghai"\nroot = "outage"\nweb = ""\nheartbeat = "https://x.y"'
    ).replace("DATABASE", "sqlite:///x.db")
    before = engine.office.config.house
    assert await reread(file(more), engine)
    now = engine.office.config.house
    assert (now.zone, now.root, now.database, now.web) == ("Asia/Shanghai", "incident", before.database, before.web)
    told = (await engine.ready())["configuration"]
    assert told["after a restart"] == ["house.database", "house.heartbeat", "house.root", "house.web"]


async def test_webhooks_change_at_once(engine: Engine, file: Callable[[str], Path]) -> None:
    before = engine.office.webhooks
    assert await reread(file(AFTER), engine)
    assert engine.office.webhooks is before
    hook = '[webhooks.ops]\nurl = "https://ops.example.org/T0KEN"\n'
    paged = AFTER.replace('"boris"], wait', '"webhook:ops"], wait')
    assert await reread(file(paged + hook), engine)
    assert engine.office.webhooks.hooks["ops"].url == "https://ops.example.org/T0KEN"  # type: ignore[union-attr]
    told = (await engine.ready())["configuration"]
    assert ("webhooks.ops" in told["changed"], told["after a restart"]) == (True, [])
    assert await reread(file(AFTER), engine)
    assert not engine.office.webhooks.hooks  # type: ignore[union-attr]


@pytest.mark.parametrize("broken", ["[house", '[policies.p]\nsteps = [{ page = ["nobody"] }]', "[chats.irc]\n"])
async def test_a_broken_file_changes_nothing_and_is_told(
    engine: Engine, file: Callable[[str], Path], broken: str
) -> None:
    before = engine.office.config
    assert await reread(file(broken), engine)
    assert engine.office.config is before
    assert "tocsin.toml" in (await engine.ready())["configuration"]["fault"]
    assert await reread(file(BEFORE), engine)
    assert (await engine.ready())["configuration"]["fault"] is None


async def test_an_account_that_somebody_else_linked_undoes_it(engine: Engine, file: Callable[[str], Path]) -> None:
    """The file is good by itself, and yet the house cannot go by it."""

    async def taken() -> None:
        raise BadConfig("people.boris: somebody else linked one of these accounts")

    before, enrol = engine.office.config, engine.enrol
    calls = iter([taken, enrol])
    engine.enrol = lambda: next(calls)()  # type: ignore[method-assign]
    assert await reread(file(AFTER), engine)
    assert engine.office.config is before
    assert "people.boris" in engine.office.adoption.fault


async def test_without_a_database_it_is_read_again_later(engine: Engine, file: Callable[[str], Path]) -> None:
    async def down() -> None:
        raise StoreDown

    before, enrol = engine.office.config, engine.enrol
    engine.enrol = down  # type: ignore[method-assign]
    assert not await reread(file(AFTER), engine)
    assert engine.office.config is before
    engine.enrol = enrol  # type: ignore[method-assign]
    assert await reread(file(AFTER), engine)
    assert "boris" in engine.office.known_people


async def test_a_changed_file_is_noticed(
    engine: Engine, file: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "OFTEN", 0.05)
    async with rereading(file(BEFORE), engine):
        file(AFTER)
        await until(lambda: "boris" in engine.office.known_people)


async def test_a_hang_up_reads_it_at_once(
    engine: Engine, file: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where nothing changed outside: the environment of a file is not looked at, and no clock is waited for."""
    monkeypatch.setattr(reading, "OFTEN", 3600.0)
    async with rereading(file(BEFORE), engine):
        file(AFTER)
        os.kill(os.getpid(), signal.SIGHUP)
        await until(lambda: "boris" in engine.office.known_people)


def test_what_differs_is_told_by_its_keys_alone() -> None:
    old = check({"chats": {"slack": {"bot_token": "one"}}}, "old")
    new = check({"chats": {"slack": {"bot_token": "two"}}, "languages": {"slack": "zh-hans"}}, "new")
    goes, adoption = weighed(old, new)
    assert (adoption.changed, adoption.waiting) == (["languages.slack"], ["chats.slack.bot_token"])
    assert goes.chats == old.chats
    assert goes.languages == {"slack": "zh-hans"}


@pytest.mark.parametrize("turns", range(3))
async def test_whoever_is_told_to_stop_watching_does_also_where_a_signal_came_with_it(
    monkeypatch: pytest.MonkeyPatch, turns: int
) -> None:
    async def read_on(path: Path, house: Engine) -> bool:
        raise AssertionError("it read on")

    monkeypatch.setattr(reading, "reread", read_on)
    monkeypatch.setattr(reading, "OFTEN", 3600)  # however slow the machine is
    hung_up, house = asyncio.Event(), cast("Engine", None)
    watching = asyncio.get_running_loop().create_task(watch(Path("tocsin.toml"), house, hung_up, ()))
    for _ in range(3):
        await asyncio.sleep(0)
    hung_up.set()
    for _ in range(turns):
        await asyncio.sleep(0)
    watching.cancel()
    await asyncio.wait({watching})
    assert watching.cancelled()
