"""A chat on paper: it keeps what it was told, and fails when a walk says so.

The three real platforms are played over their own wires in the stories; a walk needs thousands of
messages and a fault around each.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.ports import (
    Can,
    Card,
    Copy,
    Forbidden,
    Gone,
    Handle,
    House,
    MessageId,
    Place,
    Room,
    Throttled,
    Unreachable,
)


class Killed(BaseException):
    """The process died here."""


@dataclass(frozen=True)
class Told:
    """A page that somebody got."""

    handle: Handle
    key: str
    at: datetime
    card: Card


@dataclass
class Paper:
    """One chat platform in memory. It outlives the process that speaks to it, as a real one does."""

    name: str
    now: Callable[[], datetime]
    fault: Callable[[str], str] = lambda deed: ""
    """What goes wrong with a deed: `down`, `busy`, `closed`, `bug`, `lost` (it arrives, and we never hear of it), or
    the process dies before it (`kill`) or after it (`killed`)."""
    messages: dict[tuple[Place, str], Card] = field(default_factory=dict)
    copies: list[tuple[Place, Copy]] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    tried: list[Told] = field(default_factory=list)
    """Every try to tell somebody, whatever came of it."""
    rooms: dict[str, Place] = field(default_factory=dict)
    pins: set[tuple[Place, str]] = field(default_factory=set)
    inside: dict[Place, set[Handle]] = field(default_factory=dict)
    """Who was brought into a room, and not taken out again."""
    closed: set[Place] = field(default_factory=set)
    hanging: set[Place] = field(default_factory=set)
    """Where no request is ever answered."""
    posted: list[tuple[Place, datetime]] = field(default_factory=list)
    """Every message and edit, and when."""
    count: int = 0

    def __post_init__(self) -> None:
        self.can = Can(label=self.name.title(), ephemeral=True, forms=True, private_rooms=True, text=4000)
        self.hall: Place | None = Place(self.name, "hall")

    async def listen(self, house: House, ready: Callable[[], None]) -> None:
        ready()
        await asyncio.Event().wait()

    async def put(self, place: Place, card: Card, over: MessageId | None, key: str) -> MessageId:
        await self._hangs(place)
        after = self._before("put")
        self.posted.append((place, self.now()))
        if over and (place, over) not in self.messages:
            raise Gone
        message = over or self._new()
        self.messages[place, message] = card
        after()
        return message

    async def tell(self, handle: Handle, card: Card, key: str) -> tuple[Place, MessageId]:
        self.tried.append(Told(handle, key, self.now(), card))
        after = self._before("tell")
        place, message = Place(self.name, f"dm-{handle.id}"), self._new()
        self.messages[place, message] = card
        self.told.append(Told(handle, key, self.now(), card))
        after()
        return place, message

    async def open(self, room: Room) -> Place:
        after = self._before("open")
        key = room.key + "-private" * room.private
        place = self.rooms.setdefault(key, Place(self.name, f"room-{key}"))
        after()
        return place

    async def pin(self, place: Place, message: MessageId) -> None:
        self._before("pin")()
        self.pins.add((place, message))

    async def invite(self, place: Place, handles: Sequence[Handle]) -> None:
        after = self._before("invite")
        self.inside.setdefault(place, set()).update(handles)
        after()

    async def dismiss(self, place: Place, handles: Sequence[Handle]) -> None:
        after = self._before("dismiss")
        self.inside.setdefault(place, set()).difference_update(handles)
        after()

    async def close_room(self, place: Place) -> None:
        self._before("close")()
        self.closed.add(place)

    async def named(self, place: Place) -> str:
        self._before("named")()
        return "" if place.room.startswith("secret") else f"#{place.room}"

    async def link(self, place: Place) -> str:
        return f"https://{self.name}.test/{place.room}"

    async def post(self, place: Place, copy: Copy) -> MessageId:
        await self._hangs(place)
        after = self._before("post")
        self.posted.append((place, self.now()))
        self.copies.append((place, copy))
        after()
        return self._new()

    async def close(self) -> None:
        pass

    def rooms_of(self) -> list[Place]:
        """The war rooms, in the order in which they were opened."""
        return list(self.rooms.values())

    async def _hangs(self, place: Place) -> None:
        if place in self.hanging:
            await asyncio.Event().wait()

    def _new(self) -> MessageId:
        self.count += 1
        return MessageId(str(self.count))

    def _before(self, deed: str) -> Callable[[], None]:
        match fault := self.fault(deed):
            case "down":
                raise Unreachable
            case "busy":
                raise Throttled(retry_in=7)
            case "closed":
                raise Forbidden
            case "bug":
                raise KeyError("an adapter's own fault")
            case "kill":
                raise Killed
        return lambda: self._after(fault)

    def _after(self, fault: str) -> None:
        if fault == "lost":
            raise Unreachable(ambiguous=True)
        if fault == "killed":
            raise Killed
