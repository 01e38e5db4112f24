"""The app, as Slack wants it described: what it may do, what it is told, and where its verbs are offered.

Paste it at api.slack.com/apps, "Create New App", "From a manifest". Each company installs it as its own internal app.
https://docs.slack.dev/reference/app-manifest
"""

from collections.abc import Iterator
from typing import Any

from adapters.slack.show import ABOUT, SAYS
from bot.ports import Grammar, Verb

SCOPES = (
    "bookmarks:read",
    "bookmarks:write",
    "channels:history",
    "channels:join",
    "channels:manage",
    "channels:read",
    "chat:write",
    "chat:write.customize",
    "commands",
    "groups:history",
    "groups:read",
    "groups:write",
    "im:history",
    "im:read",
    "im:write",
    "pins:write",
    "reactions:read",
    "users:read",
    "users:read.email",
)
"""What the bot's token must allow."""
EVENTS = (
    "app_home_opened",
    "channel_archive",
    "channel_deleted",
    "channel_id_changed",
    "channel_left",
    "channel_rename",
    "group_archive",
    "group_deleted",
    "group_left",
    "group_rename",
    "member_left_channel",
    "message.channels",
    "message.groups",
    "message.im",
    "reaction_added",
)
"""What the app is told."""
MOST = 10
"""Shortcuts that an app may have, of both kinds together."""


def manifest(grammar: Grammar) -> dict[str, Any]:
    """The manifest for this grammar's verbs."""
    command = {
        "command": f"/{grammar.root}",
        "description": "Declare, take, update and follow incidents",
        "usage_hint": "help",
        # So that mentions come with their ids.
        "should_escape": True,
    }
    return {
        "display_information": {"name": "Tocsin", "description": "One incident, every room."},
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "Tocsin", "always_online": True},
            "shortcuts": [*shortcuts(grammar)][:MOST],
            "slash_commands": [command],
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {"bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True},
            "org_deploy_enabled": False,
            "socket_mode_enabled": True,
            "token_rotation_enabled": False,
        },
    }


def shortcuts(grammar: Grammar) -> Iterator[dict[str, str]]:
    """The first verb of the menus from everywhere, and in each message's menu those that can be about a message."""
    yield from (_shortcut(verb, "global", SAYS) for verb in grammar.verbs[:1])
    yield from (_shortcut(verb, "message", ABOUT) for verb in grammar.verbs if verb.about)


def _shortcut(verb: Verb, kind: str, prefix: str) -> dict[str, str]:
    said = verb.name.capitalize()[:24]
    return {"type": kind, "name": said, "callback_id": callback(prefix, verb.name), "description": verb.help[:150]}


def callback(prefix: str, name: str) -> str:
    """What says a verb: `tocsin.about.task.add`."""
    return prefix + name.replace(" ", ".")
