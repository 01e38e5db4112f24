"""The doors out: what a platform or a channel must do, and what it may be able to do."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from msgspec import Struct

from bot.ports.card import Can, Card, Copy, Room
from bot.ports.grammar import Grammar
from bot.ports.names import Handle, MessageId, Place

if TYPE_CHECKING:
    from bot.ports.house import House


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
        """Bring people in; who is in already is success. Raises `Partly` where others were brought in."""

    async def link(self, place: Place) -> str:
        """A link that opens the place in the platform's own client."""

    async def close_room(self, place: Place) -> None:
        """Nobody writes there any more, and it is out of the way; a room that is closed or gone is success."""


@runtime_checkable
class Dismissing(Protocol):
    """A platform where the bot can take people out of its private rooms again."""

    async def dismiss(self, place: Place, handles: Sequence[Handle]) -> None:
        """Take people out; who is out already is success. Raises `Partly` where others were taken out."""


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
class Named(Protocol):
    """A platform that says what people call its rooms."""

    async def named(self, place: Place) -> str:
        """The name that everybody may know; empty for a room that is not open to everybody, or that we do not see.

        Raises `ChatError` where that is not known now.
        """


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
class Addressed(Protocol):
    """A channel that sees by an address alone whether it is any good."""

    def fault(self, handle: Handle) -> str:
        """What is wrong with it, which does not quote it; empty: nothing that can be seen without sending."""


@runtime_checkable
class Menus(Protocol):
    """A platform that keeps a menu of the commands, and offers what stands in it."""

    async def menu(self, grammars: Mapping[str, Grammar]) -> Sequence[Finding]:
        """Whether it is the one that is meant: by language, the deployment's own under "". Never raises `ChatError`."""


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


class Webhooks(Protocol):
    """Addresses that are told of a page, by the names that the configuration gives them."""

    async def post(self, name: str, told: Mapping[str, Any], key: str, at: datetime) -> None:
        """Tell one of them, as JSON. `key` is the same for every try, and `at` is when this one is made, by the house's
        clock. Raises `ChatError`, which never quotes the address.
        """

    async def close(self) -> None:
        """Let go of every connection."""


class Mind(Protocol):
    """A language model. It is asked for words, and does nothing: what it writes is shown as letters."""

    async def write(self, task: str, source: str, language: str) -> str:
        """A few sentences in a language (`English`), from what stands in `source` alone. Raises `Unreachable`."""

    async def close(self) -> None:
        """Let go of every connection."""
