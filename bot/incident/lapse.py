"""An acknowledgement lapses: who has an incident and gives no sign of life is asked for one, then paged again."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.book import Ask, Command, Entry, Event, Send, Timer, event
from bot.incident.call import by_policy
from bot.incident.paging import page_again
from bot.text.words import N_, Who

if TYPE_CHECKING:
    from bot.incident.incident import Incident

LEAD = timedelta(minutes=5)
"""How long before it lapses that is told; a third of what is shorter than fifteen minutes."""


def ack_timeout(incident: "Incident") -> timedelta | None:
    """How long somebody may have it without a sign of life; None where nobody has it, or for ever."""
    call = by_policy(incident)
    return call.ack_timeout if call and incident.acked and incident.open and not incident.snoozed else None


def lapse(incident: "Incident") -> Iterator[Timer]:
    """When that is asked for; and once it was asked for, when it is too late."""
    if (length := ack_timeout(incident)) and incident.stirred:
        lead = min(LEAD, length / 3)
        if incident.prompted:
            yield Timer("ack timeout", incident.prompted + lead, Lapse(incident.prompted))
        else:
            yield Timer("ack warning", incident.stirred + length - lead, Prompt(lead))


def quiet(incident: "Incident", now: datetime) -> bool:
    """Whether a word in a war room is worth writing down: it was asked for, or there was none for a while."""
    length = ack_timeout(incident)
    if length is None or incident.stirred is None:
        return False
    return incident.prompted is not None or now - incident.stirred >= length / 2


@event
class Prompted(Event):
    """Whoever has it is asked for a sign of life."""

    who: Who
    until: datetime

    says = N_("{who} has it, and nothing was heard for a while. Say how it goes: paging goes on at {until} otherwise")
    aloud = True

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        return replace(incident, prompted=entry.at)

    def sends(self, incident: "Incident", entry: Entry) -> Iterator[Send]:
        told = [*super().sends(incident, entry)]
        yield from told
        if ("notice", self.who) not in {(each.kind, each.to) for each in told}:
            yield Send("notice", self.who, 3, {"rev": entry.rev})


@event
class Lapsed(Event):
    """Nothing was heard: nobody has it now."""

    who: Who

    says = N_("nothing was heard of {who}: nobody has it now, and paging goes on")
    aloud = True

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        return replace(incident, acked=None, prompted=None)


@event
class Stirred(Event):
    """Somebody spoke in a war room: they are at work."""


@dataclass(frozen=True)
class Prompt(Command):
    """It is quiet about an incident that somebody has."""

    lead: timedelta

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        if incident.acked and not incident.prompted:
            yield Prompted(Who(incident.acked.by), ask.now + self.lead)


@dataclass(frozen=True)
class Lapse(Command):
    """It stayed quiet."""

    prompted: datetime

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        if incident.acked and incident.prompted == self.prompted:
            yield Lapsed(Who(incident.acked.by))
            yield from page_again(incident, ask)


@dataclass(frozen=True)
class Stir(Command):
    """Somebody speaks in a war room."""

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        if quiet(incident, ask.now):
            yield Stirred()
