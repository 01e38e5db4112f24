"""Named options in a line as people type them: `--sev 1`, `--sev=1`, `--sev1`, `-sev 1`, `—sev 1`."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import Field
from datetime import datetime
from difflib import get_close_matches
from enum import Enum
from typing import Any, NamedTuple

from bot.book import Refused
from bot.grammar.verbs import called, kind, option, plain_type, specs, unnamed, usage
from bot.text.words import N_

QUOTED = r"\"[^\"]*\"|[\u201c\u201d][^\u201c\u201d]*[\u201c\u201d]|`[^`]*`"
ASIDE = re.compile(rf"(?<!\S)(?:{QUOTED})")
"""Quoted: nothing in it is an option. Phones turn `"` into a curly quote while somebody types."""
MARK = re.compile(r"(?<!\S)(--|[\u2013\u2014]|-)([a-z]+(?:-[a-z]+)*)(\d*)(?:[=:]|(?!\S))", re.IGNORECASE)
"""What looks like an option. Phones turn `--` into a dash, and people type one `-`."""
VALUE = re.compile(rf"\s*({QUOTED}|\S+|)")
"""It may be nothing at all."""
NUMBER = re.compile(r"#?\d*\s*")
CLOSE, ROUGH = 0.8, 0.65
"""How near an option must be to be meant in the middle of a text, and to be proposed."""
BRIEF = 3
"""Letters from which a name may have a single dash, and be a piece of an option's."""


class Mark(NamedTuple):
    """Where something like an option begins and ends, its dash, its name, and the digits that follow at once."""

    start: int
    end: int
    dash: str
    name: str
    digits: str


def take(cls: type[Any], text: str, raw: dict[str, str]) -> str:
    """The text without the class's options, which go into `raw`.

    Raises `Refused` for what is an option and not one of the class's; in the middle of a text, or in quotes, `--word`
    belongs to the text, and everywhere where the command has no options at all.
    """
    named = {name: spec for spec in specs(cls) if spec.metadata.get("named") for name in called(spec)}
    marks = list(_marks(text))
    places = {name for spec in unnamed(cls) for name in called(spec)} if named else set()
    bounds = [each.start for each in marks if _is_own(each, named) or each.name in places] + [len(text)]
    kept, at = [], 0
    for mark in (each for each in marks if _is_own(each, named)):
        if mark.start >= at:
            spec = named[mark.name]
            kept.append(text[at : mark.start].strip())
            raw[option(spec)], at = _value(cls, spec, mark, text, min(each for each in bounds if each > mark.start))
    kept.append(text[at:].strip())
    rest = " ".join(each for each in kept if each)
    if named or not _has_text(cls):
        _refuse_strangers(cls, text, rest, [each for each in marks if not _is_own(each, named)], bounds)
    return rest


def _has_text(cls: type[Any]) -> bool:
    return any(each.metadata.get("rest") and plain_type(cls, each.name) is str for each in unnamed(cls))


def unmarked(spec: Field[Any], text: str) -> str:
    """The text without the field's own name before it: `edit --title db is slow`."""
    mark = next(_marks(text), None)
    if mark is None or mark.start or mark.name not in called(spec):
        return text
    return _bare(text[mark.end :])


def _bare(text: str) -> str:
    """Text without the quotes around the whole of it."""
    text = text.strip()
    return text[1:-1] if ASIDE.fullmatch(text) and text[0] != "`" else text


def _marks(text: str) -> Iterator[Mark]:
    aside = [found.span() for found in ASIDE.finditer(text)]
    for found in MARK.finditer(text):
        if not any(start < found.start() < end for start, end in aside):
            yield Mark(found.start(), found.end(), found[1], found[2].lower(), found[3])


def _is_own(mark: Mark, named: Mapping[str, Any]) -> bool:
    return mark.name in named and (mark.dash != "-" or len(mark.name) >= BRIEF)


def _value(cls: type[Any], spec: Field[Any], mark: Mark, text: str, next_one: int) -> tuple[str, int]:
    """What an option is said to be, and where that ends. Long ones need no quotes: they go on to the next option."""
    if mark.digits:
        return mark.digits, mark.end
    if kind(cls, spec.name) == "flag" and text[mark.end - 1] not in "=:":
        return "yes", mark.end
    found = next(VALUE.finditer(text[:next_one], mark.end))
    end = next_one if _lengthy(cls, spec) and not ASIDE.match(found[1]) else found.end()
    value = _bare(text[mark.end : end])
    if not value.strip():
        refusal = N_("`{option}` is empty: say what it should be, or leave it out. Usage: {usage}")
        raise Refused(refusal, option=f"--{mark.name}", usage=usage(cls))
    return value, end


def _lengthy(cls: type[Any], spec: Field[Any]) -> bool:
    """Whether an option may be several words without quotes: a long text, or a time such as `tomorrow 9:00`."""
    return bool(spec.metadata.get("long")) or plain_type(cls, spec.name) is datetime


def _refuse_strangers(cls: type[Any], text: str, rest: str, marks: Sequence[Mark], bounds: Sequence[int]) -> None:
    """`rest` is the text without the options; `bounds` are where these begin, and where the text ends."""
    begins = NUMBER.sub("", rest, count=1)
    first, *others = [called(spec) for spec in unnamed(cls)] or [()]
    for mark in (each for each in marks if each.dash != "-"):
        leads = begins.startswith(text[mark.start : mark.end])
        if mark.name in first and not leads:
            again = N_("What `{option}` should be was said already, without its name. Usage: {usage}")
            raise Refused(again, option=f"--{mark.name}", usage=usage(cls))
        if any(mark.name in each for each in (first, *others)):
            continue
        left = text[mark.end : min(each for each in bounds if each > mark.start)]
        if nearest(cls, mark.name, CLOSE) or (mark.dash == "--" and (leads or len(left.split()) < 2)):
            raise _stranger(cls, mark)


def _stranger(cls: type[Any], mark: Mark) -> Refused:
    typed, near = f"--{mark.name}{mark.digits}"[:40], nearest(cls, mark.name, ROUGH)
    text = N_("`{name}` has no `{option}`. Usage: {usage}")
    if near:
        text = N_("`{name}` has no `{option}`. Did you mean `{near}`? What belongs to the text goes in quotes.")
    elif _has_text(cls):
        text = N_("`{name}` has no `{option}`. Usage: {usage}. What belongs to the text goes in quotes.")
    return Refused(text, name=cls.names[0], option=typed, near=near, usage=usage(cls))


def nearest(cls: type[Any], name: str, cutoff: float) -> str:
    """The option that was probably meant, as it is typed; empty where none is near."""
    known = {each: spec for spec in specs(cls) for each in called(spec)}
    pieces = (each for each in known if len(name) >= BRIEF and each.startswith(name))
    values = (f"--{option(spec)} {name}" for spec in specs(cls) if name in _choices(cls, spec))
    near = (each for limit in (CLOSE, cutoff) for each in get_close_matches(name, known, n=1, cutoff=limit))
    found = [*(f"--{option(known[each])}" for each in pieces), *values, *(f"--{option(known[each])}" for each in near)]
    return next(iter(found), "")


def _choices(cls: type[Any], spec: Field[Any]) -> set[str]:
    of = plain_type(cls, spec.name)
    return {str(one.value) for one in of} if issubclass(of, Enum) else set()
