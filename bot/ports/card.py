"""The way out: what is shown, in no dialect, and what a platform can do with it."""

from typing import Literal

from msgspec import Struct

from bot.ports.names import Handle
from bot.text.rich import Line, Text


class Button(Struct, frozen=True):
    """A button only says a command: `says` is the line, without the root, at most 60 bytes."""

    label: str
    says: str
    style: Literal["", "primary", "danger"] = ""


class Link(Struct, frozen=True):
    """A button that leads somewhere."""

    label: str
    url: str


class Fact(Struct, frozen=True):
    """A label and what stands under it: side by side where the platform can."""

    label: str
    value: Line


class Called(Struct, frozen=True):
    """Somebody who is called by name where a platform cannot call everybody in a room."""

    handle: Handle
    name: str


class Card(Struct, frozen=True, kw_only=True):
    """Something to show, in no dialect.

    `tone` is its colour: `alarm` red, `warn` amber, `busy` blue, `calm` green, `plain` none.
    `to` says who may see it when it is an answer: `speaker` alone (never anybody else, whatever it
    takes), `quiet` (the speaker is enough: privately where that costs nothing, in place otherwise),
    or the whole `room`.
    """

    title: Line = ()
    body: Text = ()
    facts: tuple[Fact, ...] = ()
    buttons: tuple[Button, ...] = ()
    links: tuple[Link, ...] = ()
    footer: Line = ()
    tone: Literal["alarm", "warn", "busy", "calm", "plain"] = "plain"
    to: Literal["speaker", "quiet", "room"] = "room"
    refused: bool = False
    """It says that what was asked was not done."""
    language: str = ""
    """The language that it is written in (`en`, `zh-hans`), for what reads it aloud; empty: not said."""
    everybody: tuple[Called, ...] | None = None
    """Everybody in the room is called, or these where the platform has no such call; None: nobody.

    Nothing but a page to a room says so, and nothing that anybody typed ever calls anybody.
    """


class Copy(Struct, frozen=True, kw_only=True):
    """A message from another room, to be posted in its author's name."""

    author: str
    origin: str
    """The platform it was said on, as people write it, and when, where that was long ago: `Slack, 10:05 UTC`."""
    text: Text
    avatar: str = ""
    key: str = ""
    """The same for every try of the same send: a platform that can uses it against duplicates."""


class Room(Struct, frozen=True, kw_only=True):
    """A room to be opened: `key` is the same for every try, and finds the room again after a crash."""

    key: str
    name: str
    """A title in any letters, such as `#42 db is down`: the adapter makes the platform's name of it."""
    topic: str
    private: bool = False
    language: str = ""
    """What is spoken there (`en`, `zh-hans`)."""
    used: tuple[str, ...] = ()
    """The native rooms in which incidents are under way, once for each: who opens topics spreads them."""


class Pace(Struct, frozen=True, kw_only=True):
    """How much a platform takes: so many messages, edits counted, in so many seconds, for each `scope`."""

    scope: Literal["place", "room", "platform"]
    count: int
    seconds: float
    kept: int = 0
    """How many of them are kept for replies and cards: chatter never takes these."""


class Can(Struct, frozen=True, kw_only=True):
    """What a platform is able to do, and its limits: the core asks "can you?", never "are you Slack?"."""

    label: str
    """How people write its name: `Slack`."""
    ephemeral: bool
    """It can answer one person in a room where others do not see it."""
    forms: bool
    private_rooms: bool
    text: int
    """Letters in a message, at most."""
    identity: bool = False
    """It can post in somebody's name."""
    paces: tuple[Pace, ...] = ()
    """What it is known to take, until it says otherwise."""
