"""Setting Discord up: what `tocsin init` asks and tells."""

from collections.abc import Mapping, Sequence

from adapters.discord.invite import invite
from bot.ports import Grammar

ASKED = {
    "guild": "Discord: your server's id (User Settings, Advanced, Developer Mode; then right-click it, Copy Server ID)",
    "room": "Discord: the id of the standing incident room (right-click it, Copy Channel ID)",
    "client": "Discord: the application's id (discord.com/developers/applications, General Information)",
    "account": "Discord: your own user id (right-click yourself, Copy User ID)",
}
"""Settings, `account`: the id of whoever sets it up, and `client`: for the invite link alone."""
TOKENS = ("DISCORD_TOKEN",)


def files(grammar: Grammar) -> Mapping[str, str]:
    """What is written beside the configuration: nothing."""
    return {}


def steps(given: Mapping[str, str]) -> Sequence[str]:
    """What is done in Discord."""
    link = invite(given.get("client") or "APPLICATION_ID", given.get("guild", ""))
    return (
        "https://discord.com/developers/applications: New Application, then Bot: Reset Token. It is DISCORD_TOKEN.",
        "On the same page: turn on Message Content Intent.",
        f"Open this link and let the bot in, with exactly the rights it needs: {link}",
    )
