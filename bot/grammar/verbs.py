"""Command and query classes, and their fields: all that a chapter needs to enter the grammar."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import Field, dataclass, field, fields
from datetime import datetime, timedelta
from enum import Enum
from types import NoneType
from typing import Any, ClassVar, Protocol, TypeVar, Union, dataclass_transform, get_args, get_origin, get_type_hints

from bot.book import Command, Entry
from bot.ports import Card, Grammar, Said
from bot.text.words import Voice


class Desk(Protocol):
    """What a query may read: everything on it was cut to the viewer."""

    now: datetime
    voice: Voice
    viewer: Any
    """The person who asks, or None for somebody who is not linked."""
    said: Said
    people: Any
    rules: Any
    state: Any
    """The book that was asked about, for a query of one book."""

    @property
    def schedules(self) -> Mapping[str, Any]:
        """Every schedule by its name, with what was changed in chat."""

    @property
    def rotas(self) -> Mapping[str, Any]:
        """What was changed in chat, by schedule."""

    def entries(self, **what: Any) -> Sequence[Entry]:
        """The book's entries, as the store's `entries` cuts them."""

    @property
    def following(self) -> Sequence[Any]:
        """Every subscription that is not to one incident."""

    @property
    def links(self) -> Mapping[str, str]:
        """Where rooms can be opened, by their places, as far as it is known."""

    def deeds(self, who: str, limit: int) -> Sequence[Entry]:
        """What somebody did last, or anybody, as far as the viewer may see it; newest first."""

    def open_incidents(self) -> Sequence[Any]:
        """The incidents that are open and that the viewer may see, newest first."""

    def ledger(self) -> Any:
        """The book's deliveries, as `bot.incident.ledger` reads them."""

    def grammar(self) -> Grammar:
        """Every command and query, in the viewer's language."""


class Query:
    """Something asked that changes nothing: answered by a reader, never by the writer."""

    on: ClassVar[str] = "incident"
    deed: ClassVar[str] = "read"
    new: ClassVar[bool] = False
    other: ClassVar[bool] = False
    several: ClassVar[bool] = False
    asks: ClassVar[bool] = False

    def answer(self, desk: Desk) -> Card:
        """What the one who asked may know."""
        raise NotImplementedError


Spoken = Command | Query
VERBS: dict[str, type[Spoken]] = {}
"""Every command and query by its first name, in the order of the chapters."""
T = TypeVar("T", bound=type[Any])


@dataclass_transform(frozen_default=True)
def command(
    *names: str, rank: int = 50, private: bool = False, group: str = "", about: bool = False
) -> Callable[[T], T]:
    """Enter a class into the grammar under these names: the first is its own, the others are aliases.

    `group` is where short menus put it; `about`: it can be said about a message.
    """

    def enter(cls: T) -> T:
        made: Any = dataclass(frozen=True)(cls)
        made.names, made.rank, made.private, made.group, made.about = names, rank, private, group, about
        VERBS[names[0]] = made
        return made  # type: ignore[no-any-return]

    return enter


query = command


def words(help: str, *, required: bool = False, long: bool = False, default: Any = "", **more: Any) -> Any:
    """A field that takes the rest of the line."""
    return field(default=default, metadata={"help": help, "rest": True, "required": required, "long": long, **more})


def word(help: str, *, required: bool = False, **more: Any) -> Any:
    """A field that takes the next word of the line."""
    return field(default=None, metadata={"help": help, "required": required, **more})


def flag(help: str, default: Any = None, **more: Any) -> Any:
    """A field that is named: `--sev 1`; `also` are its other names."""
    return field(default=default, metadata={"help": help, "named": True, **more})


class Person(str):
    """A field of this type holds a person's id; people type a mention, a name, or `me`."""

    __slots__ = ()


class Target(str):
    """A field of this type holds whom to page: `person anna`, `policy database`; people type the name alone."""

    __slots__ = ()


# ---- fields and their types


def specs(cls: type[Any]) -> tuple[Field[Any], ...]:
    """The fields that people fill in, in their order."""
    return tuple(spec for spec in fields(cls) if "help" in spec.metadata)


def option(spec: Field[Any]) -> str:
    """What people call a field: `for_` is typed `for`."""
    return spec.name.rstrip("_")


def called(spec: Field[Any]) -> tuple[str, ...]:
    """What a field may be called: its own name first."""
    return (option(spec), *spec.metadata.get("also", ()))


def unnamed(cls: type[Any]) -> tuple[Field[Any], ...]:
    """The fields that are filled in their order, without a name."""
    return tuple(spec for spec in specs(cls) if not spec.metadata.get("named"))


def plain_type(cls: type[Any], name: str) -> type[Any]:
    """A field's type, without `| None`."""
    hint = get_type_hints(cls)[name]
    if get_origin(hint) is None:
        return hint  # type: ignore[no-any-return]
    if get_origin(hint) is Union or type(hint).__name__ == "UnionType":
        return next(part for part in get_args(hint) if part is not NoneType)  # type: ignore[no-any-return]
    return hint  # type: ignore[no-any-return]


def kind(cls: type[Any], name: str) -> str:
    """How menus and forms ask for a field."""
    of = plain_type(cls, name)
    if issubclass(of, Enum):
        return "choice"
    return {Person: "person", bool: "flag", int: "int", timedelta: "span", datetime: "moment"}.get(of, "text")


def usage(cls: type[Any]) -> str:
    """How it is typed: `ack [#incident] [note…]`."""
    parts = [cls.names[0]]
    if cls.on == "incident" and not cls.new:
        parts.append("[#incident]")
    for spec in specs(cls):
        rest = "…" if spec.metadata.get("rest") else ""
        named = f"--{option(spec)}" + ("" if kind(cls, spec.name) == "flag" else " …")
        name = named if spec.metadata.get("named") else option(spec) + rest
        parts.append(f"<{name}>" if spec.metadata.get("required") else f"[{name}]")
    return " ".join(parts)
