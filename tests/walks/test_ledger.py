"""What went where: readable by anybody, and what a room missed is told once."""

import pytest

from bot.book import BookId, Send
from bot.engine.attend import mark, tell
from bot.engine.clockwork import swept
from bot.incident.ledger import Undelivered
from bot.ports import Card, Handle
from bot.text.rich import plain
from tests.walks.town import Town

ANNA, CARLOS = Handle("ink", "a1"), Handle("ink", "c1")
INCIDENT = BookId("incident", "1")


@pytest.fixture
async def town(town: Town) -> Town:
    await town.say(ANNA, "declare db is down --sev 1")
    await town.rest()
    return town


async def ledger(town: Town) -> list[str]:
    card = await town.say(ANNA, "show #1 --delivery")
    assert isinstance(card, Card)
    return plain(card.body).split("\n")


async def missed(town: Town) -> list[tuple[str, bool]]:
    entries = await town.store.read(lambda tx: tx.entries(INCIDENT, names={"Undelivered"}))
    return [
        (each.event.place.split(":")[0], each.event.known) for each in entries if isinstance(each.event, Undelivered)
    ]


async def chat(town: Town, words: str) -> None:
    await town.say(CARLOS, f"chat {words}", place=town.papers[0].rooms_of()[0])
    await town.rest()


async def test_what_went_where(town: Town) -> None:
    assert await ledger(town) == ["• Ink ✓ 10:02:00", "• Lead ✓ 10:02:00", "• page to Anna by Ink: accepted 10:02:00"]


async def test_a_platform_that_is_down_is_said_with_its_moment_and_its_return(town: Town) -> None:
    office, (_, lead) = town.engine.office, town.papers
    town.papers[1].fault = lambda deed: "down"
    mark(office, lead, up=False)
    await town.store.write(lambda tx: tell(office, tx))
    town.clock.push(minutes=4)
    await town.say(ANNA, "sev #1 2")
    await town.rest()
    assert any(line.startswith("• Lead: down since 10:02:00, ") for line in await ledger(town))
    assert "Lead cannot be reached" in cards(town)
    await town.start()
    assert any("down since 10:02:00" in line for line in await ledger(town)), "a new process knows"
    town.papers[1].fault = lambda deed: ""
    office = town.engine.office
    mark(office, lead, up=True)
    await town.store.write(lambda tx: tell(office, tx))
    town.clock.push(minutes=6)
    await town.rest()
    assert "• Lead ✓ 10:12:00" in await ledger(town)
    assert "Lead cannot be reached" not in cards(town)


async def test_what_a_room_did_not_get_is_told_once(town: Town) -> None:
    town.papers[1].fault = lambda deed: "closed" if deed == "post" else ""
    for number in range(3):
        await chat(town, f"hello {number}")
    assert await missed(town) == [("lead", True)]
    assert said(town, 0).count("Lead did not get all that was meant for its room") == 1
    assert "Lead did not get" not in said(town, 1), "its own room cannot be told"
    assert len([line for line in await ledger(town) if "not sent" in line]) == 3


async def test_what_may_be_missing_is_a_gap_that_is_told_in_the_room_itself(town: Town) -> None:
    town.papers[1].fault = lambda deed: "lost" if deed == "post" else ""
    await chat(town, "hello")
    assert await missed(town) == [("lead", False)]
    assert "Lead may have missed a message" in said(town, 1)
    town.papers[1].fault = lambda deed: ""
    town.clock.push(seconds=10)
    await chat(town, "better now")
    town.papers[1].fault = lambda deed: "lost" if deed == "post" else ""
    town.clock.push(seconds=10)
    await chat(town, "and gone again")
    assert await missed(town) == [("lead", False)] * 2, "it had arrived in between: that is news"


async def test_that_it_could_not_be_told_is_not_told(town: Town) -> None:
    town.papers[0].fault = lambda deed: "closed" if deed == "put" else ""
    town.papers[1].fault = lambda deed: "closed" if deed in {"put", "post"} else ""
    await chat(town, "hello")
    for _ in range(3):
        town.clock.push(hours=1, minutes=1)
        await town.rest()
    assert await missed(town) == [("lead", True)]


async def test_it_can_be_read_for_ninety_days(town: Town) -> None:
    await chat(town, "hello")
    await town.say(ANNA, "ack #1")
    await town.rest()
    town.clock.push(days=89)
    await town.store.write(swept)
    assert len(await town.store.read(lambda tx: tx.sends(INCIDENT))) >= 3
    town.clock.push(days=2)
    await town.store.write(swept)
    assert not await town.store.read(lambda tx: tx.sends(INCIDENT))
    looks = await town.store.read(lambda tx: tx.looks(INCIDENT))
    assert {look.subject for look in looks if look.subject in {"card", "hall"}} == {"card", "hall"}, (
        "still to be kept true"
    )


def cards(town: Town) -> str:
    """All that the first platform's cards say."""
    return "\n".join(plain(card.body) for card in town.papers[0].messages.values() if card.buttons)


def said(town: Town, paper: int) -> str:
    """All that was said in a platform's war room."""
    return "\n".join(plain(card.body) for card in town.papers[paper].messages.values())


async def test_a_person_who_missed_something_is_told_of_though_they_follow_nothing(town: Town) -> None:
    town.fault = lambda deed: "closed" if deed == "tell" else ""
    await town.store.write(lambda tx: tx.send(Send("notice", "boris", 3, {"rev": 1}), INCIDENT))
    await town.rest()
    entries = await town.store.read(lambda tx: tx.entries(INCIDENT, names={"Undelivered"}))
    assert [getattr(each.event, "place", "") for each in entries] == ["boris"]


async def test_of_a_room_that_was_left_nothing_is_told(town: Town) -> None:
    await town.store.write(lambda tx: tx.send(Send("entry", "ink:left", 3, {"rev": 1}), INCIDENT))
    town.fault = lambda deed: "closed" if deed == "put" else ""
    await town.rest()
    assert await missed(town) == []
