"""How much the platform takes, when its limits are kept.  https://core.telegram.org/bots/faq

One message a second in a chat, short bursts allowed; 20 a minute in a group, all its topics together, edits and the
opening of topics counted; 30 a second in all.
"""

import math
from collections import deque
from collections.abc import Mapping
from typing import Any

from adapters.playground.stage import Clock

COUNTED = {"sendMessage", "editMessageText", "editMessageReplyMarkup", "createForumTopic"}
CHAT, GROUP, ALL = (5, 5.0), (20, 60.0), (30, 1.0)
"""So many in so many seconds: in a chat, in a group, of one bot."""


class Limits:
    """What was asked lately, on the platform's own clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lately: dict[str, deque[float]] = {}

    def reset(self) -> None:
        """As if nothing had been asked."""
        self._lately.clear()

    def wait(self, method: str, args: Mapping[str, Any]) -> int:
        """Seconds until this may be asked, or 0: then it is counted."""
        if method not in COUNTED:
            return 0
        room = str(args.get("chat_id"))
        scopes = {f"chat {room}": CHAT, "all": ALL} | ({f"group {room}": GROUP} if room.startswith("-") else {})
        now = self._clock.now().timestamp()
        until = max(self._until(scope, *most) for scope, most in scopes.items())
        if until > now:
            return max(1, math.ceil(until - now))
        for scope in scopes:
            self._lately[scope].append(now)
        return 0

    def _until(self, scope: str, count: int, seconds: float) -> float:
        """When the scope has room again."""
        lately = self._lately.setdefault(scope, deque(maxlen=count))
        return lately[0] + seconds if len(lately) == count else 0.0
