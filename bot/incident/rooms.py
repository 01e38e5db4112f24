"""War rooms: one on each platform, opened by the bot, understood as this incident, and put away when it is over."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.book import Ask, Command, Entry, Event, Refused, Timer, event
from bot.grammar import Desk, Query, command, query, word
from bot.ports import Card, Link, Place
from bot.text.rich import Item, Line, Para, bold, line
from bot.text.words import N_, Phrase

if TYPE_CHECKING:
    from bot.incident.incident import Incident

OLD = 30
"""Rooms that were left, as many as are kept in mind."""


def of(place: str) -> str:
    """A place's platform, as people write it."""
    return Place.parse(place).platform.capitalize()


@event
class RoomOpened(Event):
    """A platform opened the war room."""

    place: str

    says = N_("the war room on {platform} is open")

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        platform = Place.parse(self.place).platform
        lost = {name: why for name, why in incident.lost.items() if name != platform}
        return replace(incident, rooms={**incident.rooms, platform: self.place}, lost=lost)

    def phrase(self, entry: Entry) -> Phrase:
        return Phrase(self.says, {"platform": of(self.place)})


@event
class RoomLate(Event):
    """A platform opened a room that is not fit any more: open for what is private now, or for what is over."""

    place: str

    says = N_("a room on {platform} was opened too late: it is left again")

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        return replace(incident, old_rooms=(*incident.old_rooms, self.place)[-OLD:])

    def phrase(self, entry: Entry) -> Phrase:
        return Phrase(self.says, {"platform": of(self.place)})


@dataclass(frozen=True)
class OpenRoom(Command):
    """The platform answered: here it is, as it was asked for. Meanwhile the incident may want another, or none."""

    place: str
    private: bool = False

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        if self.place in {*map(str, incident.places), *incident.old_rooms}:
            return
        fit = self.private == incident.private and not incident.merged_into
        yield RoomOpened(self.place) if fit else RoomLate(self.place)


@event
class RoomLost(Event):
    """A war room is not there any more: somebody deleted or archived it, or took the bot out."""

    place: str
    left: bool = False

    says = N_("the war room on {platform} is gone: somebody deleted or archived it. `room open` opens another")
    aloud = True

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        rooms = {name: place for name, place in incident.rooms.items() if place != self.place}
        annexes = tuple(place for place in incident.annexes if place != self.place)
        lost = {**incident.lost, Place.parse(self.place).platform: self.place}
        return replace(incident, rooms=rooms, annexes=annexes, lost=lost)

    def phrase(self, entry: Entry) -> Phrase:
        return Phrase(TAKEN_OUT if self.left else self.says, {"platform": of(self.place)})


TAKEN_OUT = N_("the bot was taken out of the war room on {platform}. `room open` opens another")


@event
class RoomRenamed(Event):
    """It has another name now: nothing depends on it."""

    place: str
    name: str

    says = N_("the war room on {platform} is called {name} now")
    aloud = True

    def phrase(self, entry: Entry) -> Phrase:
        return Phrase(self.says, {"platform": of(self.place), "name": self.name})


@event
class RoomMoved(Event):
    """The platform gave it another address."""

    place: str
    now: str

    says = N_("the war room on {platform} has moved")

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        moved = {name: self.now if place == self.place else place for name, place in incident.rooms.items()}
        annexes = tuple(self.now if place == self.place else place for place in incident.annexes)
        return replace(incident, rooms=moved, annexes=annexes)

    def phrase(self, entry: Entry) -> Phrase:
        return Phrase(self.says, {"platform": of(self.place)})


@dataclass(frozen=True)
class NoticeRoom(Command):
    """A platform says that something befell one of its rooms."""

    place: str
    what: str
    name: str = ""
    now: str = ""

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        if self.place not in {str(place) for place in incident.places}:
            return
        if self.what in {"gone", "left"} and not incident.shut:
            yield RoomLost(self.place, left=self.what == "left")
        elif self.what == "renamed" and self.name:
            yield RoomRenamed(self.place, self.name[:100])
        elif self.what == "moved" and self.now:
            yield RoomMoved(self.place, self.now)


@event
class RoomsWanted(Event):
    """Rooms that were lost, or could not be opened, are opened anew."""

    platforms: tuple[str, ...]

    says = N_("{by} has the war room opened again")

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        lost = {name: place for name, place in incident.lost.items() if name not in self.platforms}
        return replace(incident, lost=lost, era=incident.era + 1)


@command("room open", rank=38, group="room")
class OpenAgain(Command):
    """Open a war room again that was deleted, archived or left."""

    platform: str = word(N_("Which platform's; all that are missing, unless you say."))

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        wanted = [name for name in incident.lost if not self.platform or name == self.platform.lower()]
        if not wanted:
            raise Refused(N_("No war room is missing. `rooms` shows where they are."))
        yield RoomsWanted(tuple(wanted))


# ---- put away


@event
class RoomsShut(Event):
    """The rooms are put away: nobody writes there any more."""

    says = N_("the war rooms are put away")

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        return replace(incident, shut=True, shut_at=None)


@dataclass(frozen=True)
class Shut(Command):
    """It has been closed long enough."""

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        if incident.shut_at:
            yield RoomsShut()


@command("room close", rank=39, group="room")
class ShutNow(Command):
    """Put the war rooms away now: nobody writes there any more. The incident must be over."""

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        if incident.open:
            raise Refused(N_("#{id} is still open. `resolve` comes first."), id=incident.id)
        if incident.shut:
            raise Refused(N_("Its war rooms are put away already."))
        yield RoomsShut()


def putting_away(incident: "Incident") -> Iterator[Timer]:
    """When the rooms of a closed incident are put away."""
    if incident.shut_at and not incident.open:
        yield Timer("put rooms away", incident.shut_at, Shut())


@query("rooms", rank=35, private=True)
class Rooms(Query):
    """Where its war rooms are, and which are missing."""

    def answer(self, desk: Desk) -> Card:
        incident: Incident = desk.state
        items = [Item(self._told(place, desk)) for place in incident.places]
        gone = (N_("{platform}: gone. `room open` opens another."), N_("{platform}: not open yet."))
        items += [Item(desk.voice.say(gone[0], platform=name.capitalize())) for name in incident.lost]
        waiting = [name for name in incident.platforms if name not in incident.rooms and name not in incident.lost]
        items += [Item(desk.voice.say(gone[1], platform=name.capitalize())) for name in waiting]
        links = tuple(
            Link(of(str(place)), desk.links[str(place)]) for place in incident.places if str(place) in desk.links
        )
        title = line(bold(desk.voice.word(N_("War rooms of {id}"), id=incident.number)))
        none = (Para(desk.voice.say(N_("It has no war room."))),)
        return Card(title=title, body=tuple(items) or none, links=links, to="speaker")

    def _told(self, place: Place, desk: Desk) -> Line:
        return desk.voice.say(N_("{platform}: open"), platform=of(str(place)))
