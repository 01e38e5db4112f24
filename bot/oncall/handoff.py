"""Hand-offs: when who is on call changes, both are told, and so is the team; gaps are told ahead of time."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta, tzinfo
from itertools import islice
from typing import TYPE_CHECKING

from bot.book import Ask, Command, Entry, Event, Send, event
from bot.oncall.overrides import Shift, Stretch
from bot.oncall.schedule import Schedule
from bot.oncall.shifts import gaps, shifts, until_change, who
from bot.oncall.teams import rooms
from bot.text.clock import first, wall
from bot.text.words import N_, Phrase, Who

if TYPE_CHECKING:
    from bot.oncall.rota import Rota

AHEAD = timedelta(days=30)
"""How far ahead gaps are looked for."""
TOLD = 5
"""Gaps that are told at a time."""
MORNING = time(9)
"""When the gaps are told, on Mondays."""


class Duty(Event):
    """What people are told of a schedule: in the rooms of its teams, and whom it concerns in person."""

    rooms: tuple[str, ...] = ()
    told: tuple[Who, ...] = ()
    gaps: tuple[Stretch, ...] = ()
    """When nobody will be on call, as far as that is new."""
    clashes: tuple[Shift, ...] = ()
    """When somebody is on call who is away then."""

    def sends(self, state: "Rota", entry: Entry) -> Iterator[Send]:
        to = (*self.rooms, *(person for person in dict.fromkeys(self.told) if person != entry.by))
        yield from (Send("duty", each, 3, {"rev": entry.rev}) for each in to)


@event
class HandedOver(Duty):
    """Others are on call now."""

    before: tuple[Who, ...]
    people: tuple[Who, ...]
    turn: datetime
    rooms: tuple[str, ...] = ()
    told: tuple[Who, ...] = ()

    says = N_("{people}: on call for {book} now, {until}")

    def phrase(self, entry: Entry) -> Phrase:
        values = {"people": self.people, "before": self.before, "book": entry.book.id, "until": self._until(entry)}
        if not self.people:
            return Phrase(N_("NOBODY is on call for {book} now, {until}. Before: {before}"), values)
        if not self.before:
            return Phrase(self.says, values)
        return Phrase(N_("{people}: on call for {book} now, {until}. Before: {before}"), values)

    def _until(self, entry: Entry) -> Phrase:
        """It was looked no further ahead than so."""
        if self.turn - entry.at >= AHEAD:
            return Phrase(N_("for the next 30 days at least"))
        return Phrase(N_("until {turn}"), {"turn": self.turn})

    def onto(self, rota: "Rota", entry: Entry) -> "Rota":
        return replace(rota.kept(entry.at), on=self.people, turn=self.turn)


@event
class Watched(Event):
    """It was looked at who is on call, and when that changes."""

    people: tuple[Who, ...]
    turn: datetime
    review: datetime

    def onto(self, rota: "Rota", entry: Entry) -> "Rota":
        return replace(rota.kept(entry.at), on=self.people, turn=self.turn, review=self.review)


@event
class Unwatched(Event):
    """It is not configured any more."""

    def onto(self, rota: "Rota", entry: Entry) -> "Rota":
        return replace(rota, on=(), turn=None, review=None)


@event
class Reviewed(Duty):
    """When nobody will be on call in the next weeks was looked up, and told where there is something to tell."""

    review: datetime
    gaps: tuple[Stretch, ...] = ()
    rooms: tuple[str, ...] = ()
    clashes: tuple[Shift, ...] = ()

    says = N_("on call for {book}: what the next 30 days lack")

    def onto(self, rota: "Rota", entry: Entry) -> "Rota":
        return replace(rota.kept(entry.at), review=self.review)

    def sends(self, state: "Rota", entry: Entry) -> Iterator[Send]:
        if self.gaps or self.clashes:
            yield from super().sends(state, entry)


@dataclass(frozen=True)
class HandOver(Command):
    """Look who is on call: the time of a hand-off has come, or the configuration was read anew."""

    on = "schedule"

    def decide(self, rota: "Rota", ask: Ask) -> Iterator[Event]:
        schedule = ask.rules.schedules.get(rota.id)
        if schedule:
            yield from follow(rota, rota, schedule, ask)
        elif rota.open:
            yield Unwatched()


@dataclass(frozen=True)
class Review(Command):
    """Tell the teams of the gaps in the next 30 days, and of shifts over somebody's time off."""

    on = "schedule"

    def decide(self, rota: "Rota", ask: Ask) -> Iterator[Event]:
        schedule = ask.rules.schedules.get(rota.id)
        if schedule is None or rota.review is None or rota.review > ask.now:
            return
        lacking = tuple(islice(missing(rota.upon(schedule), ask.now), TOLD))
        away = tuple(islice(rota.clashes(schedule, ask.now), TOLD))
        yield Reviewed(next_review(schedule, ask.now), lacking, rooms(rota.id, ask.rules), away)


def follow(before: "Rota", rota: "Rota", schedule: Schedule, ask: Ask) -> Iterator[Event]:
    """What follows for who is on call now and when that changes; `rota` is the book as it is about to be."""
    now = rota.upon(schedule)
    people, turn = tuple(map(Who, who(now, ask.now))), until_change(now, ask.now, AHEAD)
    if before.turn and set(people) != set(before.on):
        was = tuple(map(Who, before.on))
        yield HandedOver(was, people, turn, rooms(rota.id, ask.rules), (*was, *people))
    elif (turn, people, before.turn is None) != (before.turn, before.on, False):
        yield Watched(people, turn, before.review or next_review(schedule, ask.now))


def missing(schedule: Schedule, now: datetime) -> Iterator[Stretch]:
    """When nobody is on call in the next 30 days."""
    return (Stretch(each.start, each.end) for each in gaps(schedule, now, now + AHEAD))


def opened(before: Schedule, after: Schedule, now: datetime) -> tuple[Stretch, ...]:
    """The gaps of the next 30 days that were not there before."""
    there = {(each.start, each.end) for each in missing(before, now)}
    return tuple(islice((each for each in missing(after, now) if (each.start, each.end) not in there), TOLD))


def next_review(schedule: Schedule, now: datetime) -> datetime:
    """The next Monday morning on the schedule's clock."""
    return monday(now, schedule.zone)


def monday(now: datetime, zone: tzinfo) -> datetime:
    """The next Monday morning."""
    today = wall(now, zone).date()
    return first(datetime.combine(today + timedelta(days=7 - today.weekday()), MORNING), zone)


def differ(before: Schedule, after: Schedule, within: Stretch) -> bool:
    """Whether other people are on call at any time in a stretch."""
    calendars = [list(shifts(each, within.start, within.end)) for each in (before, after)]
    return calendars[0] != calendars[1]
