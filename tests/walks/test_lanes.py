"""Lanes: what goes first, what it may take, and who waits for whom."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from bot.book import BookId, Send
from bot.engine import deliver
from bot.engine.house import Engine
from bot.ports import Copy, Handle, MessageId, Pace, Place, Throttled
from bot.store.store import Store
from bot.text.rich import paragraphs, plain
from tests.clock import PushedClock
from tests.walks.paper import Paper
from tests.walks.town import Town

ANNA, CARLOS = Handle("ink", "a1"), Handle("ink", "c1")
ROOM = Pace(scope="room", count=6, seconds=60, kept=2)
INCIDENT = BookId("incident", "1")


@pytest.fixture
async def town(town: Town) -> Town:
    await town.say(ANNA, "declare db is down --sev 5")
    await town.rest()
    return town


def paced(paper: Paper, *paces: Pace) -> None:
    """From now on it says what it takes."""
    paper.can = msgspec.structs.replace(paper.can, paces=paces)
    paper.posted.clear()


async def live(town: Town, seconds: int) -> None:
    """Time passes second by second, and what is due is done."""
    for _ in range(seconds):
        town.clock.push(seconds=1)
        await town.rest()


async def chat(town: Town, count: int, by: Handle = CARLOS) -> None:
    """So many lines in the war room of ink."""
    for number in range(count):
        await town.say(by, f"chat {by.id} says {number}", place=town.papers[0].rooms_of()[0])


def fullest(paper: Paper, seconds: float) -> int:
    """Messages and edits in the fullest so many seconds."""
    moments = [at for _, at in paper.posted]
    length = timedelta(seconds=seconds)
    return max(sum(first <= at < first + length for at in moments) for first in moments)


async def until(true: Callable[[], Any], engine: Engine) -> None:
    async with asyncio.timeout(60):
        while not true():
            await engine.delivery.look()
            await asyncio.sleep(0.01)


# ---- who waits for whom


async def test_rooms_are_opened_where_their_platform_is_heard(town: Town) -> None:
    paper = town.papers[0]
    town.engine.office.elsewhere.add(paper.name)
    await town.say(ANNA, "declare fire 2 --sev 5")
    await town.rest()
    assert (len(paper.rooms), len(town.papers[1].rooms)) == (1, 2)
    town.engine.office.elsewhere.clear()
    await town.rest()
    assert len(paper.rooms) == 2


async def test_rooms_that_hang_keep_no_other_one_waiting(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliver, "STUCK", 0.05)
    for number in range(2, 8):
        await town.say(ANNA, f"declare fire {number} --sev 5")
    await town.rest()
    paper, delivery = town.papers[1], town.engine.delivery
    rooms = paper.rooms_of()
    paper.hanging = set(rooms[:6])
    for number in range(1, 8):
        await town.say(ANNA, f"sev #{number} 4")
    paper.posted.clear()
    await until(lambda: rooms[6] in {place for place, _ in paper.posted}, town.engine)
    assert len([name for name in delivery.tasks if name.startswith("lead")]) >= 6
    for task in [*delivery.tasks.values()]:
        task.cancel()
    await asyncio.gather(*delivery.tasks.values(), return_exceptions=True)


async def test_few_lanes_of_a_platform_are_at_work_at_a_time(town: Town) -> None:
    for number in range(2, 8):
        await town.say(ANNA, f"declare fire {number} --sev 5")
    await town.engine.delivery.look()
    lanes = [name.replace(":", " ").split()[0] for name in town.engine.delivery.tasks]
    assert {name: lanes.count(name) for name in lanes} == {"ink": deliver.WORKING, "lead": deliver.WORKING}
    await town.rest()


async def test_what_goes_first(town: Town) -> None:
    """A reply, a card, an update, and then chatter, whatever came first."""
    room = town.papers[1].rooms_of()[0]
    await chat(town, 1)
    await town.say(ANNA, "update #1 going well")
    await town.store.write(lambda tx: tx.send(Send("copy", str(room), 1, line("the reply"))))
    order = Order(town.papers[1])
    await town.rest()
    assert order.of(room) == ["the reply", "card", "going well", "chat c1 says 0"]


async def test_what_waits_long_enough_goes_before_what_is_new(town: Town) -> None:
    room = town.papers[1].rooms_of()[0]
    await chat(town, 1)
    town.clock.push(seconds=60)
    await town.say(ANNA, "update #1 going well")
    order = Order(town.papers[1])
    await town.rest()
    assert order.of(room).index("chat c1 says 0") < order.of(room).index("going well")


# ---- what may be taken


async def test_a_room_takes_no_more_than_it_can_and_loses_nothing(town: Town) -> None:
    paper = town.papers[1]
    paced(paper, ROOM)
    await chat(town, 30)
    await live(town, 120)
    assert fullest(paper, 60) <= ROOM.count - ROOM.kept
    said = "\n".join(plain(copy.text) for _, copy in paper.copies)
    assert [f"c1 says {number}" in said for number in range(30)] == [True] * 30
    assert said.index("says 3\n") < said.index("says 17") < said.index("says 29"), "in their order"
    assert len(paper.copies) <= 8, "under pressure what waits is sent together"


async def test_several_authors_under_pressure_are_told_apart(town: Town) -> None:
    paper = town.papers[1]
    paced(paper, ROOM)
    await chat(town, 4)
    await chat(town, 2, ANNA)
    await chat(town, 1)
    await live(town, 120)
    last = paper.copies[-1][1]
    assert last.author == "Carlos, Anna"
    assert plain(last.text).split("\n") == [
        "Carlos",
        "chat c1 says 3",
        "Anna",
        "chat a1 says 0",
        "chat a1 says 1",
        "Carlos",
        "chat c1 says 0",
    ]
    rows = await town.store.read(lambda tx: [row for row in tx.sends(INCIDENT) if row.kind == "copy"])
    assert {row.state for row in rows} == {"accepted"}
    assert len({row.message for row in rows}) == len(paper.copies)


async def test_what_is_kept_is_there_for_a_card(town: Town) -> None:
    paper = town.papers[1]
    paced(paper, ROOM)
    await chat(town, 30)
    await live(town, 40)
    paper.posted.clear()
    await town.say(ANNA, "sev #1 4")
    await town.rest()
    assert "SEV4" in card(paper)


async def test_a_platform_that_asks_us_to_wait_is_left_alone_where_it_said(town: Town) -> None:
    ink, lead = town.papers
    asked: list[str] = []

    async def busy(place: Place, card: Any, over: MessageId | None, key: str) -> MessageId:
        asked.append(str(place))
        if place.room.startswith("room") and len(asked) < 3:
            raise Throttled(retry_in=30, scope="place")
        return await Paper.put(lead, place, card, over, key)

    lead.put = busy  # type: ignore[method-assign]
    await town.say(ANNA, "sev #1 4")
    await town.rest()
    room, hall = str(lead.rooms_of()[0]), str(lead.hall)
    assert sorted(asked) == sorted([hall, room]), "the room was asked once, and its other messages wait"
    await live(town, 29)
    assert asked.count(room) == 1
    await live(town, 2)
    assert asked.count(room) >= 2
    assert "SEV4" in card(lead)
    assert "SEV4" in card(ink)


async def test_limits_are_known_after_a_restart(town: Town) -> None:
    paper = town.papers[1]
    paced(paper, ROOM)
    for _ in range(4):
        await chat(town, 10)
        await town.rest()
        await town.start()
    await live(town, 30)
    assert fullest(paper, 60) <= ROOM.count


async def test_two_replicas_together_keep_the_limits(postgres_url: str) -> None:
    clock = PushedClock()
    stores = [await Store.open(postgres_url, clock) for _ in range(2)]
    town, other = Town(stores[0], clock), Town(stores[1], clock)
    await town.start()
    other.papers = town.papers
    await other.start()
    for number in range(1, 5):
        await town.say(ANNA, f"declare fire {number} --sev 5")
        await town.rest()
    paper = town.papers[1]
    paced(paper, Pace(scope="platform", count=5, seconds=10), Pace(scope="place", count=2, seconds=10))
    for number in range(1, 5):
        for severity in (4, 3, 4, 3):
            await town.say(ANNA, f"sev #{number} {severity}", f"{number} {severity} {len(paper.posted)}")
    for _ in range(120):
        clock.push(seconds=1)
        await asyncio.gather(town.rest(), other.rest())
    assert fullest(paper, 10) <= 5
    for place in {place for place, _ in paper.posted}:
        moments = [at for where, at in paper.posted if where == place]
        assert not crowded(moments, 2, timedelta(seconds=10)), place
    await town.everything_shown()
    for store in stores:
        await store.close()


async def test_a_card_that_keeps_changing_rests(town: Town) -> None:
    """The first changes show at once, the last one always; of those between, one in five seconds."""
    paper = town.papers[1]
    paced(paper, Pace(scope="place", count=100, seconds=100))
    edits = Order(paper)
    for severity in (4, 3, 4, 3):
        await town.say(ANNA, f"sev #1 {severity}")
        await town.rest()
    room = paper.rooms_of()[0]
    assert edits.of(room).count("card") == 4
    for severity in (4, 3, 4, 3, 4, 3, 4, 3, 5, 2):
        await town.say(ANNA, f"sev #1 {severity}")
        await live(town, 1)
    assert edits.of(room).count("card") <= 4 + 3
    await live(town, 5)
    assert "SEV2" in card(paper)


def crowded(moments: list[datetime], count: int, length: timedelta) -> bool:
    return any(later - first < length for first, later in zip(moments, moments[count:], strict=False))


def card(paper: Paper) -> str:
    """What the first war room's card says."""
    room = paper.rooms_of()[0]
    return next(plain(card.title) for (place, _), card in paper.messages.items() if place == room and card.buttons)


def line(text: str) -> Any:
    return msgspec.to_builtins(Copy(author="Tocsin", origin="Ink", text=paragraphs(text)))


class Order:
    """What a paper is told from now on, in order."""

    def __init__(self, paper: Paper) -> None:
        self.told: list[tuple[Place, str]] = []
        put, post = paper.put, paper.post

        async def heard_put(place: Place, card: Any, over: MessageId | None, key: str) -> MessageId:
            self.told.append((place, "card" if card.buttons else plain(card.body).split("\n")[-1]))
            return await put(place, card, over, key)

        async def heard_post(place: Place, copy: Copy) -> MessageId:
            self.told.append((place, plain(copy.text)))
            return await post(place, copy)

        paper.put, paper.post = heard_put, heard_post  # type: ignore[method-assign]

    def of(self, place: Place) -> list[str]:
        return [text for where, text in self.told if where == place]
