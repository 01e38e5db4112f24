"""Following: who wants to hear of what, before it happens: a severity, a service, everything."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from bot.book import Entry, Event, Look, Timer, book, event
from bot.text.words import N_, Phrase, Who

EVERYTHING = "all"
"""What somebody follows who follows every incident."""
SEVERITY = re.compile("sev([1-5])")


def subject(what: str) -> str:
    """What a subscription is about, in one spelling. Raises ValueError for a severity that there is not: `sev9`."""
    spelled = spelling(what)
    if re.match(r"sev(?![a-z])", spelled) and not SEVERITY.fullmatch(spelled):
        raise ValueError("expected all, sev1 to sev5, or a service")
    return spelled


def spelling(what: str) -> str:
    """As it is held against another: neither case nor spaces tell two services apart."""
    return "".join(what.casefold().split())


@dataclass(frozen=True, slots=True)
class Sub:
    """A subscription: `what` is `all`, `sev2` (and worse) or a service's name; `who` a person's id or a room's place.

    `view` is how much of it they are shown: `responder`, `exec` or `customer`.
    """

    what: str
    who: str
    view: str = "responder"
    language: str = ""

    def fits(self, severity: int, service: str) -> bool:
        """Whether an incident is one of those that it is about."""
        if graded := SEVERITY.fullmatch(self.what):
            return severity <= int(graded[1])
        return self.what == EVERYTHING or (bool(service) and self.what == spelling(service))


@book("following")
class Following:
    """Every subscription that is not to one incident: one book, `main`, holds them all."""

    id: str
    subs: tuple[Sub, ...] = field(default_factory=tuple)

    open = True

    def due(self) -> Iterator[Timer]:
        yield from ()

    def looks(self) -> Iterator[Look]:
        yield from ()

    def keys(self) -> Iterator[str]:
        yield from ()


@event
class Subscribed(Event):
    """Somebody wants to hear of what is to come."""

    sub: Sub

    says = N_("{by} follows {what}")

    def phrase(self, entry: Entry) -> Phrase:
        return Phrase(self.says, {"by": Who(entry.by), "what": self.sub.what})

    def onto(self, following: Following, entry: Entry) -> Following:
        others = (each for each in following.subs if (each.what, each.who) != (self.sub.what, self.sub.who))
        return replace(following, subs=(*others, self.sub))


@event
class Unsubscribed(Event):
    """Not any more."""

    what: str
    who: str

    says = N_("{by} does not follow {what} any more")

    def onto(self, following: Following, entry: Entry) -> Following:
        left = (each for each in following.subs if (each.what, each.who) != (self.what, self.who))
        return replace(following, subs=tuple(left))
