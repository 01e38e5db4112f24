"""Changing who is on call for a while: taking it over, overrides, temporary schedules, and taking them back."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from bot.book import Ask, BookId, Command, Entry, Event, Refused, event
from bot.grammar import Person, command, flag, word, words
from bot.oncall.handoff import Duty, HandedOver, differ, follow, opened
from bot.oncall.overrides import Shift, Stretch
from bot.oncall.rota import MOST, Change, Rota
from bot.oncall.schedule import Schedule
from bot.oncall.shifts import shifts
from bot.oncall.teams import rooms
from bot.oncall.which import meant
from bot.ports import Card
from bot.text.rich import Para, line
from bot.text.words import N_, Phrase, Voice, Who

Heard = tuple[tuple[str, ...], tuple[Who, ...], tuple[Stretch, ...]]
FAR = timedelta(days=366)
"""How far ahead a change may end."""
TEAM = N_("The team or the schedule; yours, where there is only one.")


class How(Enum):
    """What an override does."""

    REPLACE = "replace"
    ADD = "add"
    REMOVE = "remove"

    @property
    def said(self) -> str:
        return MEANINGS[self]


MEANINGS = {
    How.REPLACE: N_("instead of whoever is on call"),
    How.ADD: N_("besides whoever is on call"),
    How.REMOVE: N_("not on call, though it is their turn"),
}


@event
class Changed(Duty):
    """Somebody said who is on call for a while."""

    change: Change
    rooms: tuple[str, ...] = ()
    told: tuple[Who, ...] = ()
    gaps: tuple[Stretch, ...] = ()
    clashes: tuple[Shift, ...] = ()

    says = N_("{people}: on call for {book} from {start} to {end}, instead of everybody else (change {id})")

    def phrase(self, entry: Entry) -> Phrase:
        change = self.change
        values = {
            "people": tuple(map(Who, change.people)), "off": Who(change.off), "book": entry.book.id,
            "start": change.start, "end": change.end, "id": change.id,
        }  # fmt: skip
        return Phrase(worded(change), values)

    def onto(self, rota: Rota, entry: Entry) -> Rota:
        return rota.kept(entry.at).with_changes(self.change)


def worded(change: Change) -> str:
    """How a change is told."""
    if change.whole and not change.people:
        return N_("nobody: on call for {book} from {start} to {end} (change {id})")
    if change.whole:
        return Changed.says
    if not change.off:
        return N_("{people}: on call for {book}, too, from {start} to {end} (change {id})")
    if not change.people:
        return N_("{off}: not on call for {book} from {start} to {end} (change {id})")
    return N_("{people}: on call for {book} instead of {off} from {start} to {end} (change {id})")


@event
class TakenBack(Duty):
    """A change does not hold any more: it is as it would be without it."""

    change: int
    rooms: tuple[str, ...] = ()
    told: tuple[Who, ...] = ()
    gaps: tuple[Stretch, ...] = ()

    says = N_("{by} took back change {change} of who is on call for {book}")

    def onto(self, rota: Rota, entry: Entry) -> Rota:
        return replace(rota, changes=tuple(each for each in rota.changes if each.id != self.change)).kept(entry.at)


class OnCallCommand(Command):
    """Something asked of a schedule."""

    on = "schedule"
    team: str

    def book(self, ask: Ask, find: Callable[[str], BookId | None]) -> BookId | None:
        return BookId("schedule", meant(self.team, ask.by, ask.place, ask.rules))

    def answer(self, state: Any, entries: Sequence[Entry], ask: Ask, voice: Voice) -> Card:
        told = [voice.phrase(entry.event.phrase(entry)) for entry in entries if entry.event.says]
        duties = [entry.event for entry in entries if isinstance(entry.event, Duty)]
        lacking = [each for duty in duties for each in (*duty.gaps, *duty.clashes)]
        body = (*(Para(line("✓ ", each)) for each in told), *warned(lacking, voice))
        return Card(body=body, to="quiet", tone="warn" if lacking else "plain")


def warned(lacking: Sequence[Stretch], voice: Voice) -> Iterator[Para]:
    """A line for each gap, and for each shift over somebody's time off."""
    for each in lacking:
        away = tuple(map(Who, each.people)) if isinstance(each, Shift) else ()
        text = N_("⚠ Nobody is on call from {start} to {end}.")
        if away:
            text = N_("⚠ {people}: on call from {start} to {end}, and away then.")
        yield Para(voice.say(text, people=away, start=each.start, end=each.end))


@command("oncall take", rank=26, group="people")
class Take(OnCallCommand):
    """Be on call yourself, from now on for so long, instead of whoever it is."""

    length: timedelta | None = word(N_("For how long: 30m, 2h, 1d."), required=True)
    team: str = words(TEAM, suggests=True)

    def decide(self, rota: Rota, ask: Ask) -> Iterator[Event]:
        if self.length is not None:
            yield from put(rota, Change(ask.now, ask.now + self.length, rota.made + 1, (ask.by,), whole=True), ask)


@command("oncall override", rank=26, group="people")
class OverrideOnCall(OnCallCommand):
    """Say who is on call for a while, instead of whoever it would be.

    `--instead anna` replaces Anna alone, and only while it is her turn. `--how add` puts somebody beside whoever
    is on call; `--how remove` takes somebody off.
    """

    person: Person | None = word(N_("Who."), required=True)
    team: str = words(TEAM, suggests=True)
    from_: datetime | None = flag(N_("From when; from now on, where nothing is said."))
    until: datetime | None = flag(N_("Until when."), required=True, end=True, also=("to",))
    instead: Person | None = flag(N_("Instead of whom; of everybody, where nobody is named."))
    how: How = flag(N_("Instead of whoever is on call, besides, or off."), default=How.REPLACE)

    def decide(self, rota: Rota, ask: Ask) -> Iterator[Event]:
        start, end = within(self.from_, self.until, ask)
        person, id = str(self.person), rota.made + 1
        match self.how:
            case How.ADD:
                change = Change(start, end, id, (person,))
            case How.REMOVE:
                change = Change(start, end, id, (), person)
            case _:
                change = Change(start, end, id, (person,), str(self.instead or ""), whole=self.instead is None)
        yield from put(rota, change, ask)


@command("oncall temporary", rank=27, group="people")
class Temporary(OnCallCommand):
    """Say who is on call together for a while, whatever the schedule says: everybody named, or `nobody`."""

    people: str = words(N_("Who: names, with commas between them, or `nobody`."), required=True)
    team: str = flag(TEAM, default="", suggests=True)
    from_: datetime | None = flag(N_("From when; from now on, where nothing is said."))
    until: datetime | None = flag(N_("Until when."), required=True, end=True, also=("to",))

    def decide(self, rota: Rota, ask: Ask) -> Iterator[Event]:
        start, end = within(self.from_, self.until, ask)
        named = (
            [] if self.people.strip().casefold() in {"nobody", "无人"} else self.people.replace("，", ",").split(",")
        )
        people = tuple(dict.fromkeys(ask.people.find(each, ask.by) for each in named if each.strip()))
        yield from put(rota, Change(start, end, rota.made + 1, people, whole=True), ask)


@command("oncall cancel", rank=27, group="people")
class Cancel(OnCallCommand):
    """Take back a change of who is on call, by its number, which `oncall next` tells."""

    change: int | None = word(N_("Its number."), required=True)
    team: str = words(TEAM, suggests=True)

    def decide(self, rota: Rota, ask: Ask) -> Iterator[Event]:
        change = next((each for each in rota.changes if each.id == self.change and each.end > ask.now), None)
        schedule = ask.rules.schedules.get(rota.id)
        if change is None or schedule is None:
            raise Refused(N_("There is no change {id} that still matters. `oncall next` lists them."), id=self.change)
        left = replace(rota, changes=tuple(each for each in rota.changes if each is not change))
        then = tuple(follow(rota, left, schedule, ask))
        yield TakenBack(change.id, *heard(rota.upon(schedule), left.upon(schedule), change, then, ask))
        yield from then


def put(rota: Rota, change: Change, ask: Ask) -> Iterator[Event]:
    """A change and what follows from it at once. Raises `Refused` where it would change nothing."""
    schedule = ask.rules.schedules[rota.id]
    if sum(each.end > ask.now for each in rota.changes) >= MOST:
        raise Refused(N_("{count} changes are waiting already. `oncall cancel` takes one back."), count=MOST)
    changed = rota.with_changes(change)
    before, after = rota.upon(schedule), changed.upon(schedule)
    if not differ(before, after, change):
        raise Refused(
            N_(
                "That would change nothing: who goes must have that turn themselves (whoever came by a change is moved "
                "by no other; `oncall cancel` takes one back), and who comes must not be on call already."
            )
        )
    there = set(rota.clashes(schedule, ask.now))
    away = tuple(each for each in changed.clashes(schedule, ask.now) if each not in there)
    then = tuple(follow(rota, changed, schedule, ask))
    yield Changed(change, *heard(before, after, change, then, ask), away)
    yield from then


def heard(before: Schedule, after: Schedule, change: Change, then: Sequence[Event], ask: Ask) -> Heard:
    """Where a change is told, to whom, and the gaps that it opens; nowhere twice, where a hand-off follows at once."""
    handed = next((each for each in then if isinstance(each, HandedOver)), None)
    known = handed.told if handed else ()
    ahead = Stretch(max(change.start, ask.now), change.end)
    people = tuple(each for each in concerned(before, after, ahead) if each not in known)
    return () if handed else rooms(before.name, ask.rules), people, opened(before, after, ask.now)


def concerned(before: Schedule, after: Schedule, within: Stretch) -> tuple[Who, ...]:
    """Whoever is on call in one of them at a time when they are not in the other."""
    calendars = [{*shifts(each, within.start, within.end)} for each in (before, after)]
    changed = calendars[0] ^ calendars[1]
    return tuple(Who(person) for person in sorted({person for shift in changed for person in shift.people}))


def within(start: datetime | None, end: datetime | None, ask: Ask) -> tuple[datetime, datetime]:
    """From when until when a change holds. Raises `Refused`."""
    start = max(start or ask.now, ask.now)
    if end is None or end <= start:
        raise Refused(N_("It would end before it starts: `--until` must be later than `--from`, and not over yet."))
    if end > ask.now + FAR:
        raise Refused(N_("That is more than a year ahead. The configuration is the place for it."))
    return start, end
