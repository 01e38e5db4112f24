"""Snoozing: nobody is paged until a moment; then paging goes on where it stopped."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.book import Ask, Command, Entry, Event, Refused, Timer, event
from bot.grammar import command, words
from bot.incident.gate import must_be_open
from bot.incident.paging import Woken, climb, page_again
from bot.text.words import N_

if TYPE_CHECKING:
    from bot.incident.incident import Incident

LONGEST = timedelta(days=7)
"""How long it can be snoozed: an incident that may wait longer is none."""


@event
class Snoozed(Event):
    """Nobody who is being paged is paged again until then."""

    until: datetime

    says = N_("{by} snoozed it until {until}")
    aloud = True

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        asleep = tuple(replace(call, asleep=True, over=entry.rev) for call in incident.calls)
        return replace(incident, snoozed=self.until, calls=asleep)


@command("snooze", rank=30)
class Snooze(Command):
    """Page nobody for a while; then paging goes on from the step that it had reached, also where somebody had it.

    `snooze 30m`, `snooze tomorrow 9:00`; `ack` and `escalate` end it. Whoever is asked for by name meanwhile is paged.
    """

    until: datetime | None = words(
        N_("For how long, or until when: 30m, 2h, tomorrow 9:00."), required=True, default=None
    )

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        must_be_open(incident)
        if self.until is None or not ask.now < self.until <= ask.now + LONGEST:
            raise Refused(N_("A snooze ends in the future, within a week."))
        yield Snoozed(self.until)


@dataclass(frozen=True)
class Wake(Command):
    """The snooze is over."""

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        if incident.snoozed:
            yield from wake(incident, ask)


def wake(incident: "Incident", ask: Ask) -> Iterator[Event]:
    """The snooze ends now: whoever was being paged is paged again, from the step that was reached."""
    yield Woken()
    ringing = [call for call in incident.live if not call.exhausted]
    for call in ringing:
        if call.asleep:  # whoever was asked for meanwhile is being paged
            yield from climb(incident, call.back(), ask)
    if all(call.by_name for call in ringing):  # nobody has it any more: whoever was asked for by name is not all
        yield from page_again(incident, ask)


def snooze_end(incident: "Incident") -> Iterator[Timer]:
    """When the snooze is over."""
    if incident.snoozed:
        yield Timer("snooze end", incident.snoozed, Wake())
