"""How somebody is reached: which channel after how long, and when they want to be left alone."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from itertools import takewhile
from typing import TYPE_CHECKING

from bot.book import Refused
from bot.grammar import span
from bot.oncall.policy import WEBHOOK, Hop, Rules
from bot.ports import Handle
from bot.text.clock import first, last, wall
from bot.text.words import N_, zone

if TYPE_CHECKING:
    from bot.people.person import Person

CHAT = "chat"
"""In a chain: the chats where somebody has an account, each after the one before it failed."""
MOST = 12
"""Hops of a chain."""
HOP = re.compile(r"([a-z]+)(?:\s+(?:after\s+)?(\S+))?", re.IGNORECASE)
CLOCKS = re.compile(r"(\d{1,2})(?::(\d{2}))?\s*(?:-|–|—|to|到|至)\s*(\d{1,2})(?::(\d{2}))?")


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours, on somebody's own clock, in which nothing of low urgency is sent; they may run into the next day."""

    start: time
    end: time

    def until(self, now: datetime, zone: tzinfo) -> datetime | None:
        """When it ends, while it lasts: always later. In a repeated hour it begins the first time and ends the last."""
        today, over = wall(now, zone).date(), timedelta(days=int(self.end <= self.start))
        for day in (today + timedelta(days=nth) for nth in (-1, 0, 1)):
            start, end = datetime.combine(day, self.start), datetime.combine(day + over, self.end)
            if first(start, zone) <= now < (until := last(end, zone)):
                return until
        return None

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"


@dataclass(frozen=True, slots=True)
class Turn:
    """A channel's turn in a page: so long after the page began, or (None) only when the one before it failed."""

    handle: Handle
    after: timedelta | None


def own_chain(person: "Person", urgency: str) -> tuple[Hop, ...]:
    """The rule that somebody set for themselves."""
    return person.high if urgency == "high" else person.low


@dataclass(frozen=True, slots=True)
class Ring:
    """One moment of a page: the channel whose turn it is, and those that follow at once where it fails."""

    at: datetime
    turn: Turn
    instead: tuple[Turn, ...] = ()
    hushed: bool = False
    """It waited for the end of quiet hours."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How one page reaches whom it is for: a person by their channels, a room or a webhook in its own way."""

    turns: Sequence[Turn]
    first: timedelta = timedelta(0)
    """How long after it began the first of them has its turn."""
    quiet: Quiet | None = None
    """When it waits; none for what is urgent, nor for the last resort."""
    zone: tzinfo = UTC

    def hushed(self, now: datetime) -> datetime | None:
        """Until when they are left alone."""
        return self.quiet.until(now, self.zone) if self.quiet else None

    def rings(self, began: datetime) -> Iterator[Ring]:
        """When each channel has its turn, while every one takes it and nobody answers."""
        nth, at = 0, began + self.first
        while self.turns:
            later = self.hushed(at)
            at = later or at
            instead = takewhile(lambda turn: turn.after is None, self.turns[nth + 1 :])
            yield Ring(at, self.turns[nth], tuple(instead), later is not None)
            following = onward(self.turns, nth)
            if following is None:
                return
            nth, at = following[0], at + following[1]


def reach(
    target: str,
    person: "Person | None",
    where: tuple[str, int],
    rules: Rules,
    ways: Collection[str],
    chats: Collection[str],
) -> Reach:
    """How a page reaches somebody, a room or a webhook; whoever is gone has no way. `where` is its urgency and step."""
    urgency, step = where
    if person is None:
        handle = Handle.parse(target)
        return Reach([Turn(handle, None)] if handle.id and handle.platform in {*chats, WEBHOOK} else [])
    hops = own_chain(person, urgency) or rules.chains.get(urgency, ())
    turns = chain(person.handles, hops, ways, chats)
    timed = step > 0 and bool(turns) and turns[0].after is not None
    first = min((hop.after for hop in hops), default=timedelta(0)) if timed else timedelta(0)
    quiet = person.quiet if step > 0 and urgency != "high" else None
    return Reach(turns, first, quiet, own_zone(person, rules.zone))


def expected(target: str, person: "Person | None", where: tuple[str, int], rules: Rules) -> Reach:
    """The same, as far as the configuration says which ways there are."""
    return reach(target, person, where, rules, (*rules.platforms, *rules.channels), rules.platforms)


def own_zone(person: "Person", house: tzinfo) -> tzinfo:
    """Somebody's own time zone, or the house's."""
    try:
        return zone(person.zone) if person.zone else house
    except KeyError:
        return house


def chain(handles: Sequence[Handle], hops: Sequence[Hop], ways: Iterable[str], chats: Iterable[str]) -> list[Turn]:
    """The turns of a page: as the hops say, and whatever else there is when all of these failed."""
    here = [handle for handle in handles if handle.platform in set(ways)]
    if not hops:
        return [Turn(handle, None) for handle in here]
    turns = list(_turns(here, hops, set(chats)))
    named = {turn.handle for turn in turns}
    return [*turns, *(Turn(handle, None) for handle in here if handle not in named)]


def _turns(handles: Sequence[Handle], hops: Sequence[Hop], chats: set[str]) -> Iterator[Turn]:
    for hop in sorted(hops, key=lambda hop: hop.after):
        names = chats if hop.channel == CHAT else {hop.channel}
        found = [handle for handle in handles if handle.platform in names]
        yield from (Turn(handle, hop.after if not nth else None) for nth, handle in enumerate(found))


def onward(turns: Sequence[Turn], at: int) -> tuple[int, timedelta] | None:
    """After a turn that was taken: the next one that comes by itself, and how long after it."""
    begun = max((turn.after for turn in turns[: at + 1] if turn.after is not None), default=timedelta(0))
    timed = ((nth, turn.after) for nth, turn in enumerate(turns) if nth > at and turn.after is not None)
    return next(((nth, after - begun) for nth, after in timed), None)


def read_hops(text: str, names: Iterable[str]) -> tuple[Hop, ...]:
    """A chain as people write it: `chat, sms 2m, call 5m`. Raises `Refused`."""
    pieces = [piece.strip() for piece in re.split("[,，、;]", text) if piece.strip()]
    known = {CHAT, *names}
    if not pieces or len(pieces) > MOST:
        raise Refused(N_("A rule names channels, each with its delay: `chat, sms 2m, call 5m`."))
    hops = []
    for piece in pieces:
        found = HOP.fullmatch(piece)
        channel = found[1].lower() if found else ""
        if found is None or channel not in known:
            text = N_("“{channel}” is no channel here. There is: {known}.")
            raise Refused(text, channel=piece[:20], known=", ".join(sorted(known)))
        hops.append(Hop(channel, span(found[2]) if found[2] and found[2] not in {"0", "0m"} else timedelta(0)))
    return tuple(hops)


def read_quiet(text: str) -> Quiet:
    """Quiet hours as people write them: `22:00-07:00`. Raises `Refused`."""
    found = CLOCKS.fullmatch(text.strip())
    try:
        start, end = (time(int(found[at]), int(found[at + 1] or 0)) for at in (1, 3)) if found else (time(), time())
    except ValueError:
        start = end = time()
    if start == end:
        raise Refused(N_("Quiet hours are two clock times: `me quiet 22:00-07:00`. `me quiet off` ends them."))
    return Quiet(start, end)


def spell(hops: Iterable[Hop]) -> str:
    """A chain as people write it."""
    return ", ".join(f"{hop.channel} {_short(hop.after)}".strip() for hop in hops)


def _short(length: timedelta) -> str:
    seconds = int(length.total_seconds())
    if not seconds:
        return ""
    return f"{seconds // 60}m" if seconds % 60 == 0 else f"{seconds}s"
