"""The stand-in, spoken to by the SDK as it is."""

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from telegram import Bot, ForceReply, InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity, ReplyParameters
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)
from telegram.request import HTTPXRequest

from adapters.playground.server import Playground
from adapters.playground.stage import Bubble, Room
from adapters.playground.telegram.cloud import GROUP
from tests.clock import PushedClock

os.environ.setdefault("PTB_TIMEDELTA", "true")
ANNA = 504210001
KEY = {"text": "a", "callback_data": "b"}


def line(timeout: float = 10) -> HTTPXRequest:
    return HTTPXRequest(read_timeout=timeout, httpx_kwargs={"trust_env": False})


@pytest.fixture
async def bot(playground: Playground) -> AsyncIterator[Bot]:
    told = playground.settings["telegram"]
    async with Bot(told["token"], f"{told['api']}/bot", request=line(), get_updates_request=line(60)) as bot:
        yield bot


def rooms(playground: Playground, viewer: str = "anna") -> dict[str, Room]:
    return {room.name: room for room in playground.telegram.screen(viewer).rooms}


def last(playground: Playground, room: str = "General", viewer: str = "anna") -> Bubble:
    return rooms(playground, viewer)[room].bubbles[-1]


def group(playground: Playground) -> int:
    return int(playground.settings["telegram"]["room"])


async def test_a_wrong_token_opens_nothing(playground: Playground) -> None:
    base = f"{playground.settings['telegram']['api']}/bot"
    async with line() as request, line() as other:
        with pytest.raises(InvalidToken, match="Unauthorized"):
            await Bot("7000000001:wrong", base, request=request, get_updates_request=other).get_me()


async def test_what_is_typed_reaches_a_bot_that_waits_and_is_forgotten_when_confirmed(
    playground: Playground, bot: Bot
) -> None:
    async with asyncio.TaskGroup() as tasks:
        poll = tasks.create_task(bot.get_updates(timeout=20))
        await playground.telegram.say("anna", str(group(playground)), "/incident ack @Boris Petrov")
    (update,) = poll.result()
    assert update.message and update.message.text == "/incident ack Boris Petrov"
    assert [entity.type for entity in update.message.entities] == ["bot_command", "text_mention"]
    assert update.message.chat.is_forum and not update.message.is_topic_message
    assert await bot.get_updates(offset=update.update_id + 1) == ()


async def test_a_second_poll_ends_the_first(playground: Playground, bot: Bot) -> None:
    async with asyncio.TaskGroup() as tasks:
        first = tasks.create_task(ending(bot))
        await playground.until(lambda: playground.telegram.cloud.queue.polls)
        await bot.get_updates()
    assert isinstance(first.result(), Conflict)


async def test_presses_are_kept_for_150_seconds_only(playground: Playground, bot: Bot, clock: PushedClock) -> None:
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Take", callback_data="t:ack")]])
    sent = await bot.send_message(group(playground), "fire", reply_markup=keyboard)
    await playground.telegram.press("anna", str(group(playground)), str(sent.message_id), "0.0")
    (update,) = await bot.get_updates()
    assert update.callback_query and update.callback_query.data == "t:ack"
    await bot.answer_callback_query(update.callback_query.id, "It is yours")
    assert playground.telegram.screen("anna").toast == "It is yours"
    with pytest.raises(BadRequest, match="Query is too old"):
        await bot.answer_callback_query(update.callback_query.id)
    await playground.telegram.press("anna", str(group(playground)), str(sent.message_id), "0.0")
    clock.push(seconds=151)
    assert await bot.get_updates(offset=update.update_id + 1) == ()


async def test_a_topic_is_a_room_and_its_messages_answer_its_root(playground: Playground, bot: Bot) -> None:
    topic = await bot.create_forum_topic(group(playground), "#1 db is down")
    room = rooms(playground)["#1 db is down"]
    assert (room.kind, room.id) == ("topic", f"{group(playground)}/{topic.message_thread_id}")
    await playground.telegram.say("boris", room.id, "on it")
    updates = await bot.get_updates()
    assert updates[0].message and updates[0].message.forum_topic_created
    said = updates[1].message
    assert said and said.is_topic_message and said.message_thread_id == topic.message_thread_id
    assert said.reply_to_message and said.reply_to_message.forum_topic_created
    assert last(playground, "#1 db is down").reply_to == ""


async def test_text_is_drawn_as_its_entities_say_and_is_never_markup(playground: Playground, bot: Bot) -> None:
    text = "🔴 db <b>down</b> docs"
    entities = [MessageEntity("bold", 3, 2), MessageEntity("text_link", 18, 4, url="https://x.test/?a=1&b=2")]
    await bot.send_message(group(playground), text, entities=entities)
    assert last(playground).text == text
    assert last(playground).html == (
        "🔴 <b>db</b> &lt;b&gt;down&lt;/b&gt; "
        '<a href="https://x.test/?a=1&amp;b=2" rel="noopener noreferrer" target="_blank">docs</a>'
    )


async def test_what_the_platform_refuses(playground: Playground, bot: Bot) -> None:
    chat = group(playground)
    sent = await bot.send_message(chat, "fire")
    with pytest.raises(BadRequest, match="not modified"):
        await bot.edit_message_text("fire", chat, sent.message_id)
    with pytest.raises(BadRequest, match="to edit not found"):
        await bot.edit_message_text("fire", chat, 5)
    with pytest.raises(BadRequest, match="too long"):
        await bot.send_message(chat, "🔥" * 2049)
    with pytest.raises(BadRequest, match="text is empty"):
        await bot.send_message(chat, " ")
    with pytest.raises(BadRequest, match="thread not found"):
        await bot.send_message(chat, "fire", message_thread_id=5)
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(5, "fire")
    with pytest.raises(BadRequest, match="replied not found"):
        await bot.send_message(chat, "fire", reply_parameters=ReplyParameters(5))
    with pytest.raises(BadRequest, match=r"(?i)button_data_invalid"):
        keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Take", callback_data="é" * 33)]])
        await bot.send_message(chat, "fire", reply_markup=keyboard)


async def test_nobody_is_written_to_before_they_began(playground: Playground, bot: Bot) -> None:
    playground.telegram.cloud.started.discard(ANNA)
    with pytest.raises(Forbidden, match="an't initiate conversation"):
        await bot.send_message(ANNA, "PAGE")
    await playground.telegram.say("anna", str(ANNA), "/start")
    await bot.send_message(ANNA, "PAGE")
    assert last(playground, "Tocsin").text == "PAGE"
    assert "PAGE" not in [bubble.text for bubble in rooms(playground, "boris")["Tocsin"].bubbles]


async def test_who_is_asked_answers_the_question(playground: Playground, bot: Bot) -> None:
    user = (await bot.get_chat_member(group(playground), ANNA)).user
    asked = await bot.send_message(
        group(playground), "Anna, why?", entities=[MessageEntity("text_mention", 0, 4, user=user)],
        reply_markup=ForceReply(selective=True),
    )  # fmt: skip
    await playground.telegram.say("boris", str(group(playground)), "hello")
    await playground.telegram.say("anna", str(group(playground)), "because")
    await playground.telegram.say("anna", str(group(playground)), "indeed")
    replies = [bubble.reply_to for bubble in rooms(playground)["General"].bubbles]
    assert replies == ["", "", str(asked.message_id), ""]


async def test_a_pin_is_told_and_shown(playground: Playground, bot: Bot) -> None:
    sent = await bot.send_message(group(playground), "fire")
    await bot.pin_chat_message(group(playground), sent.message_id, disable_notification=True)
    assert last(playground).pinned
    (update,) = await bot.get_updates()
    assert update.message and update.message.pinned_message


async def test_commands_are_offered_in_the_viewers_language(playground: Playground, bot: Bot) -> None:
    await bot.set_my_commands([("ack", "Take it")])
    await bot.set_my_commands([("ack", "接手")], language_code="zh")
    assert playground.telegram.screen("anna").hints == (("ack", "Take it"),)
    assert playground.telegram.screen("mia").hints == (("ack", "接手"),)


async def test_an_outage_fails_everything_and_ends_the_poll(playground: Playground, bot: Bot) -> None:
    async with asyncio.TaskGroup() as tasks:
        poll = tasks.create_task(ending(bot))
        await playground.until(lambda: playground.telegram.cloud.queue.polls)
        playground.telegram.outage = True
    assert isinstance(poll.result(), NetworkError)
    with pytest.raises(NetworkError):
        await bot.send_message(group(playground), "fire")
    playground.telegram.outage = False
    await bot.send_message(group(playground), "fire")


async def ending(bot: Bot) -> Exception | None:
    """How a long poll ends."""
    try:
        await bot.get_updates(timeout=20)
    except TelegramError as wrong:
        return wrong
    return None


# ---- as strict as the platform


async def asked(playground: Playground, method: str, **args: object) -> tuple[int, dict[str, object]]:
    """A request as it is, without the SDK, and its answer."""
    told = playground.settings["telegram"]
    async with httpx.AsyncClient(trust_env=False) as web:
        answer = await web.post(f"{told['api']}/bot{told['token']}/{method}", json=args)
    assert answer.json()["error_code"] == answer.status_code
    return answer.status_code, answer.json()


SAY = {"chat_id": GROUP, "text": "x"}


def keys(*rows: list[dict[str, str]]) -> dict[str, object]:
    return SAY | {"reply_markup": {"inline_keyboard": rows}}


def marked(text: str, **entity: object) -> dict[str, object]:
    return SAY | {"text": text, "entities": [{"type": "bold", **entity}]}


@pytest.mark.parametrize(
    ("method", "args", "why"),
    [
        ("sendMessage", {"text": "x"}, "chat_id is empty"),
        ("sendMessage", {"chat_id": GROUP}, "message text is empty"),
        ("sendMessage", SAY | {"message_thread_id": "seven"}, "can't parse message_thread_id"),
        ("sendMessage", marked("x", offset=0), "can't parse"),
        ("sendMessage", marked("😀", offset=1, length=1), "UTF-16"),
        ("sendMessage", marked("x", offset=0, length=2), "fit"),
        ("sendMessage", keys([{"text": "a"}]), "unallowed"),
        ("sendMessage", keys([KEY] * 9), "too long"),
        ("sendMessage", keys(*[[KEY]] * 101), "too long"),
        ("setMyCommands", {"commands": [{"command": "account link", "description": "x"}]}, "BOT_COMMAND_INVALID"),
        ("setMyCommands", {"commands": [{"command": "ack", "description": ""}]}, "DESCRIPTION_INVALID"),
        ("setMyCommands", {"commands": [], "scope": {"type": "everybody"}}, "BotCommandScope"),
        ("createForumTopic", {"chat_id": GROUP, "name": "x", "icon_color": 1}, "icon color"),
        ("createForumTopic", {"chat_id": GROUP, "name": " "}, "TOPIC_TITLE_EMPTY"),
        ("createChatInviteLink", {"chat_id": GROUP, "name": "x" * 33}, "too long"),
    ],
)  # fmt: skip
async def test_a_request_out_of_shape_is_refused_in_the_platforms_own_words(
    playground: Playground, method: str, args: dict[str, object], why: str
) -> None:
    status, answer = await asked(playground, method, **args)
    assert status == 400 and why in str(answer["description"])
    assert str(answer["description"]).startswith("Bad Request: ")
    assert len(playground.telegram.refused) == 1


async def test_newer_fields_and_entities_pass(playground: Playground, bot: Bot) -> None:
    sent = await bot.send_message(group(playground), "fire", api_kwargs={"hologram": '{"shape": "cone"}'})
    await bot.edit_message_text("out", group(playground), sent.message_id)
    assert not playground.telegram.refused


async def test_a_bot_does_what_its_rights_allow(playground: Playground, bot: Bot) -> None:
    chat = playground.telegram.cloud.groups[0]
    sent = await bot.send_message(chat.id, "fire")
    topic = await bot.create_forum_topic(chat.id, "#1 db is down")
    chat.rights.clear()
    with pytest.raises(BadRequest, match=r"(?i)not enough rights to create a topic"):
        await bot.create_forum_topic(chat.id, "#2")
    with pytest.raises(BadRequest, match=r"(?i)not enough rights to manage pinned"):
        await bot.pin_chat_message(chat.id, sent.message_id)
    with pytest.raises(BadRequest, match=r"(?i)not enough rights to manage chat invite"):
        await bot.create_chat_invite_link(chat.id)
    chat.closed.add(topic.message_thread_id)
    with pytest.raises(BadRequest, match=r"(?i)topic_closed"):
        await bot.send_message(chat.id, "fire", message_thread_id=topic.message_thread_id)
    assert (await bot.get_chat_member(chat.id, bot.id)).status == "member"


async def test_topics_are_closed_opened_renamed_and_deleted(playground: Playground, bot: Bot) -> None:
    chat = playground.telegram.cloud.groups[0]
    id = (await bot.create_forum_topic(chat.id, "#1")).message_thread_id
    await bot.close_forum_topic(chat.id, id)
    with pytest.raises(BadRequest, match=r"(?i)topic_not_modified"):
        await bot.close_forum_topic(chat.id, id)
    with pytest.raises(KeyError):
        await playground.telegram.say("anna", f"{chat.id}/{id}", "hello")
    await bot.reopen_forum_topic(chat.id, id)
    await bot.edit_forum_topic(chat.id, id, name="#1 db is down")
    await playground.telegram.say("anna", f"{chat.id}/{id}", "hello")
    kinds = [key for each in await bot.get_updates() for key in each.to_dict()["message"] if key.startswith("forum_")]
    assert kinds == ["forum_topic_created", "forum_topic_closed", "forum_topic_reopened", "forum_topic_edited"]
    await bot.delete_forum_topic(chat.id, id)
    with pytest.raises(BadRequest, match="thread not found"):
        await bot.send_message(chat.id, "fire", message_thread_id=id)
    with pytest.raises(BadRequest, match=r"(?i)topic_id_invalid"):
        await bot.close_forum_topic(chat.id, id)


async def test_an_invitation_lets_in_whom_it_is_for(playground: Playground, bot: Bot) -> None:
    chat = playground.telegram.cloud.groups[0]
    chat.members.discard(ANNA)
    assert "General" not in rooms(playground)
    assert (await bot.get_chat_member(chat.id, ANNA)).status == "left"
    made = await bot.create_chat_invite_link(chat.id, member_limit=1)
    playground.telegram.client.follow("anna", made.invite_link)
    assert "General" in rooms(playground)
    with pytest.raises(KeyError):
        playground.telegram.client.follow("boris", made.invite_link)


async def test_reactions_are_told_to_administrators_who_ask(playground: Playground, bot: Bot) -> None:
    chat = playground.telegram.cloud.groups[0]
    sent = await bot.send_message(chat.id, "fire")
    await bot.get_updates(allowed_updates=["message", "message_reaction"])
    for rights in (set(chat.rights), set()):
        chat.rights = rights
        await playground.telegram.react("anna", str(chat.id), str(sent.message_id), "✍")
    (update,) = await bot.get_updates()
    assert update.message_reaction and update.message_reaction.user
    with pytest.raises(BadRequest, match=r"(?i)reaction_invalid"):
        await bot.set_message_reaction(chat.id, sent.message_id, "✅")


async def test_a_group_that_moved_says_where_it_is(playground: Playground, bot: Bot) -> None:
    old = group(playground)
    playground.telegram.faults.switch("migrated")
    with pytest.raises(ChatMigrated) as found:
        await bot.send_message(old, "fire")
    await bot.send_message(found.value.new_chat_id, "fire")
    first, second = (each.message for each in await bot.get_updates() if each.message)
    assert (first.chat.id, first.migrate_to_chat_id) == (old, found.value.new_chat_id)
    assert (second.chat.id, second.migrate_from_chat_id) == (found.value.new_chat_id, old)


async def test_limits_are_the_platforms_own(playground: Playground, bot: Bot, clock: PushedClock) -> None:
    playground.telegram.limits = True
    chat = group(playground)
    sent = [await bot.send_message(chat, f"{number}") for number in range(5)]
    with pytest.raises(RetryAfter) as brief:
        await bot.send_message(chat, "too fast")
    assert brief.value.retry_after == timedelta(seconds=5)
    for _ in range(3):
        clock.push(seconds=5)
        for number in range(5):
            await bot.edit_message_text(f"{clock.now()}", chat, sent[number].message_id)
    clock.push(seconds=5)
    with pytest.raises(RetryAfter) as long:
        await bot.create_forum_topic(chat, "the 21st within a minute")
    assert long.value.retry_after == timedelta(seconds=40)
    await bot.send_message(ANNA, "a conversation has a limit of its own")
    clock.push(seconds=40)
    await bot.create_forum_topic(chat, "now")


async def test_a_webhook_and_a_poll_exclude_each_other(playground: Playground, bot: Bot) -> None:
    await bot.set_webhook("https://example.org/hook")
    with pytest.raises(Conflict, match="webhook is active"):
        await bot.get_updates()
    assert (await bot.get_webhook_info()).url
    await bot.delete_webhook()
    assert await bot.get_updates() == ()


async def test_at_most_a_hundred_updates_come_at_once_and_the_oldest_are_forgotten(
    playground: Playground, bot: Bot, clock: PushedClock
) -> None:
    for number in range(101):
        await playground.telegram.say("anna", str(ANNA), f"{number}")
    assert len(await bot.get_updates(limit=100)) == 100
    assert len(await bot.get_updates(offset=-1)) == 1
    clock.push(hours=24, seconds=1)
    assert await bot.get_updates() == ()
