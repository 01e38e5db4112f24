"""A call: a ladder being climbed until somebody answers, and what of it is still to come."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.book import Entry
from bot.oncall.policy import Policy, Step

if TYPE_CHECKING:
    from bot.incident.incident import Incident

KEPT = 3
"""Answered calls that the state still holds; the log has the others."""


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
    repeat_from: int = 1
    ack_timeout: timedelta | None = None
    round: int = 1
    step: int = 0
    paged_at: datetime | None = None
    answered: bool = False
    answered_by: str = ""
    exhausted: bool = False
    asleep: bool = False
    """It was being climbed when the incident was snoozed; whoever is asked for after that is paged all the same."""
    over: int = 0
    """The entry at which it was last answered, put to sleep or became urgent: no page from before goes out after it."""
    unreached: tuple[str, ...] = ()
    """Those of this step whom no channel reached."""
    paged: tuple[str, ...] = ()
    """Whoever this step meant when it was reached: a schedule's name is its on-call then."""

    @staticmethod
    def of(id: int, policy: Policy, at: datetime, *, by_name: bool) -> "Call":
        """A call that is made now: from here on the policy may change as it likes."""
        return Call(
            id, policy.name, policy.steps, policy.repeat, policy.catch_all, at, by_name,
            policy.repeat_from, policy.ack_timeout,
        )  # fmt: skip

    @property
    def now(self) -> Step:
        """The step that it stands on, with the people who were paged."""
        step = self.steps[self.step - 1]
        return replace(step, people=self.paged or step.people)

    @property
    def rounds(self) -> int:
        """How often the ladder is climbed at most."""
        return self.repeat + 1

    def rungs(self) -> Iterator[tuple[int, int]]:
        """What is left of the ladder, as (round, step)."""
        for round in range(self.round, self.rounds + 1):
            first = 1 if round == 1 else self.repeat_from
            for number in range(self.step + 1 if round == self.round else first, len(self.steps) + 1):
                yield round, number

    def back(self) -> "Call":
        """The same before the step that it reached: from there it goes on. One that ended begins at its first."""
        return replace(self, round=1, step=0) if self.exhausted else replace(self, step=max(self.step - 1, 0))


def answered(calls: Iterable[Call], entry: Entry) -> tuple[Call, ...]:
    """The calls once somebody answered them all."""
    return kept(
        call if call.answered else replace(call, answered=True, answered_by=entry.by, over=entry.rev) for call in calls
    )


def kept(calls: Iterable[Call]) -> tuple[Call, ...]:
    """Every call that rings; of those answered only the last few, and the last one by the policy."""
    calls = tuple(calls)
    last = {call.id for call in [call for call in calls if call.answered][-KEPT:]}
    last |= {call.id for call in [call for call in calls if not call.by_name][-1:]}
    return tuple(call for call in calls if not call.answered or call.id in last)


def by_policy(incident: "Incident") -> Call | None:
    """The last call that nobody asked for by name."""
    return next((call for call in reversed(incident.calls) if not call.by_name), None)


def with_call(incident: "Incident", call: Call) -> "Incident":
    """The incident with one of its calls changed."""
    return replace(incident, calls=tuple(call if each.id == call.id else each for each in incident.calls))
