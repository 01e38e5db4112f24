"""What the adapter makes of a platform that fails: nothing twice, nothing lost, every failure by its right name."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from adapters.playground.slack.api import APP_TOKEN, BOT_TOKEN
from adapters.playground.slack.workspace import HALL, No, Workspace
from adapters.slack import listener, sockets
from adapters.slack.chat import Settings, Slack
from adapters.slack.wire import failure, proxy
from bot.ports import Card, ChatError, Copy, Forbidden, Gone, Handle, MessageId, Place, Room, Throttled, Unreachable
from bot.text.rich import Para, line
from tests.adapters.house import House
from tests.adapters.slack.conftest import Town

PLACE = Place("slack", HALL)


def card(text: str) -> Card:
    return Card(body=(Para(line(text)),))


class Fault:
    """Makes a method fail, after it did its work if `after`: so many times, or until it is mended."""

    def __init__(self, town: Town, method: str, no: No, *, after: bool = False, times: int = 1_000) -> None:
        self.methods, self.method, self.hits = town.stand.api.methods, method, 0
        self.right = right = town.stand.api.methods[method]

        def wrong(at: Workspace, args: Mapping[str, Any]) -> dict[str, Any]:
            self.hits += 1
            if self.hits == times:
                self.mend()
            if after:
                right(at, args)
            raise no

        self.methods[method] = wrong

    def mend(self) -> None:
        self.methods[self.method] = self.right


async def test_a_card_whose_answer_was_lost_is_not_posted_twice(town: Town) -> None:
    fault = Fault(town, "chat.postMessage", No("internal_error", status=500), after=True)
    with pytest.raises(Unreachable) as wrong:
        await town.chat.put(PLACE, card("one"), None, "k")
    assert wrong.value.wait and not wrong.value.ambiguous
    fault.mend()
    await town.chat.put(PLACE, card("two"), None, "k")
    await town.chat.put(PLACE, card("three"), None, "other")
    assert [each.text for each in town.bubbles("anna")] == ["two", "three"]


async def test_mirrored_words_whose_answer_was_lost_are_not_posted_twice(town: Town) -> None:
    copy = Copy(author="Boris", origin="Discord", text=(Para(line("hi")),), key="c")
    fault = Fault(town, "chat.postMessage", No("fatal_error"), after=True)
    with pytest.raises(Unreachable):
        await town.chat.post(PLACE, copy)
    fault.mend()
    await town.chat.post(PLACE, copy)
    assert len(town.bubbles("anna")) == 1


async def test_a_post_that_was_given_up_half_way_is_looked_for(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    await town.chat.put(PLACE, card("zero"), None, "first")
    call, done, slow = town.stand.api.call, asyncio.Event(), asyncio.Event()

    async def dawdle(request: Request) -> Response:
        response = await call(request)
        done.set()
        await slow.wait()
        return response

    monkeypatch.setattr(town.stand.api, "call", dawdle)
    putting = asyncio.get_running_loop().create_task(town.chat.put(PLACE, card("one"), None, "k"))
    await done.wait()
    putting.cancel()
    await asyncio.gather(putting, return_exceptions=True)
    slow.set()
    await town.chat.put(PLACE, card("one"), None, "k")
    assert [each.text for each in town.bubbles("anna")] == ["zero", "one"]


async def test_a_page_whose_answer_was_lost_may_have_arrived(town: Town) -> None:
    Fault(town, "chat.postMessage", No("internal_error", status=500), after=True)
    with pytest.raises(Unreachable) as wrong:
        await town.chat.tell(Handle("slack", "U0MIA00003"), card("PAGE"), "p")
    assert wrong.value.ambiguous


async def test_a_room_whose_answer_was_lost_is_found_again(town: Town) -> None:
    room = Room(key="incident-1", name="#1 db", topic="x")
    fault = Fault(town, "conversations.create", No("internal_error", status=500), after=True)
    with pytest.raises(Unreachable):
        await town.chat.open(room)
    fault.mend()
    fault = Fault(town, "conversations.setTopic", No("ratelimited", status=429, wait=2))
    with pytest.raises(Throttled):
        await town.chat.open(room)
    fault.mend()
    place = await town.chat.open(room)
    assert [each.id for each in town.stand.screen("anna").rooms if each.name.startswith("inc-")] == [place.room]


async def test_the_platform_says_how_long_to_wait(town: Town) -> None:
    Fault(town, "chat.update", No("ratelimited", status=429, wait=7))
    with pytest.raises(Throttled) as wrong:
        await town.chat.put(PLACE, card("x"), MessageId("1.2"), "k")
    assert wrong.value.wait == 7


async def test_what_is_not_there_any_more_is_gone(town: Town) -> None:
    message = await town.chat.put(PLACE, card("x"), None, "k")
    del town.stand.at.channels[HALL].messages[message]
    with pytest.raises(Gone):
        await town.chat.put(PLACE, card("y"), message, "k")
    with pytest.raises(Gone):
        await town.chat.put(Place("slack", "C0NOWHERE0"), card("y"), None, "k")


async def test_nobody_can_be_paged_who_is_not_there(town: Town) -> None:
    with pytest.raises(Forbidden):
        await town.chat.tell(Handle("slack", "U0NOBODY00"), card("PAGE"), "p")


async def test_a_speaker_outside_the_room_is_told_in_person(town: Town) -> None:
    Fault(town, "chat.postEphemeral", No("user_not_in_channel"))
    await town.say("anna", "@tocsin summary")
    await town.shown("anna", "heard: summary", town.direct("anna"))
    assert all("heard" not in each.text for each in town.bubbles("anna"))


async def test_an_outage_is_noticed_and_its_end_too(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    chat, house, hellos = Slack(Settings.model_validate(town.playground.settings["slack"])), House(), [0]

    def ready() -> None:
        hellos[0] += 1

    listening = asyncio.get_running_loop().create_task(chat.listen(house, ready))
    await town.until(lambda: hellos[0] >= 2)
    town.stand.outage = True
    with monkeypatch.context() as soon:
        soon.setattr(sockets, "LOST", 0.3)
        with pytest.raises(Unreachable):
            await listening
    with pytest.raises(Unreachable):
        await chat.listen(house, ready)
    with pytest.raises(Unreachable):
        await chat.put(PLACE, card("x"), None, "k")
    town.stand.outage, before = False, hellos[0]
    listening = asyncio.get_running_loop().create_task(chat.listen(house, ready))
    await town.until(lambda: hellos[0] >= before + 2)
    await chat.put(PLACE, card("back"), None, "k")
    await town.shown("anna", "back")
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    await chat.close()


async def test_who_is_told_twice_to_stop_leaves_no_connection_open(town: Town) -> None:
    chat, hellos = Slack(Settings.model_validate(town.playground.settings["slack"])), [0]

    def ready() -> None:
        hellos[0] += 1

    listening = asyncio.get_running_loop().create_task(chat.listen(House(), ready))
    await town.until(lambda: hellos[0] >= 2)
    lines = [each.client.aiohttp_client_session for each in chat.sockets.held]
    for _ in range(2):
        listening.cancel()
        await asyncio.sleep(0)
    await asyncio.gather(listening, return_exceptions=True)
    assert [each.closed for each in lines] == [True, True]
    await chat.close()


async def test_a_socket_that_the_platform_renews_is_replaced(town: Town) -> None:
    town.stand.faults.switch("refresh")
    await town.until(lambda: town.readies >= 3)
    await town.say("anna", "/incident help")
    await town.shown("anna", "heard: help")


async def test_a_wrong_token_ends_listening_and_is_never_quoted(town: Town) -> None:
    settings = {**town.playground.settings["slack"], "app_token": "xapp-secret"}
    for wrong in (settings, {**settings, "bot_token": "xoxb-secret"}):
        chat = Slack(Settings.model_validate(wrong))
        with pytest.raises(Forbidden) as no:
            await chat.listen(House(), lambda: None)
        assert str(no.value) == "invalid_auth"
        await chat.close()
    assert "xapp" not in repr(Settings.model_validate(settings))


async def test_nobody_there_is_unreachable_and_nothing_arrived() -> None:
    chat = Slack(
        Settings.model_validate({"bot_token": BOT_TOKEN, "app_token": APP_TOKEN, "api": "http://127.0.0.1:9/"})
    )
    with pytest.raises(Unreachable) as wrong:
        await chat.tell(Handle("slack", "U1"), card("x"), "k")
    assert not wrong.value.ambiguous
    await chat.close()


async def test_a_late_answer_is_tried_again_another_way(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "SOON", 0.01)
    town.house.gate.clear()
    await town.say("anna", "/incident ack")
    for hook in town.stand.at.hooks.values():
        hook.uses = 0
    fault = Fault(town, "chat.postEphemeral", No("ratelimited", status=429, wait=0), times=1)
    town.house.gate.set()
    await town.shown("anna", "heard: ack")
    assert fault.hits == 1


@pytest.mark.parametrize(
    ("status", "code", "kind", "wait", "ambiguous"),
    [
        (429, "ratelimited", Throttled, 5.0, False),
        (200, "message_limit_exceeded", Throttled, 5.0, False),
        (503, "", Unreachable, 5.0, True),
        (200, "internal_error", Unreachable, 5.0, True),
        (200, "is_archived", Gone, None, False),
        (200, "edit_window_closed", Gone, None, False),
        (200, "missing_scope", Forbidden, None, False),
        (200, "an_error_of_next_year", Forbidden, None, False),
    ],
)
def test_every_error_has_its_name(
    status: int, code: str, kind: type[ChatError], wait: float | None, ambiguous: bool
) -> None:
    error = failure(status, code)
    assert (type(error), error.wait, error.ambiguous) == (kind, wait, ambiguous)


def test_the_environments_proxy_is_not_for_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy:3128")
    monkeypatch.setenv("http_proxy", "http://proxy:3128")
    monkeypatch.setenv("no_proxy", "internal.example")
    assert proxy("https://slack.com/api/") == "http://proxy:3128"
    assert proxy("http://127.0.0.1:8123/") is None
    assert proxy("http://localhost:8123/") is None
    assert proxy("https://internal.example/") is None
