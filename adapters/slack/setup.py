"""Setting Slack up: what `tocsin init` asks, writes and tells."""

import json
from collections.abc import Mapping, Sequence

from adapters.slack.manifest import manifest
from bot.ports import Grammar

ASKED = {
    "room": "Slack: the id of the standing incident room (its details, at the bottom: C…)",
    "account": "Slack: your own member id (your profile, ⋮, Copy member ID: U…)",
}
"""Settings, and `account`: the id of whoever sets it up."""
TOKENS = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN")
MANIFEST = "slack-manifest.json"


def files(grammar: Grammar) -> Mapping[str, str]:
    """What is written beside the configuration."""
    return {MANIFEST: json.dumps(manifest(grammar), indent=2, ensure_ascii=False) + "\n"}


def steps(given: Mapping[str, str]) -> Sequence[str]:
    """What is done in Slack."""
    return (
        f"https://api.slack.com/apps: Create New App, From a manifest, and paste {MANIFEST}.",
        "Basic Information, App-Level Tokens: generate one with connections:write. It is SLACK_APP_TOKEN (xapp-…).",
        "Install App: install it. The Bot User OAuth Token is SLACK_BOT_TOKEN (xoxb-…).",
        "In the standing room: /invite @Tocsin.",
    )
