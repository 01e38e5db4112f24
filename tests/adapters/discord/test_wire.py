"""The real adapter against the stand-in: what is said comes in, what is answered is seen, and by whom."""

import asyncio
import logging

import pytest
from msgspec.structs import replace
from starlette.responses import Response

from adapters.discord import replies
from adapters.playground.discord.api import reply
from adapters.playground.discord.guild import GUILD, HALL
from bot.ports import (
    Button,
    Card,
    Choice,
    Copy,
    Forbidden,
    Form,
    Gone,
    Handle,
    MessageId,
    Option,
    Place,
    Room,
    Throttled,
    Unreachable,
)
from bot.text.rich import Moment, Para, Run, line
from tests.adapters.discord.conftest import Town

ANNA, BORIS = "182044716035801088", "239871450112262145"
DECLARE = Form(
    title="Declare",
    words="declare",
    options=(
        Option(name="title", kind="text", help="What is wrong.", required=True, value="db"),
        Option(name="sev", kind="choice", help="How bad it is.", choices=(Choice("1", "SEV1"), Choice("2", "SEV2"))),
        Option(name="lead", kind="person", help="Who leads."),
    ),
    submit="Send",
)
HOSTILE = "<@239871450112262145> @everyone @here <!here> **b** _i_ \u202e\u05d0"


def card(text: str, to: str = "room", *buttons: Button) -> Card:
    return Card(body=(Para(line(text)),), to=to, buttons=buttons)  # type: ignore[arg-type]


# ---- in


async def test_a_slash_command_is_heard_and_answered_to_the_speaker_alone(town: Town) -> None:
    await town.say("anna", "/incident page @Boris")
    await town.shown("anna", "heard: page")
    said = town.house.heard[-1]
    assert (said.words, said.fields) == ("page", {"person": f"@discord:{BORIS}"})
    assert (said.by, said.place) == (Handle("discord", ANNA), Place("discord", HALL))
    assert (said.name, said.locale, said.addressed, said.direct) == ("Anna Nowak", "en-US", True, False)
    assert said.at == town.clock.now()
    assert (await town.shown("anna", "heard: page")).ephemeral
    assert not town.bubbles("boris")


async def test_what_is_typed_fills_the_options(town: Town) -> None:
    for text in ("/incident declare title: db is down sev: 1", "/incident declare db is down --sev SEV1"):
        await town.say("anna", text)
    await town.until(lambda: len(town.house.heard) == 2)
    assert all(said.fields == {"title": "db is down", "sev": "1"} for said in town.house.heard)
    await town.say("anna", "/incident ack #42")
    await town.until(lambda: len(town.house.heard) == 3)
    assert town.house.heard[-1].fields == {"incident": "#42"}


async def test_what_is_for_the_room_is_seen_by_the_room(town: Town) -> None:
    town.house.script["ack"] = card("Anna has it")
    await town.say("anna", "/incident ack")
    assert not (await town.shown("boris", "Anna has it")).ephemeral


async def test_a_mention_and_a_bang_are_commands_and_the_rest_is_chatter(town: Town) -> None:
    for text in ("@tocsin ack", "!ack #1", "!wow", "hello *there*"):
        await town.say("anna", text)
    await town.until(lambda: len(town.house.heard) == 4)
    heard = [(said.words, said.addressed) for said in town.house.heard]
    assert heard == [("ack", True), ("ack #1", True), ("!wow", False), ("hello *there*", False)]
    answer = await town.shown("anna", "heard: ack #1")
    assert answer.reply_to
    assert not town.guild.pings[1:]  # the mention of the bot alone


async def test_everything_said_to_the_bot_alone_is_a_command_and_answered_there(town: Town) -> None:
    room = town.direct("anna")
    town.house.script["summary"] = card("quiet here", "speaker")
    await town.say("anna", "summary", room)
    await town.shown("anna", "quiet here", room)
    assert town.house.heard[-1].direct


async def test_an_answer_for_the_speaker_alone_to_a_message_goes_to_them_in_person(town: Town) -> None:
    town.house.script["summary"] = card("nobody else may read this", "speaker")
    await town.say("anna", "!summary")
    await town.shown("anna", "nobody else may read this", town.direct("anna"))
    assert all("nobody else" not in each.text for each in town.bubbles("boris"))


async def test_who_takes_no_direct_messages_is_told_how_to_ask(town: Town) -> None:
    town.guild.closed.add(ANNA)
    town.house.script["summary"] = card("nobody else may read this", "speaker")
    await town.say("anna", "!summary")
    hint = await town.shown("anna", "/incident")
    assert "nobody else" not in hint.text


async def test_a_button_says_its_command(town: Town) -> None:
    message = await town.chat.put(town.hall, card("db is down", "room", Button("Take", "ack #1", "primary")), None, "k")
    await town.stand.press("boris", HALL, message, "!ack #1")
    await town.shown("boris", "heard: ack #1")
    said = town.house.heard[-1]
    assert (said.words, said.message, said.by.id) == ("ack #1", message, BORIS)


async def test_a_form_opens_and_its_answers_are_heard(town: Town) -> None:
    town.house.script["declare"] = DECLARE
    await town.say("anna", "/incident declare")
    sheet = await town.sheet("anna")
    assert [(each.id, each.kind, each.value) for each in sheet.inputs] == [
        ("title", "text", "db"),
        ("sev", "choice", ""),
        ("lead", "choice", ""),
    ]
    del town.house.script["declare"]
    await town.stand.fill("anna", sheet.id, {"title": "*db* down", "sev": "2", "lead": BORIS})
    await town.shown("anna", "heard: declare")
    said = town.house.heard[-1]
    assert said.fields == {"title": "*db* down", "sev": "2", "lead": f"@discord:{BORIS}"}


async def test_a_form_for_a_message_stands_behind_a_button(town: Town) -> None:
    town.house.script["declare"] = DECLARE
    await town.say("anna", "!declare")
    door = await town.shown("anna", "Declare")
    await town.stand.press("anna", HALL, door.id, door.buttons[0][0].id)
    assert (await town.sheet("anna")).title == "Declare"


async def test_what_takes_long_is_put_off_and_answered_late(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replies, "PATIENCE", 0.05)
    town.house.gate.clear()
    town.house.script = {"ack": card("Anna has it"), "declare": DECLARE}
    for words in ("ack", "summary", "declare"):
        await town.say("anna", f"/incident {words}")
    await town.until(lambda: [each.text for each in town.bubbles("anna")].count("Tocsin is thinking…") == 3)
    assert not town.bubbles("boris")
    town.house.gate.set()
    await town.shown("boris", "Anna has it")
    assert (await town.shown("anna", "heard: summary")).ephemeral
    door = await town.shown("anna", "Declare")
    assert door.ephemeral and door.buttons[0][0].id == "!declare"
    assert all("thinking" not in each.text for each in town.bubbles("anna"))


async def test_an_answer_that_comes_too_late_goes_to_whoever_asked(town: Town) -> None:
    gone = {"message": "Unknown interaction", "code": 10062}
    town.stand.api.faults.append(("callback", reply(gone, 404)))
    await town.say("anna", "/incident summary")
    await town.shown("anna", "heard: summary", town.direct("anna"))


async def test_what_could_not_be_kept_is_said_in_a_kind_word(town: Town) -> None:
    town.house.down = True
    await town.say("anna", "/incident ack")
    assert (await town.shown("anna", "could not keep")).ephemeral
    await town.say("anna", "just chatter")
    await town.until(lambda: town.house.said("just chatter"))
    assert len(town.bubbles("boris")) == 1


async def test_other_servers_other_bots_and_pins_are_not_heard(town: Town) -> None:
    message = await town.chat.put(town.hall, card("card"), None, "k")
    await town.chat.pin(town.hall, message)
    await town.chat.pin(town.hall, message)
    await town.chat.post(town.hall, Copy(author="Mia", origin="Slack", text=card("hi").body, key="c"))
    await town.stand.town.gateway.tell(
        "MESSAGE_CREATE", {**town.guild.posts[HALL][message].payload, "guild_id": "5", "author": {"id": "6"}}
    )
    await town.say("anna", "after all that")
    await town.until(lambda: town.house.heard)
    assert [said.words for said in town.house.heard] == ["after all that"]
    assert next(each for each in town.bubbles("anna") if each.id == message).pinned


# ---- out


async def test_a_card_is_shown_and_shown_again_in_its_place(quiet: Town) -> None:
    """The gateway is not needed for it."""
    first = Card(title=line("▲ SEV1"), body=(Para(line(Moment(quiet.clock.now(), "10:02"))),), tone="alarm")
    message = await quiet.chat.put(quiet.hall, first, None, "k1")
    assert await quiet.chat.put(quiet.hall, first, None, "k1") == message
    (bubble,) = quiet.bubbles("anna")
    assert (bubble.text, bubble.colour) == ("▲ SEV1\n10:02", "#ed4245")
    assert await quiet.chat.put(quiet.hall, card("all is well"), message, "k2") == message
    (bubble,) = quiet.bubbles("anna")
    assert (bubble.text, bubble.colour) == ("all is well", "")


async def test_nobody_is_pinged_by_what_anybody_typed(quiet: Town) -> None:
    hostile = Card(title=line(HOSTILE), body=(Para(line(HOSTILE)),))
    message = await quiet.chat.put(quiet.hall, hostile, None, "k")
    await quiet.chat.put(quiet.hall, card(HOSTILE), message, "k2")
    await quiet.chat.post(quiet.hall, Copy(author=HOSTILE, origin="Slack", text=card(HOSTILE).body, key="c"))
    assert quiet.guild.pings == []
    assert "<@239871450112262145> @\u200beveryone" in quiet.bubbles("anna")[0].text


async def test_a_channel_is_named_where_everybody_sees_it(quiet: Town) -> None:
    assert (await quiet.chat.named(quiet.hall)).startswith("#")
    private = await quiet.chat.open(Room(key="k", name="#9 merger", topic="", private=True))
    assert await quiet.chat.named(private) == ""
    assert await quiet.chat.named(Place("discord", "404")) == ""


async def test_a_page_to_a_room_calls_everybody_in_it(quiet: Town) -> None:
    page = replace(Card(title=line(HOSTILE), body=(Para(line(HOSTILE)),), tone="alarm"), everybody=())
    message = await quiet.chat.put(quiet.hall, page, None, "k")
    assert quiet.guild.pings == [(message, "everyone")]
    await quiet.chat.put(quiet.hall, replace(page, everybody=None), message, "k2")
    await quiet.chat.put(quiet.hall, replace(page, everybody=None), None, "k3")
    assert quiet.guild.pings == [(message, "everyone")]


async def test_a_person_is_told_in_person(quiet: Town) -> None:
    page = Card(title=line("PAGE SEV1 #1"), buttons=(Button("Take", "ack #1"),), tone="alarm")
    place, message = await quiet.chat.tell(Handle("discord", BORIS), page, "p1")
    assert place.room == quiet.direct("boris")
    (bubble,) = quiet.bubbles("boris", place.room)
    assert (bubble.id, bubble.text) == (message, "PAGE SEV1 #1")
    quiet.guild.closed.add(ANNA)
    with pytest.raises(Forbidden) as no:
        await quiet.chat.tell(Handle("discord", ANNA), page, "p2")
    assert no.value.wait is None


async def test_a_room_is_opened_once_and_found_again(quiet: Town) -> None:
    room = Room(key="incident-1", name="#1 db is down", topic="SEV1 db is down")
    place = await quiet.chat.open(room)
    assert await quiet.chat.open(room) == place
    opened = next(each for each in quiet.stand.screen("anna").rooms if each.id == place.room)
    assert (opened.name, opened.topic) == ("inc-1-db-is-down", "SEV1 db is down [incident-1]")
    assert await quiet.chat.link(place) == f"https://discord.com/channels/{GUILD}/{place.room}"
    await quiet.chat.invite(place, [Handle("discord", ANNA)])


async def test_a_private_room_is_for_those_who_are_invited(quiet: Town) -> None:
    place = await quiet.chat.open(Room(key="incident-2", name="#2 secret", topic="", private=True))
    assert place.room not in {each.id for each in quiet.stand.screen("anna").rooms}
    await quiet.chat.invite(place, [Handle("discord", ANNA)])
    assert place.room in {each.id for each in quiet.stand.screen("anna").rooms}
    assert place.room not in {each.id for each in quiet.stand.screen("boris").rooms}


async def test_a_copy_stands_there_in_its_authors_name(quiet: Town) -> None:
    copy = Copy(author="Mia Chen", origin="Slack", text=card("hello *you*").body, key="c")
    message = await quiet.chat.post(quiet.hall, copy)
    (bubble,) = quiet.bubbles("anna")
    assert (bubble.id, bubble.author, bubble.text) == (message, "Mia Chen (Slack)", "hello *you*")
    quiet.guild.webhooks.clear()  # somebody deleted it
    await quiet.chat.post(quiet.hall, copy)
    assert len(quiet.guild.webhooks) == 1
    quiet.guild.revoke("MANAGE_WEBHOOKS")
    quiet.guild.webhooks.clear()
    await quiet.chat.post(quiet.hall, copy)
    assert quiet.bubbles("anna")[-1].text == "Mia Chen (Slack)\nhello *you*"


@pytest.mark.parametrize(
    ("answer", "error", "wait", "ambiguous"),
    [
        (reply({"message": "Missing Permissions", "code": 50013}, 403), Forbidden, None, False),
        (reply({"message": "Unknown Channel", "code": 10003}, 404), Gone, None, False),
        (Response("503 Service Unavailable", 503), Unreachable, 5.0, True),
        (
            reply({"message": "slow down", "retry_after": 245.0, "global": False}, 429, {"Via": "1.1 google"}),
            Throttled,
            245.0,
            False,
        ),
        (reply({"message": "Maximum number of edits", "code": 30046}, 429), Gone, None, False),
    ],
)
async def test_what_the_platform_refuses_is_told_in_our_words(
    quiet: Town, answer: Response, error: type[Exception], wait: float | None, ambiguous: bool
) -> None:
    quiet.stand.api.faults.append(("/messages", answer))
    with pytest.raises(error) as no:
        await quiet.chat.put(quiet.hall, card("x"), None, "k")
    assert (no.value.wait, no.value.ambiguous) == (wait, ambiguous)  # type: ignore[attr-defined]


async def test_a_card_that_was_deleted_is_gone(quiet: Town) -> None:
    with pytest.raises(Gone):
        await quiet.chat.put(quiet.hall, card("x"), MessageId("123"), "k")


async def test_a_copy_that_may_have_arrived_is_tried_once_and_its_webhook_is_named_nowhere(quiet: Town) -> None:
    copy = Copy(author="Mia", origin="Slack", text=card("hi").body, key="c")
    await quiet.chat.post(quiet.hall, copy)
    (hook,) = quiet.guild.webhooks.values()
    quiet.stand.api.faults.append((hook.token, Response("502 Bad Gateway", 502)))
    with pytest.raises(Unreachable) as no:
        await quiet.chat.post(quiet.hall, copy)
    assert no.value.ambiguous and hook.token not in str(no.value) and no.value.__cause__ is None
    assert len(quiet.bubbles("anna")) == 1


# ---- the connection


async def test_the_menu_is_registered_once(town: Town) -> None:
    assert [command["name"] for command in town.stand.town.commands] == ["incident", "Pin"]
    assert len(town.calls("PUT", "/commands")) == 1
    assert ("incident ack", "Take it.") in town.stand.screen("anna").hints


async def test_after_an_outage_it_listens_again(quiet: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.discord.ears.LOST", 0.1)
    listening = quiet.listen()
    await quiet.until(lambda: quiet.readies)
    quiet.stand.outage = True
    with pytest.raises(Unreachable):
        await listening
    with pytest.raises(Unreachable):
        await quiet.chat.listen(quiet.house, quiet.ready)
    quiet.stand.outage = False
    listening = quiet.listen()
    await quiet.until(lambda: quiet.readies >= 2)
    await quiet.say("anna", "!ack")
    await quiet.shown("anna", "heard: ack")
    assert len(quiet.calls("PUT", "/commands")) == 1
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)


async def test_a_short_break_is_resumed_and_nothing_is_lost(town: Town) -> None:
    await town.stand.town.gateway.drop(4000)
    await town.say("anna", "said meanwhile")
    await town.until(lambda: town.readies >= 2)
    await town.until(lambda: town.house.said("said meanwhile"))


async def test_the_last_sessions_of_the_day_are_not_touched(quiet: Town) -> None:
    limit = {"total": 1000, "remaining": 50, "reset_after": 3600000, "max_concurrency": 1}
    quiet.stand.api.faults.append(("/gateway/bot", reply({"url": "", "shards": 1, "session_start_limit": limit})))
    with pytest.raises(Throttled) as no:
        await quiet.chat.listen(quiet.house, quiet.ready)
    assert no.value.wait == 3600


# The library leaves the answer of a refused login to the garbage collector.
@pytest.mark.filterwarnings("ignore:.*Connection:pytest.PytestUnraisableExceptionWarning")
async def test_a_token_that_is_not_known_is_told_and_not_shown(quiet: Town, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    token, quiet.stand.town.token = quiet.stand.town.token, "another"
    with pytest.raises(Forbidden) as no:
        await quiet.chat.listen(quiet.house, quiet.ready)
    assert token not in str(no.value) and token not in caplog.text
    assert token not in repr(quiet.chat.settings)


async def test_what_links_to_nowhere_leads_nowhere(quiet: Town) -> None:
    text = line(Run("a", link="javascript:alert(1)"), Run("b", link="https://x.example/(y)"))
    await quiet.chat.put(quiet.hall, Card(body=(Para(text),)), None, "k")
    (bubble,) = quiet.bubbles("anna")
    assert "javascript" not in bubble.html and 'href="https://x.example/%28y%29"' in bubble.html
