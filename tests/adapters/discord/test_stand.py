"""The stand-in, spoken to by a bare bot on the unmodified SDK, and by requests that the platform would refuse."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import discord
import httpx
import pytest
import yarl
from discord import app_commands, gateway
from discord.http import Route

from adapters.playground.discord import interactions
from adapters.playground.discord.guild import BOT, GUILD, HALL
from tests.adapters.discord.conftest import Town


class Bare(discord.Client):
    """What anybody would write first with discord.py."""

    def __init__(self, settings: Any, **options: Any) -> None:
        Route.BASE = settings["api"]
        gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings["gateway"])
        super().__init__(guild_ready_timeout=0.1, **options)
        self.guild = discord.Object(int(settings["guild"]))
        self.tree = app_commands.CommandTree(self)
        self.awake = asyncio.Event()
        self.tree.command(name="echo", description="Says it back", guild=self.guild)(echo)
        self.tree.command(name="later", description="Says it back later", guild=self.guild)(later)
        self.tree.command(name="form", description="Asks", guild=self.guild)(form)

    async def on_ready(self) -> None:
        await self.tree.sync(guild=self.guild)
        self.awake.set()

    async def on_message(self, message: discord.Message) -> None:
        if not message.author.bot and not isinstance(message.channel, discord.DMChannel):
            sent = await message.channel.send(
                f"**you** said {message.content}", embed=discord.Embed(title="t", color=0xFF0000)
            )
            await sent.edit(content="edited")
            await sent.pin()
            await sent.add_reaction("👍")
            await message.reply("a reply")
            hook = await message.channel.create_webhook(name="hook")  # type: ignore[union-attr]
            await hook.send("from afar", username="Mia", wait=True)
            await message.author.send("in person")


async def echo(interaction: discord.Interaction, text: str) -> None:
    await interaction.response.send_message(text, ephemeral=True)


async def later(interaction: discord.Interaction, who: discord.User) -> None:
    await interaction.response.defer(ephemeral=True)
    await interaction.followup.send(f"late {who.mention}")
    await interaction.followup.send("for all")


class Ask(discord.ui.Modal, title="Asking"):
    """A form with a label, as newer clients know it."""

    answer: discord.ui.TextInput["Ask"] = discord.ui.TextInput(label="Answer")

    async def on_submit(self, interaction: discord.Interaction, /) -> None:
        await interaction.response.send_message(f"got {self.answer.value}")


async def form(interaction: discord.Interaction) -> None:
    await interaction.response.send_modal(Ask())


@asynccontextmanager
async def running(town: Town, intents: discord.Intents) -> AsyncIterator[Bare]:
    async with Bare(town.playground.settings["discord"], intents=intents) as bot:
        task = asyncio.get_running_loop().create_task(bot.start(town.stand.town.token))
        await town.until(lambda: bot.awake.is_set() or task.done())
        yield bot
        await bot.close()
        await asyncio.gather(task, return_exceptions=True)


def intents(content: bool = True) -> discord.Intents:
    wanted = discord.Intents.default()
    wanted.message_content = content
    return wanted


async def test_a_bare_bot_on_the_sdk(quiet: Town) -> None:
    async with running(quiet, intents()):
        await quiet.say("boris", "hello @Anna")
        await quiet.shown("boris", "in person", quiet.direct("boris"))
        bubbles = quiet.bubbles("boris")
    assert [(each.author, each.text) for each in bubbles] == [
        ("Boris Petrov", "hello @Anna Nowak"),
        ("Tocsin", "edited\nt"),
        ("Tocsin", "Tocsin pinned a message to this channel."),
        ("Tocsin", "a reply"),
        ("Mia", "from afar"),
    ]
    assert bubbles[1].pinned and bubbles[1].edited and bubbles[1].colour == "#ff0000"
    assert bubbles[1].reactions == {"👍": 1}
    assert bubbles[3].reply_to == bubbles[0].id


async def test_a_bare_bots_commands_and_forms(quiet: Town) -> None:
    async with running(quiet, intents()):
        await quiet.say("boris", "/echo some *text*")
        assert (await quiet.shown("boris", "some text")).ephemeral
        await quiet.say("boris", "/later @Anna")
        assert (await quiet.shown("boris", "late @Anna Nowak")).ephemeral
        await quiet.say("boris", "/form")
        sheet = await quiet.sheet("boris")
        await quiet.stand.fill("boris", sheet.id, {sheet.inputs[0].id: "42"})
        await quiet.shown("anna", "got 42")
        await quiet.say("boris", "/unheard of")
        await quiet.shown("anna", "/unheard of")
    assert {name for name, _ in quiet.stand.screen("anna").hints} == {"echo", "later", "form"}


async def test_without_the_intent_nothing_typed_is_told(quiet: Town) -> None:
    async with running(quiet, intents(content=False)):
        await quiet.say("boris", "hello")
        await quiet.shown("boris", "in person", quiet.direct("boris"))
        said = [body["content"] for body in quiet.calls("POST", f"{HALL}/messages")]
    assert said[0] == "**you** said "


async def test_an_intent_that_was_not_granted_closes_the_door(quiet: Town) -> None:
    quiet.stand.town.gateway.allowed &= ~(1 << 15)
    async with Bare(quiet.playground.settings["discord"], intents=intents()) as bot:
        with pytest.raises(discord.PrivilegedIntentsRequired):
            await bot.start(quiet.stand.town.token)


async def test_when_no_application_answers_the_client_says_so(quiet: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interactions, "PATIENCE", 0.05)
    quiet.stand.town.commands = [{"id": "1", "name": "incident", "description": "x", "type": 1}]
    await quiet.say("boris", "/incident")
    assert (await quiet.shown("boris", "did not respond")).ephemeral
    quiet.stand.outage = True
    await quiet.say("boris", "hello?")
    assert (await quiet.shown("boris", "could not be delivered")).ephemeral
    assert not quiet.bubbles("anna")


async def test_a_platform_that_is_reset_is_as_new(quiet: Town) -> None:
    await quiet.say("boris", "hello")
    quiet.stand.reset()
    assert [len(room.bubbles) for room in quiet.stand.screen("boris").rooms] == [0, 0]


# ---- what it refuses


def button(**fields: Any) -> dict[str, Any]:
    return {"components": [{"type": 1, "components": [{"type": 2, "style": 1, "label": "x", **fields}]}]}


@pytest.mark.parametrize(
    ("body", "code", "where"),
    [
        ({}, 50006, None),
        ({"content": "x" * 2001}, 50035, ["content"]),
        ({"embeds": [{"title": "x" * 257}]}, 50035, ["embeds", "0", "title"]),
        ({"embeds": [{"description": "x" * 4000}, {"description": "x" * 2001}]}, 50035, ["embeds"]),
        ({"embeds": [{"fields": [{"name": "", "value": "x"}]}]}, 50035, ["embeds", "0", "fields", "0", "name"]),
        ({"content": "x", "nonce": "x" * 26}, 50035, ["nonce"]),
        (button(custom_id="x" * 101), 50035, ["components", "0", "components", "0", "custom_id"]),
        (button(), 50035, ["components", "0", "components", "0"]),
        (button(custom_id="a", url="https://a.b"), 50035, ["components", "0", "components", "0"]),
        (button(url="javascript:x"), 50035, ["components", "0", "components", "0", "url"]),
        ({"content": "x", "message_reference": {"message_id": "1"}}, 50035, ["message_reference"]),
        ({"content": "x", "flags": 1 << 15}, 50035, ["content"]),
    ],
)
async def test_it_refuses_what_discord_refuses(quiet: Town, body: Any, code: int, where: list[str] | None) -> None:
    answer = await ask(quiet, "POST", f"/channels/{HALL}/messages", body)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    leaf = answer.json().get("errors", {})
    for key in where or ():
        leaf = leaf[key]
    assert where is None or leaf["_errors"][0]["message"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "/channels/1/messages", {"content": "x"}, 404, 10003),
        ("PATCH", f"/channels/{HALL}/messages/1", {"content": "x"}, 404, 10008),
        ("POST", f"/channels/{HALL}/webhooks", {"name": "My Discord hook"}, 400, 50035),
        ("POST", "/webhooks/1/wrong", {"content": "x"}, 404, 10015),
        ("POST", "/interactions/1/wrong/callback", {"type": 5}, 404, 10062),
        ("POST", "/users/@me/channels", {"recipient_id": BOT}, 400, 50007),
        ("POST", "/users/@me/channels", {"recipient_id": "1"}, 404, 10013),
        ("POST", f"/guilds/{GUILD}/channels", {"topic": "x"}, 400, 50035),
        ("PUT", f"/applications/{BOT}/guilds/{GUILD}/commands", [{"name": "Up Case", "description": "x"}], 400, 50035),
        ("PUT", f"/applications/{BOT}/guilds/{GUILD}/commands", [{"name": "a"}], 400, 50035),
    ],
)
async def test_what_is_not_there_has_its_code(
    quiet: Town, method: str, path: str, body: Any, status: int, code: int
) -> None:
    answer = await ask(quiet, method, path, body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/json"


async def test_who_has_no_token_is_a_stranger(quiet: Town) -> None:
    answer = await ask(quiet, "GET", "/users/@me", None, token="wrong")
    assert (answer.status_code, answer.json()) == (401, {"message": "401: Unauthorized", "code": 0})


async def test_an_interaction_is_answered_once_and_only_so_long(town: Town) -> None:
    await town.say("anna", "/incident ack")
    await town.shown("anna", "heard: ack")
    token, begun = next(iter(town.stand.town.interactions.begun.items()))
    path = f"/interactions/{begun.id}/{token}/callback"
    again = await ask(town, "POST", path, {"type": 4, "data": {"content": "x"}})
    assert again.json()["code"] == 40060
    town.clock.push(minutes=16)
    late = await ask(town, "POST", f"/webhooks/{BOT}/{token}", {"content": "x"})
    assert (late.status_code, late.json()["code"]) == (401, 50027)


async def ask(town: Town, method: str, path: str, body: Any, token: str = "") -> httpx.Response:
    headers = {"Authorization": f"Bot {token or town.stand.town.token}"}
    async with httpx.AsyncClient(trust_env=False) as web:
        return await web.request(method, town.playground.settings["discord"]["api"] + path, json=body, headers=headers)


async def test_what_is_too_long_is_not_sent_and_nothing_is_lost_in_silence(quiet: Town) -> None:
    await quiet.say("boris", "x" * 2001)
    assert (await quiet.shown("boris", "too long")).ephemeral
    assert not quiet.bubbles("anna")
