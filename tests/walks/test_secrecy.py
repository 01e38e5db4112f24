"""What becomes private while the platforms are at work: no open room ever speaks for it, and none is forgotten."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from bot.book import BookId
from bot.incident.incident import Incident
from bot.ports import Handle, Place, Room
from bot.store.store import Store
from bot.text.rich import Para, plain
from tests.clock import PushedClock
from tests.walks.paper import Paper
from tests.walks.town import PEOPLE, TOWN, Town

ANNA, BORIS, CARLOS = Handle("ink", "a1"), Handle("lead", "b2"), Handle("ink", "c1")


async def state(town: Town, id: str = "1") -> Incident:
    found: Incident = (await town.store.read(lambda tx: tx.load(BookId("incident", id)))).state
    return found


def read(paper: Paper, place: Place | str) -> list[str]:
    """All that stands in a place."""
    cards = [card for (at, _), card in paper.messages.items() if str(at) == str(place)]
    return [plain((Para(card.title), *card.body)).strip() for card in cards]


class Slow:
    """A platform that takes its time for rooms: until then something else is said."""

    def __init__(self, paper: Paper, meanwhile: Callable[[], Awaitable[object]]) -> None:
        self.opened: list[bool] = []
        """For each room, whether it was to be private."""
        self._open, self._meanwhile = paper.open, meanwhile
        paper.open = self.open  # type: ignore[method-assign]

    async def open(self, room: Room) -> Place:
        place = await self._open(room)
        self.opened.append(room.private)
        if len(self.opened) == 1:
            await self._meanwhile()
        return place


async def test_a_room_that_was_opened_in_the_open_is_none_for_what_is_private_now(town: Town) -> None:
    ink = town.papers[0]
    slow = Slow(ink, lambda: town.say(ANNA, "private #1 on"))
    await town.say(ANNA, "declare fraud --sev 4")
    await town.rest()
    late, room = ink.rooms.values()
    assert slow.opened == [False, True]
    assert ((await state(town)).rooms["ink"], late in ink.closed) == (str(room), True)
    await town.say(ANNA, "update #1 the evidence is in the safe")
    await town.rest()
    assert [text for text in read(ink, room) if "evidence" in text]
    assert not [text for text in read(ink, late) if "fraud" in text or "evidence" in text]


async def test_a_private_room_is_none_for_what_is_public_again(town: Town) -> None:
    ink = town.papers[0]
    slow = Slow(ink, lambda: town.say(ANNA, "private #1 off"))
    await town.say(ANNA, "declare fraud --sev 4 --private")
    await town.rest()
    assert slow.opened == [True, False]
    assert (await state(town)).rooms["ink"] == str(list(ink.rooms.values())[1])


async def test_what_is_private_twice_forgets_no_room_that_it_leaves(town: Town) -> None:
    await town.say(ANNA, "declare fraud --sev 4")
    await town.rest()
    for paper in town.papers:
        paper.fault = lambda deed: "down"
    for switch in ("on", "off", "on"):
        await town.say(ANNA, f"private #1 {switch}")
    await town.rest()
    for paper in town.papers:
        paper.fault = lambda deed: ""
    town.clock.push(minutes=10)
    await town.rest()
    ink = town.papers[0]
    left, room = ink.rooms.values()
    assert (left in ink.closed, room in ink.closed) == (True, False)
    assert "#1 goes on in another room. Nothing more is told here." in read(ink, left)
    assert not [text for text in read(ink, left) if "fraud" in text]


async def test_a_room_that_comes_after_a_merge_is_left(town: Town) -> None:
    ink = town.papers[0]
    await town.say(ANNA, "declare survivor --sev 4")
    await town.rest()
    Slow(ink, lambda: town.say(ANNA, "merge #2 1"))
    await town.say(ANNA, "declare duplicate --sev 4")
    await town.rest()
    late = list(ink.rooms.values())[1]
    assert ((await state(town, "2")).rooms.get("ink"), late in ink.closed) == (None, True)
    assert read(ink, late) == ["#2 goes on in another room. Nothing more is told here."]


async def test_a_process_that_dies_between_the_platforms_answer_and_ours_finds_its_room_again(town: Town) -> None:
    ink = town.papers[0]
    died = asyncio.Event()

    def dies(deed: str) -> str:
        if deed != "open" or died.is_set():
            return ""
        died.set()
        return "killed"

    town.fault = dies
    await town.say(ANNA, "declare fraud --sev 4 --private")
    await town.rest()
    town.clock.push(minutes=5)
    await town.rest()
    assert (town.deaths, [str(each) for each in ink.rooms.values()]) == (1, [(await state(town)).rooms["ink"]])


async def test_nothing_that_told_of_it_stands_or_comes_in_an_open_room_once_it_is_private(town: Town) -> None:
    ink, board = town.papers[0], Place("ink", "board")
    await town.say(ANNA, "subscribe all --here", place=board)
    await town.say(ANNA, "declare the db leaks --sev 4")
    await town.rest()
    left = ink.rooms_of()[0]
    ink.fault = lambda deed: "busy" if deed in {"put", "post"} else ""
    await town.say(ANNA, "update #1 customers report strange mails")
    await town.say(BORIS, "chat the CFO", place=Place("lead", town.papers[1].rooms_of()[0].room))
    await town.rest()
    await town.say(ANNA, "private #1 on")
    await town.say(ANNA, "edit #1 --title the CFO sold our keys")
    await town.rest()
    ink.fault = lambda deed: ""
    for _ in range(2):
        town.clock.push(minutes=7)
        await town.rest()
    assert "#1 is private now." in read(ink, board)
    assert "#1 goes on in another room. Nothing more is told here." in read(ink, left)
    assert not [text for text in (*read(ink, board), *read(ink, left)) if "CFO" in text or "mails" in text]
    assert not [card for (at, _), card in ink.messages.items() if at in {board, left} and card.buttons]
    assert [at for at, _ in ink.copies if at == left] == []
    await town.say(ANNA, "private #1 off")
    await town.rest()
    assert [text for text in read(ink, board) if "the CFO sold our keys" in text], "it follows again"


async def test_a_room_that_takes_long_to_furnish_gets_one_card_that_goes_on_meanwhile(town: Town) -> None:
    ink, tries = town.papers[0], 0

    async def invite(place: Place, handles: Sequence[Handle]) -> None:
        nonlocal tries
        tries += 1
        if tries < 4:
            raise TimeoutError

    ink.invite = invite  # type: ignore[method-assign]
    await town.say(ANNA, "declare a leak --sev 4 --private")
    await town.rest()
    (room,) = ink.rooms_of()
    await town.say(ANNA, "edit #1 --title the CFO sells our keys")
    await town.rest()
    town.clock.push(minutes=1)
    await town.rest()
    cards = [text for text in read(ink, room) if "Nobody has it" in text]
    assert len(cards) == 1 and "CFO" in cards[0]
    assert (tries, {at for at, _ in ink.pins}) == (2, {room})
    for _ in range(3):
        town.clock.push(minutes=5)
        await town.rest()
    assert (tries, len(read(ink, room))) == (4, 1)


async def test_who_leaves_or_is_in_the_configuration_no_more_is_taken_out_of_a_private_room(town: Town) -> None:
    ink, lead = town.papers
    await town.say(ANNA, "declare a leak --sev 4 --private")
    for person in ("boris", "carlos"):
        await town.say(ANNA, f"invite #1 {person}")
    await town.rest()
    room, other = ink.rooms_of()[0], lead.rooms_of()[0]
    assert ink.inside[room] == {ANNA, CARLOS} and BORIS in lead.inside[other]
    await town.say(BORIS, "leave #1")
    await town.rest()
    assert BORIS not in lead.inside[other] and ink.inside[room] == {ANNA, CARLOS}
    steps = [{"page": ["anna"], "wait": "5m"}]
    town.raw = {
        **TOWN,
        "people": {id: each for id, each in PEOPLE.items() if id != "carlos"},
        "policies": {"default": {"steps": steps, "catch_all": ["boris"]}},
    }
    await town.start()
    await town.rest()
    assert ink.inside[room] == {ANNA}


async def test_who_cannot_be_taken_out_is_told_of_once_and_tried_again(town: Town) -> None:
    lead = town.papers[1]
    await town.say(ANNA, "declare a leak --sev 4 --private")
    await town.say(ANNA, "invite #1 boris")
    await town.rest()
    (room,) = lead.rooms_of()
    town.fault = lambda deed: "closed" if deed == "dismiss" else ""
    for words in ("leave #1", "note #1 still here"):
        await town.say(BORIS if words == "leave #1" else ANNA, words)
        await town.rest()
    assert len([text for text in read(lead, room) if "could not be taken out" in text]) == 1
    town.fault = lambda deed: ""
    await town.say(ANNA, "note #1 now we may")
    await town.rest()
    assert BORIS not in lead.inside[room]


async def test_who_could_not_be_brought_into_a_private_room_is_told_in_person(town: Town) -> None:
    lead = town.papers[1]
    town.fault = lambda deed: "closed" if deed == "invite" else ""
    await town.say(ANNA, "declare a leak --sev 4 --private")
    await town.say(ANNA, "invite #1 boris")
    await town.rest()
    await town.say(ANNA, "update #1 the police comes at nine")
    await town.rest()
    assert [each for each in lead.told if each.handle == BORIS and "police" in plain(each.card.body)]
    town.fault = lambda deed: ""
    await town.say(ANNA, "update #1 they are here")
    await town.rest()
    before = len(lead.told)
    await town.say(ANNA, "update #1 and gone")
    await town.rest()
    assert len(lead.told) == before, "who reads there is not told twice"


async def test_a_number_that_comes_again_after_a_backup_was_restored_finds_no_room_of_its_namesake(
    town: Town, clock: PushedClock
) -> None:
    """What was written after the backup is lost, and the chats know it all the same."""
    backup = await Store.open("sqlite://", clock)
    for name in ("house", "seal"):
        word = await town.store.read(lambda tx, name=name: tx.cursor(name))  # type: ignore[misc]
        await backup.write(lambda tx, name=name, word=word: tx.keep(name, word, {}))  # type: ignore[misc]
    await town.say(ANNA, "declare lost in the crash --sev 4")
    await town.rest()
    lost = set(town.papers[0].rooms.values())
    restored = Town(backup, clock)
    restored.papers = town.papers
    await restored.start()
    await restored.say(ANNA, "declare the CFO sells our keys --sev 4", key="another")
    await restored.rest()
    assert Place.parse((await state(restored)).rooms["ink"]) not in lost
    await backup.close()
