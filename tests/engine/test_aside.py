"""What is said of a private incident where others read: whatever is asked there, nothing that answers it names it."""

import pytest

from bot.book import BookId
from bot.grammar import VERBS
from bot.ports import Card, Form, Handle, Place, Said
from bot.store.store import Store
from tests.clock import PushedClock
from tests.engine.secret import Secret
from tests.stories.test_commands import LINES

SECRET = ("CFO", "police")
VERBS_OF_ONE = [name for name, cls in VERBS.items() if cls.on == "incident" and not cls.new]


@pytest.fixture
async def house(sqlite_url: str, clock: PushedClock) -> Secret:
    made = Secret(await Store.open(sqlite_url, clock), clock)
    await made.engine.enrol()
    await made.say("declare the CFO sells our keys --sev 4 --private")
    await made.say("task add #1 call the police")
    await made.say("invite #1 boris")
    await made.say("declare db is slow --sev 4")
    return made


def openly(answer: Card | Form) -> bool:
    """Whether others read it, where it was asked."""
    return not answer.alone if isinstance(answer, Form) else answer.to != "speaker"


def named(answer: Card | Form) -> bool:
    """Whether it says what is secret."""
    return any(each in str(answer) for each in SECRET)


def line(verb: str, number: int = 1) -> str:
    """A command as somebody types it in full, about an incident."""
    words = LINES[verb][0] if verb != "private" else "private on"
    return words.replace(verb, f"{verb} #{number}", 1)


@pytest.mark.parametrize(("chat", "boris"), [("ink", "b1"), ("board", "b2")])
async def test_whatever_is_asked_of_it_in_a_hall_the_speaker_alone_is_answered(
    house: Secret, chat: str, boris: str
) -> None:
    for number, verb in enumerate(VERBS_OF_ONE, 3):
        for words in ("declare the CFO sells our keys --sev 4 --private", f"task add #{number} call the police"):
            await house.ask(words)
        await house.ask(f"invite #{number} boris")
        assert not openly(await house.ask(line(verb, number), boris, chat=chat))
        for words in (line(verb, number), f"{verb} #{number}", f"{verb} {number}", verb):
            answer = await house.ask(words, boris, chat=chat)
            # A form on ink opens before the speaker alone.
            assert (isinstance(answer, Form) and chat == "ink") or not openly(answer) or not named(answer), words


@pytest.mark.parametrize("words", ["ack", "summary", "edit", "resolve it was nothing"])
async def test_which_one_is_asked_of_the_speaker_alone_if_one_is_private(house: Secret, words: str) -> None:
    answer = await house.say(words, "b2", chat="board")
    assert named(answer) and not openly(answer)
    outsider = await house.say(words, "c2", chat="board")
    assert not named(outsider)


async def test_in_its_own_room_it_is_answered_as_anywhere(house: Secret) -> None:
    room = (await house.state("1")).rooms["ink"]
    answer = await house.say("ack", "b1", place=room)
    assert isinstance(answer, Card) and answer.to == "quiet"
    assert (await house.state("1")).acked


async def test_a_bundle_that_names_it_is_answered_to_the_speaker_alone(house: Secret) -> None:
    await house.say("declare mail is slow --sev 4")
    for number in (2, 1, 3):
        await house.say(f"page #{number} boris")
    await house.push(seconds=11)
    answer = await house.say("ack b1", "b2", chat="board")
    assert named(answer) and not openly(answer)


async def test_what_is_offered_where_all_see_it_is_what_all_may_know(house: Secret) -> None:
    def asks(who: str, chat: str, words: str, **more: object) -> Said:
        return Said(key="k", by=Handle(chat, who), place=Place(chat, "hall"), words=words, **more)  # type: ignore[arg-type]

    async def offered(said: Said, option: str) -> str:
        return str(await house.engine.suggest(said, option))

    assert "CFO" in await offered(asks("b1", "ink", "merge #2"), "into")
    assert "CFO" not in await offered(asks("c1", "ink", "merge #2"), "into")
    openly_offered = await offered(asks("b2", "board", "merge #2"), "into")
    assert "db is slow" in openly_offered and "CFO" not in openly_offered
    assert "CFO" in await offered(asks("b2", "board", "merge #2", direct=True), "into")
    assert "police" not in await offered(asks("b2", "board", "task done #1"), "task")
    assert "police" in await offered(asks("b2", "board", "task done #1", direct=True), "task")


async def test_who_may_not_see_it_is_answered_as_if_there_were_none(house: Secret) -> None:
    before = await house.engine.office.store.read(lambda tx: tx.load(BookId("incident", "1")))
    for verb in VERBS_OF_ONE:
        one = await house.ask(line(verb), "c2", chat="board")
        none = await house.ask(line(verb, 9), "c2", chat="board")
        assert str(one).replace("1", "9") == str(none).replace("1", "9"), verb
    assert await house.engine.office.store.read(lambda tx: tx.load(BookId("incident", "1"))) == before


async def test_incidents_that_somebody_may_not_see_do_not_decide_which_one_is_meant(
    sqlite_url: str, clock: PushedClock
) -> None:
    house = Secret(await Store.open(sqlite_url, clock), clock)
    await house.engine.enrol()
    await house.ask("declare checkout is down --sev 4")
    for number in range(7):
        await house.ask(f"declare secret {number} --sev 4 --private")
    assert "took it" in await house.told("ack", "c1")
    await house.ask("declare search is slow --sev 4")
    for number in range(7):
        await house.ask(f"declare another secret {number} --sev 4 --private")
    which = await house.told("resolve rolled back", "c1")
    assert "search is slow" in which and "checkout is down" in which and "secret" not in which
