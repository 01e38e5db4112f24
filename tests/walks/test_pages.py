"""A page goes from channel to channel, whatever is wrong with one of them."""

import pytest

from bot.ports import Handle
from tests.walks.town import Town

ANNA = Handle("ink", "a1")


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
    sent = (await town.pages("1"))[0]
    assert (sent.state, sent.channel, sent.place.partition(":")[0]) == ("accepted", 1, "lead")


async def test_what_is_told_of_a_round_of_failures_does_not_grow(town: Town) -> None:
    town.fault = lambda deed: "down" if deed == "tell" else ""
    await town.say(ANNA, "declare db is down --sev 1")
    await town.rest()
    last = (await town.pages("1"))[-1]
    for _ in range(3):
        town.clock.push(seconds=31)
        await town.rest()
    again = (await town.pages("1"))[-1]
    assert (again.id, again.to, again.tries > last.tries) == (last.id, "carlos", True)
    assert again.error == last.error != ""
