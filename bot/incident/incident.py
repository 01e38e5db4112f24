"""An incident as it stands: folded from its entries, composed of its chapters."""

from collections.abc import Iterator, Mapping
from dataclasses import field
from datetime import datetime

from bot.book import Look, Timer, book
from bot.incident.due import due
from bot.incident.paging import Call
from bot.incident.severity import Severity, Status
from bot.incident.told import Stamps, Told
from bot.ports import Place


@book("incident")
class Incident:
    """The incident. What is long is kept short here: the log has it all."""

    id: str
    title: str = ""
    kind: str = ""
    severity: Severity = Severity.SEV3
    status: Status = Status.TRIAGE
    impact: str = ""
    declared: Told | None = None
    acked: Told | None = None
    resolved: Told | None = None
    update: Told | None = None
    """The last one."""
    note: Told | None = None
    next_update: datetime | None = None
    """When the next update was promised."""
    roles: Mapping[str, str] = field(default_factory=dict)
    platforms: tuple[str, ...] = ()
    rooms: Mapping[str, str] = field(default_factory=dict)
    """The war rooms that are open, by platform."""
    calls: tuple[Call, ...] = ()
    """Those that may still matter: unanswered ones, and the last few."""
    called: int = 0
    """How many calls were ever made."""
    stamps: Stamps = Stamps()

    @property
    def open(self) -> bool:
        return self.declared is not None and self.resolved is None

    @property
    def number(self) -> str:
        """As people write it."""
        return f"#{self.id}"

    @property
    def places(self) -> tuple[Place, ...]:
        """The war rooms' places."""
        return tuple(Place.parse(place) for place in self.rooms.values())

    @property
    def live(self) -> tuple[Call, ...]:
        """The calls that nobody answered yet."""
        return tuple(call for call in self.calls if not call.answered)

    def call(self, id: int) -> Call | None:
        """A call by its number."""
        return next((call for call in self.calls if call.id == id), None)

    def due(self) -> Iterator[Timer]:
        yield from due(self)

    def looks(self) -> Iterator[Look]:
        if self.declared is None:
            return
        for platform in self.platforms:
            yield Look("hall", platform)
            yield Look("room", platform)
            if place := self.rooms.get(platform):
                yield Look("card", platform, place)

    def keys(self) -> Iterator[str]:
        yield from (f"place {place}" for place in self.rooms.values())
