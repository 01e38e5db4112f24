"""Reading a schedule: who is on call, who comes next, and when nobody does."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from bot.book import Refused
from bot.grammar import Desk, Query, flag, moment, query, words
from bot.oncall.changing import TEAM, warned, worded
from bot.oncall.handoff import AHEAD, missing
from bot.oncall.overrides import Shift, Stretch
from bot.oncall.rota import Rota
from bot.oncall.schedule import Schedule
from bot.oncall.shifts import shifts, until_change, who
from bot.oncall.which import meant
from bot.ports import Card
from bot.text.rich import Block, Item, Line, Para, bold, line
from bot.text.words import N_, Phrase, Voice, Who

NEXT = 6
"""Shifts that are shown of each schedule."""
GAPS = 10
FAR = timedelta(days=3660)


@query("oncall now", "oncall", rank=25, private=True, group="people")
class OnCallNow(Query):
    """Who is on call, until when, and who comes then: `oncall payments`, `oncall payments at fri 18:00`."""

    team: str = words(N_("The team or the schedule; all of them, where nothing is said."), suggests=True)
    at: datetime | None = flag(N_("When; now, where nothing is said."), also=("when",))

    on = "house"

    def answer(self, desk: Desk) -> Card:
        team, spoken, at = f" {self.team}".partition(" at ")
        then = self.at or (moment(at, desk.now, desk.voice.zone) if spoken else desk.now)
        if abs(then - desk.now) > FAR:
            raise Refused(N_("That is more than ten years away."))
        names = [meant(team, "", "", desk.rules)] if team.strip() else sorted(desk.rules.schedules)
        if not names:
            raise Refused(N_("No schedule is configured: an administrator adds one under [schedules]."))
        items = tuple(Item(standing(name, desk.schedules[name], then, desk.voice)) for name in names)
        title = desk.voice.say(N_("On call {at}"), at=then) if then != desk.now else desk.voice.say(N_("On call now"))
        return Card(title=title, body=items, to="speaker")


def standing(name: str, schedule: Schedule, at: datetime, voice: Voice) -> Line:
    """One schedule in one line."""
    people, until = who(schedule, at), until_change(schedule, at, AHEAD)
    following = who(schedule, until)
    text = N_("{people} until {until}, then {following}") if people else N_("NOBODY until {until}, then {following}")
    if set(following) == set(people):
        text = N_("{people}, for the next 30 days at least") if people else N_("NOBODY, for the next 30 days at least")
    elif not following:
        text = N_("{people} until {until}, then NOBODY")
    return line(bold(name), ": ", voice.say(text, people=_named(people), until=until, following=_named(following)))


@query("oncall next", rank=25, private=True, group="people")
class OnCallNext(Query):
    """The next hand-offs of a schedule, and the changes and offers that are waiting."""

    team: str = words(TEAM, suggests=True)

    on = "house"

    def answer(self, desk: Desk) -> Card:
        name = _meant(self.team, desk)
        coming = islice(shifts(desk.schedules[name], desk.now, desk.now + 3 * AHEAD), NEXT)
        body: list[Block] = [Item(told(each, desk.voice)) for each in coming]
        body += waiting(desk.rotas.get(name) or Rota(name), desk)
        title = desk.voice.say(N_("On call for {book}"), book=name)
        return Card(title=title, body=tuple(body) or (Para(desk.voice.say(N_("Nobody."))),), to="speaker")


def told(shift: Shift, voice: Voice) -> Line:
    """A shift in one line."""
    return voice.say(
        N_("{start}: {people}, until {end}"), start=shift.start, end=shift.end, people=_named(shift.people)
    )


def waiting(rota: Rota, desk: Desk) -> Iterator[Block]:
    """The changes and the offers that still matter."""
    for change in (each for each in rota.changes if each.end > desk.now):
        values = {
            "people": _named(change.people), "off": Who(change.off), "book": rota.id,
            "start": change.start, "end": change.end, "id": change.id,
        }  # fmt: skip
        yield Item(desk.voice.phrase(Phrase(worded(change), values)))
    for offer in (each for each in rota.offers if min(each.mine.end, each.theirs.end) > desk.now):
        text = N_("{by} asked {to} to swap {start} for {begin} (offer {id})")
        yield Item(
            desk.voice.say(
                text, by=Who(offer.by), to=Who(offer.to), start=offer.mine.start, begin=offer.theirs.start, id=offer.id
            )
        )


@query("oncall gaps", rank=26, private=True, group="people")
class OnCallGaps(Query):
    """When nobody is on call in the next 30 days, or somebody who is away."""

    team: str = words(N_("The team or the schedule; all of them, where nothing is said."), suggests=True)

    on = "house"

    def answer(self, desk: Desk) -> Card:
        names = [_meant(self.team, desk)] if self.team else sorted(desk.rules.schedules)
        body: list[Block] = []
        for name in names:
            rota = desk.rotas.get(name) or Rota(name)
            found: list[Stretch] = list(islice(missing(desk.schedules[name], desk.now), GAPS))
            found += islice(rota.clashes(desk.rules.schedules[name], desk.now), GAPS)
            body += [Para(line(bold(name))), *warned(found, desk.voice)] if found else []
        if not body:
            return Card(
                body=(Para(desk.voice.say(N_("Somebody is on call all the time."))),), to="speaker", tone="calm"
            )
        return Card(title=desk.voice.say(N_("Gaps in the next 30 days")), body=tuple(body), to="speaker", tone="warn")


def _meant(team: str, desk: Desk) -> str:
    by = desk.viewer.id if desk.viewer else ""
    return meant(team, by, str(desk.said.place), desk.rules)


def _named(people: tuple[str, ...]) -> tuple[Who, ...]:
    return tuple(map(Who, people))
