"""Rate limits as the platform keeps them: buckets with their true headers, and the answers when they are empty.

Observed, not documented: https://github.com/discord/discord-api-docs/issues/6753
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import md5

from adapters.playground.stage import Clock

WHOLE = (50, 1.0)
"""Every call of the bot but those that answer interactions."""
USUAL = (5, 5.0)
BUCKETS = {
    "POST /channels/{channel}/messages": (5, 5.0),
    "PATCH /channels/{channel}/messages/{message}": (5, 5.0),
    "POST /webhooks/{webhook}/{token}": (5, 2.0),
    "PATCH /channels/{channel}": (10, 15.0),
    "PUT /channels/{channel}/messages/pins/{message}": (5, 5.0),
}
HIDDEN = (30, 60.0)
"""What a channel takes of its webhooks; no header tells of it."""


@dataclass(frozen=True)
class Verdict:
    """`wait` is 0 for a call that goes through; `scope` is whose bucket is empty: `user`, `global`, `shared`."""

    wait: float
    scope: str
    headers: dict[str, str]


@dataclass
class Limits:
    """Counts calls in windows of the playground's clock."""

    clock: Clock
    spent: dict[str, list[datetime]] = field(default_factory=dict)

    def count(self, route: str, about: str) -> Verdict:
        """Take one call's turn, or say how long to wait."""
        most, seconds = BUCKETS.get(route, USUAL if route.startswith("P") else (50, 1.0))
        own = self._spent(f"{route} {about}", seconds)
        named = md5(route.encode(), usedforsecurity=False).hexdigest()
        checks = [("user", own, most, seconds)]
        if "/interactions/" not in route:
            checks.append(("global", self._spent("*", WHOLE[1]), *WHOLE))
        if route.startswith("POST /webhooks/"):
            checks.append(("shared", self._spent(f"hooks {about}", HIDDEN[1]), *HIDDEN))
        for scope, taken, count, length in checks:
            if len(taken) >= count:
                wait = (taken[-count] + timedelta(seconds=length) - self.clock.now()).total_seconds()
                return Verdict(max(wait, 0.001), scope, told(named, most, 0, max(wait, 0.001)))
        for _, taken, _, _ in checks:
            taken.append(self.clock.now())
        left = (own[0] + timedelta(seconds=seconds) - self.clock.now()).total_seconds()
        return Verdict(0.0, "", told(named, most, most - len(own), left))

    def _spent(self, name: str, seconds: float) -> list[datetime]:
        since = self.clock.now() - timedelta(seconds=seconds)
        self.spent[name] = [each for each in self.spent.get(name, ()) if each > since]
        return self.spent[name]


def told(bucket: str, most: int, left: int, after: float) -> dict[str, str]:
    """The headers of every answer."""
    return {
        "X-RateLimit-Limit": str(most),
        "X-RateLimit-Remaining": str(left),
        "X-RateLimit-Reset-After": f"{after:.3f}",
        "X-RateLimit-Bucket": bucket,
    }
