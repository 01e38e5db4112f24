"""What is read from other calendars: shifts, and when people are away; a shift then is told ahead."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.book import Ask, Command, Entry, Event, Send, event
from bot.oncall.busy import Busy
from bot.oncall.handoff import Duty, follow
from bot.oncall.overrides import Shift
from bot.oncall.teams import rooms
from bot.text.words import N_, Who

if TYPE_CHECKING:
    from bot.oncall.rota import Rota
    from bot.people.person import People

ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
SHIFTS, OFF, ANYBODY = "shifts", "off ", "*"
"""Sources by name: a schedule's shifts, somebody's time off (`off anna`), that of whoever an event names (`off *`)."""


@dataclass(frozen=True, slots=True)
class Source:
    """A calendar, as it was read last; `failing` once it could not be read again."""

    name: str
    shifts: tuple[Shift, ...] = ()
    failing: bool = False


@event
class Read(Duty):
    """A calendar says something else than before."""

    source: str
    shifts: tuple[Shift, ...]
    rooms: tuple[str, ...] = ()
    told: tuple[Who, ...] = ()
    clashes: tuple[Shift, ...] = ()

    says = N_("the calendar “{source}” of {book} was read")

    def onto(self, rota: "Rota", entry: Entry) -> "Rota":
        return rota.with_source(Source(self.source, self.shifts))

    def sends(self, state: "Rota", entry: Entry) -> Iterator[Send]:
        if self.clashes:
            yield from super().sends(state, entry)


@event
class Unread(Duty):
    """A calendar cannot be read any more: what it said last still holds."""

    source: str
    why: str
    rooms: tuple[str, ...] = ()

    says = N_("the calendar “{source}” of {book} cannot be read: {why}. What it said before still holds")

    def onto(self, rota: "Rota", entry: Entry) -> "Rota":
        return rota.with_source(replace(rota.source(self.source), failing=True))


@dataclass(frozen=True)
class TakeOver(Command):
    """Take over what a calendar says."""

    source: str
    found: tuple[Busy, ...]

    on = "schedule"

    def decide(self, rota: "Rota", ask: Ask) -> Iterator[Event]:
        schedule, before = ask.rules.schedules.get(rota.id), rota.source(self.source)
        if schedule is None:
            return
        found = tuple(dict.fromkeys(meant(self.source, self.found, ask.people)))
        if (before.shifts, before.failing) == (found, False) and rota.knows(self.source):
            return
        after = rota.with_source(Source(self.source, found))
        there = set(rota.clashes(schedule, ask.now))
        fresh = tuple(each for each in after.clashes(schedule, ask.now) if each not in there)
        told = tuple(Who(person) for each in fresh for person in each.people)
        yield Read(self.source, found, rooms(rota.id, ask.rules), told, fresh)
        yield from follow(rota, after, schedule, ask)


@dataclass(frozen=True)
class GiveUp(Command):
    """A calendar could not be read: that is told once, until it can be."""

    source: str
    why: str

    on = "schedule"

    def decide(self, rota: "Rota", ask: Ask) -> Iterator[Event]:
        if rota.id in ask.rules.schedules and not rota.source(self.source).failing:
            yield Unread(self.source, self.why, rooms(rota.id, ask.rules))


def meant(source: str, found: Iterable[Busy], people: "People") -> Iterator[Shift]:
    """The events with those people whom they name; in somebody's own calendar of time off every event is theirs."""
    owner = source.removeprefix(OFF) if source.startswith(OFF) else ""
    for busy in found:
        named = (owner,) if owner and owner != ANYBODY else named_in(busy.names, people)
        if named:
            yield Shift(busy.start, busy.end, named)


def named_in(names: Sequence[str], people: "People") -> tuple[str, ...]:
    """The people whom an event is about: by an address of theirs, by their whole name, or by their key as a word.

    Who is called as somebody's address begins is not meant by it.
    """
    said = "\n".join(names)
    addresses, rest = set(map(str.casefold, ADDRESS.findall(said))), ADDRESS.sub(" ", said)
    found = []
    for person in people.by_id.values():
        theirs = {handle.id.casefold() for handle in person.handles if handle.platform == "email"}
        words = rf"(?<!\w)(?:{re.escape(person.id)}|{re.escape(person.name)})(?!\w)"
        if theirs & addresses or re.search(words, rest, re.IGNORECASE):
            found.append(person.id)
    return tuple(sorted(found))
