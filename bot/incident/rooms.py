"""War rooms: one on each platform, opened by the bot and understood as this incident."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.book import Ask, Command, Entry, Event, event
from bot.ports import Place
from bot.text.words import N_, Phrase

if TYPE_CHECKING:
    from bot.incident.incident import Incident


@event
class RoomOpened(Event):
    """A platform opened the war room."""

    place: str

    says = N_("the war room on {platform} is open")

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        return replace(incident, rooms={**incident.rooms, Place.parse(self.place).platform: self.place})

    def phrase(self, entry: Entry) -> Phrase:
        return Phrase(self.says, {"platform": Place.parse(self.place).platform.capitalize()})


@dataclass(frozen=True)
class OpenRoom(Command):
    """The platform answered: here it is."""

    place: str

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        if incident.rooms.get(Place.parse(self.place).platform) != self.place:
            yield RoomOpened(self.place)
