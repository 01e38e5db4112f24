"""A page goes from channel to channel, whatever is wrong with one of them."""

from collections.abc import AsyncIterator

import pytest

from bot.book import BookId
from bot.ports import Handle
from bot.store.sends import Sent
from bot.store.store import Store
from tests.clock import PushedClock
from tests.walks.town import Town

ANNA = Handle("ink", "a1")


@pytest.fixture
async def town(database_url: str) -> AsyncIterator[Town]:
    clock = PushedClock()
    store = await Store.open(database_url, clock)
    made = Town(store, clock)
    await made.start()
    yield made
    await store.close()


async def pages(town: Town) -> list[Sent]:
    """Those of the incident, as they were queued."""
    rows = await town.store.read(lambda tx: tx.sends(BookId("incident", "1")))
    return [row for row in rows if row.kind == "page"]


@pytest.mark.parametrize("fault", ["down", "closed", "bug"])
async def test_a_channel_that_fails_passes_to_the_next(town: Town, fault: str) -> None:
    tells = 0

    def first_fails(deed: str) -> str:
        nonlocal tells
        tells += deed == "tell"
        return fault if deed == "tell" and tells == 1 else ""

    town.fault = first_fails
    await town.say(ANNA, "declare db is down --sev 1")
    await town.rest()
    sent = (await pages(town))[0]
    assert (sent.state, sent.channel, sent.place.partition(":")[0]) == ("accepted", 1, "lead")


async def test_what_is_told_of_a_round_of_failures_does_not_grow(town: Town) -> None:
    town.fault = lambda deed: "down" if deed == "tell" else ""
    await town.say(ANNA, "declare db is down --sev 1")
    await town.rest()
    last = (await pages(town))[-1]
    for _ in range(3):
        town.clock.push(seconds=31)
        await town.rest()
    again = (await pages(town))[-1]
    assert (again.id, again.to, again.tries > last.tries) == (last.id, "carlos", True)
    assert again.error == last.error != ""
