"""Schedules and teams, as they are configured: who takes turns, when, and what differs from that."""

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, time
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, field_validator, model_validator

from bot.config.part import Fault, Part, real_zone
from bot.oncall.away import ANYBODY, OFF, SHIFTS
from bot.oncall.overrides import Override, Shift
from bot.oncall.rotation import Every, Rotation
from bot.oncall.schedule import Layer, Schedule
from bot.oncall.teams import Team
from bot.oncall.windows import Window
from bot.text.clock import first, last
from bot.text.words import zone

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MARK = re.compile(rf"(?:({'|'.join(DAYS)}) )?([01]?\d|2[0-3]):([0-5]\d)")
YEARS = range(1970, 2200)
ROOM = r"^[a-z]+:.+$"
NAME = re.compile(r"[a-z0-9_-]{1,40}")


def _local(value: Any) -> Any:
    """A date and a clock time without a zone: the schedule's."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        found = None
    if not isinstance(found, datetime) or found.tzinfo or found.year not in YEARS:
        raise ValueError("expected a date and a time on the schedule's own clock, such as 2026-01-05 09:00")
    return found


Local = Annotated[datetime, BeforeValidator(_local)]


class Hours(Part):
    """When a layer is on call: `from` 18:00 `to` 08:00 on some `days`, or `from` fri 20:00 `to` mon 08:00."""

    days: tuple[str, ...] = DAYS
    start: str = Field(alias="from")
    to: str

    @field_validator("days")
    @classmethod
    def _weekdays(cls, days: tuple[str, ...]) -> tuple[str, ...]:
        if not days or set(days) - set(DAYS):
            raise ValueError(f"expected some of {', '.join(DAYS)}")
        return days

    @field_validator("start", "to")
    @classmethod
    def _clock(cls, mark: str) -> str:
        if not MARK.fullmatch(mark):
            raise ValueError("expected a clock time such as 18:00, or a day and a time such as fri 18:00")
        return mark

    @model_validator(mode="after")
    def _alike(self) -> "Hours":
        named = {bool(MARK.fullmatch(mark)[1]) for mark in (self.start, self.to)}  # type: ignore[index]
        if len(named) > 1 or (named == {True} and "days" in self.model_fields_set):
            raise ValueError("expected a day in both `from` and `to`, or clock times in both and `days`")
        return self

    def windows(self) -> Iterator[Window]:
        """The same for the schedule."""
        (day, start), (to, end) = _mark(self.start), _mark(self.to)
        if day:
            yield Window.between(DAYS.index(day), start, DAYS.index(to), end)
        else:
            yield from (Window.daily(DAYS.index(each), start, end) for each in self.days)


def _mark(text: str) -> tuple[str, time]:
    day, hour, minute = MARK.fullmatch(text).groups()  # type: ignore[union-attr]
    return day or "", time(int(hour), int(minute))


class Turns(Part):
    """A layer: participants who take turns, each a person or a list of several at once."""

    participants: tuple[str | tuple[str, ...], ...]
    rotation: Every = Every.WEEK
    times: int = Field(default=1, ge=1, le=1000)
    """So many hours, days, weeks or months are one turn."""
    start: Local = Field(alias="from")
    """When the first one's turn begins; before that it went round the same way."""
    hours: tuple[Hours, ...] = ()
    """Only then; always, where nothing is said."""
    absent: tuple[str, ...] = ()
    """Their turns go round among the others, and nobody else's turn moves."""

    @field_validator("participants")
    @classmethod
    def _somebody(cls, participants: tuple[str | tuple[str, ...], ...]) -> tuple[str | tuple[str, ...], ...]:
        if not participants or not all(participants):
            raise ValueError("nobody takes turns here: expected at least one person")
        return participants

    @property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """The participants, each as all who are on call at once."""
        return tuple((each,) if isinstance(each, str) else each for each in self.participants)

    def layer(self) -> Layer:
        """The same for the schedule."""
        windows = tuple(window for each in self.hours for window in each.windows())
        return Layer(self.groups, Rotation(self.rotation, self.start, self.times), windows, frozenset(self.absent))


class While(Part):
    """From one local time until another."""

    start: Local = Field(alias="from")
    until: Local

    @model_validator(mode="after")
    def _in_order(self) -> "While":
        if self.until <= self.start:
            raise ValueError("it ends before it starts: `until` must be later than `from`")
        return self

    def instants(self, local: str) -> tuple[datetime, datetime]:
        """From the first of its start to the last of its end."""
        return first(self.start, zone(local)), last(self.until, zone(local))


class Change(While):
    """Somebody comes (`on`), somebody goes (`off`); both: one instead of the other."""

    on: str = ""
    off: str = ""

    @model_validator(mode="after")
    def _somebody(self) -> "Change":
        if not (self.on or self.off) or self.on == self.off:
            raise ValueError("expected who comes (`on`), who goes (`off`), or both")
        return self


class Instead(While):
    """These people are on call, whatever the layers say."""

    people: tuple[str, ...]


class Roster(Part):
    """Who is on call when. A later layer hides those before it while somebody in it is on."""

    zone: str = ""
    layers: tuple[Turns, ...] = ()
    overrides: tuple[Change, ...] = ()
    temporary: tuple[Instead, ...] = ()
    shifts: str = ""
    """A calendar (an https address or a file) whose events name who is on call: the topmost layer."""
    time_off: Mapping[str, str] = {}
    """Calendars of when people are away, by person; "*" for one whose events name them."""

    _zone = field_validator("zone")(real_zone)

    @model_validator(mode="after")
    def _somebody(self) -> "Roster":
        if not self.layers and not self.shifts:
            raise ValueError("nobody is ever on call: expected at least one of `layers`, or a calendar of `shifts`")
        return self

    def schedule(self, name: str, house: str) -> Schedule:
        """The same for decisions; `house` is the zone where it says none."""
        local = self.zone or house
        return Schedule(
            name,
            zone(local),
            tuple(each.layer() for each in self.layers),
            tuple(Override(*each.instants(local), each.on, each.off) for each in self.overrides),
            tuple(Shift(*each.instants(local), each.people) for each in self.temporary),
            dict(self._sources()),
        )

    def _sources(self) -> Iterator[tuple[str, str]]:
        if self.shifts:
            yield SHIFTS, self.shifts
        yield from ((f"{OFF}{person}", where) for person, where in self.time_off.items())

    def named(self) -> Iterator[tuple[tuple[Any, ...], str]]:
        """Everybody whom it names, and where."""
        for nth, turns in enumerate(self.layers):
            yield from ((("layers", nth, "participants"), each) for group in turns.groups for each in group)
            yield from ((("layers", nth, "absent"), each) for each in turns.absent)
        for nth, change in enumerate(self.overrides):
            yield from (
                (("overrides", nth, way), each) for way, each in (("on", change.on), ("off", change.off)) if each
            )
        for nth, instead in enumerate(self.temporary):
            yield from ((("temporary", nth, "people"), each) for each in instead.people)
        yield from ((("time_off", each), each) for each in self.time_off if each != ANYBODY)


class Crew(Part):
    """A team: `page payments` pages whoever of it is on call."""

    members: tuple[str, ...] = ()
    schedule: str = ""
    """The one of its own name, where there is one and nothing is said."""
    room: str = Field(default="", pattern=rf"{ROOM}|^$")
    """Where it is told who is on call: `slack:C0123456789`."""

    def team(self, name: str, schedules: Collection[str]) -> Team:
        """The same for decisions."""
        return Team(name, self.members, self.schedule or (name if name in schedules else ""), self.room)


def faults(
    schedules: Mapping[str, Roster], teams: Mapping[str, Crew], people: Collection[str], chats: Collection[str]
) -> Iterator[Fault]:
    """What does not fit together."""
    for name, roster in schedules.items():
        yield from _misnamed("schedules", name, people)
        for where, person in roster.named():
            if person not in people:
                yield ("schedules", name, *where), f"there is no such person under [people]: {person}"
    for name, crew in teams.items():
        yield from _misnamed("teams", name, people)
        yield from ((("teams", name, *where), text) for where, text in _team(name, crew, schedules, people, chats))


def _team(
    name: str, crew: Crew, schedules: Collection[str], people: Collection[str], chats: Collection[str]
) -> Iterator[Fault]:
    for missing in sorted(set(crew.members) - set(people)):
        yield ("members",), f"there is no such person under [people]: {missing}"
    if crew.schedule and crew.schedule not in schedules:
        yield ("schedule",), f"there is no such schedule: {crew.schedule}"
    if name in schedules and crew.schedule not in ("", name):
        yield (), f"there is a schedule of this name, too, and it has another: {crew.schedule}"
    if not crew.members and not crew.schedule and name not in schedules:
        yield (), "nobody is in it: expected `members` or a `schedule`"
    if crew.room and crew.room.partition(":")[0] not in chats:
        yield ("room",), f"there is no such chat: {crew.room.partition(':')[0]}"


def _misnamed(table: str, name: str, people: Collection[str]) -> Iterator[Fault]:
    if not NAME.fullmatch(name):
        yield (table, name), "its key is made of a-z, 0-9, _ and -"
    if name in people:
        yield (table, name), "a person is called so, too: `page` would not know which is meant"
