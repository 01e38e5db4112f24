"""Following an incident from afar: a person is told of each change, a room has a card of its own, in its own words."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bot.book import Ask, BookId, Command, Entry, Event, Refused, event
from bot.grammar import Desk, Query, command, flag, query, words
from bot.incident.severity import Audience
from bot.people.account import STRANGER
from bot.people.following import EVERYTHING, Following, Sub, Subscribed, Unsubscribed, spelling, subject
from bot.ports import Card, Place
from bot.text.rich import Item, Para, bold, line
from bot.text.words import LANGUAGES, N_, Who, known

if TYPE_CHECKING:
    from bot.incident.incident import Incident

MOST = 100
"""Who follows one incident, at most."""
ALL_SUBS = BookId("following", "main")


@dataclass(frozen=True, slots=True)
class Follower:
    """Who follows: a person's id or a room's place; how much they are shown, and in which language."""

    who: str
    view: Audience = Audience.RESPONDER
    language: str = ""

    @property
    def place(self) -> Place | None:
        """The room that it is, if it is one."""
        return Place.parse(self.who) if ":" in self.who else None

    def hears(self, wide: bool) -> bool:
        """Whether a fact is theirs to hear: from afar only what everybody should know."""
        return wide or self.view is Audience.RESPONDER


@event
class Followed(Event):
    """Somebody wants to hear of every change."""

    who: str
    view: Audience = Audience.RESPONDER
    language: str = ""

    says = N_("{who} follows it")

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        others = tuple(each for each in incident.followers if each.who != self.who)
        return replace(incident, followers=(*others, Follower(self.who, self.view, self.language)))

    def phrase(self, entry: Entry) -> Any:
        return replace(super().phrase(entry), values={"who": Who(self.who)})


@event
class Unfollowed(Event):
    """Not any more."""

    who: str

    says = N_("{who} does not follow it any more")

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        return replace(incident, followers=tuple(each for each in incident.followers if each.who != self.who))

    def phrase(self, entry: Entry) -> Any:
        return replace(super().phrase(entry), values={"who": Who(self.who)})


def fitting(severity: int, service: str, ask: Ask) -> tuple[Follower, ...]:
    """Who follows such an incident."""
    found = {sub.who: sub for sub in ask.following if sub.fits(severity, service)}
    return tuple(Follower(sub.who, Audience(sub.view), sub.language) for sub in found.values())[:MOST]


def follow_up(incident: "Incident", severity: int, service: str, ask: Ask) -> Iterator[Event]:
    """Who follows it now that it is what it was not before."""
    have = {each.who for each in incident.followers}
    if not incident.private:
        fresh = (each for each in fitting(severity, service, ask) if each.who not in have)
        yield from (Followed(each.who, each.view, each.language) for each in fresh)


WHAT = N_("What to follow: an incident, sev2 (and worse), a service, or all. In a war room: this incident.")


@command("subscribe", "follow", "watch", rank=32, group="follow")
class Subscribe(Command):
    """Be told of every change, here and in your direct messages: of one incident, a severity, a service, or of all.

    `subscribe #42`, `subscribe sev2`, `subscribe checkout`. With `--here` the whole room is told, and has a card
    of its own; `--for exec` says how much it is shown.
    """

    what: str = words(WHAT)
    here: bool = flag(N_("This room, not only you."), default=False)
    for_: Audience | None = flag(N_("Whom it is for."))
    language: str = flag(N_("The language of the room's card: en, zh-hans."), default="", also=("lang",))

    holds = True
    deed = "read"

    def book(self, ask: Ask, find: Callable[[str], BookId | None]) -> BookId | None:
        return ALL_SUBS if self.what else None

    def decide(self, state: Any, ask: Ask) -> Iterator[Event]:
        who, view = follower(ask, self.here), self.for_ or Audience.RESPONDER
        if self.language and not known(self.language):
            raise Refused(N_("There are words in: {languages}."), languages=", ".join(LANGUAGES))
        if isinstance(state, Following):
            sub = Sub(_about(self.what), who, view.value, known(self.language))
            if sub in state.subs:
                raise Refused(N_("You follow {what} already."), what=self.what)
            yield Subscribed(sub)
            return
        if state.private and self.here:
            raise Refused(N_("#{id} is private: no room can follow it."), id=state.id)
        if Follower(who, view, known(self.language)) in state.followers:
            raise Refused(N_("You follow {what} already."), what=f"#{state.id}")
        if len(state.followers) >= MOST:
            raise Refused(N_("{count} follow it already; more do not fit."), count=MOST)
        yield Followed(who, view, known(self.language))


@command("unsubscribe", "unfollow", "unwatch", rank=33, group="follow")
class Unsubscribe(Command):
    """Not any more: the same words as with `subscribe`."""

    what: str = words(WHAT)
    here: bool = flag(N_("This room, not only you."), default=False)

    holds = True
    deed = "read"

    def book(self, ask: Ask, find: Callable[[str], BookId | None]) -> BookId | None:
        return ALL_SUBS if self.what else None

    def decide(self, state: Any, ask: Ask) -> Iterator[Event]:
        who = follower(ask, self.here)
        if isinstance(state, Following):
            if not any((each.what, each.who) == (spelling(self.what), who) for each in state.subs):
                raise Refused(N_("You do not follow {what}. `subscriptions` lists what you follow."), what=self.what)
            yield Unsubscribed(spelling(self.what), who)
        elif any(each.who == who for each in state.followers):
            yield Unfollowed(who)
        else:
            raise Refused(N_("You do not follow {what}. `subscriptions` lists what you follow."), what=f"#{state.id}")


def _about(what: str) -> str:
    try:
        return subject(what)
    except ValueError:
        text = N_("There is no severity “{what}”. There are sev1 (the worst) to sev5: `subscribe sev2` is 1 and 2.")
        raise Refused(text, what=what[:20]) from None


def follower(ask: Ask, here: bool) -> str:
    """Who is to be told: the room, or the one who asks. Raises `Refused`."""
    if not ask.by:
        raise Refused(STRANGER, root=ask.rules.root)
    if here and not ask.place:
        raise Refused(N_("Say that in the room that is to follow."))
    return ask.place if here else ask.by


@query("subscriptions", "subs", rank=34, private=True, group="follow")
class Subscriptions(Query):
    """What you follow, and what this room follows."""

    on = "house"

    def answer(self, desk: Desk) -> Card:
        mine = {desk.viewer.id if desk.viewer else "", str(desk.said.place)}
        found = [*_standing(desk.following, mine), *_single(desk.open_incidents(), mine)]
        if not found:
            return Card(
                body=(Para(desk.voice.say(N_("Nothing yet. `subscribe sev2` or `subscribe #42` begins."))),),
                to="speaker",
            )
        items = tuple(Item(line(what, " · ", desk.voice.show(Who(who)))) for what, who in found)
        return Card(title=line(bold(desk.voice.word(N_("Subscriptions")))), body=items, to="speaker")


def _standing(subs: Sequence[Sub], mine: set[str]) -> Iterator[tuple[str, str]]:
    yield from ((EVERYTHING if each.what == EVERYTHING else each.what, each.who) for each in subs if each.who in mine)


def _single(incidents: Sequence["Incident"], mine: set[str]) -> Iterator[tuple[str, str]]:
    for incident in incidents:
        yield from (
            (f"{incident.number} {incident.title}", each.who) for each in incident.followers if each.who in mine
        )
