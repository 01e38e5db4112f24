"""A person: a name, a role, a language, and the handles by which the platforms know them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from bot.book import TOCSIN, Ask, Command, Entry, Event, Look, Refused, Timer, book, event
from bot.oncall.policy import Hop
from bot.people.reach import Quiet
from bot.ports import Handle
from bot.text.words import N_

CONSOLE = "cli"
"""The platform of what is said on the command line: its handles are people's ids."""


@dataclass(frozen=True, slots=True)
class Code:
    """A one-time code that links an account: only a keyed digest of it is kept."""

    digest: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Proposal:
    """An account that may be theirs: they were asked, and can say so until then. `rev` makes its code again."""

    handle: str
    rev: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Proof:
    """An address that is theirs once they type the code that was sent there. It is worth nothing after ten minutes.

    `rev` makes the code again: the code itself is kept nowhere.
    """

    handle: str
    rev: int
    until: datetime
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Trial:
    """A test page to every channel: what each said to it so far, an empty word where it was taken."""

    handles: tuple[str, ...]
    back: str
    rev: int
    went: Mapping[str, str] = field(default_factory=dict)


@book("person")
class Person:
    """Somebody. `handles` stand in the order in which they are paged."""

    id: str
    name: str = ""
    role: str = "responder"
    language: str = ""
    zone: str = ""
    configured: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()
    codes: tuple[Code, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    own: tuple[str, ...] = ()
    """Channels that they added, and proved to be theirs."""
    proving: tuple[Proof, ...] = ()
    high: tuple[Hop, ...] = ()
    low: tuple[Hop, ...] = ()
    """How they want to be reached; nothing: as the house does it."""
    quiet: Quiet | None = None
    trial: Trial | None = None
    gone: bool = False
    """The configuration does not name them any more: they keep their name in the log, and nothing else."""

    @property
    def open(self) -> bool:
        return bool(self.name) and not self.gone

    @property
    def handles(self) -> tuple[Handle, ...]:
        """How the platforms know them, in the order in which they are paged."""
        return tuple(Handle.parse(each) for each in dict.fromkeys((*self.configured, *self.linked, *self.own)))

    @property
    def unverified(self) -> tuple[str, ...]:
        """The channels of theirs that wait for a code, by name."""
        return tuple(dict.fromkeys(Handle.parse(each.handle).platform for each in self.proving))

    def proves(self, rev: int, now: datetime) -> bool:
        """Whether the code of this entry still proves a channel."""
        return any(each.rev == rev and each.until > now for each in self.proving)

    def on(self, platform: str) -> Handle | None:
        """Their handle on a platform."""
        return next((handle for handle in self.handles if handle.platform == platform), None)

    def due(self) -> Iterator[Timer]:
        yield from ()

    def looks(self) -> Iterator[Look]:
        yield from ()

    def keys(self) -> Iterator[str]:
        yield from (f"handle {handle}" for handle in self.handles)
        yield from (f"code {code.digest}" for code in self.codes)


class People:
    """Everybody, as of one moment."""

    def __init__(self, everybody: Iterable[Person]) -> None:
        everybody = list(everybody)
        self.by_id: Mapping[str, Person] = {person.id: person for person in everybody if person.open}
        self.names: Mapping[str, str] = {person.id: person.name for person in everybody}

    def __contains__(self, id: str) -> bool:
        return id in self.by_id

    def name(self, id: str) -> str:
        """What somebody is called, also after they left; an id that nobody ever had is shown as it is."""
        return self.names.get(id) or (id.capitalize() if id == TOCSIN else str(id))

    @cached_property
    def by_handle(self) -> Mapping[str, Person]:
        found = {str(handle): person for person in self.by_id.values() for handle in person.handles}
        # Whoever may start processes where the house's database is has said who acts.
        return found | {f"{CONSOLE}:{person.id}": person for person in self.by_id.values()}

    @cached_property
    def by_word(self) -> Mapping[str, tuple[str, ...]]:
        words: dict[str, tuple[str, ...]] = {}
        for person in self.by_id.values():
            for word in {word.casefold() for word in (person.id, person.name, *person.name.split())}:
                words[word] = (*words.get(word, ()), person.id)
        return words

    def find(self, text: str, speaker: str = "") -> str:
        """The person that somebody means by a mention, a name, an id or `me`. Raises `Refused`."""
        word = text.strip().removeprefix("@").casefold()
        if word in {"me", "myself", "我"} and speaker:
            return speaker
        if word in self.by_id:
            return word
        if person := self.by_handle.get(text.strip().removeprefix("@")):
            return person.id
        found = self.by_word.get(word, ())
        if len(found) == 1:
            return found[0]
        if found:
            several = ", ".join(self.name(id) for id in found)
            raise Refused(
                N_("“{word}” could be {several}. Please write the whole name."), word=text[:40], several=several
            )
        raise Refused(N_("I do not know “{word}”. They can link their account with `account link`."), word=text[:40])


@event
class Enrolled(Event):
    """The configuration names them, or changed what it says of them."""

    name: str
    role: str = "responder"
    language: str = ""
    zone: str = ""
    handles: tuple[str, ...] = ()

    says = N_("{name} is known")

    def onto(self, person: Person, entry: Entry) -> Person:
        return replace(
            person,
            name=self.name,
            role=self.role,
            language=self.language,
            zone=self.zone,
            configured=self.handles,
            gone=False,
        )


@event
class Left(Event):
    """The configuration does not name them any more."""

    says = N_("{book} left")

    def onto(self, person: Person, entry: Entry) -> Person:
        return replace(person, configured=(), linked=(), codes=(), own=(), proving=(), gone=True)


@event
class Unplaced(Event):
    """Their accounts are about to be named anew: until then they have none."""

    def onto(self, person: Person, entry: Entry) -> Person:
        return replace(person, configured=())


@event
class Invited(Event):
    """They asked for a code to link another account with."""

    digest: str
    until: datetime

    says = N_("{by} asked for a code to link an account")

    def onto(self, person: Person, entry: Entry) -> Person:
        alive = tuple(code for code in person.codes if code.until > entry.at)
        return replace(person, codes=(*alive[-4:], Code(self.digest, self.until)))


@event
class Linked(Event):
    """An account was linked with a code, or was proposed to them and is theirs."""

    handle: str
    digest: str = ""

    says = N_("{by} linked {handle}")

    def onto(self, person: Person, entry: Entry) -> Person:
        left = tuple(code for code in person.codes if code.digest != self.digest)
        asked = tuple(each for each in person.proposals if each.handle != self.handle)
        return replace(person, linked=(*person.linked, self.handle), codes=left, proposals=asked)


@dataclass(frozen=True)
class Enroll(Command):
    """Take over what the configuration says of somebody."""

    name: str
    role: str = "responder"
    language: str = ""
    zone: str = ""
    handles: tuple[str, ...] = ()

    on = "person"
    deed = "admin"

    def decide(self, person: Person, ask: Ask) -> Iterator[Event]:
        now = (person.name, person.role, person.language, person.zone, person.configured)
        if now != (self.name, self.role, self.language, self.zone, self.handles) or person.gone:
            yield Enrolled(self.name, self.role, self.language, self.zone, self.handles)


@dataclass(frozen=True)
class Leave(Command):
    """The configuration does not name them any more, or is about to name their accounts anew (`back`)."""

    back: bool = False

    on = "person"
    deed = "admin"

    def decide(self, person: Person, ask: Ask) -> Iterator[Event]:
        if self.back and person.configured:
            yield Unplaced()
        elif not self.back and person.open:
            yield Left()
