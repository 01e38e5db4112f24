"""Who follows a private incident is told of it for as long as they may read it, and nobody else is."""

import pytest

from bot.store.store import Store
from tests.clock import PushedClock
from tests.engine.secret import Secret, text


@pytest.fixture
async def house(sqlite_url: str, clock: PushedClock) -> Secret:
    made = Secret(await Store.open(sqlite_url, clock), clock)
    await made.engine.enrol()
    return made


def told(house: Secret, who: str) -> list[str]:
    """What somebody was told in person."""
    return [text(each.card) for paper in house.papers.values() for each in paper.told if each.handle.id == who]


async def test_an_administrator_who_is_not_in_it_can_follow_it(house: Secret) -> None:
    await house.say("declare a leak --sev 4 --private", "b1")
    await house.say("subscribe #1")
    await house.say("update #1 the police comes at nine", "b1")
    assert any("the police comes at nine" in words for words in told(house, "a1"))


async def test_whoever_followed_what_became_private_hears_no_more_of_it_until_it_is_public(house: Secret) -> None:
    await house.say("declare db is slow --sev 4", "b1")
    await house.say("subscribe #1", "c1")
    for words, heard in (("private #1 on", False), ("update #1 the CFO did it", False), ("private #1 off", True)):
        before = len(told(house, "c1"))
        await house.say(words, "b1")
        assert (len(told(house, "c1")) > before) is heard, words
    assert not any("CFO" in words for words in told(house, "c1"))


async def test_who_is_in_it_and_reads_it_in_its_room_is_not_told_twice(house: Secret) -> None:
    await house.say("declare a leak --sev 4 --private", "b1")
    await house.say("invite #1 carlos", "b1")
    await house.say("subscribe #1", "c1")
    before = len(told(house, "c1"))
    await house.say("update #1 the police comes at nine", "b1")
    assert len(told(house, "c1")) == before
