"""The unmodified SDKs in ways that the bot does not use them, and clients that write their frames differently.

What a stand-in has, it answers as the platform does; what it has not, it refuses in the platform's own words.
"""

import json
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import aiohttp
import discord
import pytest
from discord.http import Route
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from telegram import Bot
from telegram.error import BadRequest, TelegramError

from adapters.playground.cast import COMPANY
from adapters.playground.discord.guild import GUILD, HALL
from adapters.playground.server import Playground
from adapters.playground.slack import workspace
from adapters.playground.telegram.cloud import GROUP
from tests.clock import PushedClock


@pytest.fixture
async def playground(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Playground]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    async with Playground(COMPANY, PushedClock()).open() as playground:
        yield playground


# ---- Slack


@pytest.fixture
async def slack(playground: Playground) -> AsyncIterator[AsyncWebClient]:
    settings = playground.settings["slack"]
    async with aiohttp.ClientSession() as session:
        yield AsyncWebClient(settings["bot_token"], settings["api"], session=session, retry_handlers=[])


async def pages(web: AsyncWebClient, method: str, key: str, **args: Any) -> list[int]:
    """How much stands on each page, as the SDK turns them."""
    return [len(page[key]) async for page in await web.api_call(method, params={**args, "limit": 2})]


async def test_slacks_pages_and_rooms(slack: AsyncWebClient) -> None:
    for word in ("one", "two", "three"):
        await slack.chat_postMessage(channel="#incidents", text=word)
    assert await pages(slack, "conversations.history", "messages", channel=workspace.HALL) == [2, 1]
    assert sum(await pages(slack, "users.list", "members")) == 5
    assert sum(await pages(slack, "conversations.list", "channels", types="public_channel,im")) == 5
    direct = (await slack.chat_postMessage(channel="U0ANNA0001", text="alone"))["channel"]
    assert direct == (await slack.conversations_open(users="U0ANNA0001"))["channel"]["id"]
    anna = (await slack.users_lookupByEmail(email="anna.nowak@tocsin.example"))["user"]
    room = (await slack.conversations_create(name="inc-77"))["channel"]["id"]
    await slack.conversations_invite(channel=room, users=anna["id"])
    await slack.conversations_kick(channel=room, user=anna["id"])
    assert (await slack.conversations_rename(channel=room, name="inc-78"))["channel"]["name"] == "inc-78"
    await slack.conversations_archive(channel=room)
    await slack.conversations_unarchive(channel=room)
    await slack.conversations_leave(channel=room)
    assert (await slack.api_test(foo="bar"))["args"] == {"foo": "bar"}


@pytest.mark.parametrize(
    ("method", "args", "error"),
    [
        ("conversations.history", {"channel": workspace.HALL, "cursor": "zzz"}, "invalid_cursor"),
        ("conversations.list", {"types": "channel"}, "invalid_types"),
        ("conversations.open", {"users": "U0ANNA0001,U0MIA00003"}, "missing_scope"),
        ("users.lookupByEmail", {"email": "nobody@tocsin.example"}, "users_not_found"),
        ("reactions.add", {"channel": workspace.HALL, "name": "eyes"}, "missing_scope"),
        ("files.upload", {"content": "x"}, "missing_scope"),
        ("hologram.open", {}, "unknown_method"),
    ],
)
async def test_what_slack_refuses(slack: AsyncWebClient, method: str, args: dict[str, Any], error: str) -> None:
    with pytest.raises(SlackApiError) as no:
        await slack.api_call(method, params=args)
    assert no.value.response["error"] == error


# ---- Discord


@pytest.fixture
async def client(playground: Playground, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[discord.Client]:
    settings = playground.settings["discord"]
    monkeypatch.setattr(Route, "BASE", settings["api"])
    async with discord.Client(intents=discord.Intents.none()) as client:
        await client.login(settings["token"])
        yield client


async def test_discords_threads_files_and_history(client: discord.Client) -> None:
    room = await client.fetch_channel(int(HALL))
    assert isinstance(room, discord.TextChannel)
    sent = [await room.send(word) for word in ("one", "two", "three")]
    assert [each.content async for each in room.history(limit=3, around=sent[1])] == ["three", "two", "one"]
    thread = await sent[0].create_thread(name="details")
    assert (thread.id, (await thread.send("in it")).channel.id) == (sent[0].id, thread.id)
    assert (await thread.edit(archived=True)).archived
    file = await room.send(file=discord.File(BytesIO(b"12345"), "trace.log"))
    assert [(each.filename, each.size) for each in file.attachments] == [("trace.log", 5)]
    guild = await client.fetch_guild(int(GUILD))
    assert [each.name for each in await guild.fetch_roles()] == ["@everyone", "Tocsin"]
    assert (await guild.create_voice_channel("Bridge")).bitrate == 64000
    assert len(await guild.fetch_channels()) == 2, "threads are none of them"


async def test_discords_commands_everywhere_are_not_those_of_a_server(client: discord.Client) -> None:
    tree = discord.app_commands.CommandTree(client)
    here = discord.Object(int(GUILD))

    @tree.command(name="ping", description="Pong.", guild=here)
    async def ping(interaction: discord.Interaction) -> None: ...

    await tree.sync(guild=here)
    assert await tree.sync() == []
    assert [each.name for each in await tree.fetch_commands(guild=here)] == ["ping"]


async def test_a_discord_client_that_speaks_in_bytes(playground: Playground) -> None:
    settings = playground.settings["discord"]
    hello = {"op": 2, "d": {"token": settings["token"], "intents": 1, "properties": {}}}
    async with aiohttp.ClientSession() as session, session.ws_connect(settings["gateway"]) as socket:
        assert (await socket.receive_json())["op"] == 10
        await socket.send_bytes(json.dumps(hello).encode())
        assert (await socket.receive_json())["t"] == "READY"
        told = (await socket.receive_json())["d"]
    # What Discord's own description has of a server, and clients take for granted.
    assert {"afk_channel_id", "system_channel_id", "vanity_url_code", "max_presences", "nsfw_level"} <= set(told)


# ---- Telegram


@pytest.fixture
async def bot(playground: Playground) -> AsyncIterator[Bot]:
    settings = playground.settings["telegram"]
    async with Bot(settings["token"], f"{settings['api']}/bot") as bot:
        yield bot


async def test_telegrams_own_formatting(bot: Bot) -> None:
    said = '<b>Down</b> &lt;since&gt; <a href="https://x.example/">noon</a> 👩‍🚒<i>!</i>'
    sent = await bot.send_message(GROUP, said, parse_mode="HTML")
    assert sent.text == "Down <since> noon 👩‍🚒!"
    assert {each.type: sent.parse_entity(each) for each in sent.entities} == {
        "bold": "Down",
        "text_link": "noon",
        "italic": "!",
    }
    assert await bot.edit_message_text("<u>x</u>", GROUP, sent.message_id, parse_mode="html")


@pytest.mark.parametrize(
    ("text", "mode", "error"),
    [
        ("<b>x", "HTML", "Can't parse entities: can't find end tag"),
        ("<h1>x</h1>", "HTML", 'unsupported start tag "h1"'),
        ("</b>", "HTML", "unexpected end tag"),
        ("*x*", "MarkdownV2", "Unsupported parse_mode"),
    ],
)
async def test_formatting_that_telegram_refuses(bot: Bot, text: str, mode: str, error: str) -> None:
    with pytest.raises(BadRequest, match=f"(?i){error}"):
        await bot.send_message(GROUP, text, parse_mode=mode)


async def test_what_telegram_refuses(bot: Bot) -> None:
    with pytest.raises(BadRequest, match=r"(?i)wrong parameter action"):
        await bot.send_chat_action(GROUP, "dancing")
    with pytest.raises(BadRequest, match=r"(?i)HTTPS URL must be provided"):
        await bot.set_webhook("http://example.org/hook")
    with pytest.raises(TelegramError, match="method not found"):
        await bot.send_dice(GROUP)
