"""Updates: messages to everybody who follows, and the promise of the next one."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.book import Ask, Command, Entry, Event, Timer, event
from bot.grammar import command, flag, words
from bot.incident.gate import must_be_open
from bot.incident.told import Told
from bot.text.words import N_

if TYPE_CHECKING:
    from bot.incident.incident import Incident


@event
class Updated(Event):
    """Everybody was told how it goes."""

    text: str
    next_at: datetime | None = None

    says = N_("{by}: {text}")
    aloud = wide = True

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        return replace(incident, update=Told(entry.by, entry.at, self.text), next_update=self.next_at)


@command("update", "post", rank=3)
class Update(Command):
    """Tell every room how it goes, and promise when they hear more.

    `update we found the cause, rolling back --next 30m` reminds you when the half hour is over.
    """

    text: str = words(N_("How it goes, in words for everybody."), required=True, long=True)
    next: timedelta | None = flag(N_("When the next update comes: 30m, 2h."), also=("in",))

    holds = True

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        if incident.merged_into:
            must_be_open(incident)
        yield Updated(self.text, ask.now + self.next if self.next and incident.open else None)


@event
class Reminded(Event):
    """An update was promised and did not come."""

    promised: datetime

    says = N_("An update was promised for {promised}. `update` tells everybody how it goes.")
    aloud = True

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        return replace(incident, next_update=None)


@dataclass(frozen=True)
class Remind(Command):
    """The next update is due."""

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        if incident.next_update:
            yield Reminded(incident.next_update)


def next_reminder(incident: "Incident") -> Iterator[Timer]:
    """When the promised update is due."""
    if incident.next_update:
        yield Timer("next update", incident.next_update, Remind())


@event
class Noted(Event):
    """Something worth keeping."""

    text: str

    says = N_("{by} noted: {text}")

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        return replace(incident, note=Told(entry.by, entry.at, self.text))


@command("note", rank=8)
class Note(Command):
    """Keep something in the timeline, without telling everybody."""

    text: str = words(N_("What should be kept."), required=True, long=True)

    holds = True

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        yield Noted(self.text)
