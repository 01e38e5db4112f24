"""The real adapter against the stand-in: what is said comes in, what is answered is seen, and by whom."""

import asyncio
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from adapters.playground.slack.workspace import BOT, HALL
from adapters.slack import listener
from bot.ports import Button, Card, Choice, Copy, Form, Handle, Option, Place, Room
from bot.text.rich import Moment, Para, Run, line
from tests.adapters.slack.conftest import Town

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


def card(text: str, to: str = "room", *buttons: Button) -> Card:
    return Card(body=(Para(line(text)),), to=to, buttons=buttons)  # type: ignore[arg-type]


# ---- in


async def test_a_slash_command_is_heard_and_answered_to_the_speaker_alone(town: Town) -> None:
    await town.say("anna", "/incident page @Mia at https://x.example/a?b=1&c=2 <now>")
    said = town.house.heard[-1]
    assert said.words == "page @slack:U0MIA00003 at https://x.example/a?b=1&c=2 <now>"
    assert (said.by, said.place) == (Handle("slack", "U0ANNA0001"), Place("slack", HALL))
    assert (said.name, said.locale, said.addressed, said.direct) == ("Anna Nowak", "en-US", True, False)
    assert said.key.startswith("slack:")
    assert (await town.shown("anna", "heard: page")).ephemeral
    assert not town.bubbles("mia")


async def test_an_answer_has_its_title_and_its_colour(town: Town) -> None:
    town.house.script["list"] = Card(title=line("Open *now*"), body=(Para(line("#1")),), tone="busy", to="speaker")
    await town.say("anna", "/incident list")
    (answer,) = town.bubbles("anna")
    assert (answer.text, answer.colour, answer.ephemeral) == ("Open *now*\n#1", "#1d9bd1", True)
    town.house.script["list"] = Card()
    await town.say("anna", "/incident list")
    assert town.bubbles("anna")[-1].text == "…"


async def test_what_is_for_the_room_is_seen_by_the_room(town: Town) -> None:
    town.house.script["ack"] = card("Anna has it")
    await town.say("anna", "/incident ack")
    assert not (await town.shown("mia", "Anna has it")).ephemeral


async def test_a_mention_and_a_bang_are_commands_and_the_rest_is_chatter(town: Town) -> None:
    for text in ("@tocsin ack", "!ack #1", "!wow", "hello *there*"):
        await town.say("anna", text)
    await town.until(lambda: len(town.house.heard) == 4)
    heard = {said.words: said.addressed for said in town.house.heard}
    assert heard == {"ack": True, "ack #1": True, "!wow": False, "hello *there*": False}
    assert {said.name for said in town.house.heard} == {"Anna Nowak"}
    await town.shown("anna", "heard: ack #1")
    assert all("heard" not in each.text for each in town.bubbles("mia"))


async def test_everything_said_to_the_bot_alone_is_a_command_and_answered_there(town: Town) -> None:
    await town.say("anna", "incident summary", town.direct("anna"))
    answer = await town.shown("anna", "heard: summary", town.direct("anna"))
    assert not answer.ephemeral
    assert town.house.heard[-1].direct


async def test_an_answer_in_a_thread_stays_in_it(town: Town) -> None:
    await town.say("anna", "it is slow")
    root = (await town.shown("anna", "it is slow")).id
    town.house.script["ack"] = card("Anna has it")
    await town.say("anna", "@tocsin ack", reply_to=root)
    assert (await town.shown("mia", "Anna has it")).reply_to == root
    assert town.house.heard[-1].place == Place("slack", HALL)


async def test_a_button_says_its_command(town: Town) -> None:
    message = await town.chat.put(Place("slack", HALL), card("db is down", "room", Button("Take", "ack #1")), None, "k")
    seen = await town.shown("mia", "db is down")
    await town.stand.press("mia", HALL, seen.id, seen.buttons[0][0].id)
    said = town.house.said("ack #1")
    assert said and said.message == message and said.by.id == "U0MIA00003" and said.locale == "zh-CN"
    assert (await town.shown("mia", "heard: ack #1")).ephemeral
    assert len(town.bubbles("anna")) == 1


async def test_a_form_is_opened_filled_in_and_answered_where_it_was_asked_for(town: Town) -> None:
    town.house.script["declare"] = DECLARE
    await town.say("anna", "/incident declare")
    sheet = await town.sheet("anna")
    assert [each.kind for each in sheet.inputs] == ["text", "choice", "choice"]
    assert sheet.inputs[0].value == "db"
    town.house.script["declare"] = card("declared")
    await town.stand.fill("anna", sheet.id, {"title": "db is down", "sev": "2", "lead": "U0MIA00003"})
    assert town.stand.screen("anna").sheet is None
    said = town.house.heard[-1]
    assert (said.words, said.place) == ("declare", Place("slack", HALL))
    assert said.fields == {"title": "db is down", "sev": "2", "lead": "@slack:U0MIA00003"}
    await town.shown("mia", "declared")


async def test_a_form_that_is_still_wanting_stays_open(town: Town) -> None:
    town.house.script["declare"] = DECLARE
    await town.say("anna", "/incident declare")
    sheet = await town.sheet("anna")
    await town.stand.fill("anna", sheet.id, {"title": "x"})
    assert (left := town.stand.screen("anna").sheet) is not None
    assert left.title == "Declare"


async def test_where_nothing_can_open_a_form_a_button_is_offered_that_can(town: Town) -> None:
    town.house.script["declare"] = DECLARE
    await town.say("anna", "@tocsin declare")
    offer = await town.until(lambda: [each for each in town.bubbles("anna") if each.buttons])
    assert offer[0].ephemeral
    await town.stand.press("anna", HALL, offer[0].id, offer[0].buttons[0][0].id)
    await town.until(lambda: town.stand.screen("anna").sheet)


async def test_a_long_hearing_is_acknowledged_in_time_and_answered_late(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "SOON", 0.01)
    town.house.gate.clear()
    await town.say("anna", "/incident ack")
    assert not town.bubbles("anna"), "Slack was not told in time"
    town.house.gate.set()
    assert (await town.shown("anna", "heard: ack")).ephemeral


async def test_our_own_messages_and_other_bots_are_not_heard(town: Town) -> None:
    await town.chat.put(Place("slack", HALL), card("a card"), None, "k")
    await town.chat.post(Place("slack", HALL), Copy(author="Boris", origin="Discord", text=(Para(line("!ack")),)))
    await town.say("anna", "!ack")
    await town.until(lambda: town.house.heard)
    assert [said.by.id for said in town.house.heard] == ["U0ANNA0001"]


# ---- what could not be kept


async def test_an_event_that_could_not_be_kept_is_told_again(town: Town) -> None:
    town.house.down = True
    await town.say("anna", "!ack")
    await town.until(lambda: len(town.house.heard) == 1)
    town.clock.push(seconds=3)
    await town.until(lambda: len(town.house.heard) == 2)
    town.house.down = False
    town.clock.push(seconds=63)
    await town.shown("anna", "heard: ack")
    assert len({said.key for said in town.house.heard}) == 1
    await town.until(lambda: not town.stand.board.owed)


async def test_a_command_that_could_not_be_kept_is_refused_in_the_speakers_language(town: Town) -> None:
    town.house.down = True
    await town.say("anna", "/incident ack")
    assert (await town.shown("anna", "Please say it again")).ephemeral


async def test_a_form_that_could_not_be_kept_keeps_what_was_typed(town: Town) -> None:
    town.house.script["declare"] = DECLARE
    await town.say("anna", "/incident declare")
    sheet = await town.sheet("anna")
    town.house.down = True
    await town.stand.fill("anna", sheet.id, {"title": "x"})
    assert town.stand.screen("anna").sheet
    assert "say it again" in town.stand.screen("anna").toast


# ---- out


async def test_a_card_is_shown_edited_and_pinned(town: Town) -> None:
    hall = Place("slack", HALL)
    first = await town.chat.put(hall, card("one"), None, "k1")
    assert await town.chat.put(hall, card("two"), first, "k1") == first
    await town.chat.pin(hall, first)
    await town.chat.pin(hall, first)
    (seen,) = town.bubbles("mia")
    assert (seen.text, seen.pinned, seen.bot) == ("two", True, True)


async def test_a_page_goes_to_one_person(town: Town) -> None:
    place, message = await town.chat.tell(Handle("slack", "U0MIA00003"), card("PAGE"), "p1")
    assert place == Place("slack", town.direct("mia"))
    assert [each.id for each in town.bubbles("mia", place.room)] == [message]
    await town.chat.put(place, card("answered"), message, "p1")
    assert town.bubbles("mia", place.room)[0].text == "answered"


async def test_a_room_is_opened_once(town: Town) -> None:
    room = Room(key="incident-1", name="#1 DB is down: 数据库!", topic="SEV1 <!here> db")
    place = await town.chat.open(room)
    assert await town.chat.open(room) == place
    other = await town.chat.open(Room(key="incident-2", name=room.name, topic="other"))
    assert other != place
    await town.chat.invite(place, [Handle("slack", "U0MIA00003"), Handle("slack", "U0ANNA0001")])
    await town.chat.invite(place, [Handle("slack", "U0MIA00003")])
    rooms = {each.id: each for each in town.stand.screen("mia").rooms}
    assert rooms[place.room].name == "inc-1-db-is-down-数据库"
    assert rooms[other.room].name == "inc-1-db-is-down-数据库-2"
    assert rooms[place.room].topic == "SEV1 <!here> db"
    assert set(rooms[place.room].members) == {"Tocsin", "Mia Chen", "Anna Nowak"}
    assert await town.chat.link(place) == f"https://tocsin-demo.slack.com/archives/{place.room}"


async def test_a_private_room_is_seen_by_its_members_alone(town: Town) -> None:
    place = await town.chat.open(Room(key="k", name="#7 leak", topic="", private=True))
    await town.chat.invite(place, [Handle("slack", "U0MIA00003")])
    assert place.room in {each.id for each in town.stand.screen("mia").rooms}
    assert place.room not in {each.id for each in town.stand.screen("anna").rooms}


async def test_a_channel_is_named_where_it_is_open_to_all(town: Town) -> None:
    assert (await town.chat.named(Place("slack", HALL))).startswith("#")
    private = await town.chat.open(Room(key="k", name="#9 merger", topic="", private=True))
    assert await town.chat.named(private) == ""
    assert await town.chat.named(Place("slack", "C0NOWHERE0")) == ""


async def test_a_page_to_a_room_calls_everybody_in_it(town: Town) -> None:
    hall, page = Place("slack", HALL), replace(card("<!here> is on fire"), everybody=())
    message = await town.chat.put(hall, page, None, "k")
    assert town.bubbles("mia")[0].html.count('class="mention"') == 1
    assert "@channel" in town.bubbles("mia")[0].text
    (sent,) = town.calls("chat.postMessage")
    assert sent["text"].startswith("<!channel> ") and "<!here>" not in sent["text"]
    await town.chat.put(hall, replace(page, everybody=None), message, "k2")
    assert "mention" not in town.bubbles("mia")[0].html


async def test_other_rooms_words_come_in_their_authors_name_and_ping_nobody(town: Town) -> None:
    hostile = "<!here> @everyone <@U0MIA00003> *bold* _x_ ~y~ `z` \u202eevil & <https://x|y>"
    copy = Copy(
        author="Boris\n<!here>", origin="Discord", text=(Para((Run(hostile),)),), key="c1", avatar="https://a/b"
    )
    await town.chat.post(Place("slack", HALL), copy)
    (seen,) = town.bubbles("mia")
    assert seen.author == "Boris <!here> (Discord)"
    assert seen.text == hostile.replace("\u202e", "")
    assert "mention" not in seen.html and "<b>" not in seen.html
    (sent,) = town.calls("chat.postMessage")
    assert "<!here>" not in sent["text"]


async def test_hostile_titles_and_topics_ping_nobody(town: Town) -> None:
    place = await town.chat.open(Room(key="k", name="<!here> @everyone", topic="<!channel> <@U0MIA00003>"))
    bad = "<!here> <@U0MIA00003> & *x*"
    shown = Card(
        title=line(bad), body=(Para(line(bad)),), footer=line(bad), tone="alarm", buttons=(Button(bad, "ack"),)
    )
    await town.chat.put(place, shown, None, "k")
    (seen,) = town.bubbles("anna", place.room)
    assert "mention" not in seen.html
    assert seen.text.count(bad) == 3
    assert BOT not in seen.html


async def test_a_moment_is_shown_natively(town: Town) -> None:
    at = Moment(datetime(2026, 3, 2, 10, 5, tzinfo=UTC), "10:05 UTC")
    await town.chat.put(Place("slack", HALL), Card(body=(Para(line("since ", at)),)), None, "k")
    (seen,) = town.bubbles("anna")
    assert '<time datetime="2026-03-02T10:05:00+00:00">10:05</time>' in seen.html


async def test_a_room_that_the_bot_is_not_in_is_joined(town: Town) -> None:
    del town.stand.at.channels[HALL].members[BOT]
    await town.chat.put(Place("slack", HALL), card("in"), None, "k")
    await town.shown("anna", "in")


async def test_closing_twice_and_listening_again_work(town: Town) -> None:
    chat, house = town.chat, town.house
    again = asyncio.get_running_loop().create_task(chat.listen(house, town.ready))
    await town.until(lambda: town.readies >= 4)
    again.cancel()
    with pytest.raises(asyncio.CancelledError):
        await again
    await town.say("anna", "/incident help")
    await town.shown("anna", "heard: help")
