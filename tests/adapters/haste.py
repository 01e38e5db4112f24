"""What is waited for by the clock on the wall: shorter where only time would end it, and longer everywhere else.

Whoever is slow on a busy machine is not who is tried: no answer is late before a test says that it is.
"""

from collections.abc import Mapping

import pytest

SOONER: Mapping[str, object] = {
    "adapters.slack.sockets.PING": 1.0,  # one that is not answered for four of them is given up
    "adapters.slack.sockets.WEDGED": 0.7,
    "adapters.slack.sockets.LOOK": 0.05,
    "adapters.discord.ears.AGAIN": (0.0, 0.1),
}
LATER: Mapping[str, object] = {
    "adapters.slack.listener.SOON": 60.0,
    "adapters.slack.listener.SUGGEST": 60.0,
    "adapters.slack.people.PATIENCE": 60.0,
    "adapters.discord.replies.PATIENCE": 60.0,
    "adapters.discord.replies.SUGGESTING": 60.0,
    "adapters.playground.slack.socket.PATIENCE": 60.0,
    "adapters.playground.discord.interactions.PATIENCE": 60.0,
}


def hurry(patch: pytest.MonkeyPatch) -> None:
    """A connection that broke is given up sooner, an answer later."""
    for name, value in {**SOONER, **LATER}.items():
        patch.setattr(name, value)
