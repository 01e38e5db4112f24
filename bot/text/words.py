"""The words of each language: marked in the code, kept in gettext catalogues, said in somebody's own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache, lru_cache
from importlib.resources import files
from string import Formatter
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime, format_time
from babel.messages.pofile import read_po
from babel.units import format_unit

from bot.text.rich import Inline, Line, Moment, Run, joined, line

ENGLISH = "en"
LANGUAGES = {"en": "English", "zh-hans": "简体中文"}
"""Every language there are words in, by the tag that people type."""


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for it
    """Mark a message for the catalogues; it is translated when it is said."""
    return text


@dataclass(frozen=True, slots=True)
class Phrase:
    """A marked message and what stands in its places: not said yet, in no language."""

    text: str
    values: Mapping[str, Any] = field(default_factory=dict)


class Who(str):
    """A person's id, to be shown by their name."""

    __slots__ = ()


def known(tag: str) -> str:
    """The language there are words in that a tag means (`zh_CN`, `zh-Hans-CN`: `zh-hans`), or an empty string."""
    tag = tag.lower().replace("_", "-")
    if tag in LANGUAGES:
        return tag
    return {"en": "en", "zh": "zh-hans"}.get(tag.split("-")[0], "")


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """The messages of a language: what the code says, and what is said instead."""
    if language == ENGLISH:
        return {}
    folder = files("bot.text") / "locale" / str(locale(language)) / "LC_MESSAGES" / "tocsin.po"
    with folder.open("rb") as po:
        return {str(m.id): str(m.string) for m in read_po(po) if m.id and m.string}


@dataclass(frozen=True)
class Voice:
    """How things are said to somebody: their language, their zone, and what people are called."""

    language: str = ENGLISH
    zone: tzinfo = UTC
    name: Callable[[str], str] = str
    """A person's id to their name."""
    now: datetime | None = None
    room: Callable[[str], tuple[str, str, str] | None] = lambda id: None
    """A room's id to its platform, the name that everybody may know and its link; None for what is none."""

    def say(self, text: str, /, **values: Any) -> Line:
        """A marked message with its places filled: what stands there keeps its own kind (a time, a name).

        What stands between backticks is shown as typed.
        """
        parts: list[str | Inline | Line] = []
        typed = False
        for letters, place in places(catalogue(self.language).get(text, text)):
            first, *rest = letters.split("`")
            parts.append(Run(first, code=typed))
            for piece in rest:
                typed = not typed
                parts.append(Run(piece, code=typed))
            if place is not None:
                shown = self.show(values[place])
                parts.append(Run(shown, code=typed) if isinstance(shown, str) else shown)
        return line(*parts)

    def help(self, text: str) -> Line:
        """Help in its words, with what is typed as typed."""
        return line(*(Run(piece, code=bool(at % 2)) for at, piece in enumerate(text.split("`"))))

    def phrase(self, phrase: Phrase) -> Line:
        """A phrase, said."""
        return self.say(phrase.text, **phrase.values)

    def word(self, text: str, /, **values: Any) -> str:
        """The same in bare letters: a label, a button."""
        return "".join(part.text for part in self.say(text, **values))

    def show(self, value: Any) -> str | Inline | Line:
        """A value as a person reads it."""
        match value:
            case Phrase():
                return self.phrase(value)
            case datetime():
                return self.moment(value)
            case timedelta():
                return self.span(value)
            case Run() | Moment():
                return value
            case Who():
                return self._who(value)
            case tuple():
                return (
                    joined((line(self.show(each)) for each in value), self.word(N_(", "))) if _listed(value) else value
                )
            case None:
                return ""
        if (said := getattr(value, "said", None)) is not None:
            return self.word(said)
        return str(value)

    def _who(self, id: str) -> Run:
        """A person by their name. A room that is not for everybody keeps its own: who may see it follows the link."""
        found = self.room(id)
        if found is None:
            return Run(self.name(id), bold=True)
        platform, name, url = found
        return Run(name or self.word(N_("a room in {platform}"), platform=platform), bold=True, link=url)

    def moment(self, at: datetime) -> Moment:
        """An instant; its bare text holds the day only where it is not today's, and names the zone."""
        here = at.astimezone(self.zone)
        today = self.now is not None and self.now.astimezone(self.zone).date() == here.date()
        if today:
            return Moment(at, format_time(here, "HH:mm z", locale=self._locale, tzinfo=self.zone))
        shape = "d MMM HH:mm z" if self.language == ENGLISH else "M月d日 HH:mm z"
        return Moment(at, format_datetime(here, shape, locale=self._locale, tzinfo=self.zone), "date")

    def span(self, length: timedelta) -> str:
        """A length of time in its two largest units: `1 hr 5 min`."""
        rest = round(abs(length.total_seconds()))
        parts: list[str] = []
        for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
            count, rest = divmod(rest, size)
            if count and len(parts) < 2 and not (unit == "second" and parts):
                parts.append(counted(count, unit, self.language))
        return " ".join(parts) or counted(0, "second", self.language)

    @property
    def _locale(self) -> Locale:
        return locale(self.language)


@cache
def locale(language: str) -> Locale:
    """Babel's own idea of a language."""
    return Locale.parse(language, sep="-")


@lru_cache(maxsize=2048)
def places(text: str) -> tuple[tuple[str, str | None], ...]:
    """A marked message taken apart: letters, and the name of the place that follows them."""
    return tuple((letters, place) for letters, place, _, _ in Formatter().parse(text))


@lru_cache(maxsize=2048)
def counted(count: int, unit: str, language: str) -> str:
    """So many of a unit of time: `5 min`."""
    return format_unit(count, unit, length="short", locale=locale(language))


def _listed(value: tuple[Any, ...]) -> bool:
    return not value or not isinstance(value[0], Run | Moment)


def zone(name: str) -> tzinfo:
    """An IANA zone by its name. Raises `KeyError` for one that does not exist."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError) as wrong:
        raise KeyError(name) from wrong
