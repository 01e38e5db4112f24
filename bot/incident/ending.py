"""Other ends than being resolved: closed, cancelled, merged into another; and incidents that belong together."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.book import Ask, BookId, Command, Elsewhere, Entry, Event, Refused, event
from bot.grammar import command, word, words
from bot.incident.call import answered
from bot.incident.gate import must_be_open
from bot.incident.paging import Called, call_out, climb, policy_for
from bot.incident.severity import Status
from bot.incident.told import Told
from bot.people.may import may
from bot.text.words import N_, Who

if TYPE_CHECKING:
    from bot.incident.incident import Incident

KEPT = 20
"""Incidents that one belongs together with, at most."""


@event
class Closed(Event):
    """Nothing is left to do: the rooms are put away some time later."""

    text: str = ""
    rooms_at: Any = None

    says = N_("{by} closed it")
    aloud = True

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        return replace(
            incident, status=Status.CLOSED, closed=Told(entry.by, entry.at, self.text), shut_at=self.rooms_at
        )


@command("close", rank=27)
class Close(Command):
    """Nothing is left to do: its war rooms are put away some time later. It must be resolved first."""

    text: str = words(N_("Anything that should be kept with it."))

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        if incident.open:
            raise Refused(N_("#{id} is still open. `resolve` comes first."), id=incident.id)
        if incident.closed:
            raise Refused(N_("#{id} is {status} already."), id=incident.id, status=incident.status)
        yield Closed(self.text, ask.now + ask.rules.put_away if ask.rules.put_away is not None else None)


@event
class Cancelled(Event):
    """It was none."""

    why: str

    says = N_("{by} cancelled it: {why}")
    aloud = wide = True

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        return over(incident, entry, Status.CANCELLED, self.why)


@command("cancel", "false-alarm", rank=28)
class Cancel(Command):
    """Say that it was none, a false alarm or a mistake: paging and reminders stop."""

    why: str = words(N_("Why it is none."), required=True)

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        must_be_open(incident)
        yield Cancelled(self.why)


def over(incident: "Incident", entry: Entry, status: Status, text: str) -> "Incident":
    """The incident once it ended without being resolved."""
    return replace(
        incident,
        status=status,
        resolved=Told(entry.by, entry.at, text),
        calls=answered(incident.calls, entry),
        next_update=None,
        snoozed=None,
    )


# ---- merged


@event
class Merged(Event):
    """It was the same as another, which goes on for both."""

    into: str

    says = N_("{by} merged it into #{into}: everything goes on there")
    aloud = wide = True

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        return replace(over(incident, entry, Status.MERGED, ""), merged_into=self.into)


@event
class Absorbed(Event):
    """Another was the same: its rooms speak for this one now."""

    other: str
    title: str
    places: tuple[str, ...] = ()

    says = N_("{by} merged #{other} into it: {title}")
    aloud = True

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        return replace(
            incident,
            merged=(*incident.merged, self.other)[-KEPT:],
            annexes=(*incident.annexes, *(place for place in self.places if place not in incident.annexes)),
        )


@command("merge", "dup", "duplicate", rank=29)
class Merge(Command):
    """Say that it is the same as another: that one goes on for both, in both their rooms.

    In the war room of the duplicate: `merge 42`. Elsewhere: `merge #43 42` merges 43 into 42.
    """

    into: int | None = word(N_("The number of the one that goes on."), required=True, suggests=True)

    other = True

    def touches(self) -> Sequence[BookId]:
        return (BookId("incident", str(self.into)),)

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event | Elsewhere]:
        must_be_open(incident)
        id, other = self.touches()[0], found(ask, str(self.into))
        if other.id == incident.id:
            raise Refused(N_("#{id} cannot be merged into itself."), id=incident.id)
        must_be_open(other)
        if incident.private and not other.private:
            raise Refused(
                N_("#{id} is private, and #{into} is not: it would be told to everybody."),
                id=incident.id,
                into=other.id,
            )
        if other.private and (lacking := strangers(incident, other, ask)):
            text = N_(
                "{who} would read #{into}, which is private, in the rooms of #{id}. `invite #{into} …` comes first."
            )
            raise Refused(text, who=lacking, into=other.id, id=incident.id)
        yield Merged(other.id)
        # An open room never speaks for a private incident.
        places = tuple(map(str, incident.places)) if incident.private == other.private else ()
        yield Elsewhere(id, Absorbed(incident.id, incident.title, places))
        yield from (Elsewhere(id, each) for each in inherited(incident, other, ask))


def inherited(incident: "Incident", other: "Incident", ask: Ask) -> Iterator[Event]:
    """What still rings goes on in the other: by its own policy, unless somebody has it or is being paged for it.

    Whoever was asked for by name and did not answer yet is asked there, too, by whoever has it.
    """
    if any(not call.by_name for call in incident.live) and not other.acked and not other.live:
        yield from call_out(other, policy_for(other, ask), ask)
        other = replace(other, called=other.called + 1)
    asked = [call for call in incident.live if call.by_name and not call.exhausted]
    for id, call in enumerate(asked, other.called + 1):
        again = replace(call.back(), id=id)
        yield Called.of(again)
        yield from climb(other, again, ask)


def strangers(incident: "Incident", other: "Incident", ask: Ask) -> tuple[Who, ...]:
    """Who is in a private incident, and may not see another private one."""
    persons = (ask.people.by_id[id] for id in sorted(incident.members) if id in ask.people) if incident.private else ()
    return tuple(Who(person.id) for person in persons if not may(person, "read", other))


def found(ask: Ask, number: str) -> "Incident":
    """Another incident that is touched. Raises `Refused` where there is none that the speaker may see."""
    book = ask.books.get(BookId("incident", number))
    if book is None:
        raise Refused(N_("There is no incident #{id}. `list` shows the open ones."), id=number)
    state: Incident = book.state
    return state


# ---- belonging together


@event
class Related(Event):
    """It has to do with another."""

    other: str

    says = N_("{by} linked it with #{other}")

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        return replace(
            incident, related=(*(each for each in incident.related if each != self.other), self.other)[-KEPT:]
        )


@event
class Attached(Event):
    """A page that has to do with it."""

    url: str
    title: str = ""

    says = N_("{by} attached {title}")

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        others = {url: title for url, title in incident.links.items() if url != self.url}
        return replace(incident, links=dict([*others.items(), (self.url, self.title)][-KEPT:]))


@command("link", rank=36)
class Link(Command):
    """Keep what has to do with it at hand: another incident, or a page.

    `link #7`, `link https://dash.example.org/db The database's dashboard`: it stands on every card.
    """

    what: str = word(N_("An incident's number, or an address."), required=True)
    title: str = words(N_("What the address shows."))

    holds = True
    other = True

    def touches(self) -> Sequence[BookId]:
        number = self.what.lstrip("#")
        return (BookId("incident", number),) if number.isascii() and number.isdigit() else ()

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event | Elsewhere]:
        for id in self.touches():
            other = found(ask, id.id)
            if other.id == incident.id:
                raise Refused(N_("#{id} cannot be linked with itself."), id=incident.id)
            if incident.private != other.private:
                raise Refused(N_("One of them is private: the other would tell of it."))
            yield Related(other.id)
            yield Elsewhere(id, Related(incident.id))
        if not self.touches():
            if not self.what.startswith(("https://", "http://")):
                raise Refused(N_("“{what}” is neither an incident's number nor an address."), what=self.what[:80])
            yield Attached(self.what, self.title or self.what.split("//")[1].split("/")[0])
