"""What the three stand-ins have in common: who plays, what a client shows, what a person can do in one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from starlette.routing import BaseRoute


@dataclass(frozen=True)
class Actor:
    """Somebody who plays: `ids` are their native ids by platform (`slack`: `U01ANNA`, `discord`: a snowflake, ...)."""

    key: str
    name: str
    ids: Mapping[str, str]
    locale: str = "en-US"


@dataclass(frozen=True)
class Knob:
    """A button as a client shows it; `id` presses it, `url` opens it."""

    id: str
    label: str
    style: str = ""
    url: str = ""


@dataclass(frozen=True)
class Bubble:
    """One message as one person's client shows it. `html` is safe markup made from the *native* payload, as that
    platform's client would; `text` the same in bare letters, for tests."""

    id: str
    author: str
    text: str
    html: str
    at: datetime
    bot: bool = False
    avatar: str = ""
    edited: bool = False
    pinned: bool = False
    ephemeral: bool = False
    """Only this viewer sees it."""
    colour: str = ""
    """The bar at its side, `#e01e5a`."""
    reply_to: str = ""
    buttons: Sequence[Sequence[Knob]] = ()
    reactions: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Input:
    """A field of a form; `kind` is `text`, `long` or `choice`."""

    id: str
    label: str
    kind: str = "text"
    required: bool = False
    value: str = ""
    choices: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Sheet:
    """A form that is open before one person."""

    id: str
    title: str
    submit: str
    inputs: Sequence[Input]


@dataclass(frozen=True)
class Room:
    """A room as one person's client shows it; `kind` is `channel`, `topic` or `direct`."""

    id: str
    name: str
    kind: str
    topic: str = ""
    private: bool = False
    members: Sequence[str] = ()
    bubbles: Sequence[Bubble] = ()


@dataclass(frozen=True)
class Screen:
    """All that one person's client shows just now."""

    rooms: Sequence[Room]
    sheet: Sheet | None = None
    toast: str = ""
    """A short notice over everything: Telegram's answer to a press."""
    hints: Sequence[tuple[str, str]] = ()
    """The commands that the client would offer while somebody types `/`: name, description."""


class Clock(Protocol):
    """What time it is: the playground never asks the machine."""

    def now(self) -> datetime: ...


class Machine:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class StandIn(Protocol):
    """One platform on loopback. Whatever changes on somebody's screen calls `changed`."""

    name: str
    changed: Callable[[], None]
    outage: bool
    """True: the platform is down for everybody, every call fails and every connection is closed."""

    def routes(self) -> Sequence[BaseRoute]:
        """The platform's own API, web sockets included, below `/{name}`."""

    def settings(self, base: str) -> Mapping[str, Any]:
        """The adapter's settings for this stand-in, when the playground answers at `base` (`http://127.0.0.1:8123`)."""

    def screen(self, viewer: str) -> Screen:
        """What this actor sees."""

    async def say(self, viewer: str, room: str, text: str, reply_to: str = "") -> None:
        """Type it and press enter: as a client does it, slash commands included. Returns when it was delivered."""

    async def press(self, viewer: str, room: str, bubble: str, knob: str) -> None:
        """Press a button."""

    async def fill(self, viewer: str, sheet: str, answers: Mapping[str, str]) -> None:
        """Send the open form; an empty mapping closes it."""

    async def react(self, viewer: str, room: str, bubble: str, emoji: str) -> None:
        """Put a reaction under a message."""

    def reset(self) -> None:
        """As new: the actors and the standing room are there, nothing was said. Connections stay."""
