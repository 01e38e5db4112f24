"""What stands in a field, read: lengths of time, numbers, choices, text without tricks."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import Enum
from unicodedata import category

from bot.book import Refused
from bot.text.clock import first, last
from bot.text.words import N_

LINE = 500
"""Letters in a one-line text, at most."""
LONG = 4000
"""Letters in a long text, at most."""


def number(name: str, raw: str) -> int:
    if not raw.isascii() or not raw.isdigit() or len(raw) > 9:
        raise Refused(N_("“{raw}” is not a number, and `{name}` wants one."), raw=raw[:40], name=name)
    return int(raw)


def choose(of: type[Enum], name: str, raw: str) -> Enum:
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
    compact = re.sub(r"\s+", "", raw[:40].lower())
    pieces = re.findall(r"(\d{1,6})([smhdw])[a-z]*", compact)
    if re.fullmatch(r"[0-9]{1,5}", compact):
        pieces = [(compact, "m")]
    elif len(raw) > 40 or not re.fullmatch(r"(?:[0-9]{1,6}[smhdw][a-z]*)+", compact):
        pieces = []
    if not pieces:
        raise Refused(N_("“{raw}” is not a length of time. Say it like 30m, 2h or 1h30m."), raw=raw[:40])
    length = timedelta(seconds=sum(int(count) * UNITS[unit] for count, unit in pieces))
    if not timedelta(0) < length <= timedelta(days=366):
        raise Refused(
            N_("“{raw}” is too long or no time at all: it must be more than nothing and at most a year."), raw=raw[:40]
        )
    return length


DAYS = {
    "today": 0, "今天": 0, "tomorrow": 1, "tmrw": 1, "明天": 1, "后天": 2,
}  # fmt: skip
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEK_ZH = {"周": "一二三四五六日", "星期": "一二三四五六天"}
CLOCK = re.compile(r"(\d{1,2})(?:[:\uff1a.](\d{2}))?\s*(am|pm)?")
Turn = Callable[[datetime, tzinfo], datetime]
"""Which of two is meant, where a clock time comes twice."""
MORNING = time(9)
"""When a day begins that was named without a time."""


def moment(raw: str, now: datetime, zone: tzinfo, *, end: bool = False) -> datetime:
    """An instant in somebody's zone, in UTC: `30m` from now, `9:00` (the next), `tomorrow 9:00`, `2026-12-01 9:00`.

    Where a clock time comes twice, the first is meant that is still to come, and the last where it is to `end`
    something. Raises `Refused`.
    """
    words = raw[:40].strip().lower()
    try:
        return now.astimezone(UTC) + span(words)
    except Refused:
        here = now.astimezone(zone)
        found = _iso(words, zone) or _spoken(words, here, (last,) if end else (first, last))
    if found is None:
        text = N_("“{raw}” is no time. Say it like 30m, 9:00, tomorrow 9:00, fri 18:00 or 2026-12-01 09:00.")
        raise Refused(text, raw=raw[:40])
    return found.replace(fold=int(end)).astimezone(UTC)


def _iso(words: str, zone: tzinfo) -> datetime | None:
    try:
        day, _, clock = words.replace("t", " ").partition(" ")
        named = datetime.fromisoformat(f"{day} {clock.upper()}" if clock else day)
    except ValueError:
        return _dated(words, zone)
    return named if named.tzinfo else _at(named.date(), named.time() if clock else MORNING, zone)


def _dated(words: str, zone: tzinfo) -> datetime | None:
    """A date with a clock time as people write it: `2026-12-01 9:00`."""
    day, _, rest = words.partition(" ")
    try:
        clock = _clock(rest)
        return _at(date.fromisoformat(day), clock, zone) if clock else None
    except ValueError:
        return None


def _spoken(words: str, here: datetime, turns: Sequence[Turn]) -> datetime | None:
    """A day, a clock time, or both: the next such moment; `today` is today, even when the time has passed."""
    name, _, rest = words.partition(" ")
    days = _days(name, here)
    clock = _clock(words) if days is None else _clock(rest) if rest else MORNING
    if clock is None:
        return None
    again = 0 if name in DAYS else 1 if days is None else 7
    faces = (datetime.combine(here.date() + timedelta(days=(days or 0) + more), clock) for more in sorted({0, again}))
    found = [turn(face, here.tzinfo or UTC) for face in faces for turn in turns]
    return next((at for at in found if at > here.astimezone(UTC)), found[0])


def _days(word: str, here: datetime) -> int | None:
    """Days from today until the day that a word means; None where it means none."""
    if word in DAYS:
        return DAYS[word]
    names = [day for day in WEEK if len(word) >= 3 and word.startswith(day)]
    names += [WEEK[days.index(word[-1])] for mark, days in WEEK_ZH.items() if word[:-1] == mark and word[-1] in days]
    return (WEEK.index(names[0]) - here.weekday()) % 7 if names else None


def _clock(words: str) -> time | None:
    found = CLOCK.fullmatch(words.strip())
    if not found or not (found[2] or found[3]):
        return None
    hour = int(found[1]) % 12 + (12 if found[3] == "pm" else 0) if found[3] else int(found[1])
    return time(hour, int(found[2] or 0)) if hour < 24 and int(found[2] or 0) < 60 else None


def _at(day: date, clock: time, zone: tzinfo) -> datetime:
    """A clock time on a day; one that the clocks jump over is the first instant after the jump."""
    return first(datetime.combine(day, clock), zone).astimezone(zone)


TRICKS = re.compile(
    r"[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""Letters that are not seen but change what is: controls, bidirectional overrides, zero-width spaces, tags.
Joiners (U+200C, U+200D) stay: Persian and family emoji are spelled with them."""


BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs that are drawn as nothing."""


def seen(text: str) -> bool:
    """Whether there is anything to see in a text: a letter, a sign, a picture."""
    return any(category(each)[0] not in "CMZ" and each not in BLANK for each in text)


def tidy(text: str) -> str:
    """Text without what is not seen but changes what is, nor half letters that no database takes."""
    text = TRICKS.sub("", text.replace("\r\n", "\n").replace("\u2028", "\n")).strip()
    return text.encode("utf-8", "ignore").decode()


def clean(text: str, most: int = LONG) -> str:
    """What somebody typed, without tricks. Raises `Refused` when nothing is left or it is too long."""
    text = tidy(text)
    if not seen(text):
        raise Refused(N_("There is nothing to read in that. Please write it in words."))
    if len(text) > most:
        raise Refused(N_("That is {count} letters; {most} fit. Please shorten it."), count=len(text), most=most)
    return text
