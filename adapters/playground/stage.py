"""What the three stand-ins have in common: who plays, what a client shows, what a person can do in one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from starlette.routing import BaseRoute

from adapters.playground.faults import Faults


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
    menu: Sequence[Knob] = ()
    """What the message's own menu offers of the bot's: shortcuts, context-menu commands."""


@dataclass(frozen=True)
class Input:
    """A field of a form; `kind` is `text`, `long`, `choice`, or `search`: its choices come while one types."""

    id: str
    label: str
    kind: str = "text"
    required: bool = False
    value: str = ""
    choices: Sequence[tuple[str, str]] = ()
    hint: str = ""


@dataclass(frozen=True)
class Sheet:
    """A form that is open before one person."""

    id: str
    title: str
    submit: str
    inputs: Sequence[Input]


@dataclass(frozen=True)
class Room:
    """A room as one person's client shows it; `kind` is `channel`, `topic`, `direct`, or `home`: the bot's own page."""

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
    """The machine's own clock, and as much more as it was pushed."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def push(self, seconds: float) -> None:
        """Let time pass."""
        self._ahead += timedelta(seconds=seconds)


class Skewed:
    """A platform's own clock, which may be wrong."""

    def __init__(self, clock: Clock, faults: Faults) -> None:
        self._clock, self._faults = clock, faults

    def now(self) -> datetime:
        """What the platform takes the time to be."""
        wrong = self._faults.active.get("clock_skew")
        return self._clock.now() + timedelta(seconds=wrong.seconds if wrong else 0)


class StandIn(Protocol):
    """One platform on loopback. Whatever changes on somebody's screen calls `changed`.

    A class that stands in for a platform inherits what that platform does not have.
    """

    name: str
    changed: Callable[[], None]
    faults: Faults
    """What goes wrong with it just now."""
    limits: bool = False
    """True: the platform's real rate limits are kept."""
    refused: list[str]
    """The bot's requests that were refused for their form, oldest first: what, and why."""

    @property
    def outage(self) -> bool:
        """True: the platform is down for everybody, every call fails and every connection is closed."""
        return "outage" in self.faults.active

    @outage.setter
    def outage(self, down: bool) -> None:
        if down:
            self.faults.switch("outage")
        else:
            self.faults.mend("outage")

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

    async def shortcut(self, viewer: str, room: str, bubble: str, knob: str) -> None:
        """Choose something in a message's own menu."""
        raise KeyError(knob)

    async def typing(self, viewer: str, room: str, text: str) -> Sequence[tuple[str, str]]:
        """What the client offers to complete a line that is being typed: the whole line, and what it shows of it."""
        return ()

    async def search(self, viewer: str, sheet: str, input: str, text: str) -> Sequence[tuple[str, str]]:
        """What a form offers for a field of the kind `search`: value, label."""
        return ()

    async def visit(self, viewer: str, room: str) -> None:
        """Look into a room: some platforms tell the bot that its own page is being looked at."""
        return

    def reset(self) -> None:
        """As new: the actors and the standing room are there, nothing was said, nothing is wrong. Connections stay."""
