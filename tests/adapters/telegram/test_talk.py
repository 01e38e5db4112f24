"""What Telegram makes comfortable: questions with buttons, links that open a conversation, messages pointed at."""

from typing import Any

import pytest
from msgspec.structs import replace

from adapters.playground.cast import COMPANY
from adapters.playground.telegram.cloud import GROUP
from adapters.telegram.question import Question
from bot.ports import Card, Choice, Copy, Form, MessageId, Option, Place, Room
from bot.text.rich import Para, line
from bot.text.words import Voice
from tests.adapters.telegram.conftest import HALL, Town

ANNA, BORIS = "504210001", "504210002"
HERE = Place("telegram", HALL)
TITLE = Option(name="title", kind="text", help="What is wrong.", required=True)
SEV = Option(name="sev", kind="choice", help="How bad?", choices=(Choice("1", "SEV1"), Choice("2", "SEV2")))
PERSON = Option(name="person", kind="person", help="Whom.", required=True, suggests=True)
DECLARE = Form(title="Declare", words="declare", options=(TITLE, SEV), submit="Send")
PAGE = Form(title="Page", words="page", options=(PERSON,), submit="Send")


async def asked(town: Town) -> None:
    town.house.script["declare"] = DECLARE
    await town.say("anna", "/declare")


# ---- questions


async def test_choices_come_before_what_must_be_written_and_both_reach_the_house(town: Town) -> None:
    await asked(town)
    question = await town.shown("anna", "How bad?")
    assert "answer at once: What is wrong." in question.text
    town.house.script["declare"] = Form(
        title="Declare", words="declare", options=(TITLE, replace(SEV, value="2")), submit="Send"
    )
    await town.press("anna", question, "SEV2")
    await town.shown("anna", 'sev="2" title=?')
    town.house.script["declare"] = Card(body=(Para(line("declared")),))
    await town.say("anna", "db is down")
    await town.shown("anna", "declared")
    assert town.house.heard[-1].fields == {"sev": "2", "title": "db is down"}


async def test_a_choice_is_left_out_and_not_asked_again(town: Town) -> None:
    await asked(town)
    await town.press("anna", await town.shown("anna", "How bad?"), "Leave out")
    question = await town.shown("anna", "What is wrong.\nAnswer - to drop it.")
    assert question.text.endswith('/incident declare sev="" title=?')


async def test_who_writes_instead_of_pressing_has_answered_what_comes_next(town: Town) -> None:
    await asked(town)
    question = await town.shown("anna", "How bad?")
    await town.say("anna", "db is down", reply_to=question.id)
    await town.heard(2)
    assert town.house.heard[-1].fields == {"sev": "", "title": "db is down"}
    await town.say("anna", "sev2", reply_to=question.id)
    await town.heard(3)
    assert town.house.heard[-1].fields == {"sev": "sev2"}


async def test_a_question_is_dropped_by_a_button_or_by_a_word(town: Town) -> None:
    await asked(town)
    question = await town.shown("anna", "How bad?")
    await town.press("boris", question, "Drop it")
    assert await town.toast("boris") == "That question is for somebody else."
    await town.press("anna", question, "Drop it")
    await town.until(lambda: not [each for each in town.bubbles("anna") if each.bot])
    await asked(town)
    await town.say("anna", "-", reply_to=(await town.shown("anna", "How bad?")).id)
    await town.until(lambda: not [each for each in town.bubbles("anna") if each.bot])
    assert [said.words for said in town.house.heard] == ["declare", "declare"]


async def test_a_command_is_a_command_even_where_an_answer_is_wanted(town: Town) -> None:
    await asked(town)
    question = await town.shown("anna", "How bad?")
    await town.say("anna", "/ack #1", reply_to=question.id)
    await town.say("anna", "/var is full", reply_to=question.id)
    await town.heard(3)
    assert [(said.words, dict(said.fields)) for said in town.house.heard[1:]] == [
        ("ack #1", {}), ("declare", {"sev": "", "title": "/var is full"}),
    ]  # fmt: skip


async def test_people_are_suggested_eight_to_a_page(town: Town) -> None:
    people = [Choice(f"p{number}", f"Person {number}") for number in range(20)]
    town.house.choices["person"] = [*people, Choice("x" * 64, "too long for a button")]
    town.house.script["page"] = PAGE
    await town.say("anna", "/page")
    question = await town.shown("anna", "Whom.\nPress one, or answer with another.")
    assert labels(town, question.id) == [*(f"Person {number}" for number in range(8)), "› 2/3", "Drop it"]
    await town.press("anna", question, "› 2/3")
    await town.until(lambda: "‹ 1/3" in labels(town, question.id))
    second = next(each for each in town.bubbles("anna") if each.id == question.id)
    town.house.script["page"] = Card(body=(Para(line("paged")),))
    await town.press("anna", second, "Person 9")
    await town.shown("anna", "paged")
    assert town.house.heard[-1].fields == {"person": "p9"}
    assert {(said.words, option) for said, option in town.house.suggested} == {("page", "person")}


def labels(town: Town, id: str) -> list[str]:
    (found,) = [each for each in town.bubbles("anna") if each.id == id]
    return [knob.label for row in found.buttons for knob in row]


async def test_nothing_of_an_answer_is_lost_on_the_way(town: Town) -> None:
    strange = 'say "hi"\\ \u202e\u200f👩\u200d🚒 נ'
    first = Option(name="role", kind="text", help="Which.", required=True, value=strange)
    town.house.script["page"] = Form(title="Page", words="page", options=(first, PERSON), submit="Send")
    await town.say("anna", "/page")
    question = await town.shown("anna", "Whom.")
    assert "\u202e" not in question.text
    await town.say("anna", "boris")
    await town.heard(2)
    assert town.house.heard[-1].fields == {"role": strange, "person": "boris"}


async def test_what_is_too_long_to_be_carried_is_said_to_be(town: Town) -> None:
    long = Option(name="text", kind="text", help="How.", required=True, value="😀" * 2040)
    town.house.script["page"] = Form(title="Page", words="page", options=(long, PERSON), submit="Send")
    await town.say("anna", "/page")
    await town.shown("anna", "too long for me to ask on")


@pytest.mark.parametrize("started", [True, False])
async def test_what_others_must_not_know_is_asked_between_the_two_of_us_or_not_at_all(
    town: Town, started: bool
) -> None:
    secret = Option(name="title", kind="text", help="What is wrong.", value="the CFO did it")
    form = Form(title="Edit #1", words="edit #1", options=(secret, PERSON), submit="Send", alone=True)
    town.house.script["edit #1"] = form
    if not started:
        town.stand.cloud.started.clear()
    await town.say("anna", "/incident edit #1")
    if started:
        assert "the CFO did it" in (await town.shown("anna", "Whom.", "Tocsin")).text
        town.house.script["edit #1"] = Card(body=(Para(line("edited")),), to="speaker")
        await town.say("anna", "boris", "Tocsin")
        await town.shown("anna", "edited", "Tocsin")
        assert town.house.heard[-1].fields == {"title": "the CFO did it", "person": "boris"}
    else:
        await town.shown("boris", "only between the two of us")
    assert "the CFO" not in str(town.stand.screen("boris"))


async def test_what_stands_there_is_changed_by_picking_it(town: Town) -> None:
    title = Option(name="title", label="Title", kind="text", help="What is wrong.", value="db is slow")
    impact = Option(name="impact", label="Impact", kind="text", help="Who is affected.")
    town.house.script["edit #1"] = Form(title="Edit #1", words="edit #1", options=(title, impact), submit="Send")
    await town.say("anna", "/incident edit #1")
    await town.press("anna", await town.shown("anna", "Which of these"), "Title")
    asked = await town.shown("anna", "Now: db is slow")
    assert "What is wrong." in asked.text and "impact" not in asked.text
    town.house.script["edit #1"] = Card(body=(Para(line("edited")),), to="speaker")
    await town.say("anna", "db is down")
    await town.heard(3)
    assert town.house.heard[-1].fields == {"title": "db is down"}


# ---- doors


async def test_a_link_says_its_words_and_who_comes_alone_is_greeted(town: Town) -> None:
    town.stand.client.follow("mia", await town.chat.door("account_link_AB-12"))
    town.stand.client.follow("boris", "https://t.me/tocsin_bot?start=CD-34")
    await town.heard(2)
    assert [(said.words, said.direct) for said in town.house.heard] == [
        ("account link AB-12", True), ("account link CD-34", True),
    ]  # fmt: skip
    await town.say("mia", "/start", "Tocsin")
    await town.shown("mia", "你好，Mia Chen！", "Tocsin")
    await town.say("anna", "/start hello", "Tocsin")
    assert "/incident account link" in (await town.shown("anna", "Hello Anna Nowak!", "Tocsin")).text
    assert len(town.house.heard) == 2


async def test_a_link_does_nothing_in_somebodys_name_before_they_said_so(town: Town) -> None:
    town.stand.client.follow("anna", await town.chat.door("ack_42"))
    offered = await town.shown("anna", "The link that you followed says:\nack 42", "Tocsin")
    assert not town.house.heard
    await town.press("anna", offered, "Say it", "Tocsin")
    await town.heard()
    assert town.house.heard[0].words == "ack 42"


# ---- messages pointed at


async def test_an_answer_is_about_the_message_that_it_answers(town: Town) -> None:
    await town.say("boris", "the disk is full")
    first = town.bubbles("anna")[0].id
    await town.say("anna", "!pin", reply_to=first)
    town.stand.client.say("anna", HALL, "/pin", first, quote="disk")
    await town.heard(3)
    whole, part = (said.about for said in town.house.heard[1:])
    assert whole and part
    assert (whole.message, whole.text, whole.name) == (first, "the disk is full", "Boris Petrov")
    assert (str(whole.by), whole.at) == (f"telegram:{BORIS}", town.clock.now())
    assert whole.link == f"https://t.me/c/1900000001/{first}"
    assert (part.message, part.text) == (first, "disk")


async def test_what_is_said_in_a_topic_is_not_about_its_opening(town: Town) -> None:
    await town.chat.open(Room(key="1", name="#1", topic=""))
    await town.say("anna", "!ack", "#1")
    await town.heard()
    assert town.house.heard[0].about is None


async def test_a_reaction_pins_a_message_once_wherever_it_stands(town: Town) -> None:
    place = await town.chat.open(Room(key="1", name="#1", topic=""))
    await town.say("boris", "the disk is full", "#1")
    await town.heard()
    said = town.bubbles("anna", "#1")[-1]
    for emoji in ("👍", "✍", "✍"):
        await town.stand.react("anna", town.room("anna", "#1").id, said.id, emoji)
    await town.heard(2)
    pin = town.house.heard[1]
    assert (pin.words, pin.place, pin.by.id) == ("pin", place, ANNA)
    assert pin.about and (pin.about.text, pin.about.name) == ("the disk is full", "Boris Petrov")
    assert pin.about.link == f"https://t.me/c/1900000001/{place.thread}/{said.id}"
    reacted = await town.until(lambda: [each for each in town.bubbles("anna", "#1") if each.reactions.get("👌")])
    assert [each.id for each in reacted] == [said.id], "a sign is answer enough"
    assert not [each for each in town.bubbles("anna", "#1") if each.bot]


async def test_a_copy_that_is_pinned_is_its_authors(town: Town) -> None:
    copy = Copy(author="Carlos", origin="Discord", text=(Para(line("half of it is back")),))
    id = await town.chat.post(HERE, copy)
    await town.stand.react("anna", HALL, id, "✍")
    await town.say("anna", "!pin", reply_to=id)
    await town.heard(2)
    for said in town.house.heard:
        assert said.about and (said.about.text, said.about.name, said.about.by) == (
            "half of it is back",
            "Carlos",
            None,
        )


async def test_where_a_message_stands_is_known_after_a_restart(deaf: Town) -> None:
    async with deaf.listening():
        place = await deaf.chat.open(Room(key="1", name="#1", topic=""))
        await deaf.say("boris", "the disk is full", "#1")
        await deaf.heard()
    await deaf.chat.close()
    assert "disk" not in deaf.house.cursors["telegram 7000000001 known"], "nobody's words are kept there"
    said = deaf.bubbles("anna", "#1")[-1]
    deaf.chat = type(deaf.chat)(deaf.chat_settings)
    async with deaf.listening():
        await deaf.stand.react("anna", deaf.room("anna", "#1").id, said.id, "✍")
        await deaf.heard(2)
    pin = deaf.house.heard[-1]
    assert pin.place == place and pin.about and pin.about.message == MessageId(said.id)


def masked(text: str, **more: Any) -> dict[str, Any]:
    """Something that an administrator says in the group's own name."""
    platform = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    group = {"id": GROUP, "title": "Ops", "type": "supergroup", "is_forum": True}
    return {"message_id": 900, "from": platform, "sender_chat": group, "chat": group, "date": 1, "text": text, **more}


async def test_who_is_anonymous_is_told_so_once_and_a_press_says_who_they_are(town: Town) -> None:
    for text in ("/incident ack #1", "/incident summary", "!ack"):
        town.stand.cloud.queue.put({"message": masked(text)})
    told = await town.shown("anna", "I cannot know who you are: you speak as Ops.")
    assert "Remain anonymous" in told.text and not town.house.heard
    await town.press("anna", told, "ack #1")
    await town.heard()
    (said,) = town.house.heard
    assert (said.words, said.by.id) == ("ack #1", COMPANY[0].ids["telegram"])
    await town.say("anna", "!help")
    await town.shown("anna", "heard: help")
    assert len([each for each in town.bubbles("anna") if "cannot know who you are" in each.text]) == 1


async def test_who_is_anonymous_and_pins_with_a_reaction_is_told_so(town: Town) -> None:
    put = {"chat": masked("")["chat"], "actor_chat": masked("")["chat"], "message_id": 900, "date": 1}
    faces = {"old_reaction": [], "new_reaction": [{"type": "emoji", "emoji": "✍"}]}
    town.stand.cloud.queue.put({"message_reaction": {**put, **faces}})
    told = await town.shown("anna", "I cannot know who you are")
    assert not told.buttons and not town.house.heard


async def test_what_is_said_without_words_and_what_is_said_otherwise_goes_in(town: Town) -> None:
    await town.say("anna", "fail over to A")
    await town.heard()
    said = town.stand.cloud.chats[GROUP].messages[int(town.bubbles("anna")[-1].id)]
    for text in ("fail over to A", "fail over to B"):
        town.stand.cloud.queue.put({"edited_message": {**said, "text": text, "edit_date": 2}})
    await town.heard(2)
    town.stand.cloud.queue.put({"message": {**said, "message_id": 901, "text": "", "voice": {"duration": 5}}})
    await town.heard(3)
    assert [each.words for each in town.house.heard] == [
        "fail over to A",
        "✎ fail over to B",
        f"🎤 0:05\nhttps://t.me/c/{str(GROUP)[4:]}/901",
    ]


def test_nothing_is_to_be_pressed_where_nothing_is_offered() -> None:
    impact = Option(name="impact", kind="text", help="Who is affected.")
    question = Question(Form(title="Edit", words="edit #1", options=(impact,), submit="Send"))
    assert question.hint(keys=True, offered=False, word=Voice().word) == "Answer with it, or leave it out."
