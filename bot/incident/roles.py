"""Who does what."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.book import Ask, Command, Entry, Event, Refused, event
from bot.grammar import Person, command, word
from bot.incident.lifecycle import must_be_open
from bot.incident.severity import Role
from bot.text.words import N_, Who

if TYPE_CHECKING:
    from bot.incident.incident import Incident


@event
class Assigned(Event):
    """Somebody has a role now."""

    role: Role
    person: Who
    before: Who = Who("")

    says = N_("{person} is {role} now")
    aloud = True

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        return replace(incident, roles={**incident.roles, self.role.value: self.person})


@command("assign", "role", rank=11)
class Assign(Command):
    """Give somebody a role: commander, comms, scribe or ops."""

    role: Role | None = word(N_("Which role."), required=True)
    person: Person | None = word(N_("Who takes it; `me` is you."), required=True)

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        must_be_open(incident)
        if self.role is None or self.person is None:
            return
        before = incident.roles.get(self.role.value, "")
        if before == self.person:
            raise Refused(N_("{who} is {role} already."), who=Who(self.person), role=self.role)
        yield Assigned(self.role, Who(self.person), Who(before))
