"""Private incidents: only those who are in it, and administrators, ever see it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from bot.book import Ask, Command, Entry, Event, Refused, Send, event
from bot.grammar import command, word
from bot.incident.follow import follow_up
from bot.ports import Card
from bot.text.rich import Para
from bot.text.words import N_, Voice

if TYPE_CHECKING:
    from bot.incident.incident import Incident


class Switch(StrEnum):
    """On or off."""

    ON = "on"
    OFF = "off"

    @property
    def said(self) -> str:
        return SWITCHES[self]


SWITCHES = {"on": N_("on"), "off": N_("off")}


@event
class MadePrivate(Event):
    """From now on only those who are in it see it. The rooms that everybody could read are left."""

    left: tuple[str, ...] = ()

    says = N_("{by} made it private: it goes on where only those who are in it can read")

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        return replace(incident.anew(), private=True, announced=True)

    def sends(self, incident: "Incident", entry: Entry) -> Iterator[Send]:
        yield from (Send("entry", place, 3, {"rev": entry.rev}) for place in self.left)


@event
class MadePublic(Event):
    """From now on everybody sees it."""

    says = N_("{by} made it public: everybody can read it now")
    aloud = True

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        return replace(incident, private=False)


@command("private", rank=37)
class Private(Command):
    """Let only those who are in it see it: `private on`, `private off`. Open rooms are left for closed ones.

    What was said in an open room until then stays readable there. `invite` brings somebody in.
    """

    switch: Switch | None = word(N_("on or off."), required=True)

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        if incident.private == (self.switch is Switch.ON):
            now = N_("#{id} is private already.") if incident.private else N_("#{id} is public already.")
            raise Refused(now, id=incident.id)
        if self.switch is Switch.OFF:
            yield MadePublic()
            yield from follow_up(replace(incident, private=False), incident.severity, incident.service, ask)
            return
        yield MadePrivate(tuple(map(str, incident.places)))

    def answer(self, state: Any, entries: Sequence[Entry], ask: Ask, voice: Voice) -> Card:
        told = [Para(voice.phrase(entry.event.phrase(entry))) for entry in entries]
        if self.switch is Switch.ON:
            seen = N_("What was said in its open rooms until now can still be read there, by whoever could read it.")
            told.append(Para(voice.say(seen)))
        return Card(body=tuple(told), to="speaker")
