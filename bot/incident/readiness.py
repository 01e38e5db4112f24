"""Whether everybody who may be paged can be reached: asked in a chat, told by the doctor, and sent on Mondays."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from bot.book import Ask, Command, Entry, Event, Look, Send, Timer, book, event
from bot.grammar import Desk, Query, query
from bot.incident.incident import Incident
from bot.incident.paging import elsewhere, named_in, present
from bot.incident.whowould import channel
from bot.oncall.handoff import AHEAD, TOLD, missing, monday
from bot.oncall.policy import Policy
from bot.oncall.shifts import shifts
from bot.oncall.which import everybody
from bot.people.person import Person
from bot.people.reach import expected
from bot.ports import Card
from bot.text.rich import Item, Para, bold, line
from bot.text.words import N_, Phrase, Voice, Who

LATE: Mapping[str, timedelta] = {"high": timedelta(minutes=5), "low": timedelta(minutes=30)}
"""After how long a first page is late, by urgency."""
KINDS: Mapping[str, tuple[str, str]] = {
    "nobody": (N_("nobody is ever paged: there is no policy"), N_("write a `[policies.default]` with its steps")),
    "unreached": (
        N_("nothing reaches {who}, who is paged by {where}"),
        N_("let them say `me add` or `account link`, or give them an address in the configuration"),
    ),
    "empty": (N_("step {step} of “{where}” has nobody to page now"), N_("name somebody there, or mend its schedule")),
    "gap": (
        N_("nobody is on call for {where} from {start} to {end}"),
        N_("put somebody into the schedule, or say `oncall override`"),
    ),
    "unverified": (
        N_("{channel} of {who} is not verified"),
        N_("let them say `me add` once more, and type the code that comes"),
    ),
    "late": (
        N_("{who} is paged only after {after}, by the rule that holds for them"),
        N_("let them say `me rule`, with a first channel that does not wait"),
    ),
}
"""What may lack, and what to do about it; the gravest first."""


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that would keep a page from somebody."""

    kind: str
    who: str = ""
    where: str = ""
    """A policy, several of them, a schedule."""
    step: int = 0
    channel: str = ""
    after: timedelta | None = None
    start: datetime | None = None
    end: datetime | None = None

    @property
    def grave(self) -> bool:
        """A page would not arrive at all."""
        return self.kind not in {"unverified", "late"}

    @property
    def phrase(self) -> Phrase:
        """What lacks."""
        values = {"who": Who(self.who), "where": self.where, "step": self.step, "channel": channel(self.channel)}
        return Phrase(KINDS[self.kind][0], {**values, "after": self.after, "start": self.start, "end": self.end})

    @property
    def fix(self) -> Phrase:
        """What to do about it."""
        return Phrase(KINDS[self.kind][1])


def lacks(ask: Ask) -> Iterator[Lack]:
    """All that lacks at this moment and in the next 30 days, the gravest first."""
    yield from sorted(_lacks(ask), key=lambda each: list(KINDS).index(each.kind))


def _lacks(ask: Ask) -> Iterator[Lack]:
    rules = ask.rules
    if rules.pages and not rules.policies:
        yield Lack("nobody")
    for policy in rules.policies.values():
        yield from _empty(policy, ask)
    for name, schedule in sorted(ask.schedules.items()):
        for gap in islice(missing(schedule, ask.now), TOLD):
            yield Lack("gap", where=name, start=gap.start, end=gap.end)
    for who, where in sorted(wanted(ask).items()):
        if person := ask.people.by_id.get(who):
            yield from _of(person, ", ".join(where), ask)


def wanted(ask: Ask) -> Mapping[str, list[str]]:
    """Everybody who may be paged within the next 30 days, and by which policies."""
    found: dict[str, list[str]] = {}
    for policy in ask.rules.policies.values():
        targets = {*named_in(policy.steps), *policy.catch_all}
        people = {who for each in targets if not elsewhere(each) for who in everybody(each, ask.rules)}
        people |= {who for each in targets for who in _coming(each, ask)}
        for who in people:
            found.setdefault(who, []).append(policy.name)
    return found


def _coming(target: str, ask: Ask) -> Iterator[str]:
    """Whoever is on call for a schedule or a team in the next 30 days, also by an override."""
    team = ask.rules.teams.get(target)
    schedule = ask.schedules.get(team.schedule if team else target)
    if schedule:
        yield from (who for each in shifts(schedule, ask.now, ask.now + AHEAD) for who in each.people)


def _empty(policy: Policy, ask: Ask) -> Iterator[Lack]:
    for nth, step in enumerate(policy.steps, 1):
        if not present(step.people, Incident("0"), ask):
            yield Lack("empty", where=policy.name, step=nth)


def _of(person: Person, where: str, ask: Ask) -> Iterator[Lack]:
    """What lacks with one of those who may be paged."""
    ways = {urgency: expected(person.id, person, (urgency, 1), ask.rules) for urgency in LATE}
    if not ways["high"].turns:
        yield Lack("unreached", person.id, where)
    for platform in person.unverified:
        yield Lack("unverified", person.id, channel=platform)
    late = max((way.first for urgency, way in ways.items() if way.first > LATE[urgency]), default=None)
    if late:
        yield Lack("late", person.id, after=late)


def report(found: tuple[Lack, ...], voice: Voice) -> Card:
    """What lacks, each with what to do about it."""
    title = line(bold(voice.word(N_("On call: readiness"))))
    if not found:
        calm = N_("Everybody who may be paged can be reached, and somebody is on call all the time.")
        return Card(title=title, body=(Para(voice.say(calm)),), tone="calm", to="speaker")
    items = tuple(Item(line("⚠ ", voice.phrase(each.phrase), " → ", voice.phrase(each.fix))) for each in found)
    return Card(title=title, body=items, tone="warn", to="speaker")


@query("oncall check", rank=26, private=True, group="people")
class Check(Query):
    """Whether everybody who may be paged can be reached: channels, rules, empty steps, gaps in the next 30 days."""

    on = "house"

    def answer(self, desk: Desk) -> Card:
        return report(tuple(lacks(Ask(desk.now, "", desk.rules, desk.people, desk.schedules))), desk.voice)


# ---- sent on Mondays


@book("readiness")
class Readiness:
    """When the managers are told next: one book, `main`."""

    id: str
    review: datetime | None = None

    open = True

    def due(self) -> Iterator[Timer]:
        if self.review:
            yield Timer("report", self.review, Report())

    def looks(self) -> Iterator[Look]:
        yield from ()

    def keys(self) -> Iterator[str]:
        yield from ()


@event
class ReadinessDue(Event):
    """It is known when the managers are told for the first time."""

    review: datetime

    def onto(self, state: Readiness, entry: Entry) -> Readiness:
        return replace(state, review=self.review)


@event
class ReadinessReported(Event):
    """The managers are told what lacks."""

    lacking: tuple[Lack, ...]
    told: tuple[Who, ...]
    review: datetime

    says = N_("the managers were told whether everybody can be reached")

    def onto(self, state: Readiness, entry: Entry) -> Readiness:
        return replace(state, review=self.review)

    def sends(self, state: Readiness, entry: Entry) -> Iterator[Send]:
        yield from (Send("duty", person, 3, {"rev": entry.rev}) for person in self.told)


@dataclass(frozen=True)
class Report(Command):
    """Tell the managers what lacks, once it is time; the administrators, where there are none."""

    on = "readiness"

    def decide(self, state: Readiness, ask: Ask) -> Iterator[Event]:
        review = monday(ask.now, ask.rules.zone)
        if state.review is None:
            yield ReadinessDue(review)
        elif state.review <= ask.now:
            roles = {Who(each.id): each.role for each in ask.people.by_id.values()}
            heads = [tuple(who for who, role in roles.items() if role == head) for head in ("manager", "admin")]
            yield ReadinessReported(tuple(lacks(ask)), heads[0] or heads[1], review)
