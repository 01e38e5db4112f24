"""What a page and a call promise, and the test of each promise; those without a test elsewhere stand here.

 1. An unanswered, unsnoozed call of an open incident has one timer, or is exhausted and told.
        `heartbeat.audit` at every rest of `weeks` and of `test_life`; `core/test_paging`
 2. No timer outlives its reason.
        `Town.check` and `counts._broken`: the rows are what `due` lists
 3. A page is tried by due + tick; after an outage, by its end.
        `counts.late`; how soon: `bench/timers.py`, `bench/pages.py`
 4. No page is claimed after the ack committed.
        below; `counts.after_ack`; `store/test_deliveries`; `make chaos`
 5. Each page ends accepted, or failed with the next channel tried, or void.
        `counts.lost`; `test_pages`, `test_failover`
 6. Copies are at most 1 + crashes + time-outs; one without a fault.
        below; `counts.beyond`; a death around every commit in `test_life`
 7. Steps and rounds stay within the policy, and each runs once.
        `counts.wrong_steps`
 8. An empty step is passed at once; where all are, the last resort is paged.
        `core/test_paging`, `core/test_policy`, `oncall/test_paging`
 9. No edit of a policy breaks the first.
        `Weeks._edit`; `core/test_policy`
10. Un-ack, the end of a snooze or of an ack, and reassign arm anew in their own transaction.
        below
11. `who(t)` is what the calendar says; hand-offs strictly increase.
        `oncall/test_who`, `oncall/test_handoffs`
12. Turns differ by one at most; who leaves moves nobody else's.
        `oncall/test_who`
13. Overrides: one hop, in any order.
        `oncall/test_who`
14. Throttling and bundling delay no first page and lose none.
        `test_bundles`; `weeks.Strict`; `test_lanes`; `bench/pages.py`
15. The auditor finds nothing at rest.
        `Weeks.rest`, `Town.check`, `make chaos`
"""

import asyncio
from collections import Counter
from collections.abc import Callable

import psycopg
import pytest

from bot.book import BookId
from bot.ports import Handle
from bot.store.store import Store
from tests.clock import PushedClock
from tests.walks.counts import rows_of
from tests.walks.town import STEPS, TOWN, Town

ANNA, BORIS = Handle("ink", "a1"), Handle("lead", "b2")
INCIDENT = BookId("incident", "1")


# ---- 4


async def test_no_page_is_claimed_after_an_ack(town: Town) -> None:
    await town.say(ANNA, "declare db is down --sev 1")
    await town.say(ANNA, "ack #1")
    assert await town.store.write(town.engine.paging.claims) == [None]
    assert {row.state for row in await town.pages("1")} == {"void"}


async def test_no_page_is_claimed_while_an_ack_is_under_way(postgres_url: str) -> None:
    """The ack locked the incident's row and has not committed: nobody waits for it, and nobody goes ahead of it."""
    clock = PushedClock()
    store = await Store.open(postgres_url, clock)
    town = Town(store, clock)
    await town.start()
    await town.say(ANNA, "declare db is down --sev 1")
    async with await psycopg.AsyncConnection.connect(postgres_url) as other:
        await other.execute("SELECT 1 FROM books WHERE kind = 'incident' FOR NO KEY UPDATE")
        assert await store.write(town.engine.paging.claims) == []
    [job] = await store.write(town.engine.paging.claims)
    assert job
    await store.close()


# ---- 6


async def test_any_number_of_workers_send_each_page_once(town: Town) -> None:
    workers = [Town(town.store, town.clock) for _ in range(3)]
    for worker in workers:
        worker.papers = town.papers
        await worker.start()
    for number in range(25):
        await town.say(ANNA, f"declare fire {number} --sev 1")
    await asyncio.gather(*(worker.rest() for worker in (town, *workers)))
    for step in (1, 2):
        for seconds in (0, 10, 10, 10):  # whoever claims a part of a burst lets the rest of it wait once more
            town.clock.push(seconds=seconds)
            await asyncio.gather(*(worker.rest() for worker in (town, *workers)))
        copies = Counter(row for paper in town.papers for told in paper.told for row in rows_of(told.key))
        assert set(copies.values()) == {1}
        assert len(copies) == 25 * step
        town.clock.push(minutes=5)


# ---- 10


@pytest.mark.parametrize(
    ("before", "last", "minutes"),
    [
        (["ack #1"], "unack #1", 0),
        (["ack #1"], "reassign #1 carlos", 0),
        (["snooze #1 20m"], "", 20),
        (["ack #1"], "", 30),
    ],
)
async def test_what_rings_again_is_armed_in_the_same_transaction(
    town: Town, before: list[str], last: str, minutes: int
) -> None:
    """The process dies with the commit that makes the call ring again, and the next one pages all the same."""
    policy = {"steps": STEPS, "repeat": 1, "catch_all": ["carlos"], "ack_timeout": "30m"}
    town.raw = {**TOWN, "policies": {"default": policy}}
    await town.start()
    for line in ("declare db is down --sev 1", *before):
        await town.say(BORIS, line)
        await town.rest()
    pages = len(await town.pages("1"))
    for part in (minutes - 5, 5) if minutes else ():  # whose ack lapses is told five minutes before
        await town.rest()
        town.clock.push(minutes=part)
    town.kill = once("after")
    if last:
        await town.say(BORIS, last)
    await town.rest()
    assert town.deaths == 1
    await town.check()
    assert len(await town.pages("1")) > pages
    armed = await town.store.read(lambda tx: tx.timers(INCIDENT))
    assert len([name for name in armed if name.startswith("climb")]) == 1


def once(where: str) -> Callable[[str], bool]:
    """The process dies the first time that it is there."""
    lives = [where]
    return lambda at: at in lives and bool(lives.pop())
