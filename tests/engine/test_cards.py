"""What stands in somebody's direct messages is cut to what they may read, for as long as it stands there."""

from collections.abc import Mapping
from typing import Any

import pytest

from bot.book import BookId
from bot.config import check
from bot.store.store import Store
from tests.clock import PushedClock
from tests.engine.secret import PEOPLE, RAW, Secret

DM = "ink:dm-c1"
NEWS = "the CFO sells our keys"


@pytest.fixture
async def house(sqlite_url: str, clock: PushedClock) -> Secret:
    made = Secret(await Store.open(sqlite_url, clock), clock)
    await made.engine.enrol()
    return made


async def test_who_left_a_private_incident_reads_nothing_more_of_it_in_their_page(house: Secret) -> None:
    await house.say("declare a leak --sev 4 --private")
    await house.say("page #1 carlos")
    assert "a leak" in house.stands(DM)[0]
    for words in ("ack #1", "unack #1", "leave #1"):
        await house.say(words, "c1")
    await house.say(f"edit #1 {NEWS}")
    await house.push(seconds=60)
    assert house.stands(DM) == ["#1 is private now."]
    await house.say("invite #1 carlos")
    await house.push(seconds=60)
    assert NEWS in house.stands(DM)[0]


async def test_who_is_not_in_the_configuration_any_more_reads_nothing_more_of_it(house: Secret) -> None:
    await house.say("declare a leak --sev 4 --private")
    await house.say("page #1 carlos")
    people: Mapping[str, Any] = {id: each for id, each in PEOPLE.items() if id != "carlos"}
    await house.engine.adopt(check({**RAW, "people": people}, "test"))
    await house.say(f"edit #1 {NEWS}")
    await house.push(seconds=60)
    assert house.stands(DM) == ["#1 is private now."]


async def test_a_page_for_several_leaves_out_what_somebody_may_not_read(house: Secret) -> None:
    for words in ("declare first", "declare second", "declare third"):
        await house.say(f"{words} --sev 4")
    for number in (1, 2, 3):
        await house.say(f"page #{number} carlos")
    await house.push(seconds=11)
    assert any("second" in card and "third" in card for card in house.stands(DM))
    for words in ("private #2 on", f"edit #2 {NEWS}"):
        await house.say(words)
    await house.say("leave #2", "c1")
    await house.say("ack #3")
    await house.push(seconds=60)
    [card] = [card for card in house.stands(DM) if "third" in card]
    assert "second" not in card and NEWS not in card and "#2" not in card
    assert "Anna has it" in card
    await house.say("edit #2 another secret")
    await house.push(seconds=60)
    assert not any("another secret" in card for card in house.stands(DM))
    looks = await house.engine.office.store.read(
        lambda tx: [look for id in "123" for look in tx.looks(BookId("incident", id))]
    )
    assert [look for look in looks if look.have < look.want] == []
