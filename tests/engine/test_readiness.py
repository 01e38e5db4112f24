"""The weekly report: sent by one of two replicas, once, also by a process that was not there when it was armed."""

import asyncio
from collections.abc import Mapping
from typing import Any

from bot.config import check
from bot.engine.house import Engine
from bot.store.store import Store
from bot.text.rich import plain
from tests.clock import PushedClock
from tests.walks.paper import Paper

RAW: Mapping[str, Any] = {
    "chats": {"ink": {}},
    "people": {"mia": {"name": "Mia", "role": "manager", "ink": "m1"}, "zoe": {"name": "Zoe"}},
    "policies": {"default": {"steps": [{"page": ["zoe"]}]}},
}


async def test_it_is_sent_once_by_two_replicas_and_after_a_restart(database_url: str) -> None:
    clock = PushedClock()
    paper = Paper("ink", clock.now)
    stores = [await Store.open(database_url, clock) for _ in range(2)]
    try:
        first = Engine(check(RAW, "test"), stores[0], [paper])
        await first.enrol()
        clock.push(days=6, hours=22)
        await first.settled()
        assert not paper.told
        clock.push(hours=1)
        engines = [Engine(check(RAW, "test"), store, [paper]) for store in stores]
        await asyncio.gather(*(each.enrol() for each in engines))
        await asyncio.gather(*(each.settled() for each in engines))
        assert [each.handle.id for each in paper.told] == ["m1"]
        assert "nothing reaches Zoe" in plain(paper.told[0].card.body)
        clock.push(days=7)
        await engines[1].settled()
        assert len(paper.told) == 2
    finally:
        for store in stores:
            await store.close()
