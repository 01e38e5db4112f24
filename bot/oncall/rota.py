"""The book of a schedule: what was changed in chat, what is offered, and who was on call when it was last looked at."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.book import Look, Timer, book
from bot.oncall.away import SHIFTS, Source
from bot.oncall.handoff import AHEAD, HandOver, Review
from bot.oncall.overrides import Override, Shift, Stretch
from bot.oncall.schedule import Fixed, Schedule
from bot.oncall.shifts import own_shifts

KEPT = timedelta(days=30)
"""How long a change that is over still stands in calendars; the log has it for ever."""
MOST = 100
"""Changes that a schedule holds at a time."""


@dataclass(frozen=True, slots=True)
class Change(Stretch):
    """Somebody said who is on call: instead of everybody (`whole`), instead of one (`off`), besides, or not at all."""

    id: int
    people: tuple[str, ...] = ()
    off: str = ""
    whole: bool = False

    def override(self) -> Override:
        """The same for the schedule, where it is not the whole of it."""
        return Override(self.start, self.end, next(iter(self.people), ""), self.off)


@dataclass(frozen=True, slots=True)
class Offer:
    """Somebody wants somebody else to take one of their shifts, and takes one of theirs."""

    id: int
    by: str
    to: str
    mine: Stretch
    theirs: Stretch

    def swap(self, first: int) -> tuple[Change, Change]:
        """The two overrides that it means, numbered from here."""
        return (
            Change(self.mine.start, self.mine.end, first, (self.to,), self.by),
            Change(self.theirs.start, self.theirs.end, first + 1, (self.by,), self.to),
        )


@book("schedule")
class Rota:
    """A schedule, as far as it is not configured."""

    id: str
    changes: tuple[Change, ...] = ()
    offers: tuple[Offer, ...] = ()
    made: int = 0
    """How many changes and offers were ever made: they are numbered together."""
    sources: tuple[Source, ...] = ()
    """What other calendars said."""
    on: tuple[str, ...] = ()
    """Who was on call when it was last looked at."""
    turn: datetime | None = None
    """When that changes; None while it is not configured."""
    review: datetime | None = None
    """When its gaps are told next."""

    @property
    def open(self) -> bool:
        return self.turn is not None

    def due(self) -> Iterator[Timer]:
        if self.turn:
            yield Timer("hand-off", self.turn, HandOver())
        if self.turn and self.review:
            yield Timer("review", self.review, Review())

    def looks(self) -> Iterator[Look]:
        yield from ()

    def keys(self) -> Iterator[str]:
        yield from ()

    def upon(self, schedule: Schedule) -> Schedule:
        """The schedule with what was changed. Of two that replace the whole of it, the later one holds."""
        overrides = (each.override() for each in self.changes if not each.whole)
        whole = schedule.temporary
        for each in self.changes:
            if each.whole:
                whole = (*without(whole, each), Shift(each.start, each.end, each.people))
        layers = (*schedule.layers, *(Fixed(each.shifts) for each in self.known(schedule) if each.name == SHIFTS))
        return replace(schedule, layers=layers, overrides=(*schedule.overrides, *overrides), temporary=whole)

    def known(self, schedule: Schedule) -> Iterator[Source]:
        """The calendars that were read and that are still configured."""
        return (each for each in self.sources if each.name in schedule.sources)

    def knows(self, name: str) -> bool:
        """Whether a calendar was read before."""
        return any(each.name == name for each in self.sources)

    def source(self, name: str) -> Source:
        """A calendar as it was read last."""
        return next((each for each in self.sources if each.name == name), Source(name))

    def with_source(self, source: Source) -> "Rota":
        """The book once a calendar was read."""
        return replace(self, sources=(*(each for each in self.sources if each.name != source.name), source))

    def clashes(self, schedule: Schedule, now: datetime) -> Iterator[Shift]:
        """When somebody is on call in the next 30 days who is away then."""
        changed, until = self.upon(schedule), now + AHEAD
        for each in (off for source in self.known(schedule) if source.name != SHIFTS for off in source.shifts):
            for person in each.people:
                yield from own_shifts(changed, person, max(each.start, now), min(each.end, until))

    def with_changes(self, *changes: Change) -> "Rota":
        """The book with more of them."""
        made = max((self.made, *(each.id for each in changes)))
        return replace(self, changes=(*self.changes, *changes), made=made)

    def kept(self, now: datetime) -> "Rota":
        """The book without what does not matter any more."""
        changes = tuple(each for each in self.changes if each.end + KEPT > now)
        offers = tuple(each for each in self.offers if min(each.mine.end, each.theirs.end) > now)
        return replace(self, changes=changes, offers=offers)

    def offer(self, id: int | None) -> Offer | None:
        """An offer by its number."""
        return next((each for each in self.offers if each.id == id), None)


class Duties:
    """Every schedule, as of one moment: what was changed in chat, and what comes of it."""

    def __init__(self, rotas: Mapping[str, Rota], configured: Mapping[str, Schedule]) -> None:
        self.rotas = rotas
        self.schedules = {name: (rotas.get(name) or Rota(name)).upon(each) for name, each in configured.items()}


def without(shifts: Iterable[Shift], cut: Stretch) -> Iterator[Shift]:
    """What is left of shifts outside of a stretch."""
    for each in shifts:
        before, after = replace(each, end=min(each.end, cut.start)), replace(each, start=max(each.start, cut.end))
        yield from (part for part in (before, after) if part.start < part.end)
