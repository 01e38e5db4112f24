"""What Discord is known to take: a bucket for each route and place, as its answers tell of it, and one for all.

https://docs.discord.com/developers/topics/rate-limits
"""

from collections.abc import Mapping
from dataclasses import dataclass

ALL = "*"
"""The bucket that every call is in but those that answer an interaction."""
KEPT = 2000
"""Buckets remembered, at most."""


@dataclass
class Bucket:
    """So many calls are left until it is full again."""

    left: int
    full: float


class Buckets:
    """A call asks before it goes, and tells what it was answered. Times are a monotonic clock's seconds."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._known: dict[str, Bucket] = {}

    def enter(self, route: str, about: str, now: float) -> float:
        """How long a call has to wait; where that is not at all, it has taken its turn.

        `about` is what its bucket depends on besides the route: a channel, a server, a webhook.
        """
        whole = None if "/interactions/" in route else self._known.get(ALL)
        own = self._known.get(self._name(route, about))
        waits = [each.full - now for each in (whole, own) if each and each.left <= 0]
        if max(waits, default=0.0) > 0:
            return max(waits)
        if own:
            own.left = own.left - 1 if own.full > now else 0
        return 0.0

    def told(self, route: str, about: str, headers: Mapping[str, str], now: float) -> None:
        """What an answer says of its bucket."""
        if named := headers.get("X-RateLimit-Bucket"):
            self._names[route] = named
        left, after = headers.get("X-RateLimit-Remaining", ""), headers.get("X-RateLimit-Reset-After", "")
        if left.isdecimal() and after.replace(".", "", 1).isdecimal():
            self._keep(self._name(route, about), Bucket(int(left), now + float(after)), now)

    def refused(self, route: str, about: str, wait: float, everywhere: bool, now: float) -> None:
        """A call was refused: none goes this way before so many seconds have passed."""
        self._keep(ALL if everywhere else self._name(route, about), Bucket(0, now + wait), now)

    def _name(self, route: str, about: str) -> str:
        return f"{self._names.get(route, route)} {about}"

    def _keep(self, name: str, bucket: Bucket, now: float) -> None:
        if len(self._known) >= KEPT:
            self._known = {each: one for each, one in self._known.items() if one.full > now}
        self._known[name] = bucket
