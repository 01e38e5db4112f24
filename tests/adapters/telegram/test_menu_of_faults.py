"""Everything that the fault menu does on Telegram, and what becomes of it."""

from pathlib import Path

import pytest

from adapters.playground.faults import Faults
from bot.ports import Button, Card, ChatError, Forbidden, Gone, Handle, MessageId, Place, Throttled, Unreachable
from bot.text.rich import Para, line
from tests.adapters.telegram.conftest import HALL, Town

HERE = Place("telegram", HALL)
BORIS = Handle("telegram", "504210002")
SEND, EDIT, POLL = "sendMessage", "editMessageText", "getUpdates"


def card(text: str) -> Card:
    return Card(body=(Para(line(text)),))


async def refused(town: Town, over: MessageId | None = None) -> ChatError:
    with pytest.raises(ChatError) as found:
        await town.chat.put(HERE, card("fire"), over, "k")
    return found.value


@pytest.mark.parametrize("seconds", [1, 245])
async def test_throttled(town: Town, seconds: int) -> None:
    town.stand.faults.switch("throttled", where=SEND, seconds=seconds)
    error = await refused(town)
    assert isinstance(error, Throttled) and error.wait == seconds
    await town.chat.put(HERE, card("fire"), None, "k")


@pytest.mark.parametrize(
    ("fault", "arrived"), [("server_error", False), ("server_error_after_commit", True), ("dropped_after_commit", True)]
)
async def test_nobody_knows_what_became_of_it(town: Town, fault: str, arrived: bool) -> None:
    town.stand.faults.switch(fault, where=SEND)
    error = await refused(town)
    assert isinstance(error, Unreachable) and error.ambiguous
    assert bool(town.bubbles("anna")) == arrived


async def test_an_answer_waits_where_it_is_asked_to(town: Town) -> None:
    town.stand.faults.switch("throttled", where=SEND, seconds=1)
    await town.say("anna", "/ack")
    await town.shown("anna", "heard: ack")


async def test_a_menu_that_is_refused_keeps_nobody_from_being_heard(deaf: Town) -> None:
    deaf.stand.faults.switch("throttled", 0, where="setMyCommands", seconds=30)
    async with deaf.listening():
        await deaf.say("anna", "/ack")
        await deaf.shown("anna", "heard: ack")


async def test_slow_is_late_and_nothing_worse(town: Town) -> None:
    town.stand.faults.switch("slow", where=SEND, seconds=0.01)
    await town.chat.put(HERE, card("fire"), None, "k")
    assert town.stand.faults.struck["slow"] == 1


async def test_twice_is_heard_once(town: Town) -> None:
    town.stand.faults.switch("duplicate")
    await town.say("anna", "/ack")
    await town.say("anna", "/help")
    await town.heard(2)
    assert [said.words for said in town.house.heard] == ["ack", "help"]


@pytest.mark.parametrize("fault", ["socket_closed", "conflict", "server_error", "revoked", "outage"])
async def test_a_poll_that_fails_ends_listening_and_the_next_goes_on(deaf: Town, fault: str) -> None:
    async with deaf.listening() as first:
        await deaf.until(lambda: len(deaf.calls(POLL)) == 2)
        deaf.stand.faults.switch(fault, where=POLL if fault == "server_error" else "")
        await deaf.say("anna", "/ack")
        await deaf.until(first.done)
        assert isinstance(first.exception(), ChatError), fault
    deaf.stand.faults.mend()
    async with deaf.listening():
        await deaf.say("anna", "/help")
        await deaf.shown("anna", "heard: help")


@pytest.mark.parametrize("fault", ["garbled", "unknown_fields"])
async def test_what_cannot_be_read_keeps_nothing_else_from_being_heard(town: Town, fault: str) -> None:
    town.stand.faults.switch(fault)
    await town.say("anna", "/ack")
    await town.shown("anna", "heard: ack")
    await town.chat.put(HERE, card("fire"), None, "k")
    await town.until(lambda: not town.house.raw["telegram 7000000001"])


async def test_who_blocked_the_bot_is_not_told(town: Town) -> None:
    town.stand.faults.switch("blocked")
    with pytest.raises(Forbidden, match="blocked by the user"):
        await town.chat.tell(BORIS, card("PAGE"), "k")
    await town.chat.put(HERE, card("fire"), None, "k")


async def test_a_room_without_the_bot(town: Town) -> None:
    town.stand.faults.switch("not_in_channel")
    assert isinstance(await refused(town), Forbidden)
    await town.chat.tell(BORIS, card("PAGE"), "k")


async def test_a_room_that_was_closed(town: Town) -> None:
    town.stand.faults.switch("archived")
    assert isinstance(await refused(town), Forbidden)


async def test_a_message_that_was_deleted(town: Town) -> None:
    id = await town.chat.put(HERE, card("old"), None, "k")
    town.stand.faults.switch("message_gone")
    assert isinstance(await refused(town, id), Gone)


async def test_not_modified_is_success(town: Town) -> None:
    id = await town.chat.put(HERE, card("old"), None, "k")
    town.stand.faults.switch("not_modified")
    assert await town.chat.put(HERE, card("new"), id, "k") == id


async def test_a_wrong_clock_moves_nothing_but_the_time(town: Town) -> None:
    town.stand.faults.switch("clock_skew")
    await town.say("anna", "/ack")
    await town.shown("anna", "heard: ack")


async def test_a_sign_that_is_refused_is_left_out(town: Town) -> None:
    town.stand.cloud.groups[0].reactions = False
    town.house.script["summary"] = Card(body=(Para(line("the story")),), to="speaker")
    await town.say("anna", "/summary")
    await town.shown("anna", "the story", "Tocsin")
    await town.until(lambda: not town.house.raw["telegram 7000000001"])


async def test_a_press_that_is_too_old_is_answered_in_place(town: Town) -> None:
    town.house.gate.clear()
    town.house.script["ack"] = Card(body=(Para(line("it is yours")),), to="quiet")
    await town.chat.put(HERE, Card(title=line("fire"), buttons=(Button("Take", "ack"),)), None, "k")
    await town.press("anna", await town.shown("anna", "fire"), "Take")
    await town.heard()
    town.clock.push(seconds=151)
    town.house.gate.set()
    await town.shown("anna", "it is yours")


def test_each_fault_of_telegrams_is_tried_here() -> None:
    elsewhere = {"migrated": "test_rooms.py"}
    text = Path(__file__).read_text("utf-8")
    assert {fault.name for fault in Faults("telegram").menu if f'"{fault.name}"' not in text} <= elsewhere.keys()
