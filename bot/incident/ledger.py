"""The delivery ledger: what reached whom, what is on its way, and what a room may have missed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from bot.book import Ask, Command, Entry, Event, Send, event
from bot.ports import Place
from bot.text.rich import Item, Line, Para, Text, bold, line
from bot.text.words import N_, Phrase, Voice, Who

if TYPE_CHECKING:
    from bot.incident.incident import Incident

PAGES = 25
"""The last ones, as one answer holds them."""
STATES = {
    "pending": N_("waiting"),
    "sending": N_("on its way"),
    "accepted": N_("accepted"),
    "delivered": N_("delivered"),
    "failed": N_("not sent"),
    "unknown": N_("it may have arrived"),
    "void": N_("not needed any more"),
}
REASONS = frozenset(
    {
        N_("answered"), N_("answered, pressed 1"), N_("answered, pressed 2"), N_("answered, pressed another key"),
        N_("busy"), N_("no answer"), N_("canceled"),
    }
)  # fmt: skip
"""What a telephone tells of a call, as everybody reads it; other reasons are the provider's own words."""
THINGS = {"entry": N_("a line about what happened"), "copy": N_("what somebody said"), "reply": N_("an answer")}
ELSE = N_("a message")


@dataclass(frozen=True)
class Delivery:
    """Something that went somewhere, or is on its way."""

    what: str
    """`card`, `hall` and other looks; `page`, `entry`, `copy` and other sends."""
    platform: str
    """As people write it; empty for a page that went nowhere yet."""
    state: str
    at: datetime
    """When it ended, or since when it waits."""
    to: str = ""
    """The person, for a page."""
    tries: int = 0
    why: str = ""


@dataclass(frozen=True)
class Ledger:
    """Every delivery of an incident, and since when which platforms are down."""

    deliveries: Sequence[Delivery] = ()
    down: Mapping[str, datetime] = field(default_factory=dict)

    def text(self, voice: Voice, now: datetime) -> Text:
        """A line for each platform, for each page, and for what was not sent."""
        rooms = [each for each in self.deliveries if each.what != "page"]
        pages = [each for each in self.deliveries if each.what == "page"][-PAGES:]
        lost = [each for each in rooms if each.state in {"failed", "unknown"}][-PAGES:]
        platforms = dict.fromkeys([*(each.platform for each in rooms), *self.down])
        lines = [
            self._platform(name, [each for each in rooms if each.platform == name], voice, now) for name in platforms
        ]
        lines += [_page(each, voice) for each in pages] + [_lost(each, voice) for each in lost]
        return tuple(map(Item, lines)) or (Para(voice.say(N_("Nothing was sent yet."))),)

    def _platform(self, name: str, rooms: Sequence[Delivery], voice: Voice, now: datetime) -> Line:
        waiting = [each for each in rooms if each.state in {"pending", "sending"}]
        since = min((each.at for each in waiting), default=now)
        if name in self.down:
            down = voice.say(N_("{platform}: down since {at}"), platform=bold(name), at=clock(self.down[name], voice))
            return line(down, voice.say(N_(", {count} waiting"), count=len(waiting)) if waiting else ())
        if waiting:
            why = next((f" ({each.why})" for each in waiting if each.why), "")
            said = N_("{platform}: waiting {span}, {count} to go")
            return line(voice.say(said, platform=bold(name), span=now - since, count=len(waiting)), why)
        last = max((each.at for each in rooms if each.state == "accepted"), default=None)
        if last is None:
            return voice.say(N_("{platform}: nothing was sent yet"), platform=bold(name))
        return voice.say(N_("{platform} ✓ {at}"), platform=bold(name), at=clock(last, voice))


def _page(page: Delivery, voice: Voice) -> Line:
    state = voice.word(STATES.get(page.state, page.state))
    values = {"person": Who(page.to), "state": state, "at": clock(page.at, voice), "channel": page.platform}
    said = N_("page to {person} by {channel}: {state} {at}") if page.platform else N_("page to {person}: {state} {at}")
    tries = voice.say(N_(", {count} tries"), count=page.tries) if page.tries > 1 else ()
    why = voice.word(page.why) if page.why in REASONS else page.why
    return line(voice.say(said, **values), tries, f" ({why})" if why else "")


def _lost(each: Delivery, voice: Voice) -> Line:
    what, state = voice.word(THINGS.get(each.what, ELSE)), voice.word(STATES[each.state])
    said = voice.say(
        N_("{what} to {platform}: {state} {at}"),
        what=what,
        platform=each.platform,
        state=state,
        at=clock(each.at, voice),
    )
    return line(said, f" ({each.why})" if each.why else "")


def clock(at: datetime, voice: Voice) -> str:
    """A clock time to the second; with its day, where that is not today."""
    here = at.astimezone(voice.zone)
    today = voice.now is None or voice.now.astimezone(voice.zone).date() == here.date()
    return f"{here:%H:%M:%S}" if today else f"{here:%Y-%m-%d %H:%M:%S}"


# ---- what a room may have missed


@event
class Undelivered(Event):
    """Something did not reach a room, or nobody knows whether it did."""

    place: str
    known: bool
    """That it did not; otherwise it may have."""
    why: str = ""

    says = N_("{platform} did not get all that was meant for its room: {why}")
    perhaps = N_("{platform} may have missed a message: {why}")

    def sends(self, incident: "Incident", entry: Entry) -> Iterator[Send]:
        """Every other room is told, and its own where only a message of it may be missing."""
        for place in incident.places:
            if str(place) != self.place or not self.known:
                yield Send("entry", str(place), 3, {"rev": entry.rev})

    def phrase(self, entry: Entry) -> Phrase:
        platform = Place.parse(self.place).platform.capitalize()
        return Phrase(self.says if self.known else self.perhaps, {"platform": platform, "why": self.why})


@dataclass(frozen=True)
class Miss(Command):
    """A room did not get something."""

    place: str
    known: bool
    why: str

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        yield Undelivered(self.place, self.known, self.why)
