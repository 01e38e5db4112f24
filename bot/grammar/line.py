"""A line as people type it, read into a command or query."""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import Field, dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from difflib import get_close_matches
from enum import Enum
from typing import Any

from bot.book import Refused
from bot.grammar.named import take, unmarked
from bot.grammar.values import LINE, LONG, choose, clean, moment, number, span
from bot.grammar.verbs import VERBS, Person, Target, option, plain_type, specs, unnamed, usage
from bot.text.words import N_


@dataclass(frozen=True)
class Line:
    """A line as it was typed: which class, what stands in its fields, and the incident it names, if any.

    `maybe` is a bare number in the first place: the incident's, where the place has none of its own,
    and otherwise part of the text ("update 3 nodes are back"). For commands that take several, an `incident`
    such as `b7` is all those that one page named.
    """

    cls: type[Any]
    raw: Mapping[str, str]
    rest: str = ""
    """What is left for the fields that need no name."""
    incident: str = ""
    maybe: str = ""

    @property
    def tells(self) -> bool:
        """Whether it is a text above all, that people are told or that is kept."""
        return any(spec.metadata.get("required") and spec.metadata.get("long") for spec in unnamed(self.cls)[:1])

    def settled(self, here: str) -> "Line":
        """The line with every field filled, once it is known which incident the place is about. Raises `Refused`."""
        if not self.maybe:
            return self._filled(self.rest, self.incident or here)
        if here and (self.rest or any(spec.metadata.get("required") for spec in unnamed(self.cls))):
            with suppress(Refused):
                return self._filled(f"{self.maybe} {self.rest}", here)
        return self._filled(self.rest, self.maybe)

    def _filled(self, rest: str, incident: str) -> "Line":
        raw = dict(self.raw)
        for spec in unnamed(self.cls):
            if option(spec) in raw or not rest:
                continue
            rest = unmarked(spec, rest)
            if spec.metadata.get("rest"):
                raw[option(spec)], rest = rest, ""
            else:
                raw[option(spec)], _, rest = rest.partition(" ")
                rest = rest.strip()
        if rest.strip():
            text = N_("I do not know what to do with “{rest}”. Usage: {usage}")
            raise Refused(text, rest=rest[:80], usage=usage(self.cls))
        return Line(self.cls, {name: value.strip() for name, value in raw.items() if value.strip()}, "", incident)


def parse(text: str, handed: Mapping[str, str] | None = None) -> Line:
    """Read a line (without the root). `handed` are fields that need no parsing. Raises `Refused`."""
    cls, rest = verb(text)
    raw = dict(handed or {})
    rest = take(cls, rest, raw)
    incident, maybe = raw.pop("incident", "").strip().lstrip("#"), ""
    if cls.several and (found := re.match(r"#?([bB]\d{1,9})(?:[\s.,:;!]+|$)", rest)):
        return Line(cls, raw, rest[found.end() :], found[1].lower())
    if cls.on == "incident" and not cls.new and (found := re.match(r"(#?)(\d{1,9})(?:\s+|$)", rest)):
        rest = rest[found.end() :]
        named = bool(found[1]) and (not cls.other or bool(re.match(r"#?\d+(?:\s|$)", rest)))
        incident, maybe = (found[2], "") if named or incident else (incident, found[2])
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
    near = get_close_matches(parts[0][:40].lower(), names, n=3, cutoff=0.6)
    if near:
        raise Refused(N_("There is no “{word}”. Did you mean: {near}?"), word=parts[0][:40], near=", ".join(near))
    raise Refused(N_("There is no “{word}”. `help` lists what there is."), word=parts[0][:40])


def _names(cls: type[Any]) -> tuple[str, ...]:
    return cls.names  # type: ignore[no-any-return]


def missing(line: Line) -> list[str]:
    """The required fields that were not filled in."""
    return [option(spec) for spec in specs(line.cls) if spec.metadata.get("required") and option(spec) not in line.raw]


@dataclass(frozen=True)
class Reader:
    """What must be known to read a field: the people, the teams and policies, and what time it is for the speaker."""

    person: Callable[[str], str]
    """A person's id for a name, a mention or `me`. Raises `Refused`."""
    target: Callable[[str], str] = str
    """A person, a team or a policy by its name, as `person anna`, `policy database`. Raises `Refused`."""
    now: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    zone: tzinfo = UTC
    named: Callable[[str], str] = str
    """What somebody wrote, with people's names where a platform has their ids."""


def build(line: Line, reader: Reader) -> Any:
    """The command or query, its fields of their types. Raises `Refused`."""
    filled = ((spec, line.raw[option(spec)]) for spec in specs(line.cls) if option(spec) in line.raw)
    return line.cls(**{spec.name: _read(line.cls, spec, raw, reader) for spec, raw in filled})


def _read(cls: type[Any], spec: Field[Any], raw: str, reader: Reader) -> Any:
    of = plain_type(cls, spec.name)
    if of is Person:
        return Person(reader.person(raw))
    if of is Target:
        return Target(reader.target(raw))
    if of is datetime:
        return moment(raw, reader.now, reader.zone, end=bool(spec.metadata.get("end")))
    if of is bool:
        return raw.lower() in {"yes", "true", "on", "1"}
    if of is timedelta:
        return span(raw)
    if issubclass(of, Enum):
        return choose(of, option(spec), raw)
    if of is int:
        return number(option(spec), raw.removeprefix("#"))
    long = bool(spec.metadata.get("long"))
    # Elsewhere a text may be a list of people, whom the command looks up itself.
    spoken = reader.named(raw) if cls.on == "incident" else raw
    return clean(spoken, LONG) if long else clean(" ".join(spoken.split()), LINE)
