"""The way in: what is said, pointed at, noticed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct, field

from bot.ports.names import Handle, MessageId, Place


class Remark(Struct, frozen=True, kw_only=True):
    """A message that somebody points at: with a reaction, a reply, a shortcut in its menu."""

    message: MessageId
    text: str = ""
    by: Handle | None = None
    name: str = ""
    """How the platform shows its author."""
    at: datetime | None = None
    link: str = ""
    """Opens it in the platform's own client."""


class Said(Struct, frozen=True, kw_only=True):
    """What somebody said or pressed, in no dialect.

    `words` is the command line without its root and without `!` (`ack #42`), or, when it was not
    addressed to the bot, what was typed. A native mention of a person stands in `words` and in
    `fields` as `@platform:id`. `fields` are what a form or typed options handed over, by option name.
    """

    key: str
    """The delivery's own id on its platform: a repeat of it gets the same reply and does nothing."""
    by: Handle
    place: Place
    words: str
    fields: Mapping[str, str] = field(default_factory=dict)
    addressed: bool = True
    """False for chatter: nobody spoke to the bot, but a war room's other rooms should see it."""
    direct: bool = False
    """In a conversation with the bot alone."""
    pressed: bool = False
    """By a button, where only the presser sees the answer."""
    reacted: bool = False
    """By a reaction to a message, which anywhere but in an incident's room is not meant for us."""
    name: str = ""
    """How the platform shows the speaker; for mirrored chatter only, never an identity."""
    avatar: str = ""
    locale: str = ""
    """What the platform says of the speaker's language (`en-US`, `zh-hans`), if anything."""
    at: datetime | None = None
    """When the platform says it was said."""
    message: MessageId | None = None
    """The message in which it was said, or on which a button was pressed."""
    about: Remark | None = None
    """The message that it is about: one that was replied to, reacted to, or whose menu was used."""
    email: str = ""
    """What the platform vouches for as the speaker's address: it proposes a link, and never makes one."""
    named: Mapping[str, str] = field(default_factory=dict)
    """How the platform shows those who are mentioned, by handle: for whom the house does not know."""


class RoomChange(Struct, frozen=True, kw_only=True):
    """Something befell a room without us: `moved` says where it is now, `renamed` what it is called."""

    key: str
    place: Place
    what: Literal["gone", "left", "renamed", "moved"]
    """`gone`: deleted, archived or closed by somebody; `left`: the bot was removed from it."""
    by: Handle | None = None
    name: str = ""
    moved: Place | None = None


class Receipt(Struct, frozen=True, kw_only=True):
    """What became of something that a channel had accepted."""

    key: str
    place: Place
    message: MessageId
    state: Literal["delivered", "failed"]
    why: str = ""
