"""Somebody else's calendar, read: what it says when, repetitions and all. RFC 5545."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, tzinfo
from itertools import islice
from typing import Any

import icalendar
import recurring_ical_events

from bot.oncall.busy import BadFeed, Busy
from bot.text.clock import first

COMPONENTS = 5000
"""Events that a calendar may have, repetitions not counted."""
MOST = 1000
"""What is read of it: the first so many in the range."""
TOO_OFTEN = frozenset({"SECONDLY", "MINUTELY"})
LETTERS = 200
"""Of a summary, at most."""


def read(body: bytes, zone: tzinfo, start: datetime, end: datetime) -> list[Busy]:
    """The events of a range, in their order. Whole days and times without a zone are the schedule's.

    Raises `BadFeed`. It takes what time and memory it takes: call it where both are limited.
    """
    try:
        calendars: list[Any] = list(icalendar.Calendar.from_ical(body, multiple=True))
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, RecursionError) as wrong:
        raise BadFeed(f"it is no iCalendar ({type(wrong).__name__})") from None
    if not calendars or any(each.name != "VCALENDAR" for each in calendars):
        raise BadFeed("it is no iCalendar")
    found = [busy for each in calendars for busy in _events(each, zone, start, end)]
    return sorted(found, key=lambda each: (each.start, each.end))[:MOST]


def _events(calendar: Any, zone: tzinfo, start: datetime, end: datetime) -> Iterator[Busy]:
    events = calendar.walk("VEVENT")
    if len(events) > COMPONENTS:
        raise BadFeed(f"it has more than {COMPONENTS} events")
    if any(_too_often(event) for event in events):
        raise BadFeed("something in it repeats every minute or second")
    try:
        query = recurring_ical_events.of(calendar, skip_bad_series=True)
        for event in islice(query.between(start, end), MOST):
            busy = _busy(event, zone)
            if str(event.get("STATUS", "")).upper() != "CANCELLED" and busy.start < busy.end:
                yield busy
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as wrong:
        raise BadFeed(f"its events cannot be read ({type(wrong).__name__})") from None


def _too_often(event: Any) -> bool:
    rules = event.get("RRULE", [])
    each = rules if isinstance(rules, list) else [rules]
    return any(str(often).upper() in TOO_OFTEN for rule in each for often in rule.get("FREQ", ()))


def _busy(event: Any, zone: tzinfo) -> Busy:
    people = event.get("ATTENDEE", [])
    attendees = people if isinstance(people, list) else [people]
    names = [str(event.get("SUMMARY", ""))[:LETTERS]]
    for each in attendees[:20]:
        names += [str(each.params.get("CN", ""))[:LETTERS], str(each)[:LETTERS].lower().removeprefix("mailto:")]
    return Busy(_instant(event.start, zone), _instant(event.end, zone), tuple(name for name in names if name))


def _instant(value: date | datetime, zone: tzinfo) -> datetime:
    if not isinstance(value, datetime):
        value = datetime.combine(value, time.min)
    return value.astimezone(UTC) if value.tzinfo else first(value, zone)
