"""Zones as Windows and Outlook show them: `(UTC-05:00) Eastern Time (US & Canada)`, an offset and what it is of."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

SHOWN = re.compile(r"\((?:UTC|GMT)(?:([+-]\d\d)[:.]?(\d\d))?\)\s*(\S.*)", re.IGNORECASE)
NAMED = {
    "aleutian islands": "America/Adak",
    "atlantic time (canada)": "America/Halifax",
    "baja california": "America/Tijuana",
    "brasilia": "America/Sao_Paulo",
    "cabo verde is.": "Atlantic/Cape_Verde",
    "central america": "America/Guatemala",
    "central time (us & canada)": "America/Chicago",
    "chatham islands": "Pacific/Chatham",
    "city of buenos aires": "America/Argentina/Buenos_Aires",
    "coordinated universal time": "Etc/UTC",
    "eastern time (us & canada)": "America/New_York",
    "ekaterinburg": "Asia/Yekaterinburg",
    "greenland": "America/Nuuk",
    "indiana (east)": "America/Indiana/Indianapolis",
    "kiritimati island": "Pacific/Kiritimati",
    "lord howe island": "Australia/Lord_Howe",
    "mountain time (us & canada)": "America/Denver",
    "norfolk island": "Pacific/Norfolk",
    "nuku'alofa": "Pacific/Tongatapu",
    "pacific time (us & canada)": "America/Los_Angeles",
    "port louis": "Indian/Mauritius",
    "salvador": "America/Bahia",
    "samoa": "Pacific/Apia",
    "solomon is.": "Pacific/Guadalcanal",
    "sri jayawardenepura": "Asia/Colombo",
    "west central africa": "Africa/Lagos",
    "yangon (rangoon)": "Asia/Yangon",
}
"""What is of no city that the time zone database names a zone after; most others are."""


def zone_of(shown: str, year: int) -> str | None:
    """The zone that is meant: the first of its places whose clock is so far from UTC, some time of the year."""
    found = SHOWN.fullmatch(shown.strip())
    if found is None:
        return NAMED.get(_plain(shown))
    hours, minutes = timedelta(hours=int(found[1] or 0)), timedelta(minutes=int(found[2] or 0))
    offset = hours - minutes if (found[1] or "").startswith("-") else hours + minutes
    return next((name for name in _places(found[3]) if offset in _offsets(ZoneInfo(name), year)), None)


def _places(shown: str) -> Iterator[str]:
    for each in map(_plain, (shown, *shown.split(","))):
        yield from (NAMED[each],) if each in NAMED else ()
        yield from _cities().get(each, ())


def _plain(name: str) -> str:
    return name.strip().casefold().replace(" and ", " & ")


@cache
def _cities() -> Mapping[str, list[str]]:
    """The zones by the last word of their names: `Berlin` is Europe's."""
    found: dict[str, list[str]] = {}
    for name in sorted(available_timezones()):
        found.setdefault(name.rsplit("/", 1)[-1].replace("_", " ").casefold(), []).append(name)
    return found


def _offsets(zone: ZoneInfo, year: int) -> set[timedelta | None]:
    """In winter and in summer."""
    return {datetime(year, month, 1, tzinfo=zone).utcoffset() for month in (1, 7)}
