"""Text messages: few, answered by keyword, and what became of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from starlette.responses import JSONResponse

from adapters.notify.segments import fit, plainer, segments
from adapters.notify.sms import Settings, body
from bot.ports import Button, Card, ChatError, Fact, Forbidden, Form, Handle, Throttled, Unreachable
from bot.text.rich import Para, bold, line
from tests.adapters.notify.conftest import PAGE, Town

ANNA = "+4915112345678"


async def test_a_page_is_one_message_that_says_how_to_answer(town: Town) -> None:
    place, sid = await town.tell("sms")
    [text] = town.phones.on(ANNA)
    assert (
        text.body
        == "PAGE SEV1 #42 db is down. Nobody has it yet. it began <b>at</b> ten\nStatus: triage\nReply ACK 42: Take"
    )
    assert (str(place), sid) == (f"sms:{ANNA}", text.sid)
    assert segments(text.body) == 1


@pytest.mark.parametrize(("language", "letter"), [("en", "a"), ("en", "线"), ("zh-hans", "线")])
async def test_whatever_else_is_cut_every_incident_is_named(town: Town, language: str, letter: str) -> None:
    numbers = [f"#{number}" for number in range(1000, 1030)]
    card = Card(
        title=line(bold("PAGE SEV1 #1000 " + letter * 200)),
        facts=(Fact("Incidents", line(" ".join(numbers))),),
        buttons=(Button("Take all 30: #1000 … #1029", "ack b7", "primary"),),
        language=language,
    )
    await town.tell("sms", card)
    [text] = town.phones.on(ANNA)
    assert set(numbers) <= set(text.body.replace("\n", " ").split(" "))
    assert "ACK B7" in text.body
    assert segments(text.body) <= 4


@pytest.mark.parametrize("reply", ["ACK 42", "ack #42", "  Ack: 42\n", "!ack 42", "/ack 42"])
async def test_a_reply_takes_it(town: Town, reply: str) -> None:
    town.house.script["ack #42"] = Card(body=(Para(line("✓ Anna took it")),))
    assert await town.phones.reply(ANNA, reply) == "Anna took it"
    [said] = town.house.heard
    assert (str(said.by), said.words, said.direct) == (f"sms:{ANNA}", "ack #42", True)


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        ("ack", "ack"),
        ("ACK 42 on my way", "ack #42 on my way"),
        ("Ack B7.", "ack B7 ."),
        ("escalate 7", "escalate #7"),
        ("Summary", "summary"),
    ],
)
async def test_keywords_are_lines(town: Town, reply: str, words: str) -> None:
    await town.phones.reply(ANNA, reply)
    assert [said.words for said in town.house.heard] == [words]


@pytest.mark.parametrize("reply", ["thanks", "resolve 42", "acknowledged", "", "declare everything is down"])
async def test_nothing_else_is_done_by_text_message(town: Town, reply: str) -> None:
    assert "ACK 42" in await town.phones.reply(ANNA, reply)
    assert town.house.heard == []


async def test_two_replies_are_two_and_one_told_twice_is_one(town: Town) -> None:
    await town.phones.reply(ANNA, "ack")
    await town.phones.reply(ANNA, "ack")
    first, second = town.house.heard
    assert first.key != second.key
    assert first.key.startswith("sms-SM")


async def test_when_nothing_can_be_kept_it_says_so(town: Town) -> None:
    town.house.down = True
    assert "send it again" in await town.phones.reply(ANNA, "ack 42")
    town.house.down = False
    town.house.script["ack #42"] = Form(title="Ack", words="ack #42", options=(), submit="Send")
    assert "in a chat" in await town.phones.reply(ANNA, "ack 42")


async def test_whoever_is_not_twilio_is_not_heard(town: Town) -> None:
    for path in ("reply", "status"):
        form = {"From": ANNA, "Body": "ack 42", "MessageSid": "SM1", "MessageStatus": "delivered"}
        for signature in (b"", b"AAAA", "ünsinn".encode()):
            url, headers = f"{town.providers.house}/notify/sms/{path}", {b"X-Twilio-Signature": signature}
            answer = await town.web.post(url, data=form, headers=headers)
            assert answer.status_code == 403
    assert (town.house.heard, town.house.receipts) == ([], [])


async def test_what_became_of_it_is_a_receipt(town: Town) -> None:
    place, sid = await town.tell("sms")
    [text] = town.phones.on(ANNA)
    await town.phones.arrive(text, "sent")
    await town.phones.arrive(text, "delivered")
    await town.phones.arrive(text, "undelivered", "30003")
    states = [(each.place, each.message, each.state, each.why) for each in town.house.receipts]
    assert states == [(place, sid, "delivered", ""), (place, sid, "failed", "undelivered (30003)")]


@pytest.mark.parametrize(
    ("number", "kind"), [("+15", Forbidden), ("015112345678", Forbidden), ("+49151&Body=x", Forbidden)]
)
async def test_what_is_no_number_is_refused(town: Town, number: str, kind: type) -> None:
    assert isinstance(await town.refused("sms", Handle("sms", number)), kind)
    assert town.phones.texts == []


async def test_what_twilio_refuses_for_good(town: Town) -> None:
    town.phones.stopped.add(ANNA)
    stopped = await town.refused("sms")
    assert (type(stopped), stopped.wait) == (Forbidden, None)
    assert "STOP" in str(stopped)
    assert "21610" in str(stopped)
    town.remake("sms", token="another")
    denied = await town.refused("sms")
    assert (type(denied), "20003" in str(denied), "another" in str(denied)) == (Forbidden, True, False)


@pytest.mark.parametrize(
    ("status", "headers", "kind", "wait", "ambiguous"),
    [
        (429, {"Retry-After": "17"}, Throttled, 17, False),
        (429, {}, Throttled, 5, False),
        (500, {}, Unreachable, 5, True),
        (503, {}, Unreachable, 5, True),
    ],
)
async def test_what_may_be_tried_again(
    town: Town, status: int, headers: dict[str, str], kind: type, wait: float, ambiguous: bool
) -> None:
    town.phones.refusals.append(JSONResponse({"code": 20429, "message": "secret"}, status, headers=headers))
    error = await town.refused("sms")
    assert (type(error), error.wait, error.ambiguous) == (kind, wait, ambiguous)
    assert "secret" not in str(error)


async def test_a_provider_that_is_not_there_is_not_ambiguous(town: Town) -> None:
    town.remake("sms", api="http://127.0.0.1:1")
    error = await town.refused("sms")
    assert (type(error), error.ambiguous) == (Unreachable, False)


async def test_a_service_sends_too(town: Town) -> None:
    town.remake("sms", sender="MG" + "0" * 32)
    await town.tell("sms")
    assert len(town.phones.texts) == 1


@pytest.mark.parametrize("wrong", [{"account": "AC1"}, {"sender": "Tocsin"}, {"sender": "015112345678"}])
def test_bad_settings_are_told(wrong: dict[str, str]) -> None:
    good = {"account": "AC" + "0" * 32, "token": "x", "sender": "+15005550006"}
    assert Settings.model_validate(good)
    with pytest.raises(ValidationError):
        Settings.model_validate({**good, **wrong})


# ---- how long it is: the examples of 3GPP TS 23.038 and of Twilio's own counter


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("é" * 160, 1),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("接" * 70, 1),
        ("接" * 71, 2),
        ("接" * 134, 2),
        ("接" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("a" * 69 + "“", 1),
        ("a" * 70 + "“", 2),
    ],
)
def test_segments(text: str, count: int) -> None:
    assert segments(text) == count


@given(st.text(max_size=900), st.text(max_size=40), st.integers(2, 4))
def test_it_fits_and_its_end_is_whole(head: str, tail: str, most: int) -> None:
    fitted = fit(head, tail, most)
    assert segments(fitted) <= most
    assert fitted.endswith(tail)


def test_symbols_cost_nothing() -> None:
    assert plainer("▲ “db” — down…") == '"db" - down...'


def test_a_long_title_is_cut_and_the_hint_stays() -> None:
    long = Card(title=line(bold("数据库" * 100)), buttons=(Button("接手", "ack #42", "primary"),), language="zh-hans")
    text = body(long, answers=True)
    assert segments(text) == 2
    assert text.endswith("ACK 42：接手")
    assert "ACK" not in body(long, answers=False)
    assert issubclass(Forbidden, ChatError)
    assert PAGE.language == "en"
