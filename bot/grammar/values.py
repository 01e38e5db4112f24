"""What stands in a field, read: lengths of time, numbers, choices, text without tricks."""

import re
from datetime import timedelta
from enum import Enum

from bot.book import Refused
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


TRICKS = re.compile(
    r"[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""Letters that are not seen but change what is: controls, bidirectional overrides, zero-width spaces, tags.
Joiners (U+200C, U+200D) stay: Persian and family emoji are spelled with them."""


def tidy(text: str) -> str:
    """Text without what is not seen but changes what is, nor half letters that no database takes."""
    text = TRICKS.sub("", text.replace("\r\n", "\n").replace("\u2028", "\n")).strip()
    return text.encode("utf-8", "ignore").decode()


def clean(text: str, most: int = LONG) -> str:
    """What somebody typed, without tricks. Raises `Refused` when nothing is left or it is too long."""
    text = tidy(text)
    if not text:
        raise Refused(N_("There is nothing to read in that. Please write it in words."))
    if len(text) > most:
        raise Refused(N_("That is {count} letters; {most} fit. Please shorten it."), count=len(text), most=most)
    return text
