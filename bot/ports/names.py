"""How the core names what is out there: places, people, messages."""

from typing import NewType

from msgspec import Struct

MessageId = NewType("MessageId", str)
"""A platform's own name for a message: opaque to the core, unique within its place."""


class Place(Struct, frozen=True, order=True):
    """Where something is said: a platform's room, and the thread or topic in it, if any."""

    platform: str
    room: str
    thread: str = ""

    def __str__(self) -> str:
        return f"{self.platform}:{self.room}" + (f"/{self.thread}" if self.thread else "")

    @staticmethod
    def parse(text: str) -> "Place":
        """The place that `str` wrote."""
        platform, _, rest = text.partition(":")
        room, _, thread = rest.partition("/")
        return Place(platform, room, thread)


class Handle(Struct, frozen=True, order=True):
    """Somebody, as one platform knows them: its id for them, never a display name."""

    platform: str
    id: str

    def __str__(self) -> str:
        return f"{self.platform}:{self.id}"

    @staticmethod
    def parse(text: str) -> "Handle":
        """The handle that `str` wrote."""
        platform, _, native = text.partition(":")
        return Handle(platform, native)
