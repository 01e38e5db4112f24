"""What Discord does for those who type, point and react, over the wire; and what befalls rooms."""

import pytest

from adapters.discord.invite import RIGHTS, invite, permissions
from adapters.discord.rooms import VIEW, WRITE
from adapters.playground.discord.guild import BOT, GUILD, HALL
from bot.ports import Card, Choice, Form, Gone, Handle, Menus, Option, Place, Room
from bot.text.rich import Para, line
from tests.adapters.discord.conftest import Town

ANNA, BORIS = "182044716035801088", "239871450112262145"


def card(text: str, to: str = "room", tone: str = "plain") -> Card:
    return Card(body=(Para(line(text)),), to=to, tone=tone)  # type: ignore[arg-type]


async def test_a_messages_own_menu_says_a_command_about_it(town: Town) -> None:
    await town.say("boris", "the disk is *full*")
    bubble = await town.shown("anna", "the disk")
    assert [(knob.id, knob.label) for knob in bubble.menu] == [("Pin", "Keep a message")]
    await town.stand.shortcut("anna", HALL, bubble.id, "Pin")
    await town.shown("anna", "heard: pin")
    said = town.house.said("pin")
    assert said and said.about and said.by.id == ANNA
    about = said.about
    assert (about.message, about.text, about.by, about.name) == (
        bubble.id,
        "the disk is *full*",
        Handle("discord", BORIS),
        "Boris Petrov",
    )
    assert about.link == f"https://discord.com/channels/{GUILD}/{HALL}/{bubble.id}" and about.at == town.clock.now()


async def test_a_reply_is_about_the_message_above_it(town: Town) -> None:
    await town.say("boris", "the disk is full")
    bubble = await town.shown("anna", "the disk")
    await town.say("anna", "!pin", reply_to=bubble.id)
    await town.shown("anna", "heard: pin")
    said = town.house.said("pin")
    assert said and said.about and said.about.text == "the disk is full"


async def test_a_pin_under_a_message_pins_it_and_another_reaction_does_not(town: Town) -> None:
    await town.say("boris", "the disk is full")
    bubble = await town.shown("anna", "the disk")
    await town.stand.react("anna", HALL, bubble.id, "👍")
    await town.stand.react("anna", HALL, bubble.id, "📌")
    said = await town.until(lambda: town.house.said("pin"))
    assert said and said.about and (said.about.text, said.by.id) == ("the disk is full", ANNA)
    assert len(town.house.heard) == 2


async def test_a_form_about_a_message_remembers_it(town: Town) -> None:
    asks = Form(title="Keep", words="pin", options=(Option(name="why", kind="text", help="Why."),), submit="Send")
    town.house.script["pin"] = asks
    await town.say("boris", "the disk is full")
    bubble = await town.shown("anna", "the disk")
    await town.stand.shortcut("anna", HALL, bubble.id, "Pin")
    sheet = await town.sheet("anna")
    del town.house.script["pin"]
    await town.stand.fill("anna", sheet.id, {"why": "it matters"})
    await town.shown("anna", "heard: pin")
    said = town.house.said("pin")
    assert said and said.about and said.about.text == "the disk is full" and said.fields == {"why": "it matters"}


async def test_what_has_no_room_in_a_form_is_typed_in_its_last_box(town: Town) -> None:
    options = tuple(Option(name=f"o{'abcdefg'[at]}", kind="text", help="?", value=str(at)) for at in range(7))
    town.house.script["declare"] = Form(title="Big", words="declare", options=options, submit="Send")
    await town.say("anna", "/incident declare")
    sheet = await town.sheet("anna")
    assert len(sheet.inputs) == 5 and sheet.inputs[-1].value == "oe: 4\nof: 5\nog: 6"
    del town.house.script["declare"]
    await town.stand.fill("anna", sheet.id, {"oa": "x", "+": "oe: one\ntwo\nof:\nog: 6"})
    await town.shown("anna", "heard: declare")
    fields = town.house.heard[-1].fields
    assert {name: text for name, text in fields.items() if text} == {"oa": "x", "oe": "one\ntwo", "og": "6"}


async def test_what_is_typed_is_completed(town: Town) -> None:
    town.house.choices["incident"] = [Choice("42", "#42 db is down"), Choice("7", "#7 mail is slow")]
    assert await town.stand.typing("anna", HALL, "/incident ack db") == ()
    completes = Option(name="incident", kind="incident", help="Which.", suggests=True)
    town.stand.town.commands[0]["options"].append(
        {"type": 1, "name": "show", "description": "x", "options": [
            {"type": 3, "name": completes.name, "description": "x", "autocomplete": True}]}
    )  # fmt: skip
    assert await town.stand.typing("anna", HALL, "/incident show db") == [("/incident show 42", "#42 db is down")]
    said, option = town.house.suggested[-1]
    assert (said.words, said.fields, option) == ("show", {"incident": "db"}, "incident")


# ---- rooms


@pytest.mark.parametrize("private", [False, True])
async def test_no_room_is_taken_for_ours_that_is_not_as_private(quiet: Town, private: bool) -> None:
    room = Room(key="k", name="#1 leak", topic="", private=private)
    first = await quiet.chat.open(room)
    assert await quiet.chat.open(room) == first
    overwrites = quiet.guild.channels[first.room].setdefault("permission_overwrites", [])
    stranger = {"id": "7", "type": 1, "allow": str(VIEW), "deny": "0"}
    overwrites.append(stranger if private else {"id": GUILD, "type": 0, "allow": "0", "deny": str(VIEW)})
    assert await quiet.chat.open(room) != first


async def test_a_private_room_that_is_closed_stays_private(quiet: Town) -> None:
    place = await quiet.chat.open(Room(key="incident-2", name="#2 secret", topic="", private=True))
    await quiet.chat.invite(place, [Handle("discord", ANNA)])
    await quiet.chat.close_room(place)
    await quiet.chat.close_room(place)
    there = {each["id"]: each for each in quiet.guild.channels[place.room]["permission_overwrites"]}
    assert int(there[GUILD]["deny"]) & VIEW and int(there[GUILD]["deny"]) & WRITE == WRITE
    assert int(there[ANNA]["allow"]) == VIEW and int(there[BOT]["allow"]) & VIEW
    assert place.room not in {each.id for each in quiet.stand.screen("boris").rooms}
    assert len(quiet.calls("PATCH", place.room)) == 1
    await quiet.chat.close_room(Place("discord", "1"))


async def test_rooms_that_change_are_told_of_and_our_own_doings_are_not(town: Town) -> None:
    place = await town.chat.open(Room(key="incident-3", name="#3 x", topic=""))
    await town.chat.close_room(place)
    tell, channel = town.stand.town.gateway.tell, town.guild.channels[place.room]
    channel["name"] = "renamed"
    await tell("CHANNEL_UPDATE", channel)
    await tell("CHANNEL_UPDATE", channel)
    await tell("CHANNEL_DELETE", channel)
    await tell("THREAD_DELETE", {"id": "5", "guild_id": GUILD, "parent_id": HALL, "type": 11})
    await town.until(lambda: len(town.house.noticed) == 3)
    told = [(change.what, change.place, change.name) for change in town.house.noticed]
    assert told == [
        ("renamed", place, "renamed"),
        ("gone", place, ""),
        ("gone", Place("discord", HALL, "5"), ""),
    ]


async def test_being_removed_is_told_once(town: Town) -> None:
    town.stand.faults.switch("not_in_channel")
    for key in ("a", "b"):
        with pytest.raises(Exception, match="50001"):
            await town.chat.put(town.hall, card("x"), None, key)
    assert [(change.what, change.place) for change in town.house.noticed] == [("left", town.hall)]


async def test_what_is_said_in_a_thread_is_said_in_its_channel_and_answered_in_it(town: Town) -> None:
    thread = town.guild.open({"name": "aside", "type": 11, "parent_id": HALL})
    open_ = {"archived": False, "auto_archive_duration": 60, "archive_timestamp": "2026-01-01T00:00:00+00:00"}
    told = {**thread, "owner_id": ANNA, "thread_metadata": {**open_, "locked": False}, "message_count": 0}
    await town.stand.town.gateway.tell("THREAD_CREATE", {**told, "member_count": 1})
    await town.say("anna", "!ack", thread["id"])
    await town.shown("anna", "heard: ack", thread["id"])
    assert town.house.heard[-1].place == town.hall


async def test_an_edit_that_comes_too_late_asks_for_a_new_message(quiet: Town) -> None:
    message = await quiet.chat.put(quiet.hall, card("x"), None, "k")
    quiet.stand.faults.switch("edit_limit")
    with pytest.raises(Gone):
        await quiet.chat.put(quiet.hall, card("y"), message, "k2")


# ---- the examination


def test_the_invitation_grants_what_is_needed_and_no_more() -> None:
    assert permissions() == sum(RIGHTS.values()) and permissions() >> 51 & 1
    assert f"permissions={permissions()}" in invite("42") and "scope=bot+applications.commands" in invite("42")


async def test_an_examination_finds_nothing_wrong_where_nothing_is(town: Town) -> None:
    found = await town.chat.examine()
    assert not [each for each in found if each.ok is False]
    assert [each.what for each in found if each.ok is None]


async def test_an_examination_compares_the_commands_themselves(town: Town) -> None:
    grammars = {tag: town.house.grammar(tag) for tag in ("", *town.house.languages())}
    assert isinstance(town.chat, Menus)
    assert [each.ok for each in await town.chat.menu(grammars)] == [True]
    town.stand.town.commands[0]["options"][0]["description"] = "something else"
    (old,) = await town.chat.menu(grammars)
    assert old.ok is False and "another version" in old.fix
    town.stand.town.commands.clear()
    assert [each.ok for each in await town.chat.menu(grammars)] == [None]


async def test_an_examination_says_what_to_do(town: Town) -> None:
    lacking = RIGHTS["PIN_MESSAGES"]
    town.guild.channels[HALL]["permission_overwrites"] = [{"id": BOT, "type": 1, "allow": "0", "deny": str(lacking)}]
    wrong = [each for each in await town.chat.examine() if each.ok is False]
    assert len(wrong) == 1 and "PIN_MESSAGES" in wrong[0].fix and HALL in wrong[0].what
    town.stand.faults.switch("revoked")
    town.chat._wire._ids.clear()
    (wrong_token,) = await town.chat.examine()
    assert wrong_token.ok is False and "Reset Token" in wrong_token.fix
