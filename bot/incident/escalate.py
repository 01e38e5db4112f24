"""Asked for: somebody is paged by name, the next step comes now, or it is made somebody else's."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.book import Ask, Command, Entry, Event, Refused, event, vars_of
from bot.grammar import Target, command, flag, word, words
from bot.incident.call import Call, by_policy
from bot.incident.gate import must_be_open
from bot.incident.paging import Woken, call_by_name, call_out, climb, named, page_again, policy_for, present
from bot.text.words import N_, Phrase, Who

if TYPE_CHECKING:
    from bot.incident.incident import Incident
    from bot.incident.severity import Severity

MOST = 20
"""Calls that ring at once, at most."""


@event
class Rerouted(Event):
    """The policy's call ends, and another one follows."""

    policy: str
    to: Who = Who("")
    """Whose it is, where it was made somebody's rather than a policy's."""

    says = N_("paging begins anew, by the “{policy}” policy")
    aloud = True

    def phrase(self, entry: Entry) -> Phrase:
        return Phrase(N_("paging of {to} begins anew") if self.to else self.says, vars_of(self))

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        return replace(incident, calls=tuple(each for each in incident.calls if each.answered or each.by_name))


@event
class Urged(Event):
    """It became urgent: what was sent of these calls at low urgency is over, and they ring anew at high."""

    calls: tuple[int, ...]

    says = N_("it is urgent now: whoever is being paged is paged again, by what they set for that")

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        anew = (replace(each, over=entry.rev) if each.id in self.calls else each for each in incident.calls)
        return replace(incident, calls=tuple(anew))


@event
class Reassigned(Event):
    """It is somebody else's from now on: all that rang ends, and nobody has it until they answer."""

    to: Who
    why: str = ""

    says = N_("{by} reassigned it to {to}")
    aloud = True

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        answered = tuple(each for each in incident.calls if each.answered)
        return replace(incident, calls=answered, acked=None, snoozed=None)


@command("page", rank=9)
class Page(Command):
    """Page somebody by name, or everybody whom a policy names: until they answer, even when somebody has it already."""

    person: Target | None = word(N_("Whom to page: a person, a team or a policy."), required=True, suggests=True)
    why: str = words(N_("What they are needed for."))

    holds = True

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        must_be_open(incident)
        if len(incident.live) >= MOST:
            raise Refused(N_("{count} calls are ringing already. `ack` answers them."), count=len(incident.live))
        kind, _, name = str(self.person).partition(" ")
        if kind == "policy":
            yield from call_out(incident, ask.rules.policies[name], ask, by_name=True)
        else:
            yield from call_by_name(incident, name, ask)


@command("escalate", rank=10)
class Escalate(Command):
    """Do not wait for the next step: page it now. A snooze ends.

    `escalate --restart` pages anew whoever is being paged: from the first step, by the policy as it is configured now,
    or the person or team that it was reassigned to.
    """

    why: str = words(N_("Why it cannot wait."))
    restart: bool = flag(N_("From the first step, by the policy as it is now."), default=False)

    several = True

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        must_be_open(incident)
        if incident.snoozed:
            yield Woken()
        if self.restart:
            yield from restart(incident, ask)
            return
        waiting = [call for call in incident.live if not call.exhausted]
        for call in waiting:
            yield from climb(incident, call, ask)
        if not waiting:
            yield from call_out(incident, policy_for(incident, ask), ask)
        elif incident.snoozed and all(call.by_name for call in waiting):
            yield from page_again(incident, ask)


@command("reassign", rank=31, group="people")
class Reassign(Command):
    """Make it somebody else's: a person, a team or a policy. They are paged, and nobody has it until they answer.

    `reassign payments` when it is not yours to solve; `handoff` passes it on to one who has it at once.
    """

    to: Target | None = word(N_("A person, a team, a schedule or a policy."), required=True, suggests=True)
    why: str = words(N_("Why it is theirs."))

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        must_be_open(incident)
        kind, _, name = str(self.to).partition(" ")
        if name == ask.by:
            raise Refused(N_("You need not be paged: `ack` takes it, and `handoff me` takes it over."))
        yield Reassigned(Who(name), self.why)
        policy = ask.rules.policies[name] if kind == "policy" else named(incident, name, ask)
        yield from call_out(incident, policy, ask)


def restart(incident: "Incident", ask: Ask) -> Iterator[Event]:
    """Page anew what was being paged: whoever it was reassigned to, or the call's policy as it is configured now.

    Whichever policy is for the incident, where neither is there any more.
    """
    call = by_policy(incident)
    to = owner(call, incident, ask) if call else ""
    policy = ask.rules.policies.get(call.policy) if call else None
    again = named(incident, to, ask) if to and policy is None else policy or policy_for(incident, ask)
    yield Rerouted(again.name, Who("" if policy else to))
    yield from call_out(incident, again, ask)


def owner(call: Call, incident: "Incident", ask: Ask) -> str:
    """Whom a call is for that was made for one person, team or schedule, while there is somebody to page."""
    target = call.steps[0].people[0] if call.steps else ""
    made = target and named(incident, target, ask)
    same = made and (made.name, made.steps) == (call.policy, call.steps)
    return target if same and present((target,), incident, ask) else ""


def regraded(incident: "Incident", before: "Severity", ask: Ask) -> Iterator[Event]:
    """What follows for who is paged once its severity was changed. What becomes urgent ends a snooze."""
    urgent = ask.rules.urgency(before) != ask.rules.urgency(incident.severity) == "high"
    woken = urgent and bool(incident.snoozed)
    if woken:
        yield Woken()
        incident = replace(incident, snoozed=None, acked=None)
    free = incident.severity in ask.rules.pages and not incident.acked and not incident.snoozed
    call, moves = by_policy(incident), free and outgrown(incident, before, ask)
    if urgent:
        ringing = [call for call in incident.live if call.by_name or not (moves or call.exhausted)]
        yield from urged(incident, ringing, ask)
    if moves:
        yield Rerouted(policy_for(incident, ask).name)
        yield from call_out(incident, policy_for(incident, ask), ask)
    elif woken:
        yield from page_again(incident, ask)
    elif free and (call is None or call.answered):
        yield from call_out(incident, policy_for(incident, ask), ask)


def outgrown(incident: "Incident", before: "Severity", ask: Ask) -> bool:
    """Whether it is worse than its call was made for: nobody answered, or another policy is for it."""
    call, policy = by_policy(incident), policy_for(incident, ask)
    if call is None or call.answered or incident.severity >= before:
        return False
    routed = call.policy == ask.rules.policy(before, incident.service).name
    return call.exhausted or (routed and policy.name != call.policy)


def urged(incident: "Incident", ringing: Sequence[Call], ask: Ask) -> Iterator[Event]:
    """Calls ring anew, at the step that they had reached: their pages go by each one's high chain now.

    Also where somebody has the incident: whoever was asked for by name did not answer yet.
    """
    if ringing:
        yield Urged(tuple(call.id for call in ringing))
    for call in ringing:
        yield from climb(incident, call.back(), ask)
