"""How much the platform takes: tiers a minute for each method, and one post a second in each channel.

https://docs.slack.dev/apis/web-api/rate-limits
"""

from collections import defaultdict, deque
from collections.abc import Mapping
from math import ceil
from typing import Any

from adapters.playground.slack.contracts import CONTRACTS
from adapters.playground.slack.workspace import No
from adapters.playground.stage import Clock

A_MINUTE = {"t1": 1, "t2": 20, "t3": 50, "t4": 100}
"""Calls of one method in the workspace."""
BURST = 5
"""Posts in one channel in as many seconds: "short bursts" are allowed, of a length that the platform does not name."""


class Limits:
    """Counts what is called, on the platform's clock."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._calls: dict[tuple[str, str], deque[float]] = defaultdict(deque)

    def count(self, method: str, args: Mapping[str, Any]) -> None:
        """Raises `No` with the whole seconds to wait where this is more than it takes."""
        channel = str(args.get("channel", "")) if method == "chat.postMessage" else ""
        tier = CONTRACTS[method].tier
        most, window = (BURST, float(BURST)) if channel else (A_MINUTE.get(tier, 0), 60.0)
        if not most:
            return
        now, calls = self.clock.now().timestamp(), self._calls[method, channel]
        while calls and calls[0] <= now - window:
            calls.popleft()
        if len(calls) >= most:
            raise No("ratelimited", status=429, wait=max(1, ceil(calls[0] + window - now)))
        calls.append(now)
