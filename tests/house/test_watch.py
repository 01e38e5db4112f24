"""How the house is: alive, ready, and in figures that Prometheus reads."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.config import check
from bot.engine import attend
from bot.engine.house import Engine
from bot.ports import Handle, House, Place, Said, Unheard
from bot.store.store import Store, StoreDown
from tests.clock import PushedClock
from tests.walks.paper import Paper
from tests.walks.test_replicas import until
from tests.walks.town import PEOPLE, STEPS

RAW = {"chats": {"ink": {}, "lead": {}}, "people": PEOPLE, "policies": {"default": {"steps": STEPS}}}


@asynccontextmanager
async def working(url: str, paper: Paper) -> AsyncIterator[Engine]:
    """The house at work with one chat on paper."""
    store = await Store.open(url)
    try:
        async with Engine(check(RAW, "test"), store, [paper]).running() as engine:
            yield engine
    finally:
        await store.close()


def paper(**more: Any) -> Paper:
    return Paper("ink", lambda: datetime.now(UTC), **more)


def said(words: str) -> Said:
    return Said(key=words, by=Handle("ink", "a1"), place=Place("ink", "hall"), words=words)


async def figures(engine: Engine) -> dict[str, float]:
    """Every sample, as Prometheus' own parser reads it: `name label=value`."""
    text = (await engine.figures()).decode()
    families = list(text_string_to_metric_families(text))
    names = [family.name for family in families]
    assert len(names) == len(set(names))
    assert all(family.documentation and family.name.startswith("tocsin_") for family in families)
    return {
        " ".join([sample.name, *(f"{name}={value}" for name, value in sorted(sample.labels.items()))]): sample.value
        for family in families
        for sample in family.samples
    }


async def test_what_is_done_is_counted(database_url: str) -> None:
    page = paper()
    async with working(database_url, page) as engine:
        await engine.hear(said("declare db is down --sev 1"))
        await engine.hear(said("declare"))
        await engine.hear(said("ack 7"))
        await engine.hear(said("dance 1"))
        await until(lambda: page.told)
        await engine.settled()
        found = await figures(engine)
        assert found["tocsin_commands_total outcome=done verb=declare"] == 1
        assert found["tocsin_commands_total outcome=form verb=declare"] == 1
        assert found["tocsin_commands_total outcome=refused verb=ack"] == 1
        assert found["tocsin_commands_total outcome=refused verb="] == 1
        assert found["tocsin_command_seconds_count verb=declare"] == 2
        assert found["tocsin_pages_total channel=ink outcome=accepted"] == 1
        assert found["tocsin_incidents_open severity=SEV1"] == 1
        assert found["tocsin_looks_total outcome=shown platform=ink"] >= 1
        assert found["tocsin_platform_up platform=ink"] == 1
        assert found["tocsin_loop_up loop=paging"] == 1
        assert found["tocsin_database_queue"] >= 0  # the loops ask it all the while


async def test_a_timer_that_fires_late_is_counted(database_url: str) -> None:
    clock = PushedClock()
    store = await Store.open(database_url, clock.now)
    engine = Engine(check(RAW, "test"), store, [paper()])
    await engine.enrol()
    await engine.hear(said("declare db is down --sev 1"))
    clock.push(minutes=5, seconds=7)
    assert (await figures(engine))["tocsin_timers_overdue"] == 1
    assert await engine.ticking.tick() == 1
    found = await figures(engine)
    await store.close()
    assert found["tocsin_timer_lateness_seconds_count"] == 1
    assert found["tocsin_timer_lateness_seconds_sum"] == 7
    assert found["tocsin_timers_overdue"] == 0


async def test_what_waits_is_told_with_its_age(database_url: str) -> None:
    down = paper(fault=lambda deed: "down")
    async with working(database_url, down) as engine:
        await engine.hear(said("declare db is down --sev 1"))
        await engine.settled()
        found = await figures(engine)
        assert found["tocsin_looks_behind platform=ink"] >= 1
        assert found["tocsin_looks_behind_seconds platform=ink"] >= 0
        assert found["tocsin_pages_total channel=ink outcome=failed"] >= 1
        assert found["tocsin_looks_total outcome=failed platform=ink"] >= 1
        assert found["tocsin_sends_waiting kind=page state=pending"] >= 1
        assert found["tocsin_sends_waiting_seconds kind=page state=pending"] >= 0


async def test_nothing_that_people_typed_becomes_a_label(sqlite_url: str) -> None:
    async with working(sqlite_url, paper()) as engine:
        for nth in range(50):
            await engine.hear(said(f"word{nth} of mischief"))
        text = (await engine.figures()).decode()
        assert "mischief" not in text
        assert "word7" not in text


# ---- ready


class Shy(Paper):
    """A chat that is not connected before it is told to, or never."""

    def __init__(self, *, fails: bool) -> None:
        super().__init__("ink", lambda: datetime.now(UTC))
        self.gate, self.fails = asyncio.Event(), fails

    async def listen(self, house: House, ready: Any) -> None:
        await self.gate.wait()
        if self.fails:
            raise OSError("no route")
        await super().listen(house, ready)


@pytest.mark.parametrize(("fails", "state"), [(False, "up"), (True, "down")])
async def test_it_is_ready_once_every_chat_was_tried(sqlite_url: str, fails: bool, state: str) -> None:
    shy = Shy(fails=fails)
    async with working(sqlite_url, shy) as engine:
        told = await engine.ready()
        assert (told["ready"], told["chats"]) == (False, {"ink": "not tried yet"})
        shy.gate.set()
        await until(lambda: "ink" in engine.office.up)
        told = await engine.ready()
        assert (told["ready"], told["chats"], told["loops"]["listen ink"]) == (True, {"ink": state}, True)


async def test_without_a_database_it_is_alive_and_not_ready(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with working(sqlite_url, paper()) as engine:
        await until(lambda: engine.office.up)

        async def down(fn: Any) -> Any:
            raise StoreDown

        with monkeypatch.context() as patch:
            patch.setattr(engine.office.store, "read", down)
            assert (await engine.health())["loops"]
            assert not (await engine.ready())["ready"]
            with pytest.raises(Unheard):
                await engine.figures()
        assert (await engine.ready())["ready"]


async def test_a_loop_that_ended_is_told(sqlite_url: str) -> None:
    async with working(sqlite_url, paper()) as engine:
        engine.watch.loops["paging"].cancel()
        await until(lambda: engine.watch.loops["paging"].done())
        assert not (await engine.health())["loops"]
        assert not (await engine.ready())["loops"]["paging"]


async def test_who_leaves_a_chat_to_another_process_is_ready(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attend, "RENEW", 0.05)
    async with working(postgres_url, paper()) as first:
        await until(lambda: first.office.up)
        async with working(postgres_url, paper()) as second:
            await until(lambda: second.office.elsewhere)
            told = await second.ready()
            assert (told["ready"], told["chats"]) == (True, {"ink": "another process listens"})
