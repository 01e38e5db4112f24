"""A person's channels, over every wire: pages by chain, answers from each of them, and `me`."""

from collections.abc import AsyncIterator, Callable, Mapping
from itertools import count
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.responses import JSONResponse

from adapters.playground.providers import Providers
from adapters.playground.server import listener, serve
from adapters.web.server import app
from bot.book import BookId
from bot.config import check
from bot.engine.house import Engine
from bot.people.person import CONSOLE
from bot.ports import Card, Handle, Place, Said
from bot.run import house, served
from bot.text.rich import plain
from tests.clock import PushedClock

PHONE, MAIL, TOPIC = "+4915112345678", "anna@example.org", "anna-7f3a"
CHAIN = ["push", "email 1m", "sms 2m", "call 3m"]


class Town:
    """One company without chats: Anna has a telephone and a mailbox, and everything else is loopback."""

    def __init__(self, providers: Providers, clock: PushedClock) -> None:
        self.providers, self.clock = providers, clock
        self.engine: Engine
        self.numbers = count(1)

    async def say(self, words: str, by: str = "anna") -> str:
        """Somebody says a line on the command line; what they are told."""
        handle = Handle(CONSOLE, by)
        said = Said(key=f"t{next(self.numbers)}", by=handle, place=Place(CONSOLE, by), words=words, direct=True)
        answer = await self.engine.hear(said)
        assert isinstance(answer, Card), answer
        await self.engine.settled()
        return "\n".join((plain(answer.title), plain(answer.body)))

    async def push(self, **length: float) -> None:
        """Time passes."""
        self.clock.push(**length)
        await self.engine.settled()

    def counts(self) -> tuple[int, ...]:
        """How often Anna was paged: by push, mail, text message, call."""
        providers = self.providers
        return (
            len(providers.ntfy.on(TOPIC)),
            len(providers.mail.to(MAIL)),
            len(providers.phones.on(PHONE)),
            len(providers.phones.calls),
        )

    async def incident(self) -> Any:
        return (await self.engine.office.store.read(lambda tx: tx.load(BookId("incident", "1")))).state

    async def states(self) -> list[tuple[str, str]]:
        """The pages in the ledger: the channel that took each, and what became of it."""
        rows = await self.engine.office.store.read(lambda tx: tx.sends(BookId("incident", "1")))
        return [(row.place.partition(":")[0], row.state) for row in rows if row.kind == "page" and row.to == "anna"]


def configured(providers: Providers, database: str, high: list[str]) -> Mapping[str, Any]:
    anna = {"name": "Anna Nowak", "push": TOPIC, "email": MAIL, "phone": PHONE}
    return {
        "house": {"database": database, "admin": "anna"},
        "channels": {**providers.settings, "high": high},
        "people": {"anna": anna, "boris": {"name": "Boris Petrov"}},
        "policies": {"default": {"steps": [{"page": ["anna"], "wait": "30m"}]}},
    }


@pytest.fixture
async def providers() -> AsyncIterator[Providers]:
    async with Providers().open() as opened:
        yield opened


@pytest.fixture
async def town(
    providers: Providers, database_url: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Town]:
    """The house at work; a test says the chain as the fixture's parameter."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    ear, clock = listener(0), PushedClock()
    providers.lives_at(f"http://127.0.0.1:{ear.getsockname()[1]}")
    town = Town(providers, clock)
    raw = configured(providers, database_url, getattr(request, "param", CHAIN))
    async with house(check(raw, "the town"), clock) as engine:
        town.engine = engine
        routes = [route for door in served(engine) for route in door.routes(engine)]
        config = uvicorn.Config(app(routes), lifespan="off", log_config=None, access_log=False)
        server = await serve(config, ear)
        try:
            yield town
        finally:
            await server.shutdown([ear])


async def test_each_channel_has_its_turn_and_none_after_an_answer(town: Town) -> None:
    await town.say("declare db is down --sev 1")
    assert town.counts() == (1, 0, 0, 0)
    await town.push(seconds=59)
    assert town.counts() == (1, 0, 0, 0)
    await town.push(seconds=1)
    assert town.counts() == (1, 1, 0, 0)
    await town.push(minutes=1)
    assert town.counts() == (1, 1, 1, 0)
    await town.say("ack #1")
    await town.push(minutes=5)
    assert town.counts() == (1, 1, 1, 0)
    assert await town.states() == [("push", "accepted"), ("email", "accepted"), ("sms", "accepted"), ("", "void")]


async def by_tap(town: Town) -> None:
    message = town.providers.ntfy.messages[-1]
    assert await town.providers.ntfy.tap(message, message["actions"][0]["label"]) == 200


async def by_link(town: Town) -> None:
    link = town.providers.mail.to(MAIL)[-1].links()[0]
    async with httpx.AsyncClient(trust_env=False) as web:
        assert "Anna Nowak has it" not in (await web.get(link)).text
        assert (await town.incident()).acked is None, "looking does nothing"
        first, second = [(await web.post(link)).text for _ in range(2)]
    assert "took it" in first
    assert first == second


async def by_reply(town: Town) -> None:
    assert "took it" in await town.providers.phones.reply(PHONE, "ACK")


async def by_key(town: Town) -> None:
    assert "took it" in await town.providers.phones.press(town.providers.phones.calls[-1], "1")


@pytest.mark.parametrize(
    ("minutes", "answer"), [(0, by_tap), (1, by_link), (2, by_reply), (3, by_key)], ids=["push", "mail", "sms", "call"]
)
async def test_it_is_taken_from_every_channel(town: Town, minutes: int, answer: Callable[[Town], Any]) -> None:
    await town.say("declare db is down --sev 1")
    for _ in range(minutes):
        await town.push(minutes=1)
    await answer(town)
    await town.engine.settled()
    acked = (await town.incident()).acked
    assert acked.by == "anna"
    before = town.counts()
    await town.push(minutes=20)
    assert town.counts() == before


async def by_bundle(town: Town) -> None:
    text = town.providers.phones.texts[-1].body
    assert "#2 #3" in text
    assert text.endswith("Incidents: #2 #3\nReply ACK B1: Take all 2: #2 #3")
    assert "took it" in await town.providers.phones.reply(PHONE, "Ack b1")


@pytest.mark.parametrize(
    ("town", "answer"),
    [(["push"], by_tap), (["email"], by_link), (["sms"], by_bundle), (["call"], by_key)],
    ids=["push", "mail", "sms", "call"],
    indirect=["town"],
)
async def test_several_at_once_are_one_message_and_one_answer_takes_them(
    town: Town, answer: Callable[[Town], Any]
) -> None:
    for number in range(1, 5):
        await town.say(f"declare fire {number} --sev 1", "boris")
        if number == 3:
            await town.push(seconds=10)
    assert sum(town.counts()) == 2
    await answer(town)
    books = await town.engine.office.store.read(lambda tx: tx.books("incident"))
    assert [book.id.id for book in books if book.state.acked] == ["2", "3"]
    await town.push(seconds=10)
    assert sum(town.counts()) == 3


@pytest.mark.parametrize("town", [["email"]], indirect=True)
async def test_what_a_link_would_take_is_told_as_it_stands_and_looking_does_nothing(town: Town) -> None:
    for title in ("db is down", "web is slow", "mail is late"):
        await town.say(f"declare {title} --sev 1", "boris")
    await town.push(seconds=10)
    await town.say("ack #3", "boris")
    link = town.providers.mail.to(MAIL)[-1].links()[0]
    async with httpx.AsyncClient(trust_env=False) as web:
        looked = [(await web.get(link)).text for _ in range(2)]
    assert looked[0] == looked[1]
    assert [title in looked[0] for title in ("db is down", "web is slow", "mail is late")] == [False, True, True]
    assert looked[0].count("Boris Petrov") == 1
    books = await town.engine.office.store.read(lambda tx: tx.books("incident"))
    assert [book.id.id for book in books if book.state.acked] == ["3"]


@pytest.mark.parametrize("town", [["sms", "call 1m"]], indirect=True)
async def test_everybody_can_read_how_somebody_was_reached(town: Town) -> None:
    await town.say("declare db is down --sev 1")
    await town.say("declare web is down --sev 1")
    await town.providers.phones.arrive(town.providers.phones.texts[0])
    await town.push(minutes=1)
    [call] = town.providers.phones.calls
    await town.providers.phones.press(call, "1")
    await town.providers.phones.end(call)
    told = await town.say("show #1 --delivery", "boris")
    assert "page to Anna Nowak by SMS: delivered 10:02:00\n" in told
    assert "page to Anna Nowak by Call: delivered 10:03:00 (answered, pressed 1)" in told
    assert "tries" not in await town.say("show #2 --delivery", "boris"), "what waited for company was not tried"


async def test_a_key_escalates(town: Town) -> None:
    await town.say("declare db is down --sev 1")
    for _ in range(3):
        await town.push(minutes=1)
    spoken = await town.providers.phones.press(town.providers.phones.calls[0], "2")
    assert "Anna Nowak paged" in spoken
    assert (await town.incident()).calls[0].round == 2


async def test_a_channel_that_fails_passes_to_the_next_at_once(town: Town) -> None:
    no = {"code": 40301, "http": 403, "error": "forbidden"}
    town.providers.ntfy.refusals.append(JSONResponse(no, 403))
    await town.say("declare db is down --sev 1")
    assert town.counts() == (0, 1, 0, 0)
    await town.push(minutes=1)
    assert town.counts() == (0, 1, 1, 0)
    rows = await town.engine.office.store.read(lambda tx: tx.sends(BookId("incident", "1")))
    assert not any(TOPIC in f"{row.error}" for row in rows)


@pytest.mark.parametrize("town", [["sms", "call 10m"]], indirect=True)
async def test_what_a_receipt_says_has_failed_passes_to_the_next_at_once(town: Town) -> None:
    await town.say("declare db is down --sev 1")
    assert town.counts() == (0, 0, 1, 0)
    text = town.providers.phones.texts[0]
    await town.providers.phones.arrive(text, "undelivered", "30003")
    await town.engine.settled()
    assert town.counts() == (0, 0, 1, 1)
    await town.providers.phones.arrive(text, "undelivered", "30003")
    await town.providers.phones.end(town.providers.phones.calls[0], "completed")
    await town.engine.settled()
    assert await town.states() == [("sms", "failed"), ("call", "delivered")]


@pytest.mark.parametrize("town", [["call"]], indirect=True)
async def test_when_the_last_one_fails_too_everybody_is_told(town: Town) -> None:
    await town.say("declare db is down --sev 1")
    for refusals, make in (
        (town.providers.ntfy.refusals, JSONResponse),
        (town.providers.phones.refusals, JSONResponse),
    ):
        refusals += [make({}, 500) for _ in range(9)]
    town.providers.mail.answers["MAIL"] = "451 4.3.0 not now"
    await town.providers.phones.end(town.providers.phones.calls[0], "busy")
    await town.engine.settled()
    assert "could not be reached" in await town.say("timeline #1")


async def test_without_rules_the_next_channel_is_for_when_one_fails(town: Town) -> None:
    await town.say("me rule high sms")
    await town.say("declare db is down --sev 1")
    await town.push(minutes=20)
    assert town.counts() == (0, 0, 1, 0)


# ---- low urgency, and quiet hours


async def test_quiet_hours_hold_what_is_not_urgent_until_morning(town: Town) -> None:
    await town.say("me rule low email")
    assert "22:00" not in await town.say("me quiet 09:00-11:00")
    await town.say("declare a small thing --sev 3")
    assert town.counts() == (0, 0, 0, 0)
    for _ in range(5):
        await town.push(minutes=5)
    assert town.counts() == (0, 0, 0, 0)
    for _ in range(8):
        await town.push(minutes=5)
    assert town.counts() == (0, 1, 0, 0)


async def test_what_becomes_urgent_waits_no_longer(town: Town) -> None:
    await town.say("me quiet 09:00-11:00")
    await town.say("declare a small thing --sev 3")
    await town.say("sev #1 1")
    assert town.counts() == (1, 0, 0, 0)
    assert town.providers.ntfy.messages[-1]["priority"] == 5
    await town.push(minutes=5)
    assert town.counts()[0] == 1, "and what waited is not told besides"


async def test_what_is_urgent_is_not_held(town: Town) -> None:
    await town.say("me quiet 09:00-11:00")
    await town.say("declare db is down --sev 1")
    assert town.counts() == (1, 0, 0, 0)


# ---- me


async def test_a_channel_is_added_once_its_code_came_back(town: Town) -> None:
    assert "on its way" in await town.say("me add email boris@example.org", "boris")
    [mail] = town.providers.mail.to("boris@example.org")
    code = "".join(letter for letter in mail.letter["Subject"] if letter.isdigit())
    assert len(code) == 8
    wrong = f"{(int(code) + 1) % 10**8:08d}"
    assert "not the code" in await town.say(f"me verify {wrong}", "boris")
    assert "not verified yet" in await town.say("me", "boris")
    assert "Verified" in await town.say(f"me verify {code[:4]}-{code[4:]}", "boris")
    assert "email boris@example.org" in await town.say("me", "boris")
    await town.say("declare db is down --sev 1")
    await town.say("page #1 boris")
    assert len(town.providers.mail.to("boris@example.org")) == 2


async def test_a_code_is_good_for_ten_minutes_and_a_few_tries(town: Town) -> None:
    await town.say("me add email boris@example.org", "boris")
    for _ in range(5):
        await town.say("me verify 00000000", "boris")
    assert "No code is waiting" in await town.say("me verify 00000000", "boris")
    await town.say("me add email boris@example.org", "boris")
    subject = town.providers.mail.to("boris@example.org")[-1].letter["Subject"]
    await town.push(minutes=10)
    assert "too old" in await town.say(f"me verify {''.join(filter(str.isdigit, subject))}", "boris")
    shown = await town.say("me", "boris")
    assert "its code ran out" in shown
    assert "me add email" in shown


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("me add email nowhere", "no address for email"),
        ("me add sms 015112345678", "no address for sms"),
        ("me add fax 1", "cannot be “fax”"),
        ("me add apprise json:/secret", "no address for apprise"),
        (f"me add email {MAIL}", "Anna Nowak's already"),
        ("me remove email", "no such channel"),
        ("me rule high fax 2m", "no channel here"),
        ("me rule high sms soon", "not a length of time"),
        ("me quiet tonight", "two clock times"),
        ("me verify 1", "No code is waiting"),
        ("me test", "NOTHING reaches you"),
    ],
)
async def test_what_cannot_be_is_told(town: Town, line: str, told: str) -> None:
    answer = await town.say(line, "boris")
    assert told in answer
    assert "secret" not in answer


async def test_what_is_as_good_as_a_password_is_not_shown(town: Town) -> None:
    shown = await town.say("me")
    assert TOPIC not in shown
    assert "push an…" in shown
    assert MAIL in shown


async def test_a_channel_is_given_up(town: Town) -> None:
    await town.say("me add email boris@example.org", "boris")
    subject = town.providers.mail.to("boris@example.org")[-1].letter["Subject"]
    await town.say(f"me verify {''.join(filter(str.isdigit, subject))}", "boris")
    await town.say("me remove email", "boris")
    assert "boris@example.org" not in await town.say("me", "boris")
    assert "in the configuration" in await town.say("me remove email")


async def test_a_test_page_goes_everywhere_and_says_how_it_went(town: Town) -> None:
    town.providers.phones.stopped.add(PHONE)
    answer = await town.say("me test")
    assert "push an…, email anna@example.org, sms" in answer
    trial = (await town.engine.office.store.read(lambda tx: tx.load(BookId("person", "anna")))).state.trial
    went = dict(trial.went)
    assert went.pop(f"sms:{PHONE}").startswith("whoever has this number does not want messages")
    assert went == {f"push:{TOPIC}": "", f"email:{MAIL}": "", f"call:{PHONE}": ""}
    assert "TEST PAGE" in town.providers.mail.to(MAIL)[0].letter["Subject"]
