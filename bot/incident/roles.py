"""Who does what."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.book import Ask, Command, Entry, Event, Refused, event
from bot.grammar import Person, command, word, words
from bot.incident.gate import must_be_open
from bot.incident.paging import bring, call_by_name
from bot.incident.severity import Role
from bot.incident.told import Told
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


# ---- coming, going, and passing it on


@event
class CameIn(Event):
    """Somebody helps."""

    person: Who

    says = N_("{person} joined")
    aloud = True

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        return replace(incident, responders=(*incident.responders, self.person))


@event
class WentOut(Event):
    """Somebody does not help any more; their roles are free."""

    person: Who

    says = N_("{person} left")
    aloud = True

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        return replace(
            incident,
            responders=tuple(each for each in incident.responders if each != self.person),
            brought=tuple(each for each in incident.brought if each != self.person),
            roles={role: person for role, person in incident.roles.items() if person != self.person},
        )


@command("join", rank=23, group="people")
class Join(Command):
    """Help with it: you are brought into its rooms, and listed as a responder."""

    holds = True

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        must_be_open(incident)
        if ask.by in incident.responders:
            raise Refused(N_("You are in it already. `leave` takes you out."))
        yield CameIn(Who(ask.by))


@command("leave", rank=24, group="people")
class Leave(Command):
    """Do not help any more: your roles are free. Who has the incident gives it back first, or hands it off."""

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        if incident.acked and incident.acked.by == ask.by and incident.open:
            raise Refused(N_("You have #{id}. `handoff @person` passes it on, `unack` gives it back."), id=incident.id)
        if ask.by not in {*incident.responders, *incident.brought, *incident.roles.values()}:
            raise Refused(N_("You are not in it. `join` brings you in."))
        yield WentOut(Who(ask.by))


@event
class BroughtIn(Event):
    """Somebody is brought into its rooms."""

    person: Who

    says = N_("{by} brought in {person}")
    aloud = True

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        return bring(incident, (self.person,))


@command("invite", rank=25, group="people")
class Invite(Command):
    """Bring somebody into its rooms, without paging them."""

    person: Person | None = word(N_("Whom to bring in."), required=True)

    holds = True

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        must_be_open(incident)
        if self.person in incident.members:
            raise Refused(N_("{who} is in it already."), who=Who(self.person or ""))
        yield BroughtIn(Who(self.person or ""))


@event
class HandedOff(Event):
    """It has somebody else now."""

    person: Who
    before: Who = Who("")
    note: str = ""

    says = N_("{by} handed it to {person}")
    aloud = True

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        commander = Role.COMMANDER.value
        passed = {commander: self.person} if incident.roles.get(commander, "") == self.before != "" else {}
        return replace(incident, acked=Told(self.person, entry.at, self.note), roles={**incident.roles, **passed})


@command("handoff", "pass", rank=22, group="people")
class HandOff(Command):
    """Pass it on: it has somebody else from now on, who is paged until they answer; `handoff me` takes it over.

    The commander's role goes with it, if whoever had it was the commander.
    """

    person: Person | None = word(N_("Who takes it; `me` is you."), required=True)
    note: str = words(N_("What they should know."))

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        must_be_open(incident)
        if incident.acked is None:
            raise Refused(N_("Nobody has #{id}, so there is nothing to pass on. `ack` takes it."), id=incident.id)
        if incident.acked.by == self.person:
            raise Refused(N_("{who} has it already."), who=Who(incident.acked.by))
        yield HandedOff(Who(self.person or ""), Who(incident.acked.by), self.note)
        if self.person != ask.by:
            yield from call_by_name(incident, str(self.person), ask)
