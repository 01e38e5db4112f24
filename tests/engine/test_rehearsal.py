"""What `whowould` says of channels is what goes out: delays, quiet hours, whom nothing reaches, the next round."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest

from bot.book import Ask
from bot.config import check
from bot.engine.house import Engine
from bot.incident.incident import Incident
from bot.incident.severity import Severity
from bot.incident.told import Told
from bot.incident.whowould import moments
from bot.ports import Card, Handle, MessageId, Place, Said
from bot.store.store import Store
from bot.store.transaction import Transaction
from tests.clock import PushedClock
from tests.walks.paper import Paper

RAW: Mapping[str, Any] = {
    "house": {"admin": "anna"},
    "chats": {"ink": {}, "lead": {}},
    "channels": {"push": {}, "high": ["chat", "push 2m"]},
    "people": {
        "anna": {"name": "Anna", "ink": "a1", "lead": "a2", "push": "a3"},
        "boris": {"name": "Boris", "lead": "b1", "push": "b2"},
        "carlos": {"name": "Carlos", "push": "c1"},
        "zoe": {"name": "Zoe"},
    },
    "policies": {
        "default": {
            "steps": [
                {"page": ["anna"], "wait": "4m"},
                {"page": ["zoe"], "wait": "9m"},
                {"page": ["boris", "ink:noc"], "wait": "5m"},
            ],
            "repeat": 1,
            "repeat_from": 3,
            "catch_all": ["carlos", "anna"],
        }
    },
}
NOC = Place("ink", "noc")
Page = tuple[datetime, str]


class Rooms(Paper):
    """It keeps when something new was posted in one room."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.fresh: list[tuple[datetime, str]] = []

    async def put(self, place: Place, card: Card, over: MessageId | None, key: str) -> MessageId:
        if over is None and place == NOC:
            self.fresh.append((self.now(), str(place)))
        return await super().put(place, card, over, key)


class House:
    def __init__(self, store: Store, clock: PushedClock) -> None:
        self.clock = clock
        self.rooms = Rooms("ink", clock.now)
        self.papers = [self.rooms, Paper("lead", clock.now), Paper("push", clock.now)]
        *chats, push = self.papers
        self.engine = Engine(check(RAW, "test"), store, chats, [push])

    async def say(self, words: str, by: str = "a1") -> None:
        await self.engine.hear(Said(key=words + by, by=Handle("ink", by), place=Place("ink", "hall"), words=words))
        await self.engine.settled()

    def foretold(self, severity: int, tx: Transaction) -> list[Page]:
        """When who would be paged, by which channel's address."""
        office = self.engine.office
        ask: Ask = office.ask(tx, by="")
        incident = Incident("0", severity=Severity(severity), declared=Told("tocsin", tx.now, ""))
        found = moments(incident, office.rules.policy(severity), ask)
        return sorted((each.at, str(each.ring.turn.handle)) for each in found if each.ring)

    @property
    def paged(self) -> list[Page]:
        """When who was."""
        told = [(each.at, str(each.handle)) for paper in self.papers for each in paper.told]
        return sorted([*told, *self.rooms.fresh])


@pytest.fixture
async def house(sqlite_store: Store, clock: PushedClock) -> House:
    made = House(sqlite_store, clock)
    await made.engine.enrol()
    return made


@pytest.mark.parametrize(
    ("severity", "rules"),
    [
        (1, []),
        (1, ["me rule high lead 1m, push 3m"]),
        (1, ["me rule high push, ink 10m", "me quiet 10:00-10:30"]),
        (3, ["me rule low ink, lead 1m, push 20m", "me quiet 10:00-10:07"]),
        (3, ["me rule low lead 6m"]),
    ],
)
async def test_who_would_be_paged_is_paged(severity: int, rules: list[str], house: House) -> None:
    for each in rules:
        await house.say(each)
    foretold = await house.engine.office.store.read(lambda tx: house.foretold(severity, tx))
    await house.say(f"declare db is down --sev {severity}")
    for _ in range(45):
        house.clock.push(minutes=1)
        await house.engine.settled()
    assert len(foretold) > 5
    assert house.paged == foretold
