"""A person's own channels: added, proved to be theirs with a code, tried out, given up; and their rules."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from bot.book import Ask, Command, Entry, Event, Send, event
from bot.oncall.policy import Hop
from bot.people.codes import digits
from bot.people.person import Person, Proof, Trial
from bot.people.reach import Quiet
from bot.ports import Handle
from bot.text.words import N_, Phrase, Who

SHAPES = {
    "email": re.compile(r"[^@\s<>,;\"]{1,64}@[A-Za-z0-9.-]{1,190}"),
    "sms": re.compile(r"\+[1-9]\d{6,14}"),
    "call": re.compile(r"\+[1-9]\d{6,14}"),
    "push": re.compile(r"[-_A-Za-z0-9]{1,64}"),
    "apprise": re.compile(r"[a-z0-9+]{1,30}://\S{1,900}", re.IGNORECASE),
}
"""What an address of each kind looks like."""
TRIES = 5
"""How often a code may be wrong."""


def veiled(handle: Handle) -> str:
    """An address for its owner to know again: what is as good as a password is not shown."""
    if handle.platform == "apprise":
        return f"apprise {handle.id.partition('://')[0]}://…"
    if handle.platform == "push":
        return f"push {handle.id[:2]}…"
    return f"{handle.platform} {handle.id}"


class OfChannel(Event):
    """Something befell a channel: the audit names its kind, and no address."""

    handle: str

    def phrase(self, entry: Entry) -> Phrase:
        return Phrase(self.says, {"by": Who(entry.by), "channel": Handle.parse(self.handle).platform})


@event
class ChannelOffered(OfChannel):
    """They named an address: a code is sent there, which they type back."""

    handle: str
    until: datetime

    says = N_("{by} named a channel: {channel}")

    def onto(self, person: Person, entry: Entry) -> Person:
        others = tuple(each for each in person.proving if each.handle != self.handle and each.until > entry.at)
        return replace(person, proving=(*others[-3:], Proof(self.handle, entry.rev, self.until)))

    def sends(self, state: Person, entry: Entry) -> Iterator[Send]:
        yield Send("code", self.handle, 1)


def code_of(key: bytes, person: str, rev: int) -> str:
    """The code that was sent to a channel when it was named, in the entry of this number."""
    return digits(key, "channel", person, rev)


@event
class Mistyped(Event):
    """A code was wrong; after a few of them a new one is needed."""

    says = N_("{by} typed a wrong code")

    def onto(self, person: Person, entry: Entry) -> Person:
        tried = (replace(each, tries=each.tries + 1) for each in person.proving)
        return replace(person, proving=tuple(each for each in tried if each.tries < TRIES))


@event
class Proved(OfChannel):
    """The code came back: the channel is theirs."""

    handle: str

    says = N_("{by} proved a channel to be theirs: {channel}")

    def onto(self, person: Person, entry: Entry) -> Person:
        left = tuple(each for each in person.proving if each.handle != self.handle)
        return replace(person, own=(*(each for each in person.own if each != self.handle), self.handle), proving=left)


@event
class GivenUp(OfChannel):
    """They are not reached there any more."""

    handle: str

    says = N_("{by} gave up a channel: {channel}")

    def onto(self, person: Person, entry: Entry) -> Person:
        return replace(
            person,
            own=tuple(each for each in person.own if each != self.handle),
            proving=tuple(each for each in person.proving if each.handle != self.handle),
        )


@event
class Ruled(Event):
    """How they want to be reached, at high or low urgency; nothing: as the house does it."""

    urgency: str
    hops: tuple[Hop, ...]

    says = N_("{by} said how to be reached")

    def onto(self, person: Person, entry: Entry) -> Person:
        return replace(person, high=self.hops) if self.urgency == "high" else replace(person, low=self.hops)


@event
class Hushed(Event):
    """When they want to be left alone by what is not urgent."""

    quiet: Quiet | None

    says = N_("{by} changed their quiet hours")

    def onto(self, person: Person, entry: Entry) -> Person:
        return replace(person, quiet=self.quiet)


@event
class Tested(Event):
    """A test page goes to every channel of theirs; `back` is where they are told how it went."""

    handles: tuple[str, ...]
    back: str

    says = N_("{by} asked for a test page")

    def onto(self, person: Person, entry: Entry) -> Person:
        return replace(person, trial=Trial(self.handles, self.back, entry.rev))

    def sends(self, state: Person, entry: Entry) -> Iterator[Send]:
        yield from (Send("test", handle, 1, {"trial": entry.rev}) for handle in self.handles)


@event
class Tried(Event):
    """How one channel took the test page; after the last of them they are told."""

    handle: str
    trial: int
    why: str = ""
    """Why it did not; empty: it did."""

    def onto(self, person: Person, entry: Entry) -> Person:
        trial = person.trial
        if trial is None or trial.rev != self.trial:
            return person
        went = {**trial.went, self.handle: self.why}
        return replace(person, trial=replace(trial, went=went))

    def sends(self, state: Person, entry: Entry) -> Iterator[Send]:
        if state.trial and state.trial.rev == self.trial and set(state.trial.went) >= set(state.trial.handles):
            yield Send("tested", state.trial.back, 1, {})


@dataclass(frozen=True)
class Try(Command):
    """A channel took a test page, or did not."""

    handle: str
    trial: int
    why: str

    on = "person"

    def decide(self, person: Person, ask: Ask) -> Iterator[Event]:
        yield Tried(self.handle, self.trial, self.why)
