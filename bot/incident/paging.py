"""Calls: who is paged, step by step, until somebody answers or the ladder ends."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.book import Ask, Command, Entry, Event, Refused, Send, Timer, event
from bot.grammar import Target, command, word, words
from bot.incident.gate import must_be_open
from bot.oncall.policy import Policy, Step
from bot.oncall.teams import on_call
from bot.text.words import N_, Who

if TYPE_CHECKING:
    from bot.incident.incident import Incident

KEPT = 3
"""Answered calls that the state still holds; the log has the others."""
MOST = 20
"""Calls that ring at once, at most."""
WAIT = timedelta(minutes=5)
"""How long somebody who was paged by name has."""


@dataclass(frozen=True, slots=True)
class Call:
    """A ladder being climbed: the policy as it was when the call was made, and how far it came.

    `round` and `step` count from 1; step 0 is before the first. Every page carries them, and is void
    once the call stands elsewhere or was answered.
    """

    id: int
    policy: str
    steps: tuple[Step, ...]
    repeat: int
    catch_all: tuple[str, ...]
    made_at: datetime
    by_name: bool = False
    """Somebody was asked for; the policy's own call is another."""
    round: int = 1
    step: int = 0
    paged_at: datetime | None = None
    answered: bool = False
    answered_by: str = ""
    exhausted: bool = False
    unreached: tuple[str, ...] = ()
    """Those of this step whom no channel reached."""
    paged: tuple[str, ...] = ()
    """Whoever this step meant when it was reached: a schedule's name is its on-call then."""

    @property
    def now(self) -> Step:
        """The step that it stands on, with the people who were paged."""
        step = self.steps[self.step - 1]
        return replace(step, people=self.paged or step.people)

    @property
    def rounds(self) -> int:
        """How often the ladder is climbed at most."""
        return self.repeat + 1


def next_step(call: Call) -> Timer | None:
    """When the call climbs; nothing, once somebody answered or its ladder ended.

    Where nobody of the step could be reached, there is nothing to wait for.
    """
    if call.answered or call.exhausted or call.paged_at is None:
        return None
    silent = set(call.now.people) <= set(call.unreached)
    return Timer(f"climb {call.id}", call.paged_at + (timedelta(0) if silent else call.now.wait), Climb(call.id))


def answered(calls: Iterable[Call], entry: Entry) -> tuple[Call, ...]:
    """The calls once somebody answered them all."""
    return kept(call if call.answered else replace(call, answered=True, answered_by=entry.by) for call in calls)


def kept(calls: Iterable[Call]) -> tuple[Call, ...]:
    """Every call that rings; of those answered only the last few, and the last one by the policy."""
    calls = tuple(calls)
    last = {call.id for call in [call for call in calls if call.answered][-KEPT:]}
    last |= {call.id for call in [call for call in calls if not call.by_name][-1:]}
    return tuple(call for call in calls if not call.answered or call.id in last)


def bring(incident: "Incident", people: Iterable[str]) -> "Incident":
    """The incident with these people in it: they see it when it is private, and are let into its rooms."""
    return replace(incident, brought=(*incident.brought, *(each for each in people if each not in incident.brought)))


def with_call(incident: "Incident", call: Call) -> "Incident":
    """The incident with one of its calls changed."""
    return replace(incident, calls=tuple(call if each.id == call.id else each for each in incident.calls))


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

    says = N_("the “{policy}” policy was called")

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        call = Call(self.call, self.policy, self.steps, self.repeat, self.catch_all, entry.at, self.by_name)
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
    """A step had nobody to page."""

    call: int
    step: int

    says = N_("step {step} was skipped: there is nobody to page")


@event
class Exhausted(Event):
    """The ladder ended and nobody answered: the catch-all is paged, and every room is told."""

    call: int
    people: tuple[Who, ...]

    says = N_("NOBODY ANSWERED. Everybody on the ladder was paged. Last resort, paged now: {people}")
    aloud = True

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        call, incident = incident.call(self.call), bring(incident, self.people)
        return with_call(incident, replace(call, exhausted=True)) if call else incident

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


def call_out(id: int, policy: Policy, ask: Ask, *, by_name: bool = False) -> Iterator[Event]:
    """Make a call and page its first step; without anybody to page, that is what is told."""
    if not policy.steps and not policy.catch_all:
        yield Uncalled()
        return
    yield Called(id, policy.name, policy.steps, policy.repeat, policy.catch_all, by_name)
    yield from climb(Call(id, policy.name, policy.steps, policy.repeat, policy.catch_all, ask.now, by_name), ask)


def climb(call: Call, ask: Ask) -> Iterator[Event]:
    """From where the call stands to the next step that has somebody to page, or to its end."""
    for round, number in rungs(call):
        people = present(call.steps[number - 1].people, ask)
        if people:
            yield Paged(call.id, round, number, people)
            return
        yield Skipped(call.id, number)
    yield Exhausted(call.id, present(call.catch_all, ask))


def rungs(call: Call) -> Iterator[tuple[int, int]]:
    """What is left of the ladder, as (round, step)."""
    for round in range(call.round, call.rounds + 1):
        for number in range(call.step + 1 if round == call.round else 1, len(call.steps) + 1):
            yield round, number


def present(people: Iterable[str], ask: Ask) -> tuple[Who, ...]:
    """Those who are still there; of a schedule or a team, whoever is on call at this moment."""
    meant = (person for each in people for person in on_call(each, ask.rules, ask.schedules, ask.now))
    return tuple(Who(person) for person in dict.fromkeys(meant) if person in ask.people)


def call_by_name(incident: "Incident", person: str, ask: Ask) -> Iterator[Event]:
    """A call for one person: they are paged until they answer, and then the catch-all."""
    policy = Policy(ask.people.name(person), (Step((person,), WAIT),), 1, ask.rules.policy().catch_all)
    yield from call_out(incident.called + 1, policy, ask, by_name=True)


def by_policy(incident: "Incident") -> Call | None:
    """The last call that nobody asked for by name."""
    return next((call for call in reversed(incident.calls) if not call.by_name), None)


def page_again(incident: "Incident", ask: Ask) -> Iterator[Event]:
    """The policy's call goes on from the step that it had reached; one that ended, or was never made, begins."""
    call = by_policy(incident)
    if call is None:
        if incident.severity in ask.rules.pages:
            yield from call_out(incident.called + 1, ask.rules.policy(), ask)
    elif call.exhausted:
        yield from climb(replace(call, round=1, step=0), ask)
    elif call.answered:
        yield from climb(replace(call, step=max(call.step - 1, 0)), ask)


@dataclass(frozen=True)
class Climb(Command):
    """Nobody answered in time: on to the next step."""

    call: int

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        call = incident.call(self.call)
        if call and not call.answered and not call.exhausted:
            yield from climb(call, ask)


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


@command("page", rank=9)
class Page(Command):
    """Page somebody by name, or everybody whom a policy names: until they answer, even when somebody has it already."""

    person: Target | None = word(N_("Whom to page: a person, a team or a policy."), required=True, suggests=True)
    why: str = words(N_("What they are needed for."))

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        must_be_open(incident)
        if len(incident.live) >= MOST:
            raise Refused(N_("{count} calls are ringing already. `ack` answers them."), count=len(incident.live))
        kind, _, name = str(self.person).partition(" ")
        if kind == "policy":
            yield from call_out(incident.called + 1, ask.rules.policies[name], ask, by_name=True)
        else:
            yield from call_by_name(incident, name, ask)


@command("escalate", rank=10)
class Escalate(Command):
    """Do not wait for the next step: page it now. A snooze ends."""

    why: str = words(N_("Why it cannot wait."))

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        must_be_open(incident)
        if incident.snoozed:
            yield Woken()
        waiting = [call for call in incident.live if not call.exhausted]
        for call in waiting:
            yield from climb(call, ask)
        if not waiting:
            yield from call_out(incident.called + 1, ask.rules.policy(), ask)
