"""Three bare SDK bots in one process: what a platform's own library makes of a bot that answers with a constant.

Each is the short program of its library's documentation: Bolt in Socket Mode, discord.py with a command tree,
python-telegram-bot polled by hand. They keep nothing.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Mapping
from typing import Any

import discord
import yarl
from discord import app_commands, gateway
from discord.http import Route
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from telegram import Bot, Message, ReplyParameters

Settings = Mapping[str, Any]
ANSWER = "✓ Anna Nowak took it after 2 minutes"


async def slack(settings: Settings) -> None:
    """Until cancelled."""
    client = AsyncWebClient(settings["bot_token"], settings["api"])
    # With Bolt's default it would look every 10 ms whether the listener has acknowledged.
    app = AsyncApp(client=client, process_before_response=True)

    @app.command("/incident")
    async def answer(ack: Any) -> None:
        await ack(ANSWER)

    await AsyncSocketModeHandler(app, settings["app_token"]).start_async()  # type: ignore[no-untyped-call]


class Discord(discord.Client):
    """A client with one group of slash commands."""

    def __init__(self, guild: int) -> None:
        super().__init__(intents=discord.Intents.default())
        self.guild = discord.Object(guild)
        self.tree = app_commands.CommandTree(self)
        group = app_commands.Group(name="incident", description="Incidents")
        more = app_commands.Group(name="more", description="More", parent=group)
        for within, name in ((group, "ack"), (more, "unack")):
            within.add_command(app_commands.Command(name=name, description=name, callback=constant))
        self.tree.add_command(group, guild=self.guild)

    async def setup_hook(self) -> None:
        """Before the gateway is opened."""
        await self.tree.sync(guild=self.guild)


async def constant(interaction: discord.Interaction, incident: str | None = None) -> None:
    """The answer to whoever asked."""
    await interaction.response.send_message(ANSWER, ephemeral=True)


async def on_discord(settings: Settings) -> None:
    """Until cancelled."""
    Route.BASE = settings["api"]
    gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings["gateway"])
    await Discord(int(settings["guild"])).start(settings["token"])


async def telegram(settings: Settings) -> None:
    """Until cancelled."""
    address = f"{settings['api']}/bot"
    async with Bot(settings["token"], address) as bot, asyncio.TaskGroup() as answers:
        after: int | None = None
        while True:
            for update in await bot.get_updates(offset=after, timeout=30):
                after = update.update_id + 1
                if update.message and (update.message.text or "").startswith("/incident"):
                    answers.create_task(reply(bot, update.message))


async def reply(bot: Bot, message: Message) -> None:
    """The constant, under what was said."""
    await bot.send_message(message.chat_id, ANSWER, reply_parameters=ReplyParameters(message.message_id))


async def main(settings: Mapping[str, Settings]) -> None:
    """All three, until killed."""
    bots: tuple[Awaitable[None], ...] = (
        slack(settings["slack"]),
        on_discord(settings["discord"]),
        telegram(settings["telegram"]),
    )
    await asyncio.gather(*bots)


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1])))
