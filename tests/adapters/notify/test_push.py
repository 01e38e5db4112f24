"""Push by ntfy: urgency, buttons that act, and refusals."""

import pytest
from starlette.responses import JSONResponse

from bot.ports import Card, Forbidden, Handle, Throttled, Unreachable
from bot.text.rich import Para, line
from tests.adapters.notify.conftest import PAGE, Town


async def test_a_page_rings_through_and_has_its_buttons(town: Town) -> None:
    place, id = await town.tell("push")
    [message] = town.ntfy.on("anna-7f3a")
    assert (str(place), id) == ("push:anna-7f3a", message["id"])
    assert (message["title"], message["priority"], message["tags"]) == (
        "PAGE SEV1 #42 db is down", 5, ["rotating_light"],
    )  # fmt: skip
    assert "Nobody has it yet." in message["message"]
    assert [(each["label"], each["method"], each["clear"]) for each in message["actions"]] == [
        ("Take", "POST", True), ("Next step now", "POST", True), ("Summary", "POST", True),
    ]  # fmt: skip


async def test_a_tap_acts(town: Town) -> None:
    await town.tell("push")
    assert await town.ntfy.tap(town.ntfy.messages[0], "Take") == 200
    [said] = town.house.heard
    assert (str(said.by), said.words) == ("push:anna-7f3a", "ack #42")


async def test_what_is_not_urgent_does_not_ring_through(town: Town) -> None:
    await town.tell("push", Card(title=line("Your code: 1"), language="en"))
    [message] = town.ntfy.messages
    assert (message["priority"], message["message"], "actions" in message) == (3, "Your code: 1", False)


async def test_a_long_text_stays_a_message(town: Town) -> None:
    await town.tell("push", Card(title=line("x"), body=(Para(line("数据库" * 2000)),)))
    assert len(town.ntfy.messages[0]["message"].encode()) <= 4096


@pytest.mark.parametrize("topic", ["", "a/b", "x" * 65, "t?auth=1"])
async def test_what_is_no_topic_is_refused(town: Town, topic: str) -> None:
    assert isinstance(await town.refused("push", Handle("push", topic)), Forbidden)


async def test_a_wrong_token_is_refused_for_good(town: Town) -> None:
    town.remake("push", token="tk_wrong")
    error = await town.refused("push")
    assert (type(error), error.wait, "unauthorized (40101)" in str(error)) == (Forbidden, None, True)
    assert "tk_wrong" not in str(error)


@pytest.mark.parametrize(
    ("status", "kind", "wait", "ambiguous"), [(429, Throttled, 9, False), (502, Unreachable, 5, True)]
)
async def test_what_may_be_tried_again(town: Town, status: int, kind: type, wait: float, ambiguous: bool) -> None:
    no = JSONResponse({"code": 42901, "http": status, "error": "limit reached"}, status, headers={"Retry-After": "9"})
    town.ntfy.refusals.append(no)
    error = await town.refused("push")
    assert (type(error), error.wait, error.ambiguous) == (kind, wait, ambiguous)


async def test_a_silent_server_is_ambiguous(town: Town) -> None:
    town.ntfy.refusals.append(JSONResponse("not an object", 200))
    await town.tell("push")
    town.remake("push", server="http://127.0.0.1:1")
    error = await town.refused("push")
    assert (type(error), error.ambiguous) == (Unreachable, False)
    assert PAGE.tone == "alarm"
