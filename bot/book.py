"""Books: a kind and an id, the entries, and the state folded from them.

The log is the truth. A command *decides*: given the state and what is asked, it yields events or is
refused with a reason. An event *evolves* the state. Timers, looks and keys are computed from the state
and never stored as a second truth: the store keeps their rows equal to what the state lists.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Protocol, TypeVar, dataclass_transform, runtime_checkable

import msgspec

from bot.ports import Card, Remark
from bot.text.rich import Para, line
from bot.text.words import Phrase, Voice, Who

if TYPE_CHECKING:
    from bot.oncall.policy import Rules
    from bot.oncall.schedule import Schedule
    from bot.people.following import Sub
    from bot.people.person import People

TOCSIN = "tocsin"
"""Who acts when nobody did: a timer, a platform's answer."""


class BookId(NamedTuple):
    """A book's name: `incident 42`, `person anna`."""

    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


@dataclass(frozen=True, slots=True)
class Timer:
    """What is to happen at an instant unless the book changes: `name` is unique within its book."""

    name: str
    at: datetime
    fires: "Command"


@dataclass(frozen=True, slots=True)
class Look:
    """Something that should be seen somewhere, always as the book is now.

    `subject` and `platform` name it within its book. `place` is empty where the platform's adapter knows it
    (the standing room) or where it is still to be made (a war room).
    """

    subject: str
    platform: str
    place: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Send:
    """Words that go out once: `kind` says how to read `payload`, `to` is a place, a handle or a person.

    `rank` is its priority within its destination: 0 page, 1 reply, 3 posted update, 4 mirrored chatter.
    """

    kind: str
    to: str
    rank: int
    payload: Mapping[str, Any] = field(default_factory=dict)


class State(Protocol):
    """What is folded from a book's entries."""

    @property
    def open(self) -> bool:
        """It is still going on, and is listed."""

    def due(self) -> Iterable[Timer]:
        """The timers that should be armed now."""

    def looks(self) -> Iterable[Look]:
        """What should be shown now."""

    def keys(self) -> Iterable[str]:
        """The names by which the book is found: `place slack:C1`, `handle slack:U1`."""


@runtime_checkable
class Stirring(Protocol):
    """A state that keeps when somebody last gave a sign of life."""

    def stir(self, entry: "Entry") -> Any:
        """The state once it is known who stirred."""


S = TypeVar("S", bound=State)


@dataclass(frozen=True, slots=True)
class Entry:
    """What happened: when it was recorded, by whom (a person's id, or `tocsin`), said where, and what."""

    book: BookId
    rev: int
    at: datetime
    by: str
    event: "Event"
    via: str = ""
    said: datetime | None = None
    """When it was said, where that was long before: the bot was away, or the platform was."""


@dataclass(frozen=True, slots=True)
class Book:
    """A book as it stands: `rev` counts its entries, `state` is what they fold to."""

    id: BookId
    rev: int
    state: Any
    at: datetime | None = None
    """When its last entry was recorded."""

    def write(
        self, event: "Event", *, now: datetime, by: str, via: str = "", said: datetime | None = None
    ) -> tuple["Book", Entry]:
        """The book with one more entry. Its time never runs back, whatever the clock does."""
        at = max(now, self.at) if self.at else now
        entry = Entry(self.id, self.rev + 1, at, by, event, via, said)
        return self.fold(entry), entry

    def fold(self, entry: Entry) -> "Book":
        """The book after an entry."""
        state = entry.event.onto(self.state, entry)
        return Book(self.id, entry.rev, state.stir(entry) if isinstance(state, Stirring) else state, entry.at)


@dataclass(frozen=True, slots=True)
class Ask:
    """What was true in this transaction, as a decision may know it."""

    now: datetime
    by: str
    """The person who asks: their id, or `tocsin`."""
    rules: "Rules"
    people: "People"
    schedules: Mapping[str, "Schedule"] = field(default_factory=dict)
    """Every schedule, with what was changed in chat."""
    via: str = ""
    """The place where it was asked in words that all there can see."""
    place: str = ""
    """Where it was asked, in whatever way."""
    said: datetime | None = None
    """When it was asked, where that was long before now."""
    handle: str = ""
    """How the platform knows the one who asks."""
    token: str = ""
    """A word that nobody can guess, of this delivery alone; a kept reply does not hold it."""
    secret: str = ""
    """A longer one, for what is not used up at once."""
    key: bytes = field(default=b"", repr=False)
    """The house's own: it makes codes, and digests that tell nothing without it (`bot.people.codes`)."""
    doors: Mapping[str, str] = field(default_factory=dict)
    """Addresses that open a conversation with the bot, by platform: what it is told stands for `WORDS`."""
    about: Remark | None = None
    """The message that it is about."""
    books: Mapping[BookId, Book] = field(default_factory=dict)
    """The other books that the command touches."""
    following: Sequence["Sub"] = ()
    """Who wants to hear of what."""


class Refused(Exception):
    """A command said no: why, and what to do instead."""

    def __init__(self, text: str, /, **values: Any) -> None:
        super().__init__(text)
        self.phrase = Phrase(text, values)
        self.alone = False
        """It may name what others must not know: it is for the speaker alone."""


class Elsewhere(NamedTuple):
    """A fact for another book, one of those that the command touches."""

    book: BookId
    event: "Event"


class Event:
    """A fact. Its fields hold all that `decide` looked up, so that folding needs nothing else."""

    says: ClassVar[str] = ""
    """How the timeline tells it: a marked message whose fields are the event's, `{by}` and `{book}`."""
    aloud: ClassVar[bool] = False
    """War rooms are told in a line of its own, not by their card alone."""
    wide: ClassVar[bool] = False
    """So are those who only follow from afar."""

    def onto(self, state: Any, entry: Entry) -> Any:
        """The state after it."""
        return state

    def sends(self, state: Any, entry: Entry) -> Iterator[Send]:
        """The words that must go out because of it; `state` already holds it."""
        if self.aloud:
            told = (each for each in state.hearers(self.wide) if each != ("notice", entry.by))
            yield from (Send(kind, to, 3, {"rev": entry.rev}) for kind, to in told)

    @property
    def aside(self) -> str:
        """What somebody wrote with it, where `says` does not quote it."""
        written = (
            name for name in ("text", "note", "why") if getattr(self, name, "") and f"{{{name}}}" not in self.says
        )
        return next((str(getattr(self, name)) for name in written), "")

    def phrase(self, entry: Entry) -> Phrase:
        """How the timeline tells this entry."""
        return Phrase(self.says, {"by": Who(entry.by), "book": entry.book.id} | vars_of(self))


class Command:
    """Something asked of a book."""

    on: ClassVar[str] = "incident"
    """The kind of book that it is asked of."""
    deed: ClassVar[str] = "respond"
    """What the one who asks must be allowed to do: `read`, `respond`, `manage`, `admin`."""
    new: ClassVar[bool] = False
    """It begins a book of its own."""
    other: ClassVar[bool] = False
    """Its first number is another incident's, unless a second one follows."""
    several: ClassVar[bool] = False
    """A page that names several incidents asks it of all of them at once."""
    asks: ClassVar[bool] = False
    """Said without anything, it opens its form, though nothing in it must be filled."""
    holds: ClassVar[bool] = False
    """It holds whatever others did between its saying and its hearing: it takes nothing back."""

    def book(self, ask: Ask, find: Callable[[str], BookId | None]) -> BookId | None:
        """The book that it is asked of, where that is not the place's incident: the one who asks, for their own."""
        return BookId(self.on, ask.by) if self.on == "person" and ask.by else None

    def touches(self) -> Sequence[BookId]:
        """The other books that must stand still while it decides: they are in `Ask.books`."""
        return ()

    def given(self, state: Any) -> Mapping[str, str]:
        """What its form shows at first."""
        return {}

    def decide(self, state: Any, ask: Ask) -> Iterator[Event | Elsewhere]:
        """The events that follow, or `Refused`."""
        raise NotImplementedError

    def answer(self, state: Any, entries: Sequence[Entry], ask: Ask, voice: Voice) -> Card:
        """What the one who asked is told: what happened, in a line each."""
        told = [voice.phrase(entry.event.phrase(entry)) for entry in entries if entry.event.says]
        return Card(body=tuple(Para(line("✓ ", each)) for each in told), to="quiet")


def vars_of(value: Any) -> dict[str, Any]:
    """The fields of a dataclass, by name."""
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


# ---- the registry: every event by its name, every state by its kind

EVENTS: dict[str, type[Event]] = {}
DECODERS: dict[type, msgspec.json.Decoder[Any]] = {}
STATES: dict[str, type[Any]] = {}
T = TypeVar("T")
C = TypeVar("C", bound=type)


@dataclass_transform(frozen_default=True)
def event(cls: type[Event]) -> Any:
    """Make a fact of a class: frozen, and found by its name when the log is read."""
    made: Any = dataclass(frozen=True)(cls)
    if EVENTS.setdefault(made.__name__, made) is not made:
        raise TypeError(f"two events are called {made.__name__}: the log could not tell them apart")
    return made


@dataclass_transform(frozen_default=True)
def book(kind: str) -> Callable[[C], C]:
    """Make a class the state of one kind of book: frozen, blank when called with the id alone."""

    def enter(cls: C) -> C:
        made: Any = dataclass(frozen=True)(cls)
        STATES[kind] = made
        return made  # type: ignore[no-any-return]

    return enter


def blank(id: BookId) -> Book:
    """The book before its first entry."""
    return Book(id, 0, STATES[id.kind](id.id))


class UnknownEvent(Exception):
    """The log holds an event that this version does not know: a newer replica wrote it."""


def encode(event: Event) -> bytes:
    """An event's fields as JSON."""
    return msgspec.json.encode(event, enc_hook=str)


def decode(name: str, body: bytes | str) -> Event:
    """The event that `encode` wrote. Raises `UnknownEvent`."""
    if name not in EVENTS:
        raise UnknownEvent(name)
    return decoder(EVENTS[name]).decode(body)


def freeze(state: Any) -> bytes:
    """A folded state as JSON."""
    return msgspec.json.encode(state, enc_hook=str)


def thaw(kind: str, body: bytes | str) -> Any:
    """The state that `freeze` wrote."""
    return decoder(STATES[kind]).decode(body)


def decoder(kind: type[T]) -> msgspec.json.Decoder[T]:
    """What reads a type from JSON."""
    if kind not in DECODERS:
        DECODERS[kind] = msgspec.json.Decoder(kind, dec_hook=_made)
    return DECODERS[kind]


def prepare() -> None:
    """Make every decoder, before there are threads.

    msgspec builds what it knows of a class when it first reads one, and publishes it half-built: a second thread
    that reads the same class in that moment crashes the process.
    """
    for kind in (*EVENTS.values(), *STATES.values()):
        decoder(kind)


def _made(of: type, value: Any) -> Any:
    return of(value)
