"""The app as it was installed: what its manifest asked for, and what the platform grants."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

MANIFEST = Path(__file__).parents[2] / "slack" / "manifest.json"
"""What whoever installs the app pastes into the platform's form."""
KINDS = {"channel": "message.channels", "group": "message.groups", "im": "message.im", "mpim": "message.mpim"}
"""Messages are subscribed to by the kind of their channel."""


class App:
    """One app. Everything that it did not ask for is kept from it."""

    def __init__(self) -> None:
        self.install(json.loads(MANIFEST.read_text("utf-8")))

    def install(self, manifest: Mapping[str, Any]) -> None:
        """Install it anew, from this manifest."""
        features = manifest["features"]
        self.commands: Sequence[tuple[str, str]] = [
            (each["command"], each["description"]) for each in features["slash_commands"]
        ]
        self.shortcuts: Sequence[Mapping[str, str]] = features["shortcuts"]
        self.scopes = set(manifest["oauth_config"]["scopes"]["bot"])
        self.events = set(manifest["settings"]["event_subscriptions"]["bot_events"])

    def hears(self, event: Mapping[str, Any]) -> bool:
        """Whether it is told of an event."""
        kind = str(event["type"])
        return (KINDS[event["channel_type"]] if kind == "message" else kind) in self.events
