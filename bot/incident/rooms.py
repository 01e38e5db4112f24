"""War rooms: one on each platform, opened by the bot and understood as this incident."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.book import Ask, Command, Entry, Event, event
from bot.ports import Place
from bot.text.words import N_

if TYPE_CHECKING:
    from bot.incident.incident import Incident


@event
class RoomOpened(Event):
    """A platform opened the war room."""

    place: str

    says = N_("the war room is open: {place}")

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        return replace(incident, rooms={**incident.rooms, Place.parse(self.place).platform: self.place})


@dataclass(frozen=True)
class OpenRoom(Command):
    """The platform answered: here it is."""

    place: str

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        if incident.rooms.get(Place.parse(self.place).platform) != self.place:
            yield RoomOpened(self.place)
