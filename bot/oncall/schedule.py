"""A schedule: layers of people who take turns, and what differs from that for a while."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from typing import NamedTuple

from bot.oncall.overrides import Override, Shift, Stretch, overridden
from bot.oncall.rotation import Rotation
from bot.oncall.windows import FOREVER, Window, within


class Spell(NamedTuple):
    """Who is on call, and until when that is sure not to change: a later instant, always."""

    people: tuple[str, ...]
    until: datetime


@dataclass(frozen=True)
class Layer:
    """Participants who take turns, each a person or several at once; in its windows only, if it has any.

    Who is `absent` keeps their place: others take their turns, a different one each time round, and nobody
    else's turn moves.
    """

    participants: tuple[tuple[str, ...], ...]
    rotation: Rotation
    windows: tuple[Window, ...] = ()
    absent: frozenset[str] = frozenset()

    def spell(self, at: datetime, zone: tzinfo) -> Spell:
        """Who is on call in this layer."""
        inside, until = within(self.windows, at, zone)
        if not inside or not self.participants:
            return Spell((), until)
        turn, ends = self.rotation.turn(at, zone)
        return Spell(self.takes(turn), min(until, ends))

    def takes(self, turn: int) -> tuple[str, ...]:
        """Who takes a turn; nobody, once all are absent."""
        count = len(self.present)
        cycle, place = divmod(turn, count)
        stand_ins = ((place + 1 + (cycle + step) % (count - 1)) % count for step in range(count - 1))
        return next((self.present[each] for each in (place, *stand_ins) if self.present[each]), ())

    @cached_property
    def present(self) -> Sequence[tuple[str, ...]]:
        """The participants without those who are absent."""
        return [tuple(person for person in each if person not in self.absent) for each in self.participants]


@dataclass(frozen=True)
class Fixed:
    """A layer of shifts that were written down one by one, in a calendar: nobody takes turns."""

    shifts: tuple[Shift, ...]

    def spell(self, at: datetime, zone: tzinfo) -> Spell:
        """Who is on call in this layer."""
        people = sorted({person for each in self.shifts if each.covers(at) for person in each.people})
        return Spell(tuple(people), after(self._edges, at))

    @cached_property
    def _edges(self) -> Sequence[datetime]:
        return edges(self.shifts)


@dataclass(frozen=True)
class Schedule:
    """Who is on call when. A later layer hides those before it, but only while somebody in it is on."""

    name: str
    zone: tzinfo
    layers: tuple[Layer | Fixed, ...]
    overrides: tuple[Override, ...] = ()
    temporary: tuple[Shift, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    """Other calendars by name, and where they are: its shifts, and when people are away."""

    def spell(self, at: datetime) -> Spell:
        """Who is on call at an instant: the one place that knows."""
        at = at.astimezone(UTC)
        people, until = self._base(at)
        holding = [each for each in self.overrides if each.covers(at)]
        return Spell(overridden(people, holding), min(until, after(self._edges, at)))

    def _base(self, at: datetime) -> Spell:
        """Before overrides: a temporary schedule, else the layers."""
        instead = [each for each in self.temporary if each.covers(at)]
        if instead:
            return Spell(tuple(sorted({person for each in instead for person in each.people})), FOREVER)
        until = FOREVER
        for layer in reversed(self.layers):
            people, ends = layer.spell(at, self.zone)
            until = min(until, ends)
            if people:
                return Spell(people, until)
        return Spell((), until)

    @cached_property
    def _edges(self) -> Sequence[datetime]:
        return edges((*self.overrides, *self.temporary))


def edges(stretches: Iterable[Stretch]) -> Sequence[datetime]:
    """The instants at which one of them begins or ends, in their order."""
    return sorted({edge.astimezone(UTC) for each in stretches for edge in (each.start, each.end)})


def after(instants: Sequence[datetime], at: datetime) -> datetime:
    """The first of them that is later."""
    place = bisect_right(instants, at)
    return instants[place] if place < len(instants) else FOREVER
