"""From declared to resolved: taking an incident, giving it back, saying where it stands."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.book import Ask, Command, Entry, Event, Refused, event
from bot.grammar import command, flag, word, words
from bot.incident.paging import answered, by_policy, call_out, page_again
from bot.incident.severity import Severity, Status
from bot.incident.told import Told
from bot.text.words import N_, Who

if TYPE_CHECKING:
    from bot.incident.incident import Incident


def must_be_open(incident: "Incident") -> None:
    """Refuse what only an open incident can take."""
    if incident.resolved:
        text = N_("#{id} was resolved by {by} at {at}. `reopen #{id} why` opens it again.")
        raise Refused(text, id=incident.id, by=Who(incident.resolved.by), at=incident.resolved.at)


@event
class Declared(Event):
    """It began: somebody said so."""

    title: str
    severity: Severity
    kind: str = ""
    platforms: tuple[str, ...] = ()

    says = N_("{by} declared {severity}: {title}")

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        return replace(
            incident,
            title=self.title,
            severity=self.severity,
            kind=self.kind,
            platforms=self.platforms,
            declared=Told(entry.by, entry.at, self.title),
            stamps=replace(incident.stamps, declared=entry.at),
        )


@command("declare", "new", "open", "start", "report", rank=1)
class Declare(Command):
    """Declare an incident: war rooms open, and whoever is on call is paged.

    One line is enough: `declare checkout is down --sev 1`.
    """

    title: str = words(N_("What is wrong, in one line."), required=True)
    sev: Severity | None = flag(N_("How bad it is, 1 (worst) to 5."))
    type: str = flag(N_("What sort of incident, such as security or outage."), default="")

    new = True

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        severity = self.sev or Severity(ask.rules.default_severity)
        yield Declared(self.title, severity, self.type, ask.rules.platforms)
        if severity in ask.rules.pages:
            yield from call_out(incident.called + 1, ask.rules.policy(), ask)


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

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        must_be_open(incident)
        if incident.acked and incident.live:
            yield Joined()
        elif incident.acked:
            text = N_("{who} has had it since {since}. `assign commander me` takes the lead, `unack` gives it back.")
            raise Refused(text, who=Who(incident.acked.by), since=incident.acked.at)
        else:
            yield Acknowledged(ask.now - incident.declared.at if incident.declared else timedelta(0), self.note)


@event
class Unacknowledged(Event):
    """It was given back: nobody has it."""

    why: str = ""

    says = N_("{by} gave it back: nobody has it now")
    aloud = True

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        return replace(incident, acked=None)


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


@command("status", rank=6)
class SetStatus(Command):
    """Say where it stands: triage, investigating, identified, monitoring or resolved."""

    status: Status | None = word(N_("Where it stands now."), required=True)
    text: str = words(N_("What was found or done."))

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
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
    aloud = True

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        return replace(incident, severity=self.after)


@command("sev", "severity", rank=7)
class SetSeverity(Command):
    """Say how bad it is, 1 (worst) to 5: what becomes worse pages whoever is on call, unless somebody has it."""

    sev: Severity | None = word(N_("How bad it is, 1 (worst) to 5."), required=True)

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        must_be_open(incident)
        if self.sev is incident.severity or self.sev is None:
            raise Refused(N_("#{id} is {severity} already."), id=incident.id, severity=incident.severity)
        yield SeverityChanged(incident.severity, self.sev)
        call = by_policy(incident)
        ringing = call is not None and not call.answered
        if self.sev in ask.rules.pages and not incident.acked and not ringing:
            yield from call_out(incident.called + 1, ask.rules.policy(), ask)


@event
class Edited(Event):
    """What is written on it was changed. An empty field stayed as it was."""

    title: str = ""
    impact: str = ""
    kind: str = ""

    says = N_("{by} changed what is written on it")

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        return replace(
            incident,
            title=self.title or incident.title,
            impact=self.impact or incident.impact,
            kind=self.kind or incident.kind,
        )


@command("edit", rank=25)
class Edit(Command):
    """Change what is written on it: its title, its impact, its type. Nobody is notified."""

    title: str = words(N_("What is wrong, in one line."))
    impact: str = flag(N_("Who is affected, and how."), default="", long=True)
    type: str = flag(N_("What sort of incident, such as security or outage."), default="")

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        new = Edited(*(value if value != old else "" for value, old in self._pairs(incident)))
        if new == Edited():
            raise Refused(
                N_("Nothing would change. Try: {example}"), example='edit #1 --impact "a third of all payments fail"'
            )
        yield new

    def _pairs(self, incident: "Incident") -> tuple[tuple[str, str], ...]:
        return (self.title, incident.title), (self.impact, incident.impact), (self.type, incident.kind)


@event
class Resolved(Event):
    """It is over."""

    after: timedelta
    text: str = ""

    says = N_("{by} resolved it after {after}")
    aloud = True

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        return replace(
            incident,
            status=Status.RESOLVED,
            resolved=Told(entry.by, entry.at, self.text),
            calls=answered(incident.calls, entry),
            next_update=None,
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
    aloud = True

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        stamps = replace(incident.stamps, resolved=None, mitigated=None)
        return replace(incident, status=Status.INVESTIGATING, resolved=None, acked=None, stamps=stamps)


@command("reopen", rank=26)
class Reopen(Command):
    """Open it again when it was not over: whoever is on call is paged until somebody has it."""

    why: str = words(N_("What came back."), required=True)

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        if not incident.resolved:
            raise Refused(N_("#{id} is open. `unack` pages again, `declare` begins another one."), id=incident.id)
        yield Reopened(self.why)
        if incident.severity in ask.rules.pages:
            yield from call_out(incident.called + 1, ask.rules.policy(), ask)
