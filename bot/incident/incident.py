"""An incident as it stands: folded from its entries, composed of its chapters."""

from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from datetime import datetime

from bot.book import TOCSIN, Entry, Look, Timer, book
from bot.incident.call import Call
from bot.incident.due import due
from bot.incident.follow import Follower
from bot.incident.rooms import OLD
from bot.incident.severity import Severity, Status
from bot.incident.tasks import Task
from bot.incident.told import Stamps, Told
from bot.ports import Place


@book("incident")
class Incident:
    """The incident. What is long is kept short here: the log has it all."""

    id: str
    title: str = ""
    kind: str = ""
    service: str = ""
    severity: Severity = Severity.SEV3
    status: Status = Status.TRIAGE
    impact: str = ""
    private: bool = False
    """Only `members` and administrators see it."""
    announced: bool = False
    """It was public once: what told of it in the standing rooms says no more than that it is private now."""

    declared: Told | None = None
    acked: Told | None = None
    resolved: Told | None = None
    """When it ended: resolved, cancelled or merged, as `status` says."""
    closed: Told | None = None
    update: Told | None = None
    """The last one."""
    note: Told | None = None
    next_update: datetime | None = None
    """When the next update was promised."""
    snoozed: datetime | None = None
    """Nobody is paged until then."""
    stirred: datetime | None = None
    """When a person last gave a sign of life."""
    prompted: datetime | None = None
    """When they were asked for one, and did not give it yet."""
    stamps: Stamps = Stamps()

    roles: Mapping[str, str] = field(default_factory=dict)
    responders: tuple[str, ...] = ()
    """Who said that they help."""
    brought: tuple[str, ...] = ()
    """Who was paged, or invited into its rooms."""
    followers: tuple[Follower, ...] = ()
    """Who follows it from afar; of what is private only those hear who may read it."""

    platforms: tuple[str, ...] = ()
    rooms: Mapping[str, str] = field(default_factory=dict)
    """The war rooms that are open, by platform."""
    seats: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Whom the platforms let into the rooms of a private incident: by place their accounts, and whose each is."""
    unseated: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By place the accounts that they did not let in, or not out again."""
    annexes: tuple[str, ...] = ()
    """The rooms of those that were merged into it."""
    lost: Mapping[str, str] = field(default_factory=dict)
    """Platforms whose room is gone, and where it was."""
    old_rooms: tuple[str, ...] = ()
    """Rooms that were left for others: nothing is told there any more."""
    word: str = ""
    """Its own, which nobody guesses: no other's rooms are taken for its, though a number may come again."""
    era: int = 0
    """Counts the sets of rooms that it had."""
    shut_at: datetime | None = None
    """When its rooms are put away."""
    shut: bool = False
    """They are."""

    calls: tuple[Call, ...] = ()
    """Those that may still matter: unanswered ones, and the last few."""
    called: int = 0
    """How many calls were ever made."""
    tasks: tuple[Task, ...] = ()
    tasked: int = 0
    """How many tasks there ever were."""
    pinned: tuple[str, ...] = ()
    links: Mapping[str, str] = field(default_factory=dict)
    """Addresses that have to do with it, and what they show."""
    related: tuple[str, ...] = ()
    merged: tuple[str, ...] = ()
    merged_into: str = ""

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
        return tuple(Place.parse(place) for place in (*self.rooms.values(), *self.annexes))

    @property
    def live(self) -> tuple[Call, ...]:
        """The calls that nobody answered yet."""
        return tuple(call for call in self.calls if not call.answered)

    @property
    def members(self) -> frozenset[str]:
        """Whoever has something to do in it: they are brought into its rooms, and see it when it is private."""
        told = [each.by for each in (self.declared, self.acked) if each]
        return frozenset((*told, *self.roles.values(), *self.responders, *self.brought)) - {TOCSIN, ""}

    def call(self, id: int) -> Call | None:
        """A call by its number."""
        return next((call for call in self.calls if call.id == id), None)

    def sleeps(self, call: Call) -> bool:
        """Whether a call waits for the end of a snooze."""
        return bool(self.snoozed and call.asleep)

    def rings(self, call: int) -> bool:
        """Whether a call still waits for an answer."""
        found = self.call(call)
        return bool(self.open and found and not found.answered)

    def task(self, id: int) -> Task | None:
        """A task by its number."""
        return next((task for task in self.tasks if task.id == id), None)

    def stir(self, entry: Entry) -> "Incident":
        """The incident once it is known who stirred: a timer's entry is nobody's sign of life."""
        return self if entry.by == TOCSIN else replace(self, stirred=entry.at, prompted=None)

    def anew(self) -> "Incident":
        """The incident before other rooms are opened for it than it had."""
        left = (*self.old_rooms, *map(str, self.places))[-OLD:]
        incident = replace(self, rooms={}, annexes=(), lost={}, seats={}, unseated={})
        return replace(incident, old_rooms=left, era=self.era + 1, shut=False, shut_at=None)

    def hearers(self, wide: bool) -> Iterator[tuple[str, str]]:
        """Who is told of a fact in a line of its own, as (`entry`, place) or (`notice`, person)."""
        yield from (("entry", str(place)) for place in self.places if not self.shut)
        if self.private:
            # Not every platform has rooms that keep others out: who cannot read there is told in person.
            follow = {each.who for each in self.followers if not each.place and each.hears(wide)}
            yield from (("notice", person) for person in sorted(self.members | follow))
            return
        for each in self.followers:
            if each.hears(wide):
                yield ("entry" if each.place else "notice"), each.who

    def due(self) -> Iterator[Timer]:
        yield from due(self)

    def looks(self) -> Iterator[Look]:
        if self.declared is None:
            return
        for platform in self.platforms:
            if not self.private or self.announced:
                yield Look("hall", platform)
            if platform not in self.lost and not self.merged_into:
                yield Look("room", platform)
            if place := self.rooms.get(platform):
                yield Look("shut" if self.shut else "card", platform, place)
        for place in self.annexes:
            yield Look(f"annex {place}", Place.parse(place).platform, place)
        for place in self.old_rooms:
            yield Look(f"left {place}", Place.parse(place).platform, place)
        for each in self.followers:
            if each.place:
                yield Look(f"follow {each.who}", each.place.platform, each.who)

    def keys(self) -> Iterator[str]:
        if not self.merged_into:
            yield from (f"place {place}" for place in self.places)
