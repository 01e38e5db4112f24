"""Pace: how fast a platform may be spoken to. Limits are data, what was taken of them is kept, a refusal is a lesson.

Pure: moments come in as seconds since the epoch, and nothing is asked.
"""

from collections.abc import Iterable, Sequence
from itertools import chain
from math import floor

from msgspec import Struct

from bot.ports import Pace

LOW = 0.3
"""Less of a budget than this is left: chatter is merged, and cards rest after each edit."""
RECOVERY = 0.1 / 60
"""Of its whole limit, a second: what a refusal halved is whole again after five minutes."""
EDITS = 3
"""Edits that a card may be ahead of its rest: a change now and then shows at once."""
CARD = 5
"""A card that keeps changing takes one message in so many of what its room takes."""
AHEAD = 5.0
"""Seconds that another replica's transaction may seem ahead; what is further ahead was a clock that jumped."""


class Bucket(Struct, frozen=True, omit_defaults=True):
    """What was taken of one budget lately, and what the platform said to it."""

    taken: tuple[float, ...] = ()
    """When, oldest first."""
    share: float = 1.0
    """Of the known limit, what we dared to take when we last learned."""
    learned: float = 0.0
    until: float = 0.0
    """The platform asked us to wait until then."""


def dared(bucket: Bucket, now: float) -> float:
    """The share of the known limit that we dare to take: it recovers by a tenth a minute."""
    return min(1.0, bucket.share + max(0.0, now - bucket.learned) * RECOVERY)


def lately(bucket: Bucket, seconds: float, now: float) -> Sequence[float]:
    """What was taken within the last so many seconds."""
    return [at for at in bucket.taken if now - seconds < at < now + AHEAD]


def most(bucket: Bucket, pace: Pace, now: float, *, spare: bool) -> int:
    """How many may be taken in a pace's seconds just now: one at least, or nothing would ever be learned."""
    return max(1, floor(pace.count * dared(bucket, now)) - (pace.kept if spare else 0))


def left(bucket: Bucket, paces: Iterable[Pace], now: float, *, spare: bool) -> float:
    """How much of what may be taken is left, from 0 to 1. `spare`: but for what is kept."""
    if bucket.until > now:
        return 0.0
    shares = (1 - len(lately(bucket, pace.seconds, now)) / most(bucket, pace, now, spare=spare) for pace in paces)
    return max(0.0, min(shares, default=1.0))


def wait(bucket: Bucket, paces: Iterable[Pace], now: float, *, spare: bool) -> float:
    """Seconds until one more may be taken. `spare`: it leaves what is kept, and takes its time once little is left."""
    waits = (_waits(bucket, pace, now, spare) for pace in paces)
    return max(0.0, bucket.until - now, *chain.from_iterable(waits))


def _waits(bucket: Bucket, pace: Pace, now: float, spare: bool) -> Iterable[float]:
    limit = most(bucket, pace, now, spare=spare)
    taken = lately(bucket, pace.seconds, now)
    if len(taken) >= limit:
        yield taken[-limit] + pace.seconds - now
    if spare and taken and len(taken) > limit * (1 - LOW):
        # The rest evenly, or a room would be silent for most of a minute after each burst.
        yield taken[-1] + (taken[0] + pace.seconds - taken[-1]) / max(limit - len(taken) + 1, 1) - now


def take(bucket: Bucket, paces: Iterable[Pace], now: float) -> Bucket:
    """One more was taken."""
    longest = max((pace.seconds for pace in paces), default=0.0)
    return Bucket((*lately(bucket, longest, now), now), bucket.share, bucket.learned, bucket.until)


def refused(bucket: Bucket, seconds: float, now: float) -> Bucket:
    """The platform had enough: nothing for so long, and from then on half of what we dared."""
    return Bucket(bucket.taken, dared(bucket, now) / 2, now, max(bucket.until, now + seconds))


def rest(paces: Iterable[Pace]) -> float:
    """Seconds that a card which keeps changing rests between two edits; 0 where no limit is known."""
    return max((CARD * pace.seconds / pace.count for pace in paces if pace.scope != "platform"), default=0.0)


def edited(tired: float, seconds: float, now: float, *, low: bool) -> tuple[float, float]:
    """After an edit: until when a card is tired, and when it may be edited again.

    The first changes show at once; of those that follow, each rest brings the last one.
    """
    tired = max(tired, now) + seconds
    return tired, max(now + seconds if low else now, tired - EDITS * seconds)
