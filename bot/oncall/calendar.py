"""Calendars: the secret addresses at which somebody's own shifts, or a schedule's, can be subscribed to."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import islice
from typing import Any

from bot.book import Ask, BookId, Command, Entry, Event, Look, Refused, Timer, book, event
from bot.grammar import command, words
from bot.oncall.overrides import Shift
from bot.oncall.schedule import Schedule
from bot.oncall.shifts import own_shifts, shifts
from bot.oncall.which import meant
from bot.ports import Card
from bot.text.rich import Para, code, line
from bot.text.words import N_, Voice

PAST, AHEAD = timedelta(days=30), timedelta(days=180)
"""What a calendar holds, from an instant on."""
MOST = 2000
"""Shifts that it holds at most: the first ones."""
KEPT = 8
"""Addresses of one person; a ninth takes the place of the oldest."""


@dataclass(frozen=True, slots=True)
class Feed:
    """What one address leads to: a schedule, or one's own shifts. Only a digest of the secret in it is kept."""

    digest: str
    schedule: str = ""


@book("calendar")
class Calendars:
    """Somebody's addresses."""

    id: str
    feeds: tuple[Feed, ...] = ()

    @property
    def open(self) -> bool:
        return False

    def due(self) -> Iterator[Timer]:
        yield from ()

    def looks(self) -> Iterator[Look]:
        yield from ()

    def keys(self) -> Iterator[str]:
        yield from (key(feed.digest) for feed in self.feeds)

    def feed(self, digest: str) -> Feed | None:
        """What an address leads to."""
        return next((feed for feed in self.feeds if feed.digest == digest), None)


def key(digest: str) -> str:
    """How an address's book is found."""
    return f"calendar {digest}"


def digest_of(secret: str) -> str:
    """What is kept of a secret."""
    return sha256(secret.encode()).hexdigest()


@event
class Opened(Event):
    """An address was given to somebody."""

    feed: Feed

    says = N_("{by} asked for a calendar's address")

    def onto(self, calendars: Calendars, entry: Entry) -> Calendars:
        return replace(calendars, feeds=(*calendars.feeds[1 - KEPT :], self.feed))


@event
class Revoked(Event):
    """Their addresses lead nowhere any more."""

    count: int

    says = N_("{by} revoked {count} calendar addresses")

    def onto(self, calendars: Calendars, entry: Entry) -> Calendars:
        return replace(calendars, feeds=())


class CalendarCommand(Command):
    """Something asked of one's own addresses."""

    on = "calendar"
    deed = "read"

    def book(self, ask: Ask, find: Callable[[str], BookId | None]) -> BookId | None:
        return BookId("calendar", ask.by) if ask.by else None


@command("oncall calendar", "oncall subscribe", rank=28, private=True, group="people")
class Subscribe(CalendarCommand):
    """A secret address for your calendar: your own shifts, or those of a team that you name.

    Google, Outlook and Apple subscribe to it by its address. Whoever has it can read it; `oncall revoke` ends all
    of yours.
    """

    team: str = words(N_("The team or the schedule; your own shifts, where nothing is said."), suggests=True)

    def decide(self, calendars: Calendars, ask: Ask) -> Iterator[Event]:
        if not ask.rules.url:
            raise Refused(N_("It is not configured where I am reached: an administrator sets `channels.url`."))
        schedule = meant(self.team, ask.by, "", ask.rules) if self.team else ""
        yield Opened(Feed(digest_of(ask.secret), schedule))

    def answer(self, state: Any, entries: Sequence[Entry], ask: Ask, voice: Voice) -> Card:
        said = voice.say(
            N_("Subscribe to this address in your calendar, and show it to nobody. `oncall revoke` ends it.")
        )
        return Card(body=(Para(said), Para(line(code(f"{ask.rules.url}/calendar/{ask.secret}.ics")))), to="speaker")


@command("oncall revoke", rank=29, private=True, group="people")
class Revoke(CalendarCommand):
    """End all your calendar addresses: whoever has one reads nothing any more."""

    def decide(self, calendars: Calendars, ask: Ask) -> Iterator[Event]:
        if not calendars.feeds:
            raise Refused(N_("You have no calendar address. `oncall calendar` gives you one."))
        yield Revoked(len(calendars.feeds))


def calendar(
    feed: Feed, person: str, schedules: Mapping[str, Schedule], name: Callable[[str], str], voice: Voice, now: datetime
) -> bytes:
    """What stands at an address. A schedule that is gone is empty."""
    # Not before somebody reads a calendar: it takes a tenth of a second to import.
    from bot.oncall.ical import written

    start, end = now - PAST, now + AHEAD
    wanted = [feed.schedule] if feed.schedule else sorted(schedules)
    found: list[tuple[str, str, Shift]] = []
    for each in (each for each in wanted if each in schedules):
        if feed.schedule:
            found += ((each, titled(each, shift, name), shift) for shift in shifts(schedules[each], start, end))
        else:
            own = own_shifts(schedules[each], person, start, end)
            found += ((each, voice.word(N_("On call for {book}"), book=each), shift) for shift in own)
    found.sort(key=lambda each: each[2].start)
    return written(feed.schedule or name(person), islice(found, MOST), now)


def titled(schedule: str, shift: Shift, name: Callable[[str], str]) -> str:
    """A shift as a calendar names it."""
    return f"{schedule}: {', '.join(map(name, shift.people))}"
