"""Overrides: what differs from the rotations for a while."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Stretch:
    """From `start` until `end`, which is no longer in it."""

    start: datetime
    end: datetime

    def covers(self, at: datetime) -> bool:
        """Whether an instant is in it."""
        return self.start <= at < self.end


@dataclass(frozen=True, slots=True)
class Shift(Stretch):
    """These people are on call. A temporary schedule is made of such, and holds instead of all that the layers say."""

    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Override(Stretch):
    """Somebody comes (`on`), somebody goes (`off`): one alone adds or removes, both replace.

    Who goes does so only from their own shift, and who comes for somebody comes only while that one had it.
    It is one hop: whoever came by an override is moved by no other, so their order does not matter.
    """

    on: str = ""
    off: str = ""


def overridden(base: Iterable[str], overrides: Iterable[Override]) -> tuple[str, ...]:
    """Who is on call instead of the base shift, once each: in its order, then whoever was added."""
    holding = sorted(overrides, key=lambda each: each.on)
    gone = {each.off for each in holding}
    people: list[str] = []
    for person in base:
        people += [each.on for each in holding if each.off == person] if person in gone else [person]
    people += [each.on for each in holding if not each.off]
    return tuple(person for person in dict.fromkeys(people) if person)
