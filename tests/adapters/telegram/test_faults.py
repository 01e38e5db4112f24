"""What goes wrong: nothing is lost, nothing is said twice, and no secret is told."""

import asyncio
import logging
from collections.abc import Mapping
from socket import socket
from typing import Any

import aiohttp
import pytest
from pydantic import ValidationError
from telegram import error

from adapters.playground.telegram.cloud import Cloud
from adapters.playground.telegram.shapes import TOKEN, No
from adapters.telegram.chat import Settings, Telegram, open_chat
from adapters.telegram.line import Line
from adapters.telegram.refusals import fault
from bot.ports import Card, ChatError, Forbidden, Form, Mirror, Place, Rooms, Said, Throttled, Unheard, Unreachable
from bot.text.rich import Para, line
from tests.adapters.house import House
from tests.adapters.telegram.conftest import HALL, Town

HERE = Place("telegram", HALL)
CARD = Card(body=(Para(line("fire")),))
SOURCE = "telegram 7000000001"


async def refused(town: Town, method: str, no: No) -> ChatError:
    """What the core is told when a method is refused like this."""

    def refuse(cloud: Cloud, args: Mapping[str, Any]) -> Any:
        raise no

    town.stand.api.methods[method] = refuse
    with pytest.raises(ChatError) as found:
        await town.chat.put(HERE, CARD, None, "k")
    return found.value


async def test_a_limit_says_how_long_to_wait(deaf: Town) -> None:
    error = await refused(deaf, "sendMessage", No(429, "Too Many Requests: retry after 7", retry_after=7))
    assert isinstance(error, Throttled) and error.wait == 7


@pytest.mark.parametrize(
    ("no", "kind", "ambiguous"),
    [
        (No(500, "Internal Server Error"), Unreachable, True),
        (No(502, "Bad Gateway"), Unreachable, True),
        (No(503, "Service Unavailable"), Unreachable, False),
        (No(403, "Forbidden: bot was kicked from the supergroup chat"), Forbidden, False),
        (No(400, "Bad Request: not enough rights to send text messages to the chat"), Forbidden, False),
        (No(400, "Bad Request: TOPIC_CLOSED"), Forbidden, False),
        (No(401, "Unauthorized"), Forbidden, False),
    ],
)
async def test_each_refusal_has_its_meaning(deaf: Town, no: No, kind: type[ChatError], ambiguous: bool) -> None:
    error = await refused(deaf, "sendMessage", no)
    assert (type(error), error.ambiguous) == (kind, ambiguous)


async def test_nobody_there_is_not_ambiguous() -> None:
    chat = open_chat(Settings.model_validate({"token": TOKEN, "room": HALL, "api": "http://127.0.0.1:9"}))
    with pytest.raises(Unreachable) as found:
        await chat.put(HERE, CARD, None, "k")
    assert not found.value.ambiguous
    await chat.close()


async def test_an_outage_ends_listening_and_the_same_chat_listens_again(deaf: Town) -> None:
    async with deaf.listening() as first:
        await deaf.say("anna", "/incident ack")
        await deaf.shown("anna", "heard: ack")
        deaf.stand.outage = True
        await deaf.until(first.done)
        assert isinstance(first.exception(), Unreachable)
    deaf.stand.outage = False
    async with deaf.listening():
        await deaf.say("anna", "/incident help")
        await deaf.shown("anna", "heard: help")
    assert [said.words for said in deaf.house.heard] == ["ack", "help"]
    assert deaf.readies == 2


async def test_a_second_process_with_the_same_token_ends_listening(deaf: Town) -> None:
    other = Telegram(deaf.chat_settings)
    async with deaf.listening() as first:
        task = asyncio.get_running_loop().create_task(other.listen(House(), lambda: None))
        await deaf.until(first.done)
        assert isinstance(first.exception(), Unreachable) and "Another process" in str(first.exception())
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await other.close()


async def test_what_cannot_be_kept_is_not_confirmed_and_heard_later(deaf: Town) -> None:
    async with deaf.listening():
        deaf.house.down = True
        await deaf.say("anna", "/incident ack")
        await deaf.say("mia", "hello")
        await deaf.shown("anna", "I go on trying")
        assert deaf.stand.cloud.queue.rows and not deaf.house.heard
        deaf.house.down = False
        await deaf.shown("anna", "heard: ack")
        await deaf.heard(2)
    words = [each.text for each in deaf.bubbles("anna") if each.bot]
    assert len([text for text in words if "go on trying" in text]) == 1


class Forgetful(House):
    """A house whose hearings fail at first, after what was said was kept."""

    fails = 2

    async def hear(self, said: Said) -> Card | Form | None:
        if self.fails:
            self.fails -= 1
            raise Unheard
        return await super().hear(said)


async def test_what_was_kept_and_not_heard_is_heard_later(deaf: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.telegram.desk.AGAIN", 0.01)
    deaf.house = Forgetful()
    async with deaf.listening():
        await deaf.say("mia", "/incident ack")
        await deaf.shown("mia", "heard: ack")
        await deaf.until(lambda: not deaf.house.raw[SOURCE])
    assert next(each.text for each in deaf.bubbles("mia") if each.bot).startswith("我暂时无法保存")


async def test_what_an_earlier_run_left_is_dealt_with_first(deaf: Town) -> None:
    async with deaf.listening():
        deaf.house.gate.clear()
        await deaf.say("anna", "/incident ack")
        await deaf.heard()
    await deaf.chat.close()
    assert len(deaf.house.raw[SOURCE]) == 1
    deaf.house.gate.set()
    deaf.chat = Telegram(deaf.chat_settings)
    async with deaf.listening():
        await deaf.shown("anna", "heard: ack")
        await deaf.until(lambda: not deaf.house.raw[SOURCE])
    assert len({said.key for said in deaf.house.heard}) == 1


async def test_an_answer_that_cannot_be_given_stops_nothing(deaf: Town) -> None:
    async with deaf.listening():
        send = deaf.stand.api.methods["sendMessage"]
        del deaf.stand.api.methods["sendMessage"]
        await deaf.say("anna", "/incident ack")
        await deaf.until(lambda: deaf.house.heard and not deaf.house.raw[SOURCE])
        deaf.stand.api.methods["sendMessage"] = send
        await deaf.say("anna", "/incident help")
        await deaf.shown("anna", "heard: help")


async def test_no_token_is_told(deaf: Town, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = dict(deaf.playground.settings["telegram"]) | {"token": "7000000001:hush"}
    for settings in (wrong, wrong | {"api": "http://127.0.0.1:9"}, wrong | {"api": "http://[broken"}):
        with pytest.raises((ChatError, ValueError)) as found:
            chat = open_chat(Settings.model_validate(settings))
            try:
                await chat.listen(deaf.house, deaf.ready)
            finally:
                await chat.close()
        assert "hush" not in repr(found.value) and found.value.__cause__ is None
    assert "hush" not in caplog.text
    assert "hush" not in repr(Settings.model_validate(wrong))


@pytest.mark.parametrize(
    "change", [{"token": "hush"}, {"room": "General"}, {"room": "-5"}, {"tokn": "x"}, {"token": "a:hush"}]
)
def test_settings_are_refused_without_a_secret(change: Mapping[str, Any]) -> None:
    with pytest.raises(ValidationError) as found:
        Settings.model_validate({"token": TOKEN, "room": HALL, **change})
    assert "hush" not in str(found.value.errors(include_input=False))


async def test_a_topic_can_be_the_standing_room() -> None:
    chat = open_chat(Settings.model_validate({"token": TOKEN, "room": f"{HALL}/7"}))
    assert chat.hall == Place("telegram", HALL, "7")
    assert isinstance(chat, Rooms) and isinstance(chat, Mirror)
    assert await chat.link(Place("telegram", HALL)) == "https://t.me/c/1900000001/1"
    await chat.close()


@pytest.mark.parametrize(
    ("cause", "ambiguous"),
    [(aiohttp.SocketTimeoutError("slow"), True), (aiohttp.ConnectionTimeoutError("gone"), False)],
)
def test_an_answer_that_comes_too_late_may_be_an_answer(cause: aiohttp.ClientError, ambiguous: bool) -> None:
    late = error.TimedOut()
    late.__cause__ = cause
    meant = fault(late, "Timed out")
    assert isinstance(meant, Unreachable) and meant.ambiguous == ambiguous


async def test_where_nobody_listens_nothing_was_sent() -> None:
    with socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        line = Line(address := f"http://127.0.0.1:{nobody.getsockname()[1]}", 5, 1)
        with pytest.raises(error.NetworkError) as refused:
            await line.do_request(address, "POST")
        await line.shutdown()
    meant = fault(refused.value, refused.value.message)
    assert isinstance(meant, Unreachable) and not meant.ambiguous
