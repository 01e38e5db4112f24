"""Who would be paged: an escalation that nobody answers, rehearsed by the functions that page in earnest."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.book import TOCSIN, Ask, Book, BookId, Entry, Event, Refused
from bot.grammar import Desk, Query, flag, moment, query, words
from bot.incident.incident import Incident
from bot.incident.paging import Exhausted, Paged, Skipped, Uncalled, Unreached, call_out, elsewhere
from bot.incident.severity import Severity
from bot.incident.told import Told
from bot.oncall.policy import Policy, Rules
from bot.people.me import Kind
from bot.people.person import Person
from bot.people.reach import CHAT, Reach, Ring, expected, own_chain
from bot.ports import Card
from bot.text.rich import Block, Item, Line, Para, line
from bot.text.words import N_, Phrase, Voice, Who

FAR = timedelta(days=366)
"""How far ahead it can be asked."""
MOST = 24
"""Lines that one answer holds: the first ones, and the last two."""
NOTHING = "no channel"
"""Why somebody cannot be reached, as it is told in earnest."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that would happen: somebody's turn by a channel, or (no `who`) what the timeline would tell."""

    at: datetime
    told: Phrase
    who: str = ""
    ring: Ring | None = None
    faults: tuple[Phrase, ...] = ()


def rehearse(incident: Incident, policy: Policy, ask: Ask) -> Iterator[Entry]:
    """What would be written if a call were made now and nobody answered, each entry at its time."""
    book = Book(BookId("incident", incident.id), 1, incident, ask.now)
    events: Iterable[Any] = tuple(call_out(incident, policy, ask))
    while True:
        for event in events:
            book, entry = book.write(event, now=ask.now, by=TOCSIN)
            yield entry
            for missed in unreached(entry.event, incident, ask):
                book, entry = book.write(missed, now=ask.now, by=TOCSIN)
                yield entry
        timer = min(book.state.due(), key=lambda timer: timer.at, default=None)
        if timer is None:
            return
        ask = replace(ask, now=max(ask.now, timer.at))
        events = tuple(timer.fires.decide(book.state, ask))


def unreached(event: Event, incident: Incident, ask: Ask) -> Iterator[Event]:
    """Whom of a step no channel would reach: they are not waited for."""
    if isinstance(event, Paged):
        lost = (who for who in event.people if not way(who, event.step, incident, ask).turns)
        yield from (Unreached(event.call, event.round, event.step, who, NOTHING) for who in lost)


def way(who: str, step: int, incident: Incident, ask: Ask) -> Reach:
    """How somebody is reached, as far as the configuration and they themselves say."""
    where = (ask.rules.urgency(incident.severity), step)
    return expected(who, ask.people.by_id.get(who), where, ask.rules)


def moments(incident: Incident, policy: Policy, ask: Ask) -> list[Moment]:
    """Everybody's turns and what else would be told, in the order of time."""
    entries = list(rehearse(incident, policy, ask))
    found: list[Moment] = []
    for entry in entries:
        event = entry.event
        if isinstance(event, Skipped | Exhausted | Uncalled | Unreached):
            found.append(Moment(entry.at, event.phrase(entry)))
        if isinstance(event, Paged | Exhausted):
            step, over = (event.step, _over(event.round, entries)) if isinstance(event, Paged) else (0, None)
            for who in event.people:
                found += _turns(who, step, (entry.at, over), incident, ask)
    return sorted(found, key=lambda each: each.at)


def _over(round: int, entries: Sequence[Entry]) -> datetime | None:
    """When a round ends because another one begins: its pages are void then."""
    later = (each.at for each in entries if isinstance(each.event, Paged) and each.event.round > round)
    return next(later, None)


def _turns(
    who: str, step: int, when: tuple[datetime, datetime | None], incident: Incident, ask: Ask
) -> Iterator[Moment]:
    """One page's moments, until its round is over."""
    began, over = when
    person, urgency = ask.people.by_id.get(who), ask.rules.urgency(incident.severity)
    wrong = tuple(faults(person, urgency, ask.rules)) if person else ()
    for nth, ring in enumerate(way(who, step, incident, ask).rings(began)):
        if over is None or ring.at < over:
            late = (Phrase(N_("it waits for the end of their quiet hours")),) if ring.hushed else ()
            yield Moment(ring.at, Phrase("{who}", {"who": Who(who)}), who, ring, (*late, *(() if nth else wrong)))


def faults(person: Person, urgency: str, rules: Rules) -> Iterator[Phrase]:
    """What of somebody's channels would not work: not verified, or named in their rule and not there."""
    for platform in person.unverified:
        yield Phrase(N_("{channel} is not verified yet"), {"channel": channel(platform)})
    has = {CHAT if handle.platform in rules.platforms else handle.platform for handle in person.handles}
    has |= {handle.platform for handle in person.handles}
    for hop in own_chain(person, urgency):
        if hop.channel not in has:
            yield Phrase(N_("their rule names {channel}, and they have none"), {"channel": channel(hop.channel)})


def channel(name: str) -> Phrase | str:
    """A channel as people call it."""
    return Phrase(Kind(name).said) if name in {kind.value for kind in Kind} else name.capitalize()


# ---- asked in a chat


@query("whowould", rank=16, private=True, group="people")
class WhoWould(Query):
    """Who would be paged, when, by which channel, and what would fail: for a service or a policy, now or at any time.

    `whowould checkout`, `whowould payments 1 at fri 18:00`. It is rehearsed as it would be if nobody answered.
    """

    policy: str = words(N_("A service or a policy; the severity and `at` a time may follow."), suggests=True)
    sev: Severity | None = flag(N_("How bad it is, 1 (worst) to 5."), also=("severity",))
    at: datetime | None = flag(N_("When; now, where nothing is said."), also=("when",))

    on = "house"

    def answer(self, desk: Desk) -> Card:
        name, severity, at = self._asked(desk)
        if not desk.now - timedelta(seconds=1) <= at <= desk.now + FAR:
            raise Refused(N_("Say a time to come, within a year."))
        policy, service, note = which(name, severity, desk.rules)
        ask = Ask(at, "", desk.rules, desk.people, desk.schedules)
        incident = Incident("0", severity=severity, service=service, declared=Told(TOCSIN, at, ""))
        body: list[Block] = [Para(desk.voice.phrase(each)) for each in (*note, *pageless(severity, desk.rules))]
        body += shortened([Item(told(each, at, desk.voice)) for each in moments(incident, policy, ask)], desk.voice)
        title = N_("Who would be paged: “{policy}”, {severity}, {at}")
        return Card(
            title=desk.voice.say(title, policy=policy.name, severity=severity, at=at), body=tuple(body), to="speaker"
        )

    def _asked(self, desk: Desk) -> tuple[str, Severity, datetime]:
        """The name, the severity and the time, also where they were typed without their options."""
        text, spoken, when = f" {self.policy}".partition(" at ")
        at = self.at or (moment(when, desk.now, desk.voice.zone) if spoken else desk.now)
        typed = re.fullmatch(r"(.*?)\s*(?<!\S)(?:sev)?\s*([1-5])\s*", text, re.IGNORECASE)
        if typed and self.sev is None:
            return typed[1].strip(), Severity(int(typed[2])), at
        return text.strip(), self.sev or Severity(desk.rules.default_severity), at


def which(name: str, severity: Severity, rules: Rules) -> tuple[Policy, str, tuple[Phrase, ...]]:
    """The policy, the service, and what is to be said of a name that is neither."""
    routed = {service for route in rules.routes for service in route.services}
    named = next((each for each in rules.policies.values() if each.name.casefold() == name.casefold()), None)
    if named and name.casefold() not in routed:
        return named, "", ()
    unknown = Phrase(
        N_("“{name}” is no policy, and no route names such a service: it is paged like any."), {"name": name}
    )
    return rules.policy(severity, name), name, (unknown,) if name and name.casefold() not in routed else ()


def pageless(severity: Severity, rules: Rules) -> Iterator[Phrase]:
    """That such an incident pages nobody by itself."""
    if severity not in rules.pages:
        yield Phrase(N_("{severity} pages nobody by itself. If it were paged:"), {"severity": severity})


def told(each: Moment, start: datetime, voice: Voice) -> Line:
    """A moment in one line: the minute, who, by which channel, what would fail."""
    minute = voice.say(N_("+{count} min"), count=round((each.at - start).total_seconds() / 60))
    parts: list[Any] = [minute, "  ", voice.phrase(each.told)]
    if each.ring:
        ways = [turn.handle.platform for turn in (each.ring.turn, *each.ring.instead)]
        if not elsewhere(each.who):
            first, *rest = (voice.show(channel(way)) for way in dict.fromkeys(ways))
            parts += [" · ", first]
            for way in rest:
                parts += [", ", voice.say(N_("else {channel}"), channel=line(way))]
    for fault in each.faults:
        parts += [" · ⚠ ", voice.phrase(fault)]
    return line(*parts)


def shortened(items: list[Item], voice: Voice) -> list[Block]:
    """As many lines as one answer holds: the first, and the last two, which say how it ends."""
    left_out = len(items) - MOST
    if left_out <= 0:
        return [*items]
    return [*items[: MOST - 2], Para(voice.say(N_("… {count} more …"), count=left_out)), *items[-2:]]
