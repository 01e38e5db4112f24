"""A page goes from channel to channel, whatever is wrong with one of them."""

import pytest

from bot.book import BookId
from bot.engine.bundle import Message
from bot.engine.carry import own
from bot.engine.turns import Taken
from bot.incident.lifecycle import SetSeverity
from bot.incident.paging import Unreached
from bot.incident.severity import Severity
from bot.ports import Handle, Place
from bot.store.hand import sql
from bot.store.transaction import Transaction
from bot.text.rich import plain
from tests.walks.town import Town

AGAIN = sql("UPDATE sends SET repeat = TRUE WHERE state = 'pending' AND kind = 'page'")
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


async def twice(town: Town, words: str) -> None:
    """Anna is paged, and paged again once nobody has it any more."""
    await town.say(ANNA, "declare db is down --sev 1")
    await town.rest()
    town.clock.push(minutes=2)
    await town.rest()
    await town.say(ANNA, "ack #1")
    await town.say(ANNA, words)
    await town.rest()
    town.clock.push(minutes=2)
    await town.rest()


async def unreached(town: Town) -> list[str]:
    """Whom no channel reached, as the timeline tells it."""
    entries = await town.store.read(lambda tx: tx.entries(BookId("incident", "1"), names={"Unreached"}))
    return [entry.event.person for entry in entries if isinstance(entry.event, Unreached)]


def requests(town: Town, place: Place) -> list[str]:
    """What was asked of a chat for one place, in its order: something new, or an edit."""
    paper = next(paper for paper in town.papers if paper.name == place.platform)
    new = [told.at for told in paper.told if Place(paper.name, f"dm-{told.handle.id}") == place]
    return ["new"] * len(new) + ["edit" for at, _ in paper.posted if at == place]


@pytest.mark.parametrize("words", ["declare db is down --sev 1", "declare db is slow --sev 3"])
async def test_a_page_is_one_request_until_something_changes(town: Town, words: str) -> None:
    """It stands as it was sent: only what was said since is an edit, and how loud it is stays."""
    await town.say(ANNA, words)
    await town.rest()
    place = Place("lead", "dm-b2")
    for said, expected in (
        ("page #1 boris", ["new"]),
        ("note #1 the disk is full", ["new"]),
        ("update #1 we look", ["new", "edit"]),
        ("ack #1", ["new", "edit", "edit"]),
    ):
        await town.say(ANNA, said)
        await town.rest()
        assert requests(town, place) == expected, said
        if said.startswith("update"):
            [card] = [card for (at, _), card in town.papers[1].messages.items() if at == place]
            assert card.tone == ("alarm" if "down" in words else "warn")
    await town.everything_shown()


async def test_what_changed_while_a_page_was_on_its_way_is_shown(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    await town.say(ANNA, "declare db is down --sev 1")
    await town.rest()
    arrived = town.engine.paging._arrived

    def late(message: Message, taken: Taken, tx: Transaction) -> None:
        own(SetSeverity(Severity.SEV2), BookId("incident", "1"), town.engine.office, tx)
        arrived(message, taken, tx)

    monkeypatch.setattr(town.engine.paging, "_arrived", late)
    await town.say(ANNA, "page #1 boris")
    await town.rest()
    place = Place("lead", "dm-b2")
    assert requests(town, place) == ["new", "edit"]
    [card] = [card for (at, _), card in town.papers[1].messages.items() if at == place]
    assert "SEV2" in plain(card.title)


async def test_a_bundle_and_a_page_that_comes_again_stand_as_they_were_sent(town: Town) -> None:
    for number in range(3):
        await town.say(ANNA, f"declare fire {number} --sev 1")
    await town.rest()
    await town.say(ANNA, "page #1 boris")
    await town.say(ANNA, "page #2 boris")
    await town.store.write(lambda tx: tx.do(AGAIN))
    await town.rest()
    [told] = town.papers[1].told
    assert "repeat" in plain(told.card.title)
    assert requests(town, Place("lead", "dm-b2")) == ["new"]


def tells(town: Town) -> list[int]:
    """How often Anna was told, by each chat."""
    return [sum(told.handle.id[0] == "a" for told in paper.told) for paper in town.papers]


@pytest.mark.parametrize("words", ["unack #1", "snooze #1 2m"])
async def test_what_came_of_a_page_leaves_nothing_out_when_it_comes_again(town: Town, words: str) -> None:
    await town.say(ANNA, "me rule high ink, lead 2m")
    await twice(town, words)
    town.clock.push(minutes=2)
    await town.rest()
    assert tells(town) == [2, 2]


@pytest.mark.parametrize("words", ["unack #1", "snooze #1 2m"])
async def test_a_ladder_that_reaches_nobody_is_not_waited_for_however_often_it_is_climbed(
    town: Town, words: str
) -> None:
    town.fault = lambda deed: "closed" if deed == "tell" else ""
    await town.say(ANNA, "declare db is down --sev 1")
    await town.rest()
    ladder = ["anna", "boris", "anna", "boris", "carlos"]
    assert await unreached(town) == ladder
    await town.say(ANNA, "ack #1")
    await town.say(ANNA, words)
    town.clock.push(minutes=2)
    await town.rest()
    assert await unreached(town) == ladder * 2


@pytest.mark.parametrize("words", ["unack #1", "snooze #1 30s"])
async def test_what_waited_for_its_turn_before_an_ack_never_goes_after_it(town: Town, words: str) -> None:
    """The page that comes again has turns of its own."""
    await town.say(ANNA, "me rule high ink, lead 2m")
    await town.say(ANNA, "declare db is down --sev 1")
    await town.rest()
    town.clock.push(minutes=1)
    await town.say(ANNA, "ack #1")
    await town.say(ANNA, words)
    await town.rest()
    for _ in range(6):
        town.clock.push(seconds=30)
        await town.rest()
    assert tells(town) == [2, 1]
    assert [(row.state, row.channel) for row in await town.pages("1") if row.to == "anna"] == [
        ("accepted", 0), ("void", 1), ("accepted", 0), ("accepted", 1),
    ]  # fmt: skip


async def test_whoever_is_asked_for_during_a_snooze_is_told(town: Town) -> None:
    await town.say(ANNA, "declare db is down --sev 1")
    await town.rest()
    await town.say(ANNA, "snooze #1 1h")
    await town.say(ANNA, "page #1 carlos")
    await town.rest()
    assert [told.handle.id for told in town.papers[0].told] == ["a1", "c1"]
    town.clock.push(minutes=30)
    await town.rest()
    assert sum(tells(town)) == 1
    await town.check()


async def test_who_was_reached_by_the_next_channel_is_so_again(town: Town) -> None:
    town.papers[0].fault = lambda deed: "closed" if deed == "tell" else ""
    await twice(town, "unack #1")
    assert tells(town) == [0, 2]
