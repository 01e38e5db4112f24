"""What our adapters wait for by the clock on the wall, shorter: a broken connection is given up sooner."""

from collections.abc import Mapping

import pytest

SOONER: Mapping[str, object] = {
    "adapters.slack.sockets.PING": 0.5,
    "adapters.slack.sockets.WEDGED": 0.7,
    "adapters.slack.sockets.LOST": 1.5,
    "adapters.slack.sockets.LOOK": 0.05,
    "adapters.discord.ears.LOST": 1.0,
    "adapters.discord.ears.AGAIN": (0.0, 0.1),
    "adapters.discord.hooks.ECHO": 0.5,
}


def hurry(patch: pytest.MonkeyPatch) -> None:
    """Let all of them pass sooner."""
    for name, value in SOONER.items():
        patch.setattr(name, value)
