"""A code is kept nowhere: not in the log, not in what waits to be sent, not in the reply that a repeat gets again."""

import re
from collections.abc import Mapping
from typing import Any

import pytest

from bot.book import BookId
from bot.config import check
from bot.engine.house import Engine
from bot.ports import Card, Handle, Place, Said
from bot.store.hand import sql
from bot.store.store import Store
from bot.store.tables import Table
from bot.store.transaction import Transaction
from bot.text.rich import plain
from tests.clock import PushedClock
from tests.walks.paper import Paper

RAW: Mapping[str, Any] = {
    "house": {"admin": "anna"},
    "chats": {"ink": {}, "lead": {}},
    "channels": {"url": "https://tocsin.example.org", "secret": "sixteen letters!", "push": {}},
    "people": {
        "anna": {"name": "Anna", "ink": "a1", "email": "anna@example.org"},
        "boris": {"name": "Boris", "ink": "b1"},
    },
}
TABLES = [sql(f"SELECT * FROM {name}") for name in Table.metadata.tables]  # noqa: S608 - our own names


def everything(tx: Transaction) -> str:
    """All that the database holds."""
    return repr([[bytes(value) if isinstance(value, memoryview) else value for value in row]
                 for each in TABLES for row in tx.rows(each)])  # fmt: skip


class House:
    def __init__(self, store: Store, clock: PushedClock, raw: Mapping[str, Any] = RAW) -> None:
        self.store, self.clock = store, clock
        self.papers = {name: Paper(name, clock.now) for name in ("ink", "lead", "push")}
        chats = [self.papers["ink"], self.papers["lead"]]
        self.engine = Engine(check(raw, "test"), store, chats, [self.papers["push"]])

    async def say(self, words: str, by: str = "ink:a1", key: str = "", email: str = "") -> str:
        handle = Handle.parse(by)
        place = Place(handle.platform, f"d{handle.id}")
        said = Said(key=key or f"{by} {words}", by=handle, place=place, words=words, direct=True, email=email)
        answer = await self.engine.hear(said)
        assert isinstance(answer, Card), answer
        await self.engine.settled()
        return plain((*answer.title, *answer.body))  # type: ignore[arg-type]

    async def kept(self) -> str:
        return await self.store.read(everything)


@pytest.fixture
async def house(store: Store, clock: PushedClock) -> House:
    made = House(store, clock)
    await made.engine.enrol()
    return made


def code_in(text: str) -> str:
    found = re.search(r"[0-9A-F]{4}(-[0-9A-F]{4}){2}", text)
    assert found, text
    return found[0]


async def test_a_channels_code_is_sent_and_kept_nowhere(house: House) -> None:
    await house.say("me add push anna-7f3a")
    [told] = house.papers["push"].told
    typed = re.sub(r"\D", "", plain(told.card.title))
    assert len(typed) == 8
    assert typed not in await house.kept()
    assert "Verified" in await house.say(f"me verify {typed[:4]} {typed[4:]}")


async def test_a_channel_that_breaks_gets_a_code_once(house: House) -> None:
    house.papers["push"].fault = lambda deed: "bug" if deed == "tell" else ""
    await house.say("me add push anna-7f3a")
    [row] = await house.store.read(lambda tx: tx.sends(BookId("person", "anna")))
    assert (row.kind, row.state, row.error) == ("code", "failed", "KeyError"), "`sending` would be sent again"


async def test_a_code_that_is_worth_nothing_any_more_is_not_sent(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as asleep:
        asleep.setattr(house.engine.proving, "look", nothing)
        await house.say("me add push anna-7f3a")
    house.clock.push(minutes=10)
    await house.engine.settled()
    assert not house.papers["push"].tried
    await house.say("me add push anna-7f3a", key="again")
    assert len(house.papers["push"].told) == 1


async def nothing() -> None:
    """A house that looks for nothing."""


async def test_a_code_that_links_an_account_is_kept_nowhere_and_a_repeat_gets_it_again(house: House) -> None:
    first = await house.say("account link", key="once")
    code = code_in(first)
    assert code not in await house.kept()
    assert await house.say("account link", key="once") == first
    assert code_in(await house.say("account link", key="twice")) != code
    assert "you are Anna" in await house.say(f"account link {code.lower().replace('-', '')}", "lead:x9")
    assert "not valid" in await house.say(f"account link {code}", "lead:x8")


async def test_a_proposals_code_is_kept_nowhere(house: House) -> None:
    assert "I asked you" in await house.say("ack", "lead:x9", email="anna@example.org")
    [told] = house.papers["ink"].told
    code = code_in(told.card.buttons[0].says)
    assert code not in await house.kept()
    assert "not open any more" in await house.say(f"account confirm {code}", "ink:b1")
    assert "linked" in await house.say(f"account confirm {code}")


async def test_a_calendars_address_is_kept_nowhere_and_a_repeat_gets_it_again(house: House) -> None:
    first = await house.say("oncall calendar", key="once")
    found = re.search(r"calendar/([-_A-Za-z0-9]{32})\.ics", first)
    assert found, first
    assert found[1] not in await house.kept()
    assert await house.say("oncall calendar", key="once") == first
    assert await house.engine.calendar(found[1])


async def test_who_reads_the_database_cannot_make_the_houses_codes(house: House, store: Store) -> None:
    """The configuration's own secret is part of the key, and two processes of one house have the same."""
    secretless = {**RAW, "channels": {"push": {}}}
    same, other = House(store, house.clock), House(store, house.clock, secretless)
    await same.engine.acquaint()
    await other.engine.acquaint()
    assert same.engine.office.seal == house.engine.office.seal != other.engine.office.seal
    assert house.engine.office.seal.hex() not in await house.kept()
