"""The stand-in, spoken to by the SDK as it is."""

import asyncio
import os
from collections.abc import AsyncIterator

import pytest
from telegram import Bot, ForceReply, InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity, ReplyParameters
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, TelegramError
from telegram.request import HTTPXRequest

from adapters.playground.server import Playground
from adapters.playground.stage import Bubble, Room
from tests.clock import PushedClock

os.environ.setdefault("PTB_TIMEDELTA", "true")
ANNA = 504210001


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
        await playground.until(lambda: playground.telegram.cloud.polls)
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
        await playground.until(lambda: playground.telegram.cloud.polls)
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
