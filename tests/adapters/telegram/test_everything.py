"""Whatever the platform tells, asked for or not: nothing breaks, and only what a person said is heard.

The shapes are those of https://core.telegram.org/bots/api#update, Bot API 9 and 10, unknown ones beside them.
"""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
import structlog

from adapters.playground.telegram.cloud import GROUP
from bot.ports import RoomChange
from tests.adapters.telegram.conftest import Town

Update = dict[str, Any]

ANNA: Update = {"id": 504210001, "is_bot": False, "first_name": "Anna", "username": "anna_n", "language_code": "en"}
FORUM: Update = {"id": GROUP, "title": "Ops", "type": "supergroup", "is_forum": True}
PRIVATE: Update = {"id": 504210001, "first_name": "Anna", "type": "private"}
CHANNEL: Update = {"id": -1001900000777, "title": "News", "type": "channel"}
NOBODY: Update = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
GONE: Update = {"chat": FORUM, "message_id": 5, "date": 0}
TOPIC: Update = {"message_thread_id": 9, "is_topic_message": True}
BOT: Update = {"id": 7000000001, "is_bot": True, "first_name": "Tocsin"}
ids = count(1000)


def message(text: Any = None, **more: Any) -> Update:
    """A message of Anna's in the group."""
    plain: Update = {"message_id": next(ids), "from": ANNA, "chat": FORUM, "date": 1772445720, "text": text} | more
    return {name: value for name, value in plain.items() if value is not None}


def nobody(text: Any = None, **more: Any) -> Update:
    """A message in the group's own name."""
    return message(text, **{"from": NOBODY, "sender_chat": FORUM}, **more)


def press(**more: Any) -> Update:
    return {"callback_query": {"id": str(next(ids)), "from": ANNA, "chat_instance": "1", **more}}


def member(status: str, chat: Update = FORUM) -> Update:
    told = {"chat": chat, "from": ANNA, "date": 1, "old_chat_member": {"user": BOT, "status": "member"}}
    return {"my_chat_member": {**told, "new_chat_member": {"user": BOT, "status": status, "until_date": 0}}}


def unheard() -> Iterator[Update]:
    """What nobody said to us."""
    yield from (
        {kind: message("!ack")}
        for kind in ("edited_message", "channel_post", "edited_channel_post", "business_message")
    )
    yield from ({kind: {"id": "1", "from": ANNA, "user": ANNA, "chat": FORUM}} for kind in OTHERS)
    yield {"message": nobody("/incident ack #1")}
    platform = {"id": 777000, "is_bot": False, "first_name": "Telegram"}
    yield {"message": message("!ack", **{"from": platform}, sender_chat=CHANNEL, is_automatic_forward=True)}
    yield from ({"message": message(**{kind: {"file_id": "x"}})} for kind in MEDIA)
    yield from (
        {"message": message(**TOPIC, **{kind: {}})} for kind in ("forum_topic_reopened", "write_access_allowed")
    )
    yield {"message": message(**TOPIC, forum_topic_edited={"icon_custom_emoji_id": "1"})}
    yield {"message": message(pinned_message=GONE)}
    yield {"message": message(new_chat_members=[ANNA])}
    yield from (member(status) for status in ("restricted", "administrator"))
    yield member("kicked", PRIVATE)
    about = {"chat": FORUM, "message_id": 101, "date": 1, "old_reaction": []}
    faces = [{"type": "emoji", "emoji": "✍"}]
    yield {"message_reaction": {**about, "actor_chat": FORUM, "new_reaction": faces}}
    yield {"message_reaction": {**about, "user": ANNA, "new_reaction": [{"type": "paid"}, {"type": "hologram"}]}}
    yield press(inline_message_id="x", data="!ack #1")
    yield press(message=message("x"), game_short_name="x")
    yield press(message=GONE, data="rubbish")
    yield press(data="rubbish")
    yield {}
    yield {"hologram": {"shape": "cone"}}


OTHERS = (
    "business_connection", "deleted_business_messages", "inline_query", "chosen_inline_result", "shipping_query",
    "pre_checkout_query", "purchased_paid_media", "poll", "poll_answer", "chat_member", "chat_join_request",
    "chat_boost", "removed_chat_boost", "message_reaction_count",
)  # fmt: skip
MEDIA = (
    "giveaway",
    "gift",
    "hologram",
)


def said() -> Iterator[Update]:
    """What somebody did say, in ways that are easily misread; their words are those of `HEARD`."""
    bold = {"type": "bold", "offset": 0, "length": 8000}
    link = {"type": "text_link", "offset": 7998, "length": 2, "url": "https://x.example/"}
    yield message("😀" * 4000, entities=[bold, link])
    yield message(photo=[{"file_id": "x"}], caption="/incident ack #1", has_media_spoiler=True, message_id=77)
    hidden = {"type": "hidden_user", "date": 1, "sender_user_name": "X"}
    yield message("/incident resolve", forward_origin=hidden)
    origin = {"origin": {"type": "channel", "date": 1, "chat": CHANNEL, "message_id": 4}}
    yield message("look", external_reply=origin, quote={"text": "quoted", "position": 0})
    yield message("hm", reply_to_message=GONE)
    channel = {"id": 136817688, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"}
    yield message("as a channel", **{"from": channel}, sender_chat=CHANNEL)
    yield message("to a story", reply_to_story={"chat": CHANNEL, "id": 1})
    yield message("/incident@other_bot ack")
    marks = ("hashtag", "expandable_blockquote", "custom_emoji", "date_time", "hologram")
    yield message("#a b", entities=[{"type": each, "offset": 0, "length": 2} for each in marks])


HEARD = [
    "😀" * 3999 + "😀 (https://x.example/)", "ack #1", "🖼\nhttps://t.me/c/1900000001/77", "↪ X: /incident resolve",
    "look", "hm", "as a channel", "to a story", "/incident@other_bot ack", "#a b",
]  # fmt: skip


async def test_nothing_breaks_and_only_what_was_said_is_heard(town: Town) -> None:
    with structlog.testing.capture_logs() as logs:
        for update in (*unheard(), *({"message": each} for each in said())):
            town.stand.cloud.queue.put(update)
        await town.heard(len(HEARD))
        await town.until(lambda: not town.house.raw.get(f"telegram {BOT['id']}"))
    assert sorted(each.words for each in town.house.heard) == sorted(HEARD)
    assert [each.words for each in town.house.heard if each.addressed] == ["ack #1"]
    assert not town.house.noticed
    assert not [each for each in logs if each["log_level"] in ("warning", "error")]
    assert len(town.calls("answerCallbackQuery")) == 4


OLD, NEW = {"id": -4444, "title": "g", "type": "group"}, {"id": -1001900004444, "title": "g", "type": "supergroup"}


@pytest.mark.parametrize(
    ("updates", "what", "by"),
    [
        ([{"message": message(**TOPIC, forum_topic_edited={"name": "new"})}], "renamed", "504210001"),
        ([{"message": nobody(**TOPIC, forum_topic_closed={})}], "gone", ""),
        ([member("kicked")], "left", "504210001"),
        (
            [
                {"message": message(chat=OLD, migrate_to_chat_id=NEW["id"])},
                {"message": nobody(chat=NEW, migrate_from_chat_id=OLD["id"])},
            ],
            "moved",
            "",
        ),
    ],
)
async def test_what_befalls_a_room_is_noticed(town: Town, updates: list[Update], what: str, by: str) -> None:
    for update in updates:
        town.stand.cloud.queue.put(update)
    await town.until(lambda: len(town.house.noticed) == len(updates))
    changes: set[RoomChange] = set(town.house.noticed)
    assert len({change.key for change in changes}) == 1
    assert {(change.what, change.by.id if change.by else "") for change in changes} == {(what, by)}
