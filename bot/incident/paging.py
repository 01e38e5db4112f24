"""Calls: who is paged, step by step, until somebody answers or the ladder ends."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.book import Ask, Command, Entry, Event, Send, Timer, event
from bot.incident.call import Call, by_policy, kept, with_call
from bot.oncall.policy import WEBHOOK, Policy, Step
from bot.oncall.teams import on_call
from bot.text.words import N_, Phrase, Who

if TYPE_CHECKING:
    from bot.incident.incident import Incident

WAIT = timedelta(minutes=5)
"""How long somebody who was paged by name has."""


def next_step(call: Call) -> Timer | None:
    """When the call climbs; nothing, once somebody answered or its ladder ended.

    Where nobody of the step could be reached, there is nothing to wait for.
    """
    if call.answered or call.exhausted or call.paged_at is None:
        return None
    silent = set(call.now.people) <= set(call.unreached)
    return Timer(f"climb {call.id}", call.paged_at + (timedelta(0) if silent else call.now.wait), Climb(call.id))


def bring(incident: "Incident", people: Iterable[str]) -> "Incident":
    """The incident with these people in it: they see it when it is private, and are let into its rooms."""
    fresh = (each for each in people if not elsewhere(each) and each not in incident.brought)
    return replace(incident, brought=(*incident.brought, *fresh))


# ---- events


@event
class Called(Event):
    """A call was made: from here on it climbs by the policy as it is now."""

    call: int
    policy: str
    steps: tuple[Step, ...]
    repeat: int
    catch_all: tuple[str, ...]
    by_name: bool = False
    repeat_from: int = 1
    ack_timeout: timedelta | None = None

    says = N_("the “{policy}” policy was called")

    @staticmethod
    def of(call: Call) -> "Called":
        """That this call was made."""
        return Called(
            call.id, call.policy, call.steps, call.repeat, call.catch_all, call.by_name, call.repeat_from,
            call.ack_timeout,
        )  # fmt: skip

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        call = Call(
            self.call, self.policy, self.steps, self.repeat, self.catch_all, entry.at, self.by_name, self.repeat_from,
            self.ack_timeout,
        )  # fmt: skip
        return replace(incident, calls=kept((*incident.calls, call)), called=self.call)


@event
class Uncalled(Event):
    """There is no policy: nobody can be paged."""

    says = N_("NOBODY WAS PAGED: no escalation policy is configured. `page` asks for somebody by name")
    aloud = True


@event
class Paged(Event):
    """A step of a call: these people are paged, each by their own channels."""

    call: int
    round: int
    step: int
    people: tuple[Who, ...]

    says = N_("{people} paged (step {step}, round {round})")

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        call, incident = incident.call(self.call), bring(incident, self.people)
        if call is None:
            return incident
        return with_call(
            incident,
            replace(
                call, round=self.round, step=self.step, paged_at=entry.at,
                answered=False, answered_by="", exhausted=False, unreached=(), paged=self.people,
            ),
        )  # fmt: skip

    def sends(self, incident: "Incident", entry: Entry) -> Iterator[Send]:
        where = {"call": self.call, "round": self.round, "step": self.step}
        yield from (Send("page", person, 0, where) for person in self.people)


@event
class Skipped(Event):
    """A step was passed at once: it had nobody to page, or stood outside its hours."""

    call: int
    step: int
    off_hours: bool = False

    says = N_("step {step} was skipped: there is nobody to page")

    def phrase(self, entry: Entry) -> Phrase:
        outside = N_("step {step} was skipped: it is outside its hours")
        return Phrase(outside if self.off_hours else self.says, {"step": self.step})


@event
class Exhausted(Event):
    """The ladder ended and nobody answered: the catch-all is paged, and every room is told."""

    call: int
    people: tuple[Who, ...]

    says = N_("NOBODY ANSWERED. Everybody on the ladder was paged. Last resort, paged now: {people}")
    aloud = True

    def phrase(self, entry: Entry) -> Phrase:
        nobody = N_("NOBODY ANSWERED. Everybody on the ladder was paged, and there is no last resort: `page` somebody")
        return Phrase(self.says if self.people else nobody, {"people": self.people})

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        call, incident = incident.call(self.call), bring(incident, self.people)
        ended = call and replace(call, answered=False, answered_by="", exhausted=True)  # the last resort is rung by it
        return with_call(incident, ended) if ended else incident

    def sends(self, incident: "Incident", entry: Entry) -> Iterator[Send]:
        yield from super().sends(incident, entry)
        call = incident.call(self.call)
        where = {"call": self.call, "round": call.round if call else 1, "step": 0}
        yield from (Send("page", person, 0, where) for person in self.people)


@event
class Woken(Event):
    """The snooze is over: nobody has it, and paging goes on."""

    says = N_("the snooze is over")
    aloud = True

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        return replace(incident, snoozed=None, acked=None)


@event
class Unreached(Event):
    """No channel of somebody took a page."""

    call: int
    round: int
    step: int
    person: Who
    why: str = ""

    says = N_("{person} could not be reached: {why}")
    aloud = True

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        call = incident.call(self.call)
        if call is None or (call.round, call.step) != (self.round, self.step):
            return incident
        return with_call(incident, replace(call, unreached=(*call.unreached, self.person)))


# ---- decisions


def call_out(incident: "Incident", policy: Policy, ask: Ask, *, by_name: bool = False) -> Iterator[Event]:
    """Make a call and page its first step; without anybody to page, that is what is told."""
    if not policy.steps and not policy.catch_all:
        yield Uncalled()
        return
    call = Call.of(incident.called + 1, policy, ask.now, by_name=by_name)
    yield Called.of(call)
    yield from climb(incident, call, ask)


def climb(incident: "Incident", call: Call, ask: Ask) -> Iterator[Event]:
    """From where the call stands to the next step that has somebody to page, or to its end."""
    passed: set[int] = set()
    for round, number in call.rungs():
        if number in passed:
            break  # at this moment every round is the same
        step = call.steps[number - 1]
        holds = step.holds(ask.now)
        if holds and (people := present(step.people, incident, ask)):
            yield Paged(call.id, round, number, people)
            return
        passed.add(number)
        yield Skipped(call.id, number, not holds)
    yield Exhausted(call.id, last_resort(incident, call, ask))


def last_resort(incident: "Incident", call: Call, ask: Ask) -> tuple[Who, ...]:
    """The catch-all; where nobody whom the call names is there any more, whoever the policy names by now."""
    if (found := present(call.catch_all, incident, ask)) or present(named_in(call.steps), incident, ask):
        return found
    policy = policy_for(incident, ask)
    return present(policy.catch_all, incident, ask) or present(named_in(policy.steps), incident, ask)


def named_in(steps: Iterable[Step]) -> Iterator[str]:
    """Whoever is named in any step."""
    return (each for step in steps for each in step.people)


def present(people: Iterable[str], incident: "Incident", ask: Ask) -> tuple[Who, ...]:
    """Those who are still there; of a schedule or a team, whoever is on call at this moment."""
    meant = (person for each in people for person in on_call(each, ask.rules, ask.schedules, ask.now))
    return tuple(Who(each) for each in dict.fromkeys(meant) if there(each, incident, ask))


def there(target: str, incident: "Incident", ask: Ask) -> bool:
    """Whether somebody is known, a room's chat or a webhook configured. No room is told of a private incident."""
    kind, _, name = target.partition(":")
    if not elsewhere(target):
        return target in ask.people
    return name in ask.rules.webhooks if kind == WEBHOOK else kind in ask.rules.platforms and not incident.private


def elsewhere(target: str) -> bool:
    """Whether it is a room or a webhook, and no person."""
    return ":" in target


def call_by_name(incident: "Incident", person: str, ask: Ask) -> Iterator[Event]:
    """A call for one person: they are paged until they answer, and then the catch-all."""
    yield from call_out(incident, named(incident, person, ask), ask, by_name=True)


def named(incident: "Incident", target: str, ask: Ask) -> Policy:
    """A policy for one person, or for whoever is on call for one team."""
    catch_all = policy_for(incident, ask).catch_all
    return Policy(ask.people.name(target), (Step((target,), WAIT),), 1, catch_all)


def policy_for(incident: "Incident", ask: Ask) -> Policy:
    """The policy that is for such an incident."""
    return ask.rules.policy(incident.severity, incident.service)


def page_again(incident: "Incident", ask: Ask) -> Iterator[Event]:
    """The policy's call goes on from the step that it had reached; one that ended, or was never made, begins."""
    call = by_policy(incident)
    if call is None:
        if incident.severity in ask.rules.pages:
            yield from call_out(incident, policy_for(incident, ask), ask)
    elif call.exhausted or call.answered:
        yield from climb(incident, call.back(), ask)


@dataclass(frozen=True)
class Climb(Command):
    """Nobody answered in time: on to the next step."""

    call: int

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        call = incident.call(self.call)
        if call and not call.answered and not call.exhausted:
            yield from climb(incident, call, ask)


@dataclass(frozen=True)
class Miss(Command):
    """A page reached nobody by any channel."""

    call: int
    round: int
    step: int
    person: str
    why: str

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        yield Unreached(self.call, self.round, self.step, Who(self.person), self.why)
