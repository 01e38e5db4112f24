"""What is written on an incident: its title, its impact, its type, its service."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.book import Ask, Command, Entry, Event, Refused, event
from bot.grammar import command, flag, words
from bot.incident.follow import follow_up
from bot.text.words import N_

if TYPE_CHECKING:
    from bot.incident.incident import Incident


@event
class Edited(Event):
    """What is written on it was changed. An empty field stayed as it was."""

    title: str = ""
    impact: str = ""
    kind: str = ""
    service: str = ""

    says = N_("{by} changed what is written on it")

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        return replace(
            incident,
            title=self.title or incident.title,
            impact=self.impact or incident.impact,
            kind=self.kind or incident.kind,
            service=self.service or incident.service,
        )


@command("edit", rank=25)
class Edit(Command):
    """Change what is written on it: its title, its impact, its type. Nobody is notified."""

    title: str = words(N_("What is wrong, in one line."))
    impact: str = flag(N_("Who is affected, and how."), default="", long=True)
    type: str = flag(N_("What sort of incident, such as security or outage."), default="", also=("kind",))
    service: str = flag(N_("Which service it is about: whoever follows it is told."), default="")

    asks = True

    def given(self, incident: "Incident") -> Mapping[str, str]:
        return {
            "title": incident.title, "impact": incident.impact, "type": incident.kind, "service": incident.service,
        }  # fmt: skip

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        new = Edited(**{FIELDS.get(name, name): self._new(name, old) for name, old in self.given(incident).items()})
        if new == Edited():
            text = N_("Nothing would change. Try: {example}")
            raise Refused(text, example='edit #1 --impact "a third of all payments fail"')
        yield new
        if new.service:
            yield from follow_up(incident, incident.severity, new.service, ask)

    def _new(self, name: str, old: str) -> str:
        said: str = getattr(self, name)
        return said if said != old else ""


FIELDS = {"type": "kind"}
"""What people call otherwise than the event does."""
