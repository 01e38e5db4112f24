"""Who was let into the rooms of a private incident, and out again: each as the platform answered."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.book import Ask, Command, Entry, Event, Send, event
from bot.incident.rooms import of
from bot.text.words import N_, Phrase, Who

if TYPE_CHECKING:
    from bot.incident.incident import Incident

Handles = Mapping[str, str]
"""Accounts, and whose each is."""


def phrase(text: str, place: str, who: Handles, why: str) -> Phrase:
    """What became of somebody."""
    persons = tuple(map(Who, sorted(set(who.values()))))
    return Phrase(text, {"who": persons, "platform": of(place), "why": why})


def seated(incident: "Incident", place: str, inside: Handles, who: Handles, why: str) -> "Incident":
    """The incident once it is known who is inside, or for whom nothing could be done."""
    others = tuple(each for each in incident.unseated.get(place, ()) if each not in who)
    unseated = {**incident.unseated, place: (*others, *who) if why else others}
    return replace(incident, unseated=unseated, seats=incident.seats if why else {**incident.seats, place: inside})


@event
class LetIn(Event):
    """They were brought into a private war room; or could not be (`why`), and are told in person."""

    place: str
    who: Handles
    why: str = ""

    says = N_("{who} can read along in the war room on {platform}")
    refused = N_("{who} could not be brought into the war room on {platform}, and is told in person: {why}")

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        return seated(incident, self.place, {**incident.seats.get(self.place, {}), **self.who}, self.who, self.why)

    def phrase(self, entry: Entry) -> Phrase:
        return phrase(self.refused if self.why else self.says, self.place, self.who, self.why)


@event
class LetOut(Event):
    """They were taken out of a private war room again; or could not be (`why`), and every room is told."""

    place: str
    who: Handles
    why: str = ""

    says = N_("{who} was taken out of the war room on {platform}")
    refused = N_(
        "{who} could not be taken out of the war room on {platform}, and reads on until somebody does it: {why}"
    )
    aloud = True

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        left = {each: whose for each, whose in incident.seats.get(self.place, {}).items() if each not in self.who}
        return seated(incident, self.place, left, self.who, self.why)

    def sends(self, incident: "Incident", entry: Entry) -> Iterator[Send]:
        if self.why:
            yield from super().sends(incident, entry)

    def phrase(self, entry: Entry) -> Phrase:
        return phrase(self.refused if self.why else self.says, self.place, self.who, self.why)


@dataclass(frozen=True)
class Seat(Command):
    """The platform answered: they were let in or out, or were not. What was refused before is told once."""

    place: str
    let_in: bool
    who: Handles
    why: str = ""

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        told = incident.unseated.get(self.place, ())
        fresh = {each: whose for each, whose in self.who.items() if not self.why or each not in told}
        if fresh and self.place in {str(place) for place in incident.places}:
            yield LetIn(self.place, fresh, self.why) if self.let_in else LetOut(self.place, fresh, self.why)
