"""The doors of the house, and what passes through them.

`Chat` is the way out to one chat platform, `House` the way in. Everything that passes is a frozen
value without dialect; an adapter turns its platform's payloads into these (`read.py`) and back (`show.py`).
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Literal, NewType, Protocol, runtime_checkable

from msgspec import Struct, field

from bot.text.rich import Line, Text

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


# ---- the way in


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


class Choice(Struct, frozen=True):
    """One of the things that an option may be."""

    value: str
    label: str


class Option(Struct, frozen=True, kw_only=True):
    """A command's option, as menus and forms show it. Its name is `[a-z]{1,32}`."""

    name: str
    kind: Literal["text", "int", "span", "moment", "person", "incident", "choice", "flag"]
    help: str
    required: bool = False
    long: bool = False
    """More than a line: a form gives it a box."""
    choices: tuple[Choice, ...] = ()
    suggests: bool = False
    """`House.suggest` knows what it may be; anything may be typed all the same."""
    value: str = ""
    """What a form shows at first."""


class Verb(Struct, frozen=True, kw_only=True):
    """A command or query: `name` is one word or two (`account link`); `help` one line, in the reader's language."""

    name: str
    aliases: tuple[str, ...] = ()
    help: str
    more: str = ""
    """What help adds below: the rest of the docstring."""
    options: tuple[Option, ...] = ()
    private: bool = False
    """Its answer is for the speaker's eyes alone."""
    rank: int = 50
    """Its place in menus: low comes first."""
    group: str = ""
    """Where menus put it that cannot hold all of them in one list: `room`, `people`."""
    about: bool = False
    """It can be said about a message: `Said.about`; a message's own menu offers it."""
    usage: str = ""
    """`ack [incident] [note…]`"""


class Grammar(Struct, frozen=True):
    """Every command and query, in one language: what menus, help and forms are generated from."""

    root: str
    """`incident`, as in `/incident ack`."""
    verbs: tuple[Verb, ...]

    def verb(self, words: str) -> Verb | None:
        """The verb that a line begins with, by name or alias; None where there is none."""
        first, second, *_ = [*words.lower().split(None, 2), "", ""]
        index = self._index()
        return index.get(f"{first} {second}".strip()) or index.get(first)

    def _index(self) -> Mapping[str, Verb]:
        return {name: verb for verb in self.verbs for name in (verb.name, *verb.aliases)}


class Form(Struct, frozen=True, kw_only=True):
    """What is still to be said: `words` is the command line so far, `options` what a form asks for.

    The answer is a `Said` with the same `words` and one field an option.
    """

    title: str
    words: str
    options: tuple[Option, ...]
    submit: str
    """The button that sends it."""


# ---- the way out


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
    language: str = ""
    """The language that it is written in (`en`, `zh-hans`), for what reads it aloud; empty: not said."""


class Copy(Struct, frozen=True, kw_only=True):
    """A message from another room, to be posted in its author's name."""

    author: str
    origin: str
    """The platform it was said on, as people write it: `Slack`."""
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


class ChatError(Exception):
    """The platform said no, or said nothing."""

    retry_in: ClassVar[float | None] = None
    """Seconds until it is worth trying again; None: never for this one."""
    ambiguous: bool = False
    """It may have arrived all the same."""

    def __init__(self, detail: str = "", *, retry_in: float | None = None, ambiguous: bool = False) -> None:
        super().__init__(detail or (type(self).__doc__ or ""))
        self.wait = type(self).retry_in if retry_in is None else retry_in
        self.ambiguous = ambiguous


class Unreachable(ChatError):
    """The platform did not answer: the network or the platform is down."""

    retry_in = 5.0


class Throttled(ChatError):
    """The platform asks us to wait."""

    retry_in = 5.0

    def __init__(
        self, detail: str = "", *, retry_in: float | None = None, scope: Literal["place", "room", "platform"] = "place"
    ) -> None:
        super().__init__(detail, retry_in=retry_in)
        self.scope = scope


class Forbidden(ChatError):
    """The platform does not let us: a person has not opened a conversation with the bot, or a right is missing."""


class Gone(ChatError):
    """What was to be changed is not there any more: the message or the room was deleted."""


class Finding(Struct, frozen=True, kw_only=True):
    """What an examination found: `ok` is None for what could not be looked at."""

    what: str
    ok: bool | None
    fix: str = ""
    """What to do about it, exactly."""


class Channel(Protocol):
    """A way to one person: every chat is one, and so are mail, telephone and push.

    Raises `ChatError` and nothing else when it fails.
    """

    name: str

    async def tell(self, handle: Handle, card: Card, key: str) -> tuple[Place, MessageId]:
        """Tell one person, loudly and alone. `key` is the same for every try of the same send; says where it stands."""

    async def close(self) -> None:
        """Let go of every connection."""


class Chat(Protocol):
    """One chat platform: the way out. Every method raises `ChatError` and nothing else when the platform fails."""

    name: str
    can: Can
    hall: Place | None
    """The standing incident room, from the adapter's settings."""

    async def listen(self, house: "House", ready: Callable[[], None]) -> None:
        """Hear what is said, until cancelled; calls `ready` at each (re)connection. Raises when it cannot go on."""

    async def put(self, place: Place, card: Card, over: MessageId | None, key: str) -> MessageId:
        """Show a card: new, or in place of `over`. `key` is the same for every try of the same send."""

    async def tell(self, handle: Handle, card: Card, key: str) -> tuple[Place, MessageId]:
        """Tell one person, loudly, in a conversation with them alone; says where it stands."""

    async def close(self) -> None:
        """Let go of every connection."""


@runtime_checkable
class Rooms(Protocol):
    """A platform where the bot can open rooms."""

    async def open(self, room: Room) -> Place:
        """Open it, or find the one that an earlier try with the same key opened."""

    async def pin(self, place: Place, message: MessageId) -> None:
        """Pin a message in its place; a message already pinned is success."""

    async def invite(self, place: Place, handles: Sequence[Handle]) -> None:
        """Bring people in; who is in already is success."""

    async def link(self, place: Place) -> str:
        """A link that opens the place in the platform's own client."""

    async def close_room(self, place: Place) -> None:
        """Nobody writes there any more, and it is out of the way; a room that is closed or gone is success."""


@runtime_checkable
class Mirror(Protocol):
    """A platform where what was said elsewhere can be posted in its author's name, as well as it can."""

    async def post(self, place: Place, copy: Copy) -> MessageId:
        """Post it."""


@runtime_checkable
class Bookmarks(Protocol):
    """A platform whose rooms keep links at hand."""

    async def bookmark(self, place: Place, title: str, url: str) -> None:
        """Keep a link there; one of this title that is there already is brought up to date."""


@runtime_checkable
class Doors(Protocol):
    """A platform where a link can open a conversation with the bot."""

    async def door(self, words: str) -> str:
        """A link that says `words` to the bot for whoever follows it. `words` are `[A-Za-z0-9_-]{1,64}`."""


@runtime_checkable
class Examined(Protocol):
    """A platform or channel that can look at itself: rights, intents, connections."""

    async def examine(self) -> Sequence[Finding]:
        """What is there, what is missing with its fix, and what could not be looked at. Never raises `ChatError`."""


@runtime_checkable
class Served(Protocol):
    """What answers over HTTP: a provider's callbacks, the links in a mail."""

    def routes(self, house: "House") -> Sequence[Any]:
        """Starlette routes."""


@runtime_checkable
class Calendars(Protocol):
    """A house that has calendars to subscribe to."""

    async def calendar(self, secret: str) -> bytes | None:
        """The iCalendar at a secret address; None where there is none (any more)."""


class House(Protocol):
    """The core, as the world may see it: the way in. What leaves it was made for the one who asked."""

    def grammar(self, language: str = "") -> Grammar:
        """Every command and query, in a language (any locale tag; the deployment's where unknown)."""

    def languages(self) -> Sequence[str]:
        """The languages there are words in: `en`, `zh-hans`."""

    async def hear(self, said: Said) -> Card | Form | None:
        """Do what was asked, once, after it is safely kept; the answer, or None for chatter.

        Never raises for what people say; raises `Unheard` when it could not be kept."""

    async def suggest(self, said: Said, option: str) -> Sequence[Choice]:
        """What an option may be, the likeliest first and 25 at most: `said.words` is the verb, `said.fields` what is
        typed so far. Cut to the speaker; quick, and empty rather than late."""

    async def notice(self, change: RoomChange) -> None:
        """Something befell a room. Heard once; raises `Unheard` when it could not be kept."""

    async def receipt(self, receipt: Receipt) -> None:
        """What became of a page. Heard once; raises `Unheard` when it could not be kept."""

    async def kept(self, source: str) -> str:
        """Where a stream that must be resumed stands: the last cursor that `keep` wrote, or an empty string."""

    async def keep(self, source: str, cursor: str, deliveries: Mapping[str, Any]) -> Mapping[str, Any]:
        """Keep raw deliveries (by key) and the cursor behind them in one transaction.

        Returns, oldest first, what is kept under `source` and was not `done` yet, earlier runs included."""

    async def done(self, source: str, key: str) -> None:
        """This kept delivery was dealt with."""

    async def health(self) -> Mapping[str, Any]:
        """`database`: whether it answers; `loops`: whether all that must run runs; `chats`: whether each answers."""


class Unheard(Exception):
    """It could not be kept just now: nothing was changed. Please say it again in a moment."""
