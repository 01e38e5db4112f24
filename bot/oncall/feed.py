"""Somebody else's calendar, read: what it says when, repetitions and all. RFC 5545."""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

import icalendar
import recurring_ical_events
from icalendar import vRecur
from icalendar.error import BrokenCalendarProperty
from icalendar.timezone import tzp
from recurring_ical_events import CalendarQuery, ComponentsWithName, EventAdapter

from bot.oncall.busy import BadFeed, Busy, Reading
from bot.oncall.outlook import zone_of
from bot.text.clock import first

COMPONENTS = 5000
"""Events that a calendar may have, repetitions not counted."""
MOST = 1000
"""What is read of it: the first so many in the range."""
TOO_OFTEN = frozenset({"SECONDLY", "MINUTELY"})
NOBODYS = "Nobody/Knows"
"""What a zone that nobody knows is called: its own name may be none that can be looked up."""
FEW = 5
"""Zones that are told as unknown."""
LETTERS = 200
"""Of a summary, at most."""
END, FOLD = re.compile(rb"\r*\n"), re.compile(rb"\n+[ \t]")
LASTS = re.compile(r"^DURATION((?:;[^:\r\n]*)?):([^\r\n\"]*)", re.IGNORECASE | re.MULTILINE)
NOMINAL = re.compile(r"[+-]?P(?:(\d+)W)?(?:(\d+)D)?", re.IGNORECASE)
WRITTEN = "X-WRITTEN"
"""Beside a duration, as it was written: to the parser, `PT24H` is a day."""
ZONE = re.compile(r"(?<=;TZID=)(?:\"([^\"\r\n]+)\"|([^\";:\r\n]+))", re.IGNORECASE)
DEFINED = re.compile(r"^TZID[^:\r\n]*:([^\r\n]+)", re.IGNORECASE | re.MULTILINE)
DAY = timedelta(days=1)
WRONG = (
    ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError, RecursionError, AssertionError,
    BrokenCalendarProperty, OSError,
)  # fmt: skip
"""What the libraries raise at what they cannot read."""


class Query(CalendarQuery):  # type: ignore[misc]
    """An event that cannot be read is no reason to read none: whatever is wrong in one, it is left out."""

    suppressed_errors = WRONG


class Lasting(EventAdapter):  # type: ignore[misc]
    """An event that keeps its `DURATION` in each of its repetitions."""

    def as_component(self, *args: Any, **more: Any) -> Any:
        made = super().as_component(*args, **more)
        if (lasts := self._component.get("DURATION")) is not None:
            made["DURATION"] = lasts
        return made


def read(body: bytes, zone: tzinfo, start: datetime, end: datetime) -> Reading:
    """The events of a range, in their order. Whole days and times without a zone are the schedule's.

    Raises `BadFeed`. It takes what time and memory it takes: call it where both are limited.
    """
    text, zones = _zoned(LASTS.sub(rf'DURATION;{WRITTEN}="\2"\1:\2', _text(body)), start.year)
    try:
        calendars: list[Any] = list(icalendar.Calendar.from_ical(text, multiple=True))
    except WRONG as wrong:
        raise BadFeed(f"it is no iCalendar ({type(wrong).__name__})") from None
    if not calendars or any(each.name != "VCALENDAR" for each in calendars):
        raise BadFeed("it is no iCalendar")
    found: list[Busy] = []
    unread = 0
    for each in calendars:
        events, broken = _events(each, zone, start, end)
        found, unread = found + events, unread + broken
    return Reading(sorted(found, key=lambda each: (each.start, each.end))[:MOST], unread, zones)


def _text(body: bytes) -> str:
    """Unfolded before it is decoded: some fold in the middle of a letter. What is no UTF-8 is of an older time."""
    if b"\0" in body[:4]:
        body = body.decode("utf-16-be" if body[:1] in b"\0\xfe" else "utf-16-le", "replace").encode()
    lines = END.sub(b"\n", body) if b"\n" in body else body.replace(b"\r", b"\n")
    whole = FOLD.sub(b"", lines)
    try:
        return whole.decode("utf-8-sig")
    except UnicodeDecodeError:
        return whole.decode("cp1252", "replace")


def _zoned(text: str, year: int) -> tuple[str, tuple[str, ...]]:
    """With the zones that Outlook names its own way named as everybody does; and those that nobody knows."""
    defined = {name.strip() for name in DEFINED.findall(text)}
    used = dict.fromkeys(quoted or plain for quoted, plain in ZONE.findall(text))
    odd = {name: zone_of(name, year) or NOBODYS for name in used if name not in defined and not _known(name)}
    text = ZONE.sub(lambda found: odd.get(found[1] or found[2], found[0]), text)
    return text, tuple(name[:LETTERS] for name, zone in odd.items() if zone == NOBODYS)[:FEW]


def _known(zone: str) -> bool:
    try:
        return tzp.timezone(zone) is not None
    except OSError:
        return False  # no file has such a name, or a folder has


def _events(calendar: Any, zone: tzinfo, start: datetime, end: datetime) -> tuple[list[Busy], int]:
    """What is in the range, and how many events cannot be read."""
    events = calendar.walk("VEVENT")
    if len(events) > COMPONENTS:
        raise BadFeed(f"it has more than {COMPONENTS} events")
    if any(_too_often(event) for event in events):
        raise BadFeed("something in it repeats every minute or second")
    if str(calendar.get("CALSCALE", "")).upper() == "GREGORIAN":
        del calendar["CALSCALE"]
    try:
        kinds = [ComponentsWithName("VEVENT", Lasting)]
        query = recurring_ical_events.of(calendar, components=kinds, skip_bad_series=True, calendar_query=Query)
    except WRONG as wrong:
        raise BadFeed(f"its events cannot be read ({type(wrong).__name__})") from None
    found: list[Busy] = []
    many = len({event.get("UID", id(event)) for event in events})
    unread = many - len(query.series)
    for series in query.series:
        try:
            found += _shown(series, zone, start, end)
        except WRONG:
            unread += 1
    if events and unread == many:
        raise BadFeed("none of its events can be read")
    return found, unread


def _shown(series: Any, zone: tzinfo, start: datetime, end: datetime) -> list[Busy]:
    """One event's repetitions that take place, and take time. Raises `BadFeed` where it may not take place at all."""
    events = [each.as_component(keep_recurrence_attributes=False) for each in series.between(start, end)]
    if any("EXRULE" in event for event in events):
        raise BadFeed("an event of it has an EXRULE, which RFC 5545 does not know: leave out days with EXDATE")
    busy = [_busy(event, zone) for event in events if str(event.get("STATUS", "")).upper() != "CANCELLED"]
    return [each for each in busy if each.start < each.end]


def _too_often(event: Any) -> bool:
    rules = event.get("RRULE", [])
    each = rules if isinstance(rules, list) else [rules]
    known = [rule for rule in each if isinstance(rule, vRecur)]
    return any(str(often).upper() in TOO_OFTEN for rule in known for often in rule.get("FREQ", ()))


def _busy(event: Any, zone: tzinfo) -> Busy:
    people = event.get("ATTENDEE", [])
    attendees = people if isinstance(people, list) else [people]
    names = [str(event.get("SUMMARY", ""))[:LETTERS]]
    for each in attendees[:20]:
        names += [str(each.params.get("CN", ""))[:LETTERS], str(each)[:LETTERS].lower().removeprefix("mailto:")]
    return Busy(_instant(event["DTSTART"].dt, zone), _ends(event, zone), tuple(name for name in names if name))


def _ends(event: Any, zone: tzinfo) -> datetime:
    """When an event ends, on the clock, as every calendar shows it; the hours of a `DURATION` are hours.

    A day that ends on its own date is a whole one to all who write such days, whatever RFC 5545 says.
    """
    start, end, lasts = event["DTSTART"].dt, event["DTEND"].dt, event.get("DURATION")
    if not isinstance(start, datetime):
        return _instant(end if end != start else start + DAY, zone)
    if lasts is not None and end - start == lasts.dt:
        days, whole = _nominal(lasts.params.get(WRITTEN, "")), timedelta(seconds=lasts.dt.total_seconds())
        return _instant(start + days, zone) + (whole - days)
    return _instant(end, zone)


def _nominal(duration: str) -> timedelta:
    """The weeks and days of a duration as it is written: they are as long as they are, its hours are hours."""
    found = NOMINAL.match(duration)
    return timedelta(weeks=int(found[1] or 0), days=int(found[2] or 0)) if found else timedelta()


def _instant(value: date | datetime, zone: tzinfo) -> datetime:
    if not isinstance(value, datetime):
        value = datetime.combine(value, time.min)
    return value.astimezone(UTC) if value.tzinfo else first(value, zone)
