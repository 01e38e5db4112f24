"""Shifts as a calendar that Google, Outlook and Apple subscribe to: RFC 5545, RFC 7986."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256

from icalendar import Calendar, Event, vText

from bot.oncall.overrides import Shift

OFTEN = timedelta(minutes=15)
"""How often a calendar should be asked for again."""


def written(name: str, shifts: Iterable[tuple[str, str, Shift]], now: datetime) -> bytes:
    """A calendar of this name. Each shift comes with what it is of and with its title.

    All times are in UTC, which every reader shows in its own zone, and a shift keeps its UID as long as it
    begins at the same time.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Tocsin//On call//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    # Else it is written as it is, with whatever letters end a line or a value.
    calendar.add("x-wr-calname", vText(name))
    calendar.add("refresh-interval", OFTEN, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT15M")
    for of, title, shift in shifts:
        calendar.add_component(_event(of, title, shift, now))
    return calendar.to_ical()  # type: ignore[no-any-return]


def _event(of: str, title: str, shift: Shift, now: datetime) -> Event:
    made = Event()
    made.add("uid", sha256(f"{of} {shift.start.isoformat()}".encode()).hexdigest()[:32] + "@tocsin")
    made.add("dtstamp", now.replace(microsecond=0))
    made.add("dtstart", shift.start)
    made.add("dtend", shift.end)
    made.add("summary", title)
    made.add("transp", "TRANSPARENT")
    return made
