"""Slack's own comfort: messages that are pointed at, shortcuts, the Home, selects that ask while one types."""

import pytest

from adapters.playground.slack.stand import HOME
from adapters.playground.slack.workspace import BOT, HALL, No
from adapters.slack.manifest import manifest
from bot.ports import Button, Card, Choice, Form, Handle, Option, Place, Remark
from bot.text.rich import Para, line
from tests.adapters.house import GRAMMAR
from tests.adapters.slack.conftest import Town
from tests.adapters.slack.test_faults import Fault

ABOUT_PIN, SAY_DECLARE = "tocsin.about.pin", "tocsin.say.declare"
PAGE = Form(
    title="Page",
    words="pin",
    options=(
        Option(name="incident", kind="incident", help="Which one.", suggests=True),
        Option(name="person", kind="person", help="Whom.", required=True, suggests=True, value="anna"),
        Option(name="note", kind="text", help="What for.", long=True),
    ),
    submit="Send",
)
MINE = Card(title=line("Yours"), body=(Para(line("#1 db is down")),), buttons=(Button("Take", "ack #1"),), tone="alarm")


@pytest.fixture
def installed(town: Town) -> Town:
    """The app has the shortcuts of the tests' grammar."""
    town.stand.app.install(manifest(GRAMMAR))
    return town


async def told(town: Town, viewer: str, text: str, reply_to: str = "") -> str:
    """Somebody says something in the hall; its name."""
    await town.say(viewer, text, reply_to=reply_to)
    return (await town.shown(viewer, text)).id


def about(town: Town, words: str = "pin") -> Remark:
    said = town.house.said(words)
    assert said and said.about
    return said.about


# ---- reactions


async def test_a_reaction_pins_the_message_with_its_author_time_and_link(town: Town) -> None:
    ts = await told(town, "mia", "it began at <noon> & *then*")
    await town.stand.react("anna", HALL, ts, "📌")
    await town.until(lambda: town.house.said("pin"))
    said = town.house.said("pin")
    assert said and said.by == Handle("slack", "U0ANNA0001") and said.addressed and said.pressed
    pinned = about(town)
    assert (pinned.message, pinned.text, pinned.name) == (ts, "it began at <noon> & *then*", "Mia Chen")
    assert pinned.by == Handle("slack", "U0MIA00003") and pinned.at == town.clock.now()
    assert pinned.link == f"https://tocsin-demo.slack.com/archives/{HALL}/p{ts.replace('.', '')}"
    assert (await town.shown("anna", "heard: pin")).ephemeral


async def test_a_reaction_in_a_thread_pins_the_reply_and_is_answered_there(town: Town) -> None:
    root = await told(town, "mia", "slow")
    reply = await told(town, "mia", "because of the disk", root)
    await town.stand.react("anna", HALL, reply, "📌")
    await town.shown("anna", "heard: pin")
    assert (about(town).message, about(town).text) == (reply, "because of the disk")
    assert f"thread_ts={root}" in about(town).link
    assert town.calls("chat.postEphemeral")[-1]["thread_ts"] == root


async def test_other_reactions_our_own_and_those_to_what_is_gone_say_nothing(town: Town) -> None:
    ts = await told(town, "mia", "look")
    await town.stand.react("anna", HALL, ts, "👍")
    for user, gone in ((BOT, ts), ("U0ANNA0001", "1.000100")):
        item = {"type": "message", "channel": HALL, "ts": gone}
        town.stand.at.tell({"type": "reaction_added", "user": user, "reaction": "pushpin", "item": item})
    await town.stand.react("anna", HALL, ts, "📌")
    await town.shown("anna", "heard: pin")
    assert [said.words for said in town.house.heard] == ["look", "pin"]


async def test_a_card_of_ours_can_be_pinned_too(town: Town) -> None:
    card = Card(title=line("SEV1 db"), body=(Para(line("x")),), tone="alarm")
    ts = await town.chat.put(Place("slack", HALL), card, None, "k")
    await town.stand.react("anna", HALL, ts, "📌")
    await town.shown("anna", "heard: pin")
    assert about(town).text == "SEV1 db · x"


async def test_a_reaction_that_cannot_be_looked_at_now_is_told_again(town: Town) -> None:
    ts = await told(town, "mia", "look")
    Fault(town, "conversations.history", No("fatal_error"), times=1)
    await town.stand.react("anna", HALL, ts, "📌")
    await town.until(lambda: len(town.calls("conversations.history")) == 1 or town.stand.board.owed)
    assert not town.house.said("pin")
    town.clock.push(seconds=3)
    await town.shown("anna", "heard: pin")


async def test_said_in_a_thread_it_is_about_what_the_thread_hangs_from(town: Town) -> None:
    root = await told(town, "mia", "the disk is full")
    await told(town, "anna", "!pin", root)
    await town.shown("anna", "heard: pin")
    assert (about(town).text, about(town).name) == ("the disk is full", "Mia Chen")
    await told(town, "anna", "!ack", root)
    await town.shown("anna", "heard: ack")
    said = town.house.said("ack")
    assert said and said.about is None, "this verb is about no message"


# ---- shortcuts


async def test_a_messages_menu_offers_the_verbs_that_can_be_about_it(installed: Town) -> None:
    town = installed
    ts = await told(town, "mia", "look at this")
    (bubble,) = town.bubbles("anna")
    assert [(each.id, each.label) for each in bubble.menu] == [(ABOUT_PIN, "Pin")]
    await town.stand.shortcut("anna", HALL, ts, ABOUT_PIN)
    assert (await town.shown("anna", "heard: pin")).ephemeral
    said = town.house.said("pin")
    assert said and said.pressed and said.place == Place("slack", HALL)
    assert (about(town).text, about(town).name, about(town).message) == ("look at this", "Mia Chen", ts)


async def test_a_shortcut_works_where_the_bot_is_no_member(installed: Town) -> None:
    town = installed
    ts = await told(town, "mia", "look")
    del town.stand.at.channels[HALL].members[BOT]
    await town.stand.shortcut("anna", HALL, ts, ABOUT_PIN)
    assert (await town.shown("anna", "heard: pin")).ephemeral
    assert about(town).text == "look"


async def test_a_form_remembers_what_it_is_about(installed: Town) -> None:
    town = installed
    long = "é<&>\n" * 2_000
    ts = await told(town, "mia", long.strip())
    town.house.script["pin"] = PAGE
    await town.stand.shortcut("anna", HALL, ts, ABOUT_PIN)
    sheet = await town.sheet("anna")
    del town.house.script["pin"]
    town.house.choices["person"] = (Choice("anna", "Anna Nowak"),)
    await town.stand.fill("anna", sheet.id, {"person": "Anna Nowak"})
    await town.shown("anna", "heard: pin")
    assert about(town).message == ts
    assert long.startswith(about(town).text) and len(about(town).text) > 500


async def test_a_shortcut_from_everywhere_is_said_in_person(installed: Town) -> None:
    town = installed
    town.house.script["declare"] = Form(
        title="Declare", words="declare", options=(Option(name="title", kind="text", help="What."),), submit="Send"
    )
    await town.stand.shortcut("anna", "", "", SAY_DECLARE)
    sheet = await town.sheet("anna")
    del town.house.script["declare"]
    await town.stand.fill("anna", sheet.id, {"title": "db"})
    await town.shown("anna", "heard: declare", town.direct("anna"))
    said = town.house.heard[-1]
    assert said.direct and said.place == Place("slack", town.direct("anna")) and said.fields == {"title": "db"}


def test_the_manifest_has_no_more_shortcuts_than_the_platform_takes() -> None:
    verbs = tuple(
        each if each.about else type(each)(name=f"{each.name} x", help="h", about=True) for each in GRAMMAR.verbs
    )
    made = manifest(type(GRAMMAR)(GRAMMAR.root, verbs * 3))["features"]["shortcuts"]
    assert len(made) == 10
    assert made[0] == {
        "type": "global",
        "name": "Declare x",
        "callback_id": "tocsin.say.declare.x",
        "description": "h",
    }


# ---- the Home


async def test_who_opens_the_home_sees_what_is_theirs(town: Town) -> None:
    town.house.script["mine"] = MINE
    await town.stand.visit("mia", HOME)
    page = await town.shown("mia", "#1 db is down", HOME)
    assert [knob.label for row in page.buttons for knob in row] == ["Take"]
    said = town.house.said("mine")
    assert said and said.direct and said.by.id == "U0MIA00003" and said.place.room == town.direct("mia")
    assert not town.bubbles("anna", HOME)


async def test_a_press_in_the_home_is_answered_there(town: Town) -> None:
    town.house.script["mine"] = MINE
    await town.stand.visit("mia", HOME)
    page = await town.shown("mia", "#1", HOME)
    town.house.script["mine"] = Card(body=(Para(line("nothing is yours")),))
    town.house.script["ack #1"] = Card(body=(Para(line("Mia has it")),), buttons=(Button("Undo", "unack #1"),))
    await town.stand.press("mia", HOME, page.id, page.buttons[0][0].id)
    page = await town.shown("mia", "Mia has it", HOME)
    assert page.text.endswith("nothing is yours")
    said = town.house.said("ack #1")
    assert said and said.direct and said.place.room == town.direct("mia")
    assert not town.bubbles("mia", town.direct("mia"))
    await town.stand.press("mia", HOME, page.id, page.buttons[0][0].id)
    await town.shown("mia", "heard: unack #1", HOME)


async def test_a_form_from_the_home_is_answered_in_the_home(town: Town) -> None:
    town.house.script |= {"mine": MINE, "ack #1": PAGE}
    await town.stand.visit("mia", HOME)
    page = await town.shown("mia", "#1", HOME)
    await town.stand.press("mia", HOME, page.id, page.buttons[0][0].id)
    sheet = await town.sheet("mia")
    town.house.choices["person"] = (Choice("anna", "Anna Nowak"),)
    await town.stand.fill("mia", sheet.id, {"person": "anna"})
    await town.shown("mia", "heard: pin", HOME)


async def test_without_a_home_the_answer_comes_in_person(town: Town) -> None:
    town.house.script["mine"] = MINE
    await town.stand.visit("mia", HOME)
    page = await town.shown("mia", "#1", HOME)
    Fault(town, "views.publish", No("not_enabled"))
    await town.stand.press("mia", HOME, page.id, page.buttons[0][0].id)
    await town.shown("mia", "heard: ack #1", town.direct("mia"))


async def test_the_conversations_tab_is_no_home(town: Town) -> None:
    opened = {"type": "app_home_opened", "user": "U0MIA00003", "channel": town.direct("mia"), "tab": "messages"}
    town.stand.at.tell(opened)
    await town.say("anna", "!ack")
    await town.shown("anna", "heard: ack")
    assert not town.house.said("mine")


# ---- selects


async def test_a_select_asks_what_it_may_offer(town: Town) -> None:
    town.house.script["page"] = PAGE
    town.house.choices["incident"] = (Choice("42", "#42 db is down"), Choice("7", "#7 mail"))
    await town.say("anna", "/incident page")
    sheet = await town.sheet("anna")
    assert [(each.id, each.kind, each.value) for each in sheet.inputs] == [
        ("incident", "search", ""),
        ("person", "search", "anna"),
        ("note", "long", ""),
    ]
    assert await town.stand.search("anna", sheet.id, "incident", "") == [("42", "#42 db is down"), ("7", "#7 mail")]
    assert await town.stand.search("anna", sheet.id, "incident", "db") == [("42", "#42 db is down"), ("db", "db")]
    said, option = town.house.suggested[-1]
    assert (said.words, option, said.fields["incident"]) == ("pin", "incident", "db")
    assert (said.by.id, said.place, said.locale) == ("U0ANNA0001", Place("slack", HALL), "en-US")
    await town.stand.fill("anna", sheet.id, {"incident": "#7 mail", "person": "boris", "note": "now"})
    await town.until(lambda: town.house.said("pin"))
    assert town.house.heard[-1].fields == {"incident": "7", "person": "boris", "note": "now"}


async def test_a_select_is_told_nothing_rather_than_too_late(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.house.script["page"] = PAGE
    await town.say("anna", "/incident page")
    sheet = await town.sheet("anna")

    async def never(*_: object) -> tuple[()]:
        raise TimeoutError

    monkeypatch.setattr(town.house, "suggest", never)
    assert await town.stand.search("anna", sheet.id, "incident", "d") == [("d", "d")]


async def test_the_speakers_address_comes_along(town: Town) -> None:
    await town.say("mia", "/incident ack")
    assert town.house.heard[-1].email == "mia.chen@tocsin.example"
