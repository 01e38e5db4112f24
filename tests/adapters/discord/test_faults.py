"""The fault menu: what Discord does to the adapter, and that it goes on."""

import asyncio
import threading
from contextlib import suppress
from typing import Any

import pytest
from discord.gateway import KeepAliveHandler

from adapters.discord import ears
from adapters.playground.discord.guild import HALL
from bot.ports import Card, ChatError, Copy, Forbidden, Gone, Handle, Throttled, Unreachable
from bot.text.rich import Para, line
from tests.adapters.discord.conftest import Town

BORIS = Handle("discord", "239871450112262145")


def card(text: str) -> Card:
    return Card(body=(Para(line(text)),))


COPY = Copy(author="Mia", origin="Slack", text=card("hi").body, key="c")


CONNECTION = (
    "socket_closed",
    "socket_closed_1000",
    "socket_closed_4000",
    "socket_closed_4009",
    "refresh",
    "invalid_session",
    "garbled",
    "unknown_fields",
)


@pytest.mark.parametrize("fault", CONNECTION)
async def test_a_connection_that_breaks_is_there_again(steady: Town, fault: str) -> None:
    before = steady.readies
    steady.stand.faults.switch(fault)
    if fault != "unknown_fields":
        await steady.until(lambda: steady.readies > before)
    await steady.say("anna", "!ack")
    await steady.until(lambda: steady.house.said("ack"))
    assert len([each for each in threading.enumerate() if isinstance(each, KeepAliveHandler) and beats(each)]) == 1


async def test_an_event_that_comes_after_the_end_goes_nowhere() -> None:
    """Closed, the library has no loop to run it in, and would leave a coroutine behind that nobody awaits."""
    nobody: Any = pytest.fail
    async with ears.Ears(nobody, nobody, nobody, set()) as ended:
        pass
    ended.dispatch("ready")


async def test_who_forgets_to_end_is_told_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ears, "GOODBYE", 0.01)

    async def forgetful() -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        await asyncio.Event().wait()

    task = asyncio.get_running_loop().create_task(forgetful())
    await asyncio.sleep(0)
    await ears.ended(task)
    assert task.cancelled()


def beats(heart: KeepAliveHandler) -> bool:
    """Whether it goes on: one that was told to stop may still be waiting for its turn."""
    return not heart._stop_ev.is_set()


@pytest.mark.parametrize(("fault", "error"), [("socket_closed_4014", "Message Content"), ("revoked", "token")])
async def test_what_only_people_can_mend_is_named(quiet: Town, fault: str, error: str) -> None:
    quiet.stand.faults.switch(fault)
    with pytest.raises(Forbidden, match=error):
        await quiet.chat.listen(quiet.house, quiet.ready)


async def test_what_is_delivered_twice_is_heard_and_answered_once(steady: Town) -> None:
    steady.stand.faults.switch("duplicate")
    await steady.say("anna", "!ack")
    await steady.say("anna", "!help")
    await steady.shown("anna", "heard: ack")
    await steady.shown("anna", "heard: help")
    assert [said.words for said in steady.house.heard] == ["ack", "help"] and len(steady.bubbles("anna")) == 4


@pytest.mark.parametrize("fault", ["server_error_after_commit", "dropped_after_commit"])
async def test_a_message_that_may_have_arrived_stands_there_once(quiet: Town, fault: str) -> None:
    quiet.stand.faults.switch(fault)
    with pytest.raises(Unreachable) as lost:
        await quiet.chat.put(quiet.hall, card("x"), None, "k")
    assert lost.value.ambiguous
    await quiet.chat.put(quiet.hall, card("x"), None, "k")
    assert len(quiet.bubbles("anna")) == 1


@pytest.mark.parametrize("fault", ["server_error_after_commit", "dropped_after_commit"])
async def test_a_copy_that_lost_its_answer_is_recognized_when_it_is_heard(steady: Town, fault: str) -> None:
    await steady.chat.post(steady.hall, COPY)
    steady.stand.faults.switch(fault)
    message = await steady.chat.post(steady.hall, COPY)
    assert [each.id for each in steady.bubbles("anna")][1:] == [message]


@pytest.mark.parametrize("fault", ["throttled", "throttled_globally", "throttled_bare"])
async def test_a_wait_is_told_with_its_scope_and_freezes_its_bucket_alone(quiet: Town, fault: str) -> None:
    await quiet.chat.put(quiet.hall, card("before"), None, "k0")
    quiet.stand.faults.switch(fault, seconds=30)
    with pytest.raises(Throttled) as no:
        await quiet.chat.put(quiet.hall, card("x"), None, "k")
    wide = fault != "throttled"
    assert no.value.wait == 30 and no.value.scope == ("platform" if wide else "place")
    with pytest.raises(Throttled):  # known without asking
        await quiet.chat.put(quiet.hall, card("x"), None, "k")
    if wide:
        with pytest.raises(Throttled):
            await quiet.chat.tell(BORIS, card("page"), "p")
    else:
        await quiet.chat.tell(BORIS, card("page"), "p")
    assert len(quiet.calls("POST", HALL)) == (1 if fault == "revoked" else 2)


async def test_a_short_wait_is_waited_for(quiet: Town) -> None:
    quiet.stand.faults.switch("throttled", seconds=0.05)
    await quiet.chat.put(quiet.hall, card("x"), None, "k")
    assert len(quiet.bubbles("anna")) == 1


async def test_buckets_are_kept_without_a_refusal(quiet: Town) -> None:
    quiet.stand.limits = True
    kept = 0
    with suppress(Throttled):
        for at in range(12):
            await quiet.chat.put(quiet.hall, card(str(at)), None, f"k{at}")
            kept += 1
    assert kept == 5
    assert len(quiet.calls("POST", HALL)) == 5


async def test_whoever_takes_no_direct_messages_is_told_to_be_unreachable_there(quiet: Town) -> None:
    quiet.stand.faults.switch("dm_closed")
    with pytest.raises(Forbidden) as no:
        await quiet.chat.tell(BORIS, card("page"), "p")
    assert no.value.wait is None


@pytest.mark.parametrize(
    ("fault", "error"), [("message_gone", Gone), ("edit_limit", Gone), ("archived_thread", ChatError)]
)
async def test_a_message_that_takes_no_edit_is_told(quiet: Town, fault: str, error: type[ChatError]) -> None:
    message = await quiet.chat.put(quiet.hall, card("x"), None, "k")
    quiet.stand.faults.switch(fault)
    with pytest.raises(error):
        await quiet.chat.put(quiet.hall, card("y"), message, "k2")


async def test_a_slow_answer_is_still_one(quiet: Town) -> None:
    quiet.stand.faults.switch("slow", seconds=0.1)
    await quiet.chat.put(quiet.hall, card("x"), None, "k")
    assert len(quiet.bubbles("anna")) == 1


async def test_nothing_that_the_adapter_sent_was_refused_for_its_form(steady: Town) -> None:
    await steady.say("anna", "/incident ack")
    await steady.shown("anna", "heard: ack")
    await steady.chat.post(steady.hall, COPY)
    assert steady.stand.refused == []
