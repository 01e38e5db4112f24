"""The grammar: command and query classes, read as a language.

A class is its own grammar: its fields are the options, their types the choices, its docstring the help.
Menus, forms, help, typed options and the parser of a line are all made from the same classes.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import Field, dataclass, field, fields
from datetime import datetime, timedelta
from difflib import get_close_matches
from enum import Enum
from inspect import getdoc
from types import NoneType
from typing import Any, ClassVar, Protocol, TypeVar, Union, dataclass_transform, get_args, get_origin, get_type_hints

from bot.book import Command, Entry, Refused
from bot.ports import Card, Choice, Grammar, Option, Said, Verb
from bot.text.words import N_, Voice, catalogue

LINE = 500
"""Letters in a one-line text, at most."""
LONG = 4000
"""Letters in a long text, at most."""


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

    def entries(self, **what: Any) -> Sequence[Entry]:
        """The book's entries, as the store's `entries` cuts them."""

    def open_incidents(self) -> Sequence[Any]:
        """The incidents that are open and that the viewer may see, newest first."""

    def ledger(self) -> Sequence[Any]:
        """The book's deliveries."""

    def grammar(self) -> Grammar:
        """Every command and query, in the viewer's language."""


class Query:
    """Something asked that changes nothing: answered by a reader, never by the writer."""

    on: ClassVar[str] = "incident"
    deed: ClassVar[str] = "read"
    new: ClassVar[bool] = False

    def answer(self, desk: Desk) -> Card:
        """What the one who asked may know."""
        raise NotImplementedError


Spoken = Command | Query
VERBS: dict[str, type[Spoken]] = {}
"""Every command and query by its first name, in the order of the chapters."""
T = TypeVar("T", bound=type[Any])


@dataclass_transform(frozen_default=True)
def command(*names: str, rank: int = 50, private: bool = False) -> Callable[[T], T]:
    """Enter a class into the grammar under these names: the first is its own, the others are aliases."""

    def enter(cls: T) -> T:
        made: Any = dataclass(frozen=True)(cls)
        made.names, made.rank, made.private = names, rank, private
        VERBS[names[0]] = made
        return made  # type: ignore[no-any-return]

    return enter


query = command


def words(help: str, *, required: bool = False, long: bool = False) -> Any:
    """A field that takes the rest of the line."""
    return field(default="", metadata={"help": help, "rest": True, "required": required, "long": long})


def word(help: str, *, required: bool = False) -> Any:
    """A field that takes the next word of the line."""
    return field(default=None, metadata={"help": help, "required": required})


def flag(help: str, default: Any = None, **more: Any) -> Any:
    """A field that is named: `--sev 1`."""
    return field(default=default, metadata={"help": help, "named": True, **more})


class Person(str):
    """A field of this type holds a person's id; people type a mention, a name, or `me`."""

    __slots__ = ()


# ---- a line


@dataclass(frozen=True)
class Line:
    """A line as it was typed: which class, what stands in its fields, and the incident it names, if any.

    `maybe` is a bare number in the first place: the incident's, where the place has none of its own,
    and otherwise part of the text ("update 3 nodes are back").
    """

    cls: type[Any]
    raw: Mapping[str, str]
    rest: str = ""
    """What is left for the fields that need no name."""
    incident: str = ""
    maybe: str = ""

    def settled(self, here: str) -> "Line":
        """The line with every field filled, once it is known which incident the place is about. Raises `Refused`."""
        if not self.maybe:
            return self._filled(self.rest, self.incident or here)
        if here and (self.rest or any(spec.metadata.get("required") for spec in _unnamed(self.cls))):
            with suppress(Refused):
                return self._filled(f"{self.maybe} {self.rest}", here)
        return self._filled(self.rest, self.maybe)

    def _filled(self, rest: str, incident: str) -> "Line":
        raw = dict(self.raw)
        for spec in _unnamed(self.cls):
            if option(spec) in raw or not rest:
                continue
            if spec.metadata.get("rest"):
                raw[option(spec)], rest = rest, ""
            else:
                raw[option(spec)], _, rest = rest.partition(" ")
                rest = rest.strip()
        if rest.strip():
            text = N_("I do not know what to do with “{rest}”. Usage: {usage}")
            raise Refused(text, rest=rest[:80], usage=usage(self.cls))
        return Line(self.cls, {name: value.strip() for name, value in raw.items() if value.strip()}, "", incident)


NAMED = re.compile(
    r"(?<!\S)(?:--|[\u2013\u2014])([a-z]+)(?:=|\s+|$)(\"[^\"]*\"|[\u201c][^\u201d]*[\u201d]|\S*)", re.IGNORECASE
)
"""A named option. Phones turn `--` into a dash and `"` into a curly quote while somebody types."""


def parse(text: str, handed: Mapping[str, str] | None = None) -> Line:
    """Read a line (without the root). `handed` are fields that need no parsing. Raises `Refused`."""
    cls, rest = verb(text)
    raw = dict(handed or {})
    rest = _take_named(cls, rest, raw)
    incident, maybe = raw.pop("incident", "").strip().lstrip("#"), ""
    if cls.on == "incident" and not cls.new and (found := re.match(r"(#?)(\d{1,9})(?:\s+|$)", rest)):
        rest = rest[found.end() :]
        incident, maybe = (found[2], "") if found[1] or incident else (incident, found[2])
    return Line(cls, raw, rest, incident, maybe)


def verb(text: str) -> tuple[type[Any], str]:
    """The class that a line begins with, and the rest of the line. Raises `Refused` with the nearest names."""
    parts = text.split(None, 2)
    names = {name: cls for cls in VERBS.values() for name in _names(cls)}
    for count in (2, 1):
        name = " ".join(parts[:count]).lower()
        if len(parts) >= count and name in names:
            return names[name], " ".join(parts[count:]) if count == 2 else text.strip()[len(parts[0]) :].strip()
    if not parts:
        return names["help"], ""
    near = get_close_matches(parts[0].lower(), names, n=3, cutoff=0.6)
    if near:
        raise Refused(N_("There is no “{word}”. Did you mean: {near}?"), word=parts[0][:40], near=", ".join(near))
    raise Refused(N_("There is no “{word}”. `help` lists what there is."), word=parts[0][:40])


def _names(cls: type[Any]) -> tuple[str, ...]:
    return cls.names  # type: ignore[no-any-return]


def _take_named(cls: type[Any], text: str, raw: dict[str, str]) -> str:
    """The text without the named options that the class has; unknown ones are left as they stand."""
    named = {option(spec): spec for spec in specs(cls) if spec.metadata.get("named")}

    def take(found: re.Match[str]) -> str:
        spec = named.get(found[1].lower())
        if spec is None:
            return found[0]
        if kind(cls, spec.name) == "flag":
            raw[found[1].lower()] = "yes"
            return " " + found[2]
        raw[found[1].lower()] = found[2].strip('"“”')
        return " "

    return NAMED.sub(take, text).strip()


# ---- fields and their types


def specs(cls: type[Any]) -> tuple[Field[Any], ...]:
    """The fields that people fill in, in their order."""
    return tuple(spec for spec in fields(cls) if "help" in spec.metadata)


def option(spec: Field[Any]) -> str:
    """What people call a field: `for_` is typed `for`."""
    return spec.name.rstrip("_")


def _unnamed(cls: type[Any]) -> tuple[Field[Any], ...]:
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
    return {Person: "person", bool: "flag", int: "int", timedelta: "span"}.get(of, "text")


def missing(line: Line) -> list[str]:
    """The required fields that were not filled in."""
    return [option(spec) for spec in specs(line.cls) if spec.metadata.get("required") and option(spec) not in line.raw]


def build(line: Line, person: Callable[[str], str]) -> Any:
    """The command or query, its fields of their types. `person` finds a person's id. Raises `Refused`."""
    filled = ((spec, line.raw[option(spec)]) for spec in specs(line.cls) if option(spec) in line.raw)
    return line.cls(**{spec.name: _read(line.cls, spec, raw, person) for spec, raw in filled})


def _read(cls: type[Any], spec: Field[Any], raw: str, person: Callable[[str], str]) -> Any:
    of = plain_type(cls, spec.name)
    if of is Person:
        return Person(person(raw))
    if of is bool:
        return raw.lower() in {"yes", "true", "on", "1"}
    if of is timedelta:
        return span(raw)
    if issubclass(of, Enum):
        return _choose(of, option(spec), raw)
    if of is int:
        return _number(option(spec), raw)
    return clean(raw, LONG if spec.metadata.get("long") else LINE)


def _number(name: str, raw: str) -> int:
    if not raw.isascii() or not raw.isdigit() or len(raw) > 9:
        raise Refused(N_("“{raw}” is not a number, and `{name}` wants one."), raw=raw[:40], name=name)
    return int(raw)


def _choose(of: type[Enum], name: str, raw: str) -> Enum:
    want = raw.lower().replace("_", " ").removeprefix("sev").strip("- ")
    for one in of:
        if want in {str(one.value).lower(), *getattr(one, "aliases", ())}:
            return one
    near = [one for one in of if want and str(one.value).lower().startswith(want)]
    if len(near) == 1:
        return near[0]
    allowed = ", ".join(str(one.value) for one in of)
    raise Refused(N_("`{name}` cannot be “{raw}”. It can be: {allowed}."), name=name, raw=raw[:40], allowed=allowed)


UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def span(raw: str) -> timedelta:
    """A length of time: `30m`, `2h`, `1h30m`, `1d`; a bare number is minutes. Raises `Refused`."""
    compact = re.sub(r"\s+", "", raw.lower())
    pieces = re.findall(r"(\d{1,6})([smhdw])[a-z]*", compact)
    if compact.isdigit() and len(compact) < 6:
        pieces = [(compact, "m")]
    if not pieces or not re.fullmatch(r"(\d{1,6}[smhdw]?[a-z]*)+", compact):
        raise Refused(N_("“{raw}” is not a length of time. Say it like 30m, 2h or 1h30m."), raw=raw[:40])
    length = timedelta(seconds=sum(int(count) * UNITS[unit] for count, unit in pieces))
    if not timedelta(0) < length <= timedelta(days=366):
        raise Refused(
            N_("“{raw}” is too long or no time at all: it must be more than nothing and at most a year."), raw=raw[:40]
        )
    return length


TRICKS = re.compile(
    r"[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""Letters that are not seen but change what is: controls, bidirectional overrides, zero-width spaces, tags.
Joiners (U+200C, U+200D) stay: Persian and family emoji are spelled with them."""


def clean(text: str, most: int = LONG) -> str:
    """What somebody typed, without tricks. Raises `Refused` when nothing is left or it is too long."""
    text = TRICKS.sub("", text.replace("\r\n", "\n").replace("\u2028", "\n")).strip()
    text = text.encode("utf-8", "ignore").decode()
    if not text:
        raise Refused(N_("There is nothing to read in that. Please write it in words."))
    if len(text) > most:
        raise Refused(N_("That is {count} letters; {most} fit. Please shorten it."), count=len(text), most=most)
    return text


# ---- the grammar as data


def grammar(root: str, voice: Voice) -> Grammar:
    """Every verb, in a voice's language, in the order of its rank."""
    verbs = (_verb(cls, voice) for cls in VERBS.values())
    return Grammar(root, tuple(sorted(verbs, key=lambda verb: verb.rank)))


def _verb(cls: type[Any], voice: Voice) -> Verb:
    first, more = doc(cls)
    return Verb(
        name=cls.names[0],
        aliases=cls.names[1:],
        help=_said(first, voice),
        more=_said(more, voice),
        options=tuple(options(cls, voice)),
        private=cls.private,
        rank=cls.rank,
        usage=usage(cls),
    )


def doc(cls: type[Any]) -> tuple[str, str]:
    """A docstring's first paragraph and the rest, as the catalogues hold them."""
    first, _, more = (getdoc(cls) or "").partition("\n\n")
    return " ".join(first.split()), "\n\n".join(" ".join(part.split()) for part in more.split("\n\n"))


def _said(text: str, voice: Voice) -> str:
    return catalogue(voice.language).get(text, text)


def options(cls: type[Any], voice: Voice, only: Iterable[str] | None = None) -> Iterable[Option]:
    """A class's options, required ones first (Discord wants them so)."""
    wanted = set(only) if only is not None else None
    listed = sorted(specs(cls), key=lambda spec: not spec.metadata.get("required"))
    for spec in listed:
        if wanted is None or option(spec) in wanted:
            yield _option(cls, spec, voice)
    if cls.on == "incident" and not cls.new and wanted is None:
        yield Option(
            name="incident", kind="incident", help=_said(N_("Which incident; in its war room it is understood."), voice)
        )


def _option(cls: type[Any], spec: Field[Any], voice: Voice) -> Option:
    of = plain_type(cls, spec.name)
    choices = (
        tuple(Choice(str(one.value), voice.word(getattr(one, "meaning", one.said))) for one in of)
        if issubclass(of, Enum)
        else ()
    )
    return Option(
        name=option(spec),
        kind=kind(cls, spec.name),  # type: ignore[arg-type]
        help=_said(spec.metadata["help"], voice),
        required=bool(spec.metadata.get("required")),
        long=bool(spec.metadata.get("long")),
        choices=choices,
    )


def usage(cls: type[Any]) -> str:
    """How it is typed: `ack [#incident] [note…]`."""
    parts = [cls.names[0]]
    if cls.on == "incident" and not cls.new:
        parts.append("[#incident]")
    for spec in specs(cls):
        name = (
            f"--{option(spec)} …"
            if spec.metadata.get("named")
            else option(spec) + ("…" if spec.metadata.get("rest") else "")
        )
        parts.append(f"<{name}>" if spec.metadata.get("required") else f"[{name}]")
    return " ".join(parts)
