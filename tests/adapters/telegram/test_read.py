"""Telegram's payloads, read: what was said, by whom, where, and whether it was said to the bot."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.playground.telegram.markup import units
from adapters.telegram.befell import befell, opened, pinned
from adapters.telegram.doors import Knock
from adapters.telegram.masks import Masked
from adapters.telegram.native import Me
from adapters.telegram.question import Turn
from adapters.telegram.read import enclosed, met, read
from bot.ports import Handle, MessageId, Place, Remark, RoomChange, Said
from tests.adapters.house import GRAMMAR

PAYLOADS = Path(__file__).parent / "payloads"
ME = Me(7000000001, "tocsin_bot")
ME.known.met({"id": 504210002, "is_bot": False, "first_name": "Boris", "username": "boris_p"})
GROUP = -1001900000001


def payload(name: str, **message: Any) -> dict[str, Any]:
    """A recorded update, its message changed."""
    update: dict[str, Any] = json.loads((PAYLOADS / f"{name}.json").read_text("utf-8"))
    update.get("message", {}).update(message)
    return update


def heard(name: str, **message: Any) -> Said | None:
    found = read(payload(name, **message), ME, GRAMMAR)
    assert found is None or isinstance(found, Said)
    return found


def said(text: str, **message: Any) -> Said:
    found = heard("message", text=text, **message)
    assert found
    return found


def mark(kind: str, text: str, part: str, **more: Any) -> dict[str, Any]:
    """An entity over a part of a text."""
    return {"type": kind, "offset": units(text[: text.index(part)]), "length": units(part), **more}


def test_a_command_in_general() -> None:
    assert heard("command") == Said(
        key="telegram:7000000001:871504302",
        by=Handle("telegram", "504210001"),
        place=Place("telegram", str(GROUP)),
        words="ack #42 on it",
        name="Anna Nowak",
        locale="en",
        at=datetime(2026, 3, 2, 10, 2, tzinfo=UTC),
        message="57",  # type: ignore[arg-type]
    )


def test_chatter_in_a_topic() -> None:
    found = heard("topic")
    assert found and not found.addressed
    assert (found.place, found.words) == (Place("telegram", str(GROUP), "42"), "I see smoke")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("/incident", ""),
        ("/incident  ack\nit hurts", "ack\nit hurts"),
        ("/incident@Tocsin_Bot ack", "ack"),
        ("/ack #42", "ack #42"),
        ("/ack@tocsin_bot", "ack"),
        ("/take", "take"),
        ("/account_link AB-12", "account link AB-12"),
        ("/incident_ack", "ack"),
        ("@tocsin_bot ack", "ack"),
        ("@TOCSIN_bot, incident ack", "ack"),
        ("@tocsin_bot", ""),
        ("!ack #42", "ack #42"),
        ("/start", ""),
        ("/start AB-12", ""),
    ],
)
def test_what_is_said_to_the_bot(text: str, words: str) -> None:
    found = said(text)
    assert found.addressed and found.words == words


@pytest.mark.parametrize(
    "text",
    ["/ack@other_bot", "/weather", "!wow", "ack", "@tocsin_bottle ack", "@tocsin_bot2 ack", "hi @tocsin_bot", "/", "-"],
)
def test_what_is_not(text: str) -> None:
    found = said(text)
    assert not found.addressed and found.words == text


def test_everything_said_to_the_bot_alone_is_said_to_it() -> None:
    direct = {"id": 504210001, "type": "private", "first_name": "Anna"}
    for text, words in (("ack", "ack"), ("incident ack", "ack"), ("/weather", "weather"), ("hello", "hello")):
        found = said(text, chat=direct)
        assert (found.addressed, found.direct, found.words) == (True, True, words)


def test_people_are_named_by_their_ids_and_links_by_where_they_lead() -> None:
    text = "🔥 /page Boris or @boris_p or @nobody, see docs and https://x.test"
    boris = {"id": 504210002, "is_bot": False, "first_name": "Boris"}
    entities = [
        mark("text_mention", text, "Boris", user=boris),
        mark("mention", text, "@boris_p"),
        mark("mention", text, "@nobody"),
        mark("text_link", text, "docs", url="https://d.test/"),
        mark("url", text, "https://x.test"),
    ]
    assert said(text, entities=entities).words == (
        "🔥 /page @telegram:504210002 or @telegram:504210002 or @nobody, see docs (https://d.test/) and https://x.test"
    )


def test_usernames_are_learnt_from_people_and_never_from_bots() -> None:
    me = Me(1, "tocsin_bot")
    met(payload("topic"), me)
    met({"message": {"from": {"id": 1, "is_bot": True, "username": "tocsin_bot"}}}, me)
    assert me.known.people == {"boris_p": 504210002}


def test_a_press_says_its_command() -> None:
    found = heard("press")
    assert found
    assert (found.words, found.place, found.by.id) == ("ack #1", Place("telegram", str(GROUP), "42"), "504210002")
    assert (found.addressed, found.message, found.key) == (True, "44", "telegram:7000000001:871504305")


def test_a_press_on_what_is_not_ours_is_nothing() -> None:
    update = payload("press")
    update["callback_query"]["data"] = "somebody else's"
    assert read(update, ME, GRAMMAR) is None


def test_an_answer_to_our_question_completes_its_command() -> None:
    found = heard("answer")
    assert found
    assert (found.words, found.addressed) == ("update #1", True)
    assert found.fields == {"next": "30m", "text": "scaling up"}


def test_an_answer_to_a_question_that_somebody_made_up_does_not() -> None:
    update = payload("answer")
    update["message"]["reply_to_message"]["from"] = {"id": 5, "is_bot": False, "first_name": "Mallory"}
    found = read(update, ME, GRAMMAR)
    assert isinstance(found, Said) and not found.addressed and found.words == "scaling up"


def test_nobody_commands_by_what_was_forwarded() -> None:
    origin = {"type": "hidden_user", "sender_user_name": "Mallory", "date": 1}
    found = said("/incident resolve", forward_origin=origin)
    assert not found.addressed and found.words == "↪ Mallory: /incident resolve"
    assert heard("message", text="resolve", forward_origin=origin, chat={"id": 5, "type": "private"}) is None


def test_what_nobody_said_is_nothing() -> None:
    bot = {"id": 9, "is_bot": True, "first_name": "Other"}
    assert heard("message", **{"from": bot}) is None
    assert heard("message", sender_chat={"id": -1, "type": "channel"}, is_automatic_forward=True) is None
    assert heard("message", text="") is None
    for kind in ("channel_post", "my_chat_member", "something_new"):
        assert read({"update_id": 1, kind: {"date": 1}}, ME, GRAMMAR) is None


PLACE = {"latitude": 52.52, "longitude": 13.405}
LED = f"https://t.me/c/{str(GROUP)[4:]}/58"
FILE = {"file_id": "x", "file_unique_id": "y"}


@pytest.mark.parametrize(
    ("media", "words"),
    [
        ({"photo": [FILE], "caption": "the graph"}, f"the graph\n🖼\n{LED}"),
        ({"photo": [FILE]}, f"🖼\n{LED}"),
        ({"document": FILE | {"file_name": "db.log"}}, f"📎 db.log\n{LED}"),
        ({"voice": FILE | {"duration": 72}}, f"🎤 1:12\n{LED}"),
        ({"audio": FILE | {"duration": 5, "performer": "P", "title": "T"}}, f"🎵 0:05 P – T\n{LED}"),
        ({"video_note": FILE | {"duration": 8, "length": 240}}, f"🎬 0:08\n{LED}"),
        ({"animation": FILE | {"duration": 2, "file_name": "a.mp4"}, "document": FILE}, f"🎬 0:02 a.mp4\n{LED}"),
        ({"sticker": FILE | {"emoji": "🔥", "set_name": "s"}}, "🔥"),
        ({"dice": {"emoji": "🎲", "value": 4}}, "🎲 4"),
        ({"contact": {"first_name": "Eve", "phone_number": "+4930123"}}, "👤 Eve +4930123"),
        ({"location": PLACE}, "📍 https://www.openstreetmap.org/?mlat=52.52000&mlon=13.40500"),
        (
            {"location": PLACE, "venue": {"location": PLACE, "title": "DC 2", "address": "Alex 1"}},
            "📍 DC 2, Alex 1 https://www.openstreetmap.org/?mlat=52.52000&mlon=13.40500",
        ),
        (
            {"poll": {"question": "Roll back?", "options": [{"text": "yes"}, {"text": "no"}]}},
            f"📊 Roll back?\n• yes\n• no\n{LED}",
        ),
        ({"checklist": {"title": "Now", "tasks": [{"id": 1, "text": "drain"}]}}, f"☑ Now\n• drain\n{LED}"),
        ({"photo": [FILE], "forward_origin": {"type": "hidden_user", "sender_user_name": "X"}}, f"↪ X\n🖼\n{LED}"),
    ],
)
def test_what_is_said_without_words_is_chatter_too(media: dict[str, Any], words: str) -> None:
    found = heard("message", text="", **media)
    assert found and not found.addressed and found.words == words


def test_what_comes_with_a_command_is_for_the_other_rooms_and_no_part_of_it() -> None:
    update = payload("message", text="", photo=[FILE], caption="/incident sev 2")
    found = read(update, ME, GRAMMAR)
    assert isinstance(found, Said) and (found.words, found.addressed) == ("sev 2", True)
    also = enclosed(found, update)
    assert also and (also.words, also.addressed, also.by) == (f"🖼\n{LED}", False, found.by)
    assert also.key != found.key
    assert enclosed(said("!ack"), payload("message", text="!ack")) is None


def test_a_picture_that_somebody_points_at_is_one() -> None:
    first = payload("message", text="", photo=[FILE], caption="the graph")["message"]
    found = said("!pin", reply_to_message=first)
    assert found.about and found.about.text == "the graph\n🖼"


EDITED = {"edit_date": 1772445800}


def edited(me: Me, text: str, **more: Any) -> Any:
    return read(
        {"update_id": 5, "edited_message": payload("message", text=text)["message"] | EDITED | more}, me, GRAMMAR
    )


def test_what_was_said_otherwise_afterwards_is_told() -> None:
    me = Me(ME.id, ME.username)
    met(payload("message", text="fail over to A"), me)
    found = edited(me, "fail over to B")
    assert isinstance(found, Said) and (found.words, found.addressed) == ("✎ fail over to B", False)
    assert edited(me, "fail over to A") is None, "something else changed"
    assert edited(me, "!ack") is None and edited(me, "", location=PLACE) is None
    assert edited(me, "x", chat={"id": 5, "type": "private"}) is None


HIDDEN = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
FORUM = {"id": GROUP, "title": "Ops", "type": "supergroup"}


def test_who_speaks_in_a_chats_name_is_heard_as_that_chat_and_commands_nothing() -> None:
    found = heard("message", text="I see smoke", **{"from": HIDDEN}, sender_chat=FORUM)
    assert found and (found.words, found.addressed, found.name) == ("I see smoke", False, "Ops")
    assert found.by == Handle("telegram", str(GROUP))
    asked = read(payload("message", text="/incident ack", **{"from": HIDDEN}, sender_chat=FORUM), ME, GRAMMAR)
    assert isinstance(asked, Masked) and asked.said.words == "ack"
    reaction = {"chat": FORUM, "message_id": 5, "date": 1, "actor_chat": FORUM, "old_reaction": []}
    for face, kind in (("✍", Masked), ("🔥", type(None))):
        faces = {"new_reaction": [{"type": "emoji", "emoji": face}]}
        assert isinstance(read({"update_id": 1, "message_reaction": reaction | faces}, ME, GRAMMAR), kind)


def test_a_reply_outside_a_forum_is_in_no_topic() -> None:
    assert said("hello", message_thread_id=12).place.thread == ""


def test_what_the_platform_says_of_the_bots_own_deeds() -> None:
    me = {"id": ME.id, "is_bot": True, "first_name": "Tocsin"}
    created = {"forum_topic_created": {"name": "#1 db is down", "icon_color": 1}, "message_thread_id": 42}
    update = payload("message", text="", **{"from": me}, **created)
    assert opened(update, ME) == ("#1 db is down", str(GROUP), "42") and read(update, ME, GRAMMAR) is None
    assert pinned(payload("message", pinned_message={}, **{"from": me}), ME)
    assert opened(payload("message", **created), ME) is None


@given(
    st.text(), st.integers(0, 50), st.integers(0, 50), st.sampled_from(["text_mention", "mention", "text_link", "x"])
)
def test_no_entity_breaks_the_reading(text: str, offset: int, length: int, kind: str) -> None:
    entity = {"type": kind, "offset": offset, "length": length, "url": "https://x.test", "user": {"id": 5}}
    heard("message", text=text, entities=[entity])


# ---- pointed at, and what befalls rooms


def test_a_reaction_to_a_message_that_was_not_seen_has_its_link_only() -> None:
    found = heard("reaction")
    assert found and found.about == Remark(message=MessageId("59"), link="https://t.me/c/1900000001/59")
    assert (found.words, found.place.thread, found.at) == ("pin", "", datetime(2026, 3, 2, 10, 3, 20, tzinfo=UTC))


@pytest.mark.parametrize(
    "change",
    [
        {"old_reaction": [{"type": "emoji", "emoji": "✍"}]},
        {"new_reaction": [{"type": "emoji", "emoji": "👍"}]},
        {"user": {"id": 9, "is_bot": True, "first_name": "Other"}},
        {"user": None},
    ],
)
def test_only_a_new_reaction_of_a_person_pins(change: dict[str, Any]) -> None:
    update = payload("reaction")
    update["message_reaction"] |= change
    assert read(update, ME, GRAMMAR) is None


def test_a_message_of_another_chat_is_pointed_at_with_what_was_quoted() -> None:
    found = heard("elsewhere")
    assert (
        found
        and found.words == "pin"
        and found.about
        == Remark(
            message=MessageId("12"),
            text="the replica is 40 minutes behind",
            by=Handle("telegram", "504210002"),
            name="Boris",
            at=datetime(2026, 3, 2, 9, 50, tzinfo=UTC),
            link="https://t.me/c/1900000777/12",
        )
    )


def test_being_removed_befalls_the_room() -> None:
    change = befell(payload("removed"), ME)
    assert change == RoomChange(
        key="telegram:7000000001:871504311", place=Place("telegram", str(GROUP)), what="left",
        by=Handle("telegram", "504210002"),
    )  # fmt: skip
    blocked = payload("removed")
    blocked["my_chat_member"]["chat"] = {"id": 5, "type": "private", "first_name": "Anna"}
    assert befell(blocked, ME) is None


def test_who_starts_a_conversation_knocks() -> None:
    direct = {"id": 504210001, "type": "private", "first_name": "Anna"}
    found = read(payload("message", text="/start", chat=direct), ME, GRAMMAR)
    assert isinstance(found, Knock) and found.said.words == ""
    assert said("/start account_link_AB-12", chat=direct).words == "account link AB-12"


def test_a_page_of_a_question_is_turned_by_whom_it_asks() -> None:
    question = payload("answer")["message"]["reply_to_message"]
    press = {"id": "5", "from": payload("answer")["message"]["from"], "message": question, "data": ">1"}
    found = read({"update_id": 1, "callback_query": press}, ME, GRAMMAR)
    assert isinstance(found, Turn) and (found.page, found.asked, found.said.words) == (1, "text", "update #1")
    assert read({"update_id": 1, "callback_query": press | {"from": {"id": 5, "is_bot": False}}}, ME, GRAMMAR) is None
