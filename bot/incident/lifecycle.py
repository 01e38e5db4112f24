"""From declared to resolved: taking an incident, giving it back, saying where it stands."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.book import Ask, Command, Entry, Event, Refused, event
from bot.grammar import command, flag, word, words
from bot.incident.call import answered
from bot.incident.escalate import regraded
from bot.incident.follow import Follower, fitting, follow_up
from bot.incident.gate import must_be_open
from bot.incident.paging import call_out, page_again, policy_for
from bot.incident.severity import Severity, Status
from bot.incident.told import Told
from bot.text.words import N_, Who

if TYPE_CHECKING:
    from bot.incident.incident import Incident


@event
class Declared(Event):
    """It began: somebody said so."""

    title: str
    severity: Severity
    kind: str = ""
    platforms: tuple[str, ...] = ()
    service: str = ""
    private: bool = False
    followers: tuple[Follower, ...] = ()
    word: str = ""

    says = N_("{by} declared #{book}, {severity}: {title}")
    aloud = wide = True

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        return replace(
            incident,
            title=self.title,
            severity=self.severity,
            kind=self.kind,
            service=self.service,
            private=self.private,
            followers=self.followers,
            platforms=self.platforms,
            word=self.word,
            declared=Told(entry.by, entry.at, self.title),
            stamps=replace(incident.stamps, declared=entry.at),
        )


@command("declare", "new", "open", "start", "report", rank=1, about=True)
class Declare(Command):
    """Declare an incident: war rooms open, and whoever is on call is paged.

    One line is enough: `declare checkout is down --sev 1`.
    """

    title: str = words(N_("What is wrong, in one line."), required=True)
    sev: Severity | None = flag(N_("How bad it is, 1 (worst) to 5."), also=("severity",))
    type: str = flag(N_("What sort of incident, such as security or outage."), default="", also=("kind",))
    service: str = flag(N_("Which service it is about: whoever follows it is told."), default="")
    private: bool = flag(N_("Only those who are in it, and administrators, ever see it."), default=False)

    holds = True
    new = True

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        severity = self.sev or Severity(ask.rules.default_severity)
        followers = () if self.private else fitting(severity, self.service, ask)
        platforms, word = ask.rules.platforms, ask.token
        yield Declared(self.title, severity, self.type, platforms, self.service, self.private, followers, word)
        if severity in ask.rules.pages:
            policy = ask.rules.policy(severity, self.service)
            yield from call_out(replace(incident, private=self.private), policy, ask)


@event
class Acknowledged(Event):
    """Somebody has it."""

    after: timedelta
    note: str = ""

    says = N_("{by} took it after {after}")
    aloud = True

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        stamps = incident.stamps
        return replace(
            incident,
            acked=Told(entry.by, entry.at, self.note),
            snoozed=None,
            status=Status.INVESTIGATING if incident.status is Status.TRIAGE else incident.status,
            calls=answered(incident.calls, entry),
            stamps=stamps if stamps.acknowledged else replace(stamps, acknowledged=entry.at),
        )


@event
class Joined(Event):
    """Somebody else has it already; this call, made later, is answered too."""

    says = N_("{by} answered the page")
    aloud = True

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        return replace(incident, calls=answered(incident.calls, entry))


@command("ack", "take", "acknowledge", rank=2)
class Acknowledge(Command):
    """Take the incident: paging stops, and your name is on it."""

    note: str = words(N_("Anything the others should know."))

    several = True

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        must_be_open(incident)
        held = incident.acked if not incident.snoozed else None
        if held and incident.live:
            yield Joined()
        elif held:
            text = N_("{who} has had it since {since}. `handoff me` takes it over, `join` helps.")
            raise Refused(text, who=Who(held.by), since=held.at)
        else:
            yield Acknowledged(ask.now - incident.declared.at if incident.declared else timedelta(0), self.note)


@event
class Unacknowledged(Event):
    """It was given back: nobody has it."""

    why: str = ""

    says = N_("{by} gave it back: nobody has it now")
    aloud = True

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        return replace(incident, acked=None, snoozed=None)


@command("unack", "release", "unacknowledge", rank=22)
class Unacknowledge(Command):
    """Give the incident back: paging goes on where it stopped."""

    why: str = words(N_("Why you cannot keep it."))

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        must_be_open(incident)
        if not incident.acked:
            raise Refused(N_("Nobody has #{id}, so there is nothing to give back. `ack` takes it."), id=incident.id)
        yield Unacknowledged(self.why)
        yield from page_again(incident, ask)


@event
class StatusChanged(Event):
    """It stands somewhere else now."""

    before: Status
    after: Status
    text: str = ""

    says = N_("{by} moved it from {before} to {after}")
    aloud = True

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        first = self.after is Status.MONITORING and not incident.stamps.mitigated
        stamps = replace(incident.stamps, mitigated=entry.at) if first else incident.stamps
        return replace(incident, status=self.after, stamps=stamps)


ENDS = {Status.CLOSED: "close", Status.CANCELLED: "cancel", Status.MERGED: "merge"}
"""Statuses that have a command of their own."""


@command("status", rank=6)
class SetStatus(Command):
    """Say where it stands: triage, investigating, identified, monitoring or resolved."""

    status: Status | None = word(N_("Where it stands now."), required=True)
    text: str = words(N_("What was found or done."))

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        if self.status in ENDS:
            raise Refused(N_("`{name}` does that, and says so to everybody."), name=ENDS[self.status])
        if self.status is Status.RESOLVED:
            yield from Resolve(self.text).decide(incident, ask)
            return
        must_be_open(incident)
        if self.status is incident.status or self.status is None:
            raise Refused(N_("#{id} is {status} already."), id=incident.id, status=incident.status)
        yield StatusChanged(incident.status, self.status, self.text)


@event
class SeverityChanged(Event):
    """It is better or worse than was thought."""

    before: Severity
    after: Severity

    says = N_("{by} changed the severity from {before} to {after}")
    aloud = wide = True

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        return replace(incident, severity=self.after)


@command("sev", "severity", rank=7)
class SetSeverity(Command):
    """Say how bad it is, 1 (worst) to 5: what becomes worse pages whoever is on call, unless somebody has it.

    What becomes urgent ends a snooze, and pages anew whoever was asked for by name and did not answer yet.
    """

    sev: Severity | None = word(N_("How bad it is, 1 (worst) to 5."), required=True, also=("severity",))

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        must_be_open(incident)
        if self.sev is incident.severity or self.sev is None:
            raise Refused(N_("#{id} is {severity} already."), id=incident.id, severity=incident.severity)
        yield SeverityChanged(incident.severity, self.sev)
        yield from follow_up(incident, self.sev, incident.service, ask)
        yield from regraded(replace(incident, severity=self.sev), incident.severity, ask)


@event
class Resolved(Event):
    """It is over."""

    after: timedelta
    text: str = ""

    says = N_("{by} resolved it after {after}")
    aloud = wide = True

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        return replace(
            incident,
            status=Status.RESOLVED,
            resolved=Told(entry.by, entry.at, self.text),
            calls=answered(incident.calls, entry),
            next_update=None,
            snoozed=None,
            stamps=replace(incident.stamps, resolved=entry.at, mitigated=incident.stamps.mitigated or entry.at),
        )


@command("resolve", "fixed", "done", rank=5)
class Resolve(Command):
    """Say that it is over: paging and reminders stop."""

    text: str = words(N_("What fixed it."), long=True)

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        must_be_open(incident)
        yield Resolved(ask.now - incident.declared.at if incident.declared else timedelta(0), self.text)


@event
class Reopened(Event):
    """It was not over."""

    why: str

    says = N_("{by} opened it again: {why}")
    aloud = wide = True

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        stamps = replace(incident.stamps, resolved=None, mitigated=None)
        incident = incident.anew() if incident.shut else incident
        return replace(incident, status=Status.INVESTIGATING, resolved=None, closed=None, acked=None, stamps=stamps)


@command("reopen", rank=26)
class Reopen(Command):
    """Open it again when it was not over: whoever is on call is paged until somebody has it."""

    why: str = words(N_("What came back."), required=True)

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        if not incident.resolved:
            raise Refused(N_("#{id} is open. `unack` pages again, `declare` begins another one."), id=incident.id)
        if incident.merged_into:
            must_be_open(incident)
        yield Reopened(self.why)
        if incident.severity in ask.rules.pages:
            yield from call_out(incident, policy_for(incident, ask), ask)
