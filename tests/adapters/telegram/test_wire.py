"""The real adapter against the stand-in: what is said comes in, what is answered is seen, and by whom."""

import pytest
from msgspec.structs import replace

from adapters.telegram import desk
from bot.ports import Button, Called, Card, Choice, Copy, Forbidden, Form, Gone, Handle, MessageId, Option, Place, Room
from bot.text.rich import Moment, Para, line
from tests.adapters.telegram.conftest import HALL, Town

ANNA, BORIS = "504210001", "504210002"
HERE = Place("telegram", HALL)
SEVS = (Choice("1", "SEV1"), Choice("2", "SEV2"))


def card(text: str, to: str = "room", *buttons: Button) -> Card:
    return Card(body=(Para(line(text)),), to=to, buttons=buttons)  # type: ignore[arg-type]


# ---- in


async def test_a_command_is_heard_and_answered_where_it_was_said(town: Town) -> None:
    await town.say("anna", "/incident page @Boris now")
    answer = await town.shown("mia", "heard: page")
    said = town.house.heard[-1]
    assert said.words == f"page @telegram:{BORIS} now"
    assert (said.by, said.place, said.name) == (Handle("telegram", ANNA), HERE, "Anna Nowak")
    assert answer.reply_to == said.message


async def test_chatter_and_commands_are_told_apart_and_heard_in_order(town: Town) -> None:
    texts = ("@tocsin ack", "hello *there*", "!ack #1", "!wow", "/ack", "/weather")
    for text in texts:
        await town.say("anna", text)
    await town.heard(len(texts))
    heard = [(said.words, said.addressed) for said in town.house.heard]
    assert heard == [
        ("ack", True), ("hello *there*", False), ("ack #1", True), ("!wow", False), ("ack", True), ("/weather", False),
    ]  # fmt: skip


async def test_what_is_for_the_speaker_is_told_in_private(town: Town) -> None:
    town.house.script["summary"] = card("the whole story", "speaker")
    await town.say("anna", "/incident summary")
    await town.shown("anna", "the whole story", "Tocsin")
    command = await town.until(lambda: [each for each in town.bubbles("anna") if each.reactions])
    assert (command[0].text, command[0].reactions) == ("/incident summary", {"👌": 1})
    assert not [each for each in town.bubbles("boris") if each.bot]


async def test_who_never_opened_a_conversation_is_shown_how_and_nothing_else(town: Town) -> None:
    town.stand.cloud.started.discard(int(ANNA))
    town.house.script["summary"] = card("the whole story " * 20, "speaker")
    await town.say("anna", "/incident summary")
    await town.shown("boris", "https://t.me/tocsin_bot?start=hello")
    await town.chat.put(HERE, card("status", "room", Button("Summary", "summary")), None, "k")
    await town.press("anna", (await town.shown("anna", "status")), "Summary")
    assert "t.me/tocsin_bot" in await town.toast("anna")
    assert "the whole story" not in str(town.stand.screen("boris"))


async def test_everything_said_to_the_bot_alone_is_answered_there(town: Town) -> None:
    town.house.script["summary"] = card("the whole story", "speaker")
    await town.say("anna", "incident summary", "Tocsin")
    answer = await town.shown("anna", "the whole story", "Tocsin")
    assert town.house.heard[-1].direct and answer.reply_to == ""


async def test_a_press_is_answered_in_a_toast_if_it_fits(town: Town) -> None:
    await town.chat.put(HERE, card("fire", "room", Button("Take", "ack #1"), Button("More", "more")), None, "k")
    fire = await town.shown("anna", "fire")
    town.house.script["ack #1"] = card("Boris has it", "quiet")
    await town.press("anna", fire, "Take")
    assert await town.toast("anna") == "Boris has it"
    said = town.house.heard[-1]
    assert (said.words, said.message, said.place) == ("ack #1", fire.id, HERE)
    town.house.script["more"] = card("long " * 100, "quiet")
    await town.press("anna", fire, "More")
    await town.shown("boris", "long long")
    await town.until(lambda: not town.stand.cloud.queries)


async def test_what_takes_its_time_is_answered_late(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "PATIENCE", 0.01)
    await town.chat.put(HERE, card("fire", "room", Button("Take", "ack")), None, "k")
    town.house.gate.clear()
    await town.press("anna", await town.shown("anna", "fire"), "Take")
    await town.until(lambda: town.house.heard and not town.stand.cloud.queries)
    await town.say("boris", "/incident help", "Tocsin")
    await town.until(lambda: town.calls("sendChatAction"))
    town.house.gate.set()
    await town.shown("boris", "heard: ack")
    await town.shown("boris", "heard: help", "Tocsin")


async def test_a_room_that_waits_delays_no_other(town: Town) -> None:
    place = await town.chat.open(Room(key="1", name="#1 db is down", topic=""))
    town.house.gate.clear()
    await town.say("anna", "/incident ack")
    await town.heard(1)
    await town.say("anna", "second")
    await town.say("boris", "elsewhere", "#1 db is down")
    await town.heard(2)
    assert [said.words for said in town.house.heard] == ["ack", "elsewhere"]
    assert town.house.heard[1].place == place
    town.house.gate.set()
    await town.heard(3)


async def test_a_form_is_a_question_and_its_answer_completes_the_command(town: Town) -> None:
    text = Option(name="text", kind="text", help="Tell every room.", required=True, long=True)
    span = Option(name="next", kind="span", help="Until when.", value="30m")
    town.house.script["update --next 30m"] = Form(
        title="Update", words="update #1", options=(text, span), submit="Send"
    )
    await town.say("anna", "/incident update --next 30m")
    question = await town.until(lambda: [each for each in town.bubbles("anna") if "Tell every room" in each.text])
    await town.say("boris", "not me")
    await town.say("anna", "scaling *up*\nnow")
    await town.heard(3)
    answer = town.house.said("update #1")
    assert answer and answer.by.id == ANNA
    assert answer.fields == {"text": "scaling *up*\nnow", "next": "30m"}
    assert question[-1].id in [each.reply_to for each in town.bubbles("boris")]


async def test_a_choice_is_pressed_and_its_question_goes(town: Town) -> None:
    sev = Option(name="sev", kind="choice", help="How bad?", required=True, choices=SEVS)
    town.house.script["sev"] = Form(title="Sev", words="sev #1", options=(sev,), submit="Send")
    await town.say("anna", "/incident sev")
    question = await town.shown("anna", "How bad?")
    await town.press("boris", question, "SEV2")
    await town.press("anna", question, "SEV2")
    await town.until(lambda: question.id not in [each.id for each in town.bubbles("anna")])
    pressed = [said for said in town.house.heard if said.words == "sev #1"]
    assert [(said.by.id, dict(said.fields)) for said in pressed] == [(ANNA, {"sev": "2"})]


async def test_the_menu_is_taught_in_every_language(town: Town) -> None:
    await town.until(lambda: len(town.calls("setMyCommands")) == 9)
    taught = {(args["scope"]["type"], args.get("language_code", "")) for args in town.calls("setMyCommands")}
    scopes = ("default", "all_private_chats", "all_group_chats")
    assert taught == {(scope, language) for scope in scopes for language in ("en", "zh", "")}
    await town.until(lambda: ("ack", "Take it.") in town.stand.screen("mia").hints)


# ---- out


async def test_a_card_is_shown_and_then_shown_anew(town: Town) -> None:
    at = Moment(town.clock.now(), "10:02 UTC")
    id = await town.chat.put(HERE, Card(title=line("fire"), footer=line(at), tone="alarm"), None, "k")
    before = town.bubbles("mia")[-1]
    assert (before.text, before.edited) == ("🔴 fire\n\n10:02 UTC", False)
    assert '<time datetime="2026-03-02T10:02:00+00:00">10:02 UTC</time>' in before.html
    assert await town.chat.put(HERE, card("out"), id, "k") == id
    assert (town.bubbles("mia")[-1].text, town.bubbles("mia")[-1].edited) == ("out", True)
    assert await town.chat.put(HERE, card("out"), id, "k") == id, "what stands there already is success"
    assert all("is_disabled" in args["link_preview_options"] for args in town.calls("sendMessage"))


async def test_what_is_gone_is_said_to_be(town: Town) -> None:
    with pytest.raises(Gone):
        await town.chat.put(HERE, card("x"), MessageId("5"), "k")
    with pytest.raises(Gone):
        await town.chat.put(Place("telegram", HALL, "5"), card("x"), None, "k")
    with pytest.raises(Gone):
        await town.chat.put(Place("telegram", "-1005"), card("x"), None, "k")
    with pytest.raises(Gone):
        await town.chat.tell(Handle("telegram", "anna"), card("x"), "k")


async def test_a_page_is_told_to_one_person(town: Town) -> None:
    place, id = await town.chat.tell(Handle("telegram", BORIS), card("PAGE", "room", Button("Take", "ack")), "k")
    page = town.bubbles("boris", "Tocsin")[-1]
    assert (place, id) == (Place("telegram", BORIS), page.id)
    assert not town.bubbles("anna", "Tocsin")
    await town.chat.put(place, card("over"), id, "k")
    assert town.bubbles("boris", "Tocsin")[-1].text == "over"
    town.stand.cloud.started.clear()
    with pytest.raises(Forbidden, match="initiate"):
        await town.chat.tell(Handle("telegram", BORIS), card("PAGE"), "k")


async def test_a_room_is_a_topic_with_its_card_pinned(town: Town) -> None:
    place = await town.chat.open(Room(key="1", name="#1 " + "long " * 40, topic="t"))
    assert await town.chat.link(place) == f"https://t.me/c/{HALL.removeprefix('-100')}/{place.thread}"
    id = await town.chat.put(place, card("status"), None, "k")
    await town.chat.pin(place, id)
    await town.chat.pin(place, id)
    topic = town.stand.screen("mia").rooms[1]
    assert topic.kind == "topic" and topic.bubbles[-1].pinned and len(topic.name) == 127
    await town.until(lambda: town.calls("deleteMessage"))
    assert not [each for each in town.stand.cloud.chats[int(HALL)].messages.values() if "pinned_message" in each]
    with pytest.raises(Forbidden):
        await town.chat.open(Room(key="2", name="secret", topic="", private=True))


async def test_who_is_not_in_the_group_gets_an_invitation_of_their_own(town: Town) -> None:
    await town.chat.invite(HERE, [Handle("telegram", ANNA), Handle("telegram", BORIS)])
    assert not town.calls("createChatInviteLink"), "they are in it"
    with pytest.raises(Forbidden, match="telegram:99"):
        await town.chat.invite(HERE, [Handle("telegram", ANNA), Handle("telegram", "99")])
    assert town.calls("createChatInviteLink")[0]["member_limit"] == 1


async def test_a_group_is_named_where_everybody_knows_it(town: Town) -> None:
    assert await town.chat.named(HERE) == town.stand.cloud.chat(HALL).native["title"]
    assert await town.chat.named(Place("telegram", "-100404")) == ""


async def test_a_page_to_a_group_calls_by_name_who_is_on_call(town: Town) -> None:
    """The platform cannot call everybody in a group."""
    called = (Called(Handle("telegram", ANNA), "Anna @boris_p"), Called(Handle("telegram", "no number"), "Mia"))
    message = await town.chat.put(HERE, replace(card("db is down"), everybody=called), None, "k")
    seen = await town.shown("anna", "db is down")
    assert "Anna @\u2060boris_p" in seen.text
    assert seen.html.count('class="mention"') == 1 and "Mia" not in seen.text
    await town.chat.put(HERE, card("db is down"), message, "k")
    assert "mention" not in (await town.shown("anna", "db is down")).html


async def test_a_copy_names_its_author_and_pings_nobody(town: Town) -> None:
    await town.chat.post(HERE, Copy(author="Carlos", origin="Discord", text=(Para(line("@tocsin_bot ack <b>")),)))
    copy = town.bubbles("mia")[-1]
    assert copy.text == "Carlos · Discord\n@\u2060tocsin_bot ack <b>"
    assert copy.html.startswith("<b>Carlos</b> · Discord<br>") and "mention" not in copy.html
