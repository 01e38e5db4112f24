"""Pages of several incidents for one person: the first at once, those close upon it together, and none unnamed."""

import asyncio
import re
from dataclasses import replace
from datetime import timedelta
from random import Random

import psycopg
import pytest

from bot.book import BookId
from bot.engine import bundle, page
from bot.engine.bundle import WINDOW, bundled
from bot.ports import Card, ChatError, Handle, Place, Said
from bot.store import books
from bot.store.hand import sql
from bot.store.store import Store
from bot.store.transaction import Transaction
from bot.text.rich import plain
from tests.clock import PushedClock
from tests.walks.paper import Told
from tests.walks.town import Town

SPOIL = sql("UPDATE books SET state = '[]' WHERE kind = 'incident' AND id = :id")
ANNA, BORIS, CARLOS = Handle("ink", "a1"), Handle("lead", "b2"), Handle("ink", "c1")


def named(told: Told) -> list[int]:
    """The incidents that a page names."""
    text = f"{plain(told.card.title)} {''.join(plain(fact.value) for fact in told.card.facts)}"
    return sorted({int(number) for number in re.findall(r"#(\d+)", text)})


def heard(town: Town, nth: int = 0) -> list[list[int]]:
    """What each page named that came by a chat."""
    return [named(told) for told in town.papers[nth].told]


async def burst(town: Town, count: int) -> None:
    """Incidents that begin at one moment, each of which pages Anna."""
    for number in range(count):
        await town.say(BORIS, f"declare fire {number} --sev 1")
        await town.rest()


async def passes(town: Town, **length: float) -> None:
    """Time passes."""
    town.clock.push(**length)
    await town.rest()


async def answered(town: Town, by: Handle, words: str) -> str:
    """What somebody is told to what they say."""
    answer = await town.say(by, words)
    assert isinstance(answer, Card)
    return plain(answer.body)


async def acked(town: Town) -> list[str]:
    """The incidents that somebody has."""
    books = await town.store.read(lambda tx: tx.books("incident"))
    return [book.id.id for book in books if book.state.acked]


async def test_the_first_goes_at_once_and_the_others_together(town: Town) -> None:
    await burst(town, 4)
    assert heard(town) == [[1]]
    await passes(town, seconds=9)
    assert heard(town) == [[1]]
    await passes(town, seconds=1)
    assert heard(town) == [[1], [2, 3, 4]]
    rows = [row for number in "234" for row in await town.pages(number)]
    assert {row.state for row in rows} == {"accepted"}
    assert len({(row.place, row.message) for row in rows}) == 1
    await passes(town, seconds=10)
    await burst(town, 1)
    assert heard(town) == [[1], [2, 3, 4], [5]]


async def test_taking_a_bundle_takes_exactly_what_it_names(town: Town) -> None:
    await burst(town, 3)
    await passes(town, seconds=10)
    [_, page] = town.papers[0].told
    assert [button.says for button in page.card.buttons] == ["ack b1", "escalate b1", "ack #2", "ack #3"]
    await burst(town, 1)
    answer = await answered(town, ANNA, page.card.buttons[0].says)
    assert await acked(town) == ["2", "3"]
    assert answer.count("✓ Anna took it") == 2
    assert "#2" in answer
    assert "#3" in answer


async def test_what_stands_there_says_who_has_which(town: Town) -> None:
    await burst(town, 4)
    await passes(town, seconds=10)
    message = next(key for key, card in town.papers[0].messages.items() if "Take all 3: #2 #3 #4" in str(card))
    for line, buttons in (
        ("ack #2", ["ack b1", "escalate b1", "ack #3", "ack #4"]),
        ("resolve #3", ["ack #4"]),
        ("ack b1", []),
    ):
        await town.say(BORIS, line)
        await town.rest()
        card = town.papers[0].messages[message]
        assert [button.says for button in card.buttons] == buttons
    shown = plain(card.body)
    assert shown.count("Boris has it") == 2
    assert "Resolved by Boris" in shown
    assert card.tone != "alarm"
    await town.everything_shown()


async def test_what_was_taken_meanwhile_is_left_alone(town: Town) -> None:
    await burst(town, 3)
    await passes(town, seconds=10)
    await town.say(BORIS, "ack #2 I am on it")
    answer = await answered(town, ANNA, "ack b1")
    assert "Boris has it" in answer
    books = await town.store.read(lambda tx: [tx.load(BookId("incident", number)).state for number in "23"])
    assert [book.acked.by for book in books] == ["boris", "anna"]
    pages = len(await town.pages("2"))
    await town.say(ANNA, "escalate b1")
    await town.rest()
    assert len(await town.pages("2")) == pages, "what somebody has rings for nobody"


async def test_what_became_urgent_meanwhile_is_taken_too(town: Town) -> None:
    for number in range(3):
        await town.say(BORIS, f"declare fire {number} --sev 3")
        await town.rest()
    await passes(town, seconds=10)
    await town.say(BORIS, "sev #2 1")
    await passes(town, seconds=10)
    await town.say(ANNA, "ack b1")
    assert await acked(town) == ["2", "3"]


async def test_what_is_another_s_by_now_is_left_to_them(town: Town) -> None:
    await burst(town, 3)
    await passes(town, seconds=10)
    await town.say(BORIS, "reassign #2 carlos")
    answer = await answered(town, ANNA, "ack b1")
    assert await acked(town) == ["3"]
    assert "Paged: Carlos" in answer


@pytest.mark.parametrize("words", ["ack b1 on my way", "ACK #B1.", "take b1, looking"])
async def test_a_word_may_go_with_it(town: Town, words: str) -> None:
    await burst(town, 3)
    await passes(town, seconds=10)
    await town.say(ANNA, words)
    assert await acked(town) == ["2", "3"]


async def test_one_message_is_edited_once(town: Town) -> None:
    await burst(town, 9)
    await passes(town, seconds=10)
    place = Place("ink", "dm-a1")
    before = len([1 for each, _ in town.papers[0].posted if each == place])
    await town.say(ANNA, "ack b1")
    await town.rest()
    assert len([1 for each, _ in town.papers[0].posted if each == place]) == before + 1
    await town.everything_shown()


async def test_each_address_has_a_window_of_its_own(town: Town) -> None:
    """A page that fails over to somebody's second number goes there, and not back with the others to the first."""
    for number in range(3):
        await town.say(BORIS, f"declare fire {number} --sev 1")

    def claimed(tx: Transaction) -> list[tuple[str, int]]:
        due = [town.engine.paging.turns.due(row, tx) for row in tx.claim_pages("me", WINDOW, 9)]
        pages = [
            replace(page, handle=Handle("ink", address))
            for page, address in zip(due, ("a1", "a9", "a1"), strict=True)
            if page
        ]
        return [(message.handle.id, len(message.pages)) for message in bundled(pages, tx)]

    assert sorted(await town.store.write(claimed)) == [("a1", 2), ("a9", 1)]


async def test_where_not_all_is_claimed_at_once_everybody_is_told_as_much(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However few a transaction takes: nobody's first message names one incident while somebody else's names all."""
    monkeypatch.setattr(page, "TOGETHER", 2)
    monkeypatch.setattr(books, "EACH", 2)
    for number in range(1, 5):
        await town.say(BORIS, f"declare fire {number} --sev 1")
        await town.say(BORIS, f"page #{number} carlos")
    messages = await town.store.write(town.engine.paging.claims)
    assert [(message.to, len(message.pages)) for message in messages if message] == [("anna", 2), ("carlos", 2)]


async def test_a_chat_that_hangs_keeps_no_page_from_another(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the rooms are is asked of every chat; a page says what is known already."""
    await burst(town, 1)
    await town.start()
    asked: list[Place] = []

    async def link(place: Place) -> str:
        asked.append(place)
        await asyncio.Event().wait()
        return ""

    monkeypatch.setattr(town.papers[0], "link", link)
    await town.say(BORIS, "page #1 boris")
    await town.engine.paging.look()
    await town.engine.paging.settled()
    assert [named(told) for told in town.papers[1].told] == [[1]]
    assert not asked


async def test_what_newer_code_wrote_keeps_nobody_apart(town: Town) -> None:
    """One incident that this process cannot read: the others are told together all the same."""
    for number in range(4):
        await town.say(BORIS, f"declare fire {number} --sev 1")
    await town.store.write(lambda tx: tx.do(SPOIL, id="2"))
    await town.engine.paging.look()
    await town.engine.paging.settled()
    assert heard(town) == [[1, 3, 4]]


async def test_a_clock_that_is_set_back_holds_nothing(town: Town) -> None:
    await burst(town, 1)
    town.clock.push(hours=-1)
    await burst(town, 1)
    assert heard(town) == [[1], [2]]


async def test_what_waited_for_a_page_that_failed_waits_no_longer(town: Town) -> None:
    await town.say(BORIS, "declare db is down --sev 1")
    [first] = await town.store.write(town.engine.paging.claims)
    assert first
    await town.say(BORIS, "declare web is down --sev 1")
    assert await town.store.write(town.engine.paging.claims) == [None]
    await town.store.write(lambda tx: town.engine.paging._failed(first, ChatError("no"), tx))
    await town.rest()
    assert heard(town) == [[2]]
    assert heard(town, 1) == [[1]]


async def test_what_needs_nobody_any_more_is_not_named(town: Town) -> None:
    await burst(town, 4)
    await town.say(BORIS, "ack #3")
    await passes(town, seconds=10)
    assert heard(town) == [[1], [2, 4]]
    assert [row.state for row in await town.pages("3")] == ["void"]


async def test_nobody_waits_for_somebody_else(town: Town) -> None:
    await town.say(BORIS, "declare db is down --sev 1")
    await town.say(BORIS, "declare web is down --sev 1")
    await town.say(BORIS, "page #2 carlos")
    await town.rest()
    assert {told.handle for told in town.papers[0].told} == {ANNA, CARLOS}


async def test_a_bundle_that_a_chat_refuses_goes_by_the_next_one(town: Town) -> None:
    await burst(town, 3)
    town.papers[0].fault = lambda deed: "closed" if deed == "tell" else ""
    await passes(town, seconds=10)
    assert heard(town, 1) == [[2, 3]]
    town.papers[0].fault = lambda deed: ""
    await burst(town, 1)
    assert heard(town) == [[1], [4]], "what did not arrive keeps nothing back"


async def test_a_private_one_is_named_to_nobody_else(town: Town) -> None:
    await town.say(ANNA, "declare db is down --sev 1")
    await town.say(ANNA, "declare a theft --sev 1 --private")
    await town.say(ANNA, "declare web is down --sev 1")
    await town.rest()
    assert heard(town) == [[1, 2, 3]], "what comes at one moment waits for nothing"
    for by, words, titles in (
        (ANNA, "ack b1", ["db is down", "a theft", "web is down"]),
        (BORIS, "ack b1", ["db is down", "web is down"]),
        (BORIS, "ack #2", []),
        (BORIS, "ack #1", ["db is down"]),
        (BORIS, "ack b9", []),
        (BORIS, "nonsense", []),
    ):
        about = await town.engine.about(Said(key="", by=by, place=Place("ink", "hall"), words=words))
        told = [plain((block,)) for block in about.body] if about else []
        assert len(told) == len(titles)
        assert all(title in each for title, each in zip(titles, told, strict=True))
    answer = await answered(town, BORIS, "ack b1")
    assert "theft" not in answer
    assert "#2" not in answer
    assert await acked(town) == ["1", "3"]


async def test_a_page_that_nobody_remembers_takes_nothing(town: Town) -> None:
    await burst(town, 1)
    answer = await answered(town, ANNA, "ack b7")
    assert "called b7" in answer
    assert await acked(town) == []


async def test_more_than_one_message_holds_are_named_by_the_next(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "MOST", 3)
    await burst(town, 6)
    await passes(town, seconds=10)
    await passes(town, seconds=10)
    assert heard(town) == [[1], [2, 3, 4], [5, 6]]


@pytest.mark.parametrize(("count", "sizes"), [(6, [1, 2, 3]), (40, [1, 9, 21, 9])])
async def test_what_another_process_held_waits_no_second_time(
    postgres_url: str, clock: PushedClock, count: int, sizes: list[int]
) -> None:
    """Two processes see a half of it each: whatever waited already goes at once, as far as a message holds it."""
    one, other = [Town(await Store.open(postgres_url, clock), clock) for _ in range(2)]
    other.papers = one.papers
    for town in (one, other):
        await town.start()
    await burst(one, count)
    clock.push(seconds=10)
    early = await one.store.read(lambda tx: [row.id for row in tx.ready("page")][: sizes[1]])
    with psycopg.connect(postgres_url) as held:
        held.execute("SELECT 1 FROM sends WHERE state = 'pending' AND NOT id = ANY(%s) FOR UPDATE", [early])
        await one.engine.paging.look()
        await one.engine.paging.settled()
        clock.push(seconds=1)
    other.deliveries = one.deliveries
    await burst(other, 1)
    assert [len(each) for each in heard(one)] == sizes[:3]
    await passes(other, seconds=9)
    assert [len(each) for each in heard(one)] == [*sizes[:3], *(size + 1 for size in sizes[3:] or [0])]
    for town in (one, other):
        await town.store.close()


@pytest.mark.parametrize("seed", range(2))
async def test_no_first_page_waits_and_no_incident_is_lost(town: Town, seed: int) -> None:
    """However they come: whoever heard nothing for ten seconds hears at once, and all are named within ten more."""
    chance, begun = Random(seed), {}
    for number in range(1, 16):
        for _ in range(chance.choice([0, 0, 1, 1, 3, 9, 10, 11])):
            await passes(town, seconds=1)
        begun[number] = town.clock.now()
        await burst(town, 1)
        if chance.random() < 0.2:
            await town.say(ANNA, f"ack #{chance.randint(1, number)}")
    for _ in range(11):
        await passes(town, seconds=1)
    told = town.papers[0].told
    first = {number: page.at for page in reversed(told) for number in named(page)}
    voids = {number for number in begun for row in await town.pages(str(number)) if row.state == "void"}
    assert set(first) | voids == set(begun)
    for number, at in first.items():
        before = [page.at for page in told if page.at <= begun[number] and number not in named(page)]
        busy = before and begun[number] - before[-1] < WINDOW
        assert at - begun[number] <= (WINDOW if busy else timedelta(0))
