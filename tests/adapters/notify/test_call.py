"""Calls: read aloud in somebody's language, answered by a key."""

import pytest
from pydantic import ValidationError

from adapters.notify.call import Settings
from bot.ports import Button, Card, Forbidden, Form, Handle
from bot.text.rich import Para, bold, line
from tests.adapters.notify.conftest import ANNA, PAGE, Town

CHINESE = Card(
    title=line(bold("呼叫 SEV1 #42 数据库挂了")), buttons=(Button("接手", "ack #42", "primary"),), language="zh-hans"
)


async def test_a_page_is_read_aloud_twice_and_then_the_keys(town: Town) -> None:
    place, sid = await town.tell("call")
    [call] = town.phones.calls
    assert (str(place), sid, call.to) == (f"call:{ANNA['call'].id}", call.sid, ANNA["call"].id)
    assert call.said[0] == call.said[1]
    language, words = call.said[0]
    assert language == "en-US"
    assert words.startswith("PAGE SEV1 42 db is down. Status: triage. Nobody has it yet.")
    assert words.endswith("Press 1: Take. Press 2: Next step now. Press 3: Summary.")


async def test_it_speaks_chinese_to_those_who_do(town: Town) -> None:
    await town.tell("call", CHINESE)
    [call] = town.phones.calls
    assert {language for language, _ in call.said} == {"zh-CN"}
    assert "数据库挂了" in call.said[0][1]
    assert call.said[0][1].endswith("按 1：接手。")


@pytest.mark.parametrize(("digit", "words"), [("1", "ack #42"), ("2", "escalate #42"), ("3", "summary #42")])
async def test_a_key_acts_and_the_answer_is_spoken(town: Town, digit: str, words: str) -> None:
    town.house.script[words] = Card(body=(Para(line("✓ Anna took it")),))
    await town.tell("call")
    [call] = town.phones.calls
    assert await town.phones.press(call, digit) == "Anna took it"
    [said] = town.house.heard
    assert (str(said.by), said.words, said.direct) == (f"call:{ANNA['call'].id}", words, True)


async def test_the_same_key_told_twice_is_one_press(town: Town) -> None:
    await town.tell("call")
    [call] = town.phones.calls
    keys = call.keys
    await town.phones.press(call, "1")
    call.keys = keys
    await town.phones.press(call, "1")
    first, second = town.house.heard
    assert first.key == second.key


@pytest.mark.parametrize("digit", ["9", "0", "#", "", "²", "12345678901"])
async def test_another_key_does_nothing_and_may_be_followed_by_the_right_one(town: Town, digit: str) -> None:
    await town.tell("call")
    [call] = town.phones.calls
    assert await town.phones.press(call, digit) == "There is nothing on that key."
    assert town.house.heard == []
    await town.phones.press(call, "1")
    assert [said.words for said in town.house.heard] == ["ack #42"]


async def test_when_nothing_can_be_kept_the_key_can_be_pressed_again(town: Town) -> None:
    await town.tell("call")
    [call] = town.phones.calls
    town.house.down = True
    assert "press it again" in await town.phones.press(call, "1")
    town.house.down = False
    town.house.script["ack #42"] = Form(title="Ack", words="ack #42", options=(), submit="Send")
    assert "in a chat" in await town.phones.press(call, "1")


async def test_an_old_call_does_nothing(town: Town) -> None:
    await town.tell("call")
    [call] = town.phones.calls
    town.channels["call"].links.valid = -1
    assert "too old" in await town.phones.press(call, "1")
    assert town.house.heard == []


async def test_whoever_is_not_twilio_is_not_heard(town: Town) -> None:
    await town.tell("call")
    [call] = town.phones.calls
    for url in (call.keys, call.back):
        answer = await town.web.post(url, data={"Digits": "1", "CallSid": call.sid, "CallStatus": "busy"})
        assert answer.status_code == 403
    assert (town.house.heard, town.house.receipts) == ([], [])


@pytest.mark.parametrize(
    ("status", "state"), [("completed", "delivered"), ("busy", "failed"), ("no-answer", "failed"), ("failed", "failed")]
)
async def test_how_it_ended_is_a_receipt(town: Town, status: str, state: str) -> None:
    place, sid = await town.tell("call")
    await town.phones.end(town.phones.calls[0], status)
    [receipt] = town.house.receipts
    assert (receipt.place, receipt.message, receipt.state) == (place, sid, state)


async def test_a_code_is_read_without_keys(town: Town) -> None:
    await town.tell("call", Card(title=line("Your code: 1 2 3"), language="en"))
    [call] = town.phones.calls
    assert (call.keys, call.said) == ("", [("en-US", "Your code: 1 2 3")] * 2)


async def test_a_long_page_with_tricks_still_is_a_call(town: Town) -> None:
    nasty = Card(title=line("<Say>&\x00\x0b" + "数" * 3000), buttons=PAGE.buttons, language="zh-hans")
    await town.tell("call", nasty)
    assert town.phones.calls[0].said[0][1].startswith("<Say>&数")


async def test_what_is_no_number_is_refused(town: Town) -> None:
    assert isinstance(await town.refused("call", Handle("call", "110")), Forbidden)


def test_it_needs_an_address_to_be_told_the_key() -> None:
    with pytest.raises(ValidationError, match=r"calls need channels\.url"):
        Settings.model_validate({"account": "AC" + "0" * 32, "token": "x", "sender": "+15005550006"})
