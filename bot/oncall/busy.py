"""What an event of somebody else's calendar says, once it was read."""

from dataclasses import dataclass
from typing import NamedTuple

from bot.oncall.overrides import Stretch


class BadFeed(Exception):
    """It cannot be read. The message says why, and quotes nothing of it."""


@dataclass(frozen=True, slots=True)
class Busy(Stretch):
    """An event: whom it may be about, as names and as addresses of mail."""

    names: tuple[str, ...]


class Reading(NamedTuple):
    """What was read of a calendar: its events in their order, how many others cannot be read, and unknown zones.

    What stands in a zone that nobody knows is read on the schedule's clock.
    """

    events: list[Busy]
    unread: int = 0
    zones: tuple[str, ...] = ()
