"""What is going on, told from the log: no machine guesses here, and every sentence can name its entries."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from bot.book import Entry
from bot.grammar import Desk, Query, flag, query
from bot.incident.cards import tone
from bot.incident.ending import Cancelled, Merged
from bot.incident.lifecycle import Acknowledged, Declared, Reopened, Resolved, SeverityChanged, StatusChanged
from bot.incident.paging import Exhausted, Paged, Unreached
from bot.incident.pins import Pinned
from bot.incident.roles import Assigned, HandedOff
from bot.incident.severity import Audience, Role, Status
from bot.incident.updates import Noted, Updated
from bot.ports import Card
from bot.text.rich import Block, Item, Line, Para, bold, line
from bot.text.words import N_, Phrase, Who

if TYPE_CHECKING:
    from bot.incident.incident import Incident

READ = 400
"""Entries that a summary of what changed looks at."""
LAST = 8
"""Entries of each kind that a summary reads."""
KINDS = (
    Declared,
    Acknowledged,
    StatusChanged,
    SeverityChanged,
    Reopened,
    Resolved,
    Cancelled,
    Merged,
    Paged,
    Exhausted,
    Unreached,
    Assigned,
    Updated,
    Noted,
    Pinned,
    HandedOff,
)


class Length(StrEnum):
    """How much of it."""

    SHORT = "short"
    MEDIUM = "medium"
    LONG = "long"

    @property
    def said(self) -> str:
        return LENGTHS[self]


LENGTHS = {
    "short": N_("two sentences"),
    "medium": N_("a paragraph"),
    "long": N_("with what happened, in order"),
}
DEFAULT = {Audience.EXEC: Length.MEDIUM, Audience.RESPONDER: Length.LONG, Audience.CUSTOMER: Length.MEDIUM}


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, and the entries it rests on."""

    topic: str
    phrase: Phrase
    entries: tuple[int, ...] = ()
    need: int = 1
    """The length from which it is told: 1 short, 2 medium, 3 long."""


@dataclass(frozen=True)
class Log:
    """The entries by kind, newest last."""

    entries: Sequence[Entry] = field(default_factory=tuple)

    def last(self, *kinds: type[Any]) -> Entry | None:
        """The newest entry of these kinds."""
        return next((entry for entry in reversed(self.entries) if isinstance(entry.event, kinds)), None)

    def all(self, *kinds: type[Any]) -> list[Entry]:
        """Every entry of these kinds."""
        return [entry for entry in self.entries if isinstance(entry.event, kinds)]


def sentences(incident: "Incident", log: Log, now: datetime) -> Iterator[Sentence]:
    """All that a responder may be told, in the order in which it matters."""
    yield from _headline(incident, log, now)
    yield from _impact(incident)
    yield from _known(log)
    yield from _hands(incident, log)
    yield from _next(incident)


def _headline(incident: "Incident", log: Log, now: datetime) -> Iterator[Sentence]:
    first = log.last(Declared)
    if first is None:
        return
    values = {"severity": incident.severity, "title": incident.title, "status": incident.status}
    over = log.last(Resolved, Cancelled, Merged) if incident.resolved else None
    if over:
        text = OVER.get(incident.status, N_("{severity}: {title}. It is over: resolved after {after}."))
        values |= {"into": incident.merged_into}
        yield Sentence("headline", Phrase(text, values | {"after": over.at - first.at}), (first.rev, over.rev))
        return
    text = N_("{severity}: {title}. It has been going on for {age} and is {status}.")
    stands = log.last(StatusChanged, Reopened, Acknowledged)
    yield Sentence("headline", Phrase(text, values | {"age": now - first.at}), (first.rev, *_revs(stands)))


OVER = {
    Status.CANCELLED: N_("{severity}: {title}. It was cancelled after {after}: it was none."),
    Status.MERGED: N_("{severity}: {title}. It was merged into #{into}, where everything goes on."),
}


def _impact(incident: "Incident") -> Iterator[Sentence]:
    if incident.impact:
        yield Sentence("impact", Phrase(N_("Impact: {impact}"), {"impact": incident.impact}))
    elif incident.open:
        text = N_("Nobody has said yet who is affected: `edit --impact` does.")
        yield Sentence("gap", Phrase(text), need=3)


def _known(log: Log) -> Iterator[Sentence]:
    if update := log.last(Updated):
        values = {"by": Who(update.by), "at": update.at, "text": update.event.text}  # type: ignore[attr-defined]
        yield Sentence("known", Phrase(N_("{by} said at {at}: {text}"), values), (update.rev,))
    found = log.last(StatusChanged)
    if found and found.event.aside:
        values = {"by": Who(found.by), "status": found.event.after, "text": found.event.aside}  # type: ignore[attr-defined]
        yield Sentence("known", Phrase(N_("{status}, says {by}: {text}"), values), (found.rev,), need=2)
    if (over := log.last(Resolved)) and over.event.aside:
        yield Sentence("known", Phrase(N_("What fixed it: {text}"), {"text": over.event.aside}), (over.rev,))
    for worse in log.all(SeverityChanged)[-1:]:
        yield Sentence("known", worse.event.phrase(worse), (worse.rev,), need=3)


def _hands(incident: "Incident", log: Log) -> Iterator[Sentence]:
    first, took = log.last(Declared), log.last(Acknowledged)
    if took and incident.acked and first:
        values = {"by": Who(took.by), "after": took.at - first.at, "who": Who(first.by), "at": first.at}
        text = N_("{by} took it {after} after {who} declared it at {at}.")
        yield Sentence("who", Phrase(text, values), (first.rev, took.rev))
    elif incident.open and first:
        yield from _unanswered(incident, log)
        declared = Phrase(N_("{who} declared it at {at}."), {"who": Who(first.by), "at": first.at})
        yield Sentence("who", declared, (first.rev,), need=2)
    for role, person in incident.roles.items():
        given = [entry.rev for entry in log.all(Assigned) if entry.event.role == role][-1:]  # type: ignore[attr-defined]
        is_now = Phrase(N_("{person} is {role}."), {"person": Who(person), "role": Role(role)})
        yield Sentence("who", is_now, tuple(given), need=2)


def _unanswered(incident: "Incident", log: Log) -> Iterator[Sentence]:
    paged, ended = log.last(Paged), log.last(Exhausted)
    if any(call.exhausted for call in incident.live):
        yield Sentence("who", Phrase(N_("NOBODY HAS IT: everybody was paged and nobody answered.")), _revs(ended))
    elif paged:
        values = {"people": paged.event.people, "at": paged.at}  # type: ignore[attr-defined]
        yield Sentence("who", Phrase(N_("Nobody has it yet: {people} paged at {at}."), values), _revs(paged))
    else:
        yield Sentence("who", Phrase(N_("Nobody has it, and nobody was paged.")))
    for lost in log.all(Unreached)[-3:]:
        yield Sentence("who", lost.event.phrase(lost), (lost.rev,), need=3)


def _next(incident: "Incident") -> Iterator[Sentence]:
    if incident.next_update:
        yield Sentence("next", Phrase(N_("The next update comes by {at}."), {"at": incident.next_update}))
    elif incident.open:
        yield Sentence("next", Phrase(N_("No next update was promised.")), need=2)


def for_customers(incident: "Incident", log: Log) -> Iterator[Sentence]:
    """What may leave the house: what is affected, what was said to everybody, and when there is more; no names."""
    values: dict[str, Any] = {"title": incident.title}
    if incident.resolved:
        yield Sentence("headline", Phrase(N_("This problem is solved: {title}."), values))
    elif incident.status.value in {"triage", "investigating"}:
        yield Sentence("headline", Phrase(N_("We are looking into a problem: {title}."), values))
    elif incident.status.value == "identified":
        yield Sentence(
            "headline", Phrase(N_("We found the cause of a problem and are working on it: {title}."), values)
        )
    else:
        yield Sentence("headline", Phrase(N_("A problem seems to be solved, and we are watching it: {title}."), values))
    if incident.impact:
        yield Sentence("impact", Phrase("{impact}", {"impact": incident.impact}))
    if update := log.last(Updated):
        values = {"text": update.event.text, "at": update.at}  # type: ignore[attr-defined]
        yield Sentence("known", Phrase(N_("As of {at}: {text}"), values), (update.rev,))
    if incident.next_update:
        yield Sentence("next", Phrase(N_("We will say more by {at}."), {"at": incident.next_update}))


def _revs(*entries: Entry | None) -> tuple[int, ...]:
    return tuple(entry.rev for entry in entries if entry)


def read(desk: Desk) -> Log:
    """The entries that sentences rest on: the last of each kind, however long the log has become since."""
    found = {entry.rev: entry for kind in KINDS for entry in desk.entries(names={kind.__name__}, last=LAST)}
    return Log([found[rev] for rev in sorted(found)])


@query("summary", "catchup", "tldr", rank=4, private=True)
class Summary(Query):
    """What is going on: what it means, what is known, who has it, what comes next.

    `--for` says whom it is for, `--since 1h` tells only what changed since then, `--sources` names the entries.
    """

    for_: Audience | None = flag(N_("Whom it is for."))
    since: timedelta | None = flag(N_("Only what changed in this time: 1h."))
    length: Length | None = flag(N_("How much of it."))
    sources: bool = flag(N_("Name the entries that each sentence rests on."), default=False)

    def answer(self, desk: Desk) -> Card:
        incident, voice = desk.state, desk.voice
        title = line(bold(voice.word(N_("Summary of {id}"), id=incident.number)))
        body = self._since(desk, desk.now - self.since) if self.since else self._whole(desk)
        return Card(title=title, body=tuple(body), tone=tone(incident), to="speaker")

    def _whole(self, desk: Desk) -> Iterator[Block]:
        audience = self.for_ or self._usual(desk)
        need = list(Length).index(self.length or DEFAULT[audience]) + 1
        log = read(desk)
        if audience is Audience.CUSTOMER:
            told = list(for_customers(desk.state, log))
        else:
            told = [each for each in sentences(desk.state, log, desk.now) if each.need <= need]
        for each in told:
            yield Para(self._line(desk, each))
        if need == 3 and audience is Audience.RESPONDER:
            yield from self._notes(desk, log)

    def _usual(self, desk: Desk) -> Audience:
        return Audience.EXEC if desk.viewer and desk.viewer.role == "manager" else Audience.RESPONDER

    def _line(self, desk: Desk, sentence: Sentence) -> Line:
        sources = f" [{', '.join(map(str, sentence.entries))}]" if self.sources and sentence.entries else ""
        return line(desk.voice.phrase(sentence.phrase), sources)

    def _notes(self, desk: Desk, log: Log) -> Iterator[Block]:
        notes = log.all(Noted, Pinned)[-5:]
        if notes:
            yield Para(line(bold(desk.voice.word(N_("Noted")))))
        yield from (self._item(desk, entry) for entry in notes)

    def _since(self, desk: Desk, then: datetime) -> Iterator[Block]:
        fresh = [entry for entry in desk.entries(last=READ) if entry.at > then and entry.event.says]
        if not fresh:
            yield Para(desk.voice.say(N_("Nothing has changed since {at}."), at=then))
        yield from (self._item(desk, entry) for entry in fresh[-20:])

    def _item(self, desk: Desk, entry: Entry) -> Item:
        text = entry.event.aside
        told = line(
            desk.voice.moment(entry.at),
            "  ",
            desk.voice.phrase(entry.event.phrase(entry)),
            f" — {text}" if text else "",
        )
        return Item(line(told, f" [{entry.rev}]" if self.sources else ""))
