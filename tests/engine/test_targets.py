"""Rooms and webhooks as a step's targets: paged as people are, seen in the timeline, and never in anybody's way."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.book import BookId
from bot.config import check
from bot.engine.house import Engine
from bot.engine.naming import learn
from bot.ports import Called, Card, ChatError, Forbidden, Handle, Place, Said, Unreachable
from bot.store.store import Store
from bot.text.rich import Para, Run, plain
from bot.text.words import Who
from tests.clock import PushedClock
from tests.walks.paper import Paper
from tests.walks.test_replicas import until
from tests.walks.town import PEOPLE

ROOM = Place("ink", "noc")
STEPS = [{"page": ["ink:noc", "webhook:ops", "anna"], "wait": "5m"}, {"page": ["webhook:ops"], "wait": "5m"}]
RAW: Mapping[str, Any] = {
    "chats": {"ink": {}, "lead": {}},
    "people": PEOPLE,
    "webhooks": {"ops": {"url": "https://ops.example.org"}},
    "policies": {"default": {"steps": STEPS, "repeat": 0, "catch_all": ["carlos"]}},
}


class Wires:
    """Webhooks on paper: what they were told, and what goes wrong."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Mapping[str, Any]]] = []
        self.made: list[datetime] = []
        self.fault: ChatError | None = None
        self.hangs = False

    async def post(self, name: str, told: Mapping[str, Any], key: str, at: datetime) -> None:
        self.made.append(at)
        self.told.append((key, told))
        if self.hangs:
            await asyncio.Event().wait()
        if self.fault:
            raise self.fault

    async def close(self) -> None:
        pass


class House:
    def __init__(self, store: Store, clock: PushedClock) -> None:
        self.clock, self.wires = clock, Wires()
        self.paper = Paper("ink", clock.now)
        self.engine = Engine(check(RAW, "test"), store, [self.paper], webhooks=self.wires)

    async def say(self, words: str, who: str = "a1") -> None:
        said = Said(key=words, by=Handle("ink", who), place=Place("ink", "hall"), words=words)
        await self.engine.hear(said)
        await self.rest()

    async def read(self, words: str) -> str:
        said = Said(key=words, by=Handle("ink", "a1"), place=Place("ink", "hall"), words=words)
        card = await self.engine.hear(said)
        assert isinstance(card, Card)
        return plain((Para(card.title), *card.body))

    async def rest(self) -> None:
        if not self.wires.hangs:
            await self.engine.settled()

    async def push(self, **length: float) -> None:
        self.clock.push(**length)
        await self.rest()

    @property
    def posted(self) -> list[str]:
        """What stands in the room."""
        return [plain(card.title) for (place, _), card in self.paper.messages.items() if place == ROOM]

    async def told(self) -> list[str]:
        """The timeline, by its events."""
        entries = await self.engine.office.store.read(lambda tx: tx.entries(BookId("incident", "1")))
        return [type(entry.event).__name__ for entry in entries]

    async def pages(self) -> list[tuple[str, str]]:
        rows = await self.engine.office.store.read(lambda tx: tx.sends(BookId("incident", "1")))
        return [(row.to, row.state) for row in rows if row.kind == "page"]


@pytest.fixture
async def house(store: Store, clock: PushedClock) -> House:
    made = House(store, clock)
    await made.engine.enrol()
    return made


async def test_all_of_a_step_are_paged_and_what_stands_in_the_room_is_kept_true(house: House) -> None:
    await house.say("declare db is down --sev 1")
    assert house.posted == ["PAGE SEV1 #1 db is down"]
    assert [told["data"]["title"] for _, told in house.wires.told] == ["db is down"]
    assert await house.pages() == [("ink:noc", "accepted"), ("webhook:ops", "accepted"), ("anna", "accepted")]
    cards = house.paper.messages.items()
    anna = (Called(Handle("ink", "a1"), "Anna"),)
    assert [(place, card.everybody) for (place, _), card in cards if card.everybody is not None] == [(ROOM, anna)]
    await house.say("ack #1")
    assert house.posted == ["● SEV1 #1 db is down"]
    assert not [card for _, card in cards if card.everybody is not None]
    await house.push(minutes=30)
    assert len(house.wires.told) == 1


async def test_a_room_is_named_as_everybody_may_know_it(house: House) -> None:
    await house.say("declare db is down --sev 1")
    assert "a room in Ink, webhook:ops, Anna paged" in await house.read("timeline #1")
    house.paper.fault = lambda deed: "down" if deed == "named" else ""
    await learn(house.engine.office)
    assert "a room in Ink, " in await house.read("timeline #1")
    house.paper.fault = lambda deed: ""
    await learn(house.engine.office)
    for words in ("timeline #1", "why #1", "show #1", "show #1 --delivery"):
        told = await house.read(words)
        assert "#noc" in told and "ink:noc" not in told, words


async def test_a_room_that_is_not_for_everybody_is_told_by_its_link_alone(house: House) -> None:
    voice = house.engine.office.room_voice(house.engine.office.known_people, "ink")
    voice.show(Who("ink:secret-merger"))
    await learn(house.engine.office)
    shown = voice.show(Who("ink:secret-merger"))
    assert isinstance(shown, Run)
    assert (shown.text, "secret-merger" in shown.link) == ("a room in Ink", True)


async def test_a_webhook_that_fails_is_told_and_tried_again_as_the_same_message(house: House) -> None:
    house.wires.fault = Unreachable("it answers 500")
    await house.say("declare db is down --sev 1")
    assert "Unreached" in await house.told()
    house.wires.fault = None
    await house.push(seconds=30)
    assert len({key for key, _ in house.wires.told}) == 1
    assert [at - house.clock.at for at in house.wires.made] == [-timedelta(seconds=30), timedelta(0)]
    assert ("webhook:ops", "accepted") in await house.pages()


async def test_where_a_step_is_a_webhook_alone_and_fails_the_ladder_climbs_at_once(house: House) -> None:
    house.wires.fault = Forbidden("it answers 404")
    await house.say("declare db is down --sev 1")
    await house.push(minutes=5)
    assert [told.handle.id for told in house.paper.told] == ["a1", "c1"]


async def test_a_webhook_that_hangs_is_in_nobodys_way(house: House) -> None:
    house.wires.hangs = True
    await house.say("declare db is down --sev 1")
    await house.engine.paging.look()
    await house.engine.delivery.look()
    await until(lambda: house.paper.told and house.posted)
    await house.say("ack #1")
    assert (await house.told())[-1] == "Acknowledged"
    under_way = [*house.engine.paging.tasks.values()]
    for task in under_way:
        task.cancel()
    await asyncio.gather(*under_way, return_exceptions=True)


async def test_no_room_and_no_word_tells_of_a_private_incident(house: House) -> None:
    await house.say("declare somebody stole it --sev 1 --private")
    assert house.posted == []
    assert "stole" not in str(house.wires.told)
    assert house.wires.told[0][1]["data"]["private"] is True


async def test_what_became_private_is_not_left_to_be_read(house: House) -> None:
    await house.say("declare somebody stole it --sev 1")
    await house.say("private #1 on")
    cards: list[Card] = [card for (place, _), card in house.paper.messages.items() if place == ROOM]
    assert "stole" not in str(cards)


async def test_whoever_is_deleted_while_on_call_stops_nothing(house: House) -> None:
    """The call keeps its policy, which names them; who is there is asked when a step fires."""
    await house.say("declare db is down --sev 1", "c1")
    left = {key: value for key, value in PEOPLE.items() if key != "anna"}
    steps = {"default": {"steps": [{"page": ["boris"]}]}}
    await house.engine.adopt(check({**RAW, "people": left, "policies": steps}, "test"))
    house.wires.fault = Unreachable("it answers 500")
    await house.push(minutes=5)
    assert [told.handle.id for told in house.paper.told] == ["a1", "c1"]
    assert "Exhausted" in await house.told()


async def test_whoever_is_deleted_before_their_page_goes_out_is_told_as_unreached(house: House) -> None:
    house.paper.fault = lambda deed: "down" if deed == "tell" else ""
    await house.say("declare db is down --sev 1", "c1")
    left = {key: value for key, value in PEOPLE.items() if key != "anna"}
    await house.engine.adopt(
        check({**RAW, "people": left, "policies": {"p": {"steps": [{"page": ["carlos"]}]}}}, "test")
    )
    house.paper.fault = lambda deed: ""
    for _ in range(3):
        await house.push(minutes=5)
    assert [told.handle.id for told in house.paper.told] == ["c1"]
