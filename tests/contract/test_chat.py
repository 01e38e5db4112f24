"""What every chat adapter does for the core when nothing goes wrong."""

import re

import pytest

from bot.ports import (
    Bookmarks,
    Button,
    Card,
    Copy,
    Dismissing,
    Form,
    Link,
    Mirror,
    Option,
    Room,
    Rooms,
)
from bot.text.rich import Para, line
from tests.contract.town import Town, card

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize("typed", ["/incident ack", "!ack", "@Tocsin ack"])
async def test_a_command_is_heard_in_each_way(town: Town, typed: str) -> None:
    await town.say(typed)
    said = await town.heard("ack")
    assert (said.by, said.place, said.addressed, said.direct) == (town.handle("anna"), town.hall, True, False)
    await town.shown("heard: ack")
    assert said.key


async def test_chatter_is_heard_and_not_answered(town: Town) -> None:
    await town.say("just talking")
    said = await town.heard("just talking")
    assert (said.addressed, said.by, said.name) == (False, town.handle("anna"), "Anna Nowak")
    await town.say("!help")
    await town.shown("heard: help")
    assert not town.telling("just talking")


async def test_what_was_said_while_nobody_listened_is_heard_once(town: Town) -> None:
    await town.say("before")
    await town.heard("before")
    async with town.deaf():
        await town.say("meanwhile")
        await town.say("!ack 41")
    await town.heard("ack 41")
    await town.heard("meanwhile")
    await town.shown("heard: ack 41")
    await town.say("!help 42")
    await town.shown("heard: help 42")
    # What an earlier promise left under way may be heard meanwhile, too.
    ours = ["ack 41", "before", "help 42", "meanwhile"]
    assert sorted(said.words for said in town.house.heard if said.words in ours) == ours


async def test_to_the_bot_alone_everything_is_addressed(town: Town) -> None:
    await town.say("ack", room=town.direct().id)
    said = await town.heard("ack")
    assert said.addressed and said.direct
    await town.shown("heard: ack")


@pytest.mark.parametrize("typed", ["/incident summary", "!summary", "@Tocsin summary"])
async def test_what_is_for_the_speaker_is_seen_by_nobody_else(town: Town, typed: str) -> None:
    town.house.script["summary"] = Card(body=(Para(line("for your eyes")),), to="speaker")
    await town.say(typed)
    await town.heard("summary")
    anna, other = (each.key for each in town.actors)
    await town.until(lambda: "for your eyes" in town.stand.screen(anna).toast or town.telling("for your eyes"))
    assert not town.telling("for your eyes", other)
    assert "for your eyes" not in town.stand.screen(other).toast


async def test_a_card_is_shown_and_shown_anew(town: Town) -> None:
    message = await town.put("SEV1 db is down")
    assert await town.put("SEV1 db is back", over=message) == message
    assert not town.telling("db is down") and len(town.telling("db is back")) == 1


async def test_what_people_wrote_is_letters(town: Town) -> None:
    words = "<b>*bold*</b> _x_ `y` <!channel> @everyone [z](https://z.test) &amp;"
    await town.put(words)
    [bubble] = town.telling("*bold*")
    assert words in re.sub("[\u200b\u2060]", "", bubble.text) and "<b>*bold*" not in bubble.html


async def test_a_button_says_its_line(town: Town) -> None:
    asked = Card(
        title=line("who takes it?"), buttons=(Button("Take", "ack #7"),), links=(Link("Runbook", "https://r.test"),)
    )
    await town.chat.put(town.hall, asked, None, town.key())
    [bubble] = town.telling("who takes it?")
    knob = next(knob for row in bubble.buttons for knob in row if knob.label == "Take")
    await town.stand.press("anna", town.room().id, bubble.id, knob.id)
    said = await town.heard("ack #7")
    assert (said.by, said.place, said.addressed) == (town.handle("anna"), town.hall, True)


async def test_one_person_is_told_and_nobody_else(town: Town) -> None:
    anna, other = (each.key for each in town.actors)
    place, message = await town.chat.tell(town.handle(anna), card("PAGE for you"), town.key())
    assert town.telling("PAGE for you", anna) and not town.telling("PAGE for you", other)
    await town.chat.put(place, card("somebody has it"), message, town.key())
    assert town.telling("somebody has it", anna) and not town.telling("PAGE for you", anna)


async def test_words_from_elsewhere_bear_their_authors_name(town: Town) -> None:
    assert isinstance(town.chat, Mirror)
    copy = Copy(author="Boris Petrov", origin="Elsewhere", text=(Para(line("from another room")),), key=town.key())
    await town.chat.post(town.hall, copy)
    [bubble] = [each for each in town.room().bubbles if "from another room" in each.text]
    assert "Boris Petrov" in bubble.author + bubble.text
    await town.say("!help")
    await town.shown("heard: help")
    assert not town.house.said("from another room")


async def test_a_form_asks_for_what_is_missing(town: Town) -> None:
    title = Option(name="title", kind="text", help="What is wrong", required=True)
    town.house.script["ack"] = Form(title="Say more", words="declare", options=(title,), submit="Send")
    await town.say("/incident ack")
    if town.chat.can.forms:
        sheet = await town.sheet()
        await town.stand.fill("anna", sheet.id, {each.id: "db is down" for each in sheet.inputs})
        said = await town.until(lambda: next((each for each in town.house.heard if each.fields), None))
        assert said and (said.words, said.fields) == ("declare", {"title": "db is down"})
    else:
        await town.shown("What is wrong")


async def test_a_private_room_is_for_those_who_were_let_in_and_not_out_again(town: Town) -> None:
    assert isinstance(town.chat, Dismissing) is town.chat.can.private_rooms
    if not (isinstance(town.chat, Dismissing) and isinstance(town.chat, Rooms)):
        return
    place = await town.chat.open(Room(key=town.key(), name="#8 a leak", topic="", private=True))
    one, other = town.actors[:2]
    for _ in range(2):
        await town.chat.invite(place, [town.handle(one.key), town.handle(other.key)])
    for _ in range(2):
        await town.chat.dismiss(place, [town.handle(other.key)])
    seen = [each.key for each in town.actors if place.room in {room.id for room in town.rooms(each.key)}]
    assert seen == [one.key]


async def test_a_room_is_opened_once_pinned_in_and_closed(town: Town) -> None:
    assert isinstance(town.chat, Rooms)
    room = Room(key=town.key(), name="#7 db is down", topic="SEV1")
    place = await town.chat.open(room)
    assert await town.chat.open(room) == place
    assert place != town.hall
    message = await town.chat.put(place, card("the card of #7"), None, town.key())
    for _ in range(2):
        await town.chat.pin(place, message)
        await town.chat.invite(place, [town.handle(each.key) for each in town.actors])
    assert all(bubble.pinned for bubble in town.telling("the card of #7"))
    assert (await town.chat.link(place)).startswith("https://")
    if isinstance(town.chat, Bookmarks):
        await town.chat.bookmark(place, "Runbook", "https://r.test")
    for _ in range(2):
        await town.chat.close_room(place)
