"""Swapping shifts: one offers, the other takes, and both changes are made in one act."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from bot.book import Ask, Entry, Event, Refused, event
from bot.grammar import Person, command, flag, word, words
from bot.oncall.changing import TEAM, OnCallCommand
from bot.oncall.handoff import Duty, follow
from bot.oncall.overrides import Stretch
from bot.oncall.rota import MOST, Offer, Rota
from bot.oncall.schedule import Schedule
from bot.oncall.shifts import own_shifts, shifts
from bot.oncall.teams import rooms
from bot.text.words import N_, Phrase, Who

AHEAD = timedelta(days=90)
"""How far ahead a shift is looked for."""


class Swapping(Duty):
    """Something about an offer."""

    offer: Offer

    def phrase(self, entry: Entry) -> Phrase:
        one, other = self.offer.mine, self.offer.theirs
        values = {
            "by": Who(self.offer.by), "to": Who(self.offer.to), "book": entry.book.id, "id": self.offer.id,
            "start": one.start, "end": one.end, "begin": other.start, "finish": other.end,
        }  # fmt: skip
        return Phrase(self.says, values)


@event
class Offered(Swapping):
    """Somebody wants to swap."""

    offer: Offer
    told: tuple[Who, ...]

    says = N_(
        "{by} asks {to} to swap shifts for {book}: {to} is on call from {start} to {end}, and {by} from {begin} to "
        "{finish} (offer {id})"
    )

    def onto(self, rota: Rota, entry: Entry) -> Rota:
        return replace(rota.kept(entry.at), offers=(*rota.kept(entry.at).offers, self.offer), made=self.offer.id)


@event
class Swapped(Swapping):
    """They swapped: two changes in one act."""

    offer: Offer
    rooms: tuple[str, ...]
    told: tuple[Who, ...]

    says = N_(
        "{by} and {to} swapped shifts for {book}: {to} is on call from {start} to {end}, and {by} from {begin} to "
        "{finish}"
    )

    def onto(self, rota: Rota, entry: Entry) -> Rota:
        return swapped(rota, self.offer).kept(entry.at)


@event
class Withdrawn(Swapping):
    """Nothing comes of an offer."""

    offer: Offer
    told: tuple[Who, ...]

    says = N_("{by} and {to} do not swap shifts for {book} (offer {id})")

    def onto(self, rota: Rota, entry: Entry) -> Rota:
        return replace(rota, offers=tuple(each for each in rota.offers if each.id != self.offer.id)).kept(entry.at)


@command("oncall swap", rank=27, group="people")
class Swap(OnCallCommand):
    """Offer somebody one of your shifts for one of theirs. They are asked, and take it with a button."""

    person: Person | None = word(N_("With whom."), required=True)
    team: str = words(TEAM, suggests=True)
    mine: datetime | None = flag(N_("A time in the shift that you give; your next one, where nothing is said."))
    theirs: datetime | None = flag(N_("A time in the shift that you take; their next one, where nothing is said."))

    def decide(self, rota: Rota, ask: Ask) -> Iterator[Event]:
        schedule, to = ask.rules.schedules[rota.id], str(self.person)
        if to == ask.by:
            raise Refused(N_("You cannot swap with yourself."))
        if len(rota.offers) >= MOST:
            raise Refused(N_("{count} offers are open already. `oncall decline` ends one."), count=MOST)
        now = rota.upon(schedule)
        offer = Offer(
            rota.made + 1, ask.by, to, shift_at(now, ask.by, self.mine, ask), shift_at(now, to, self.theirs, ask)
        )
        must_work(rota, offer, schedule)
        yield Offered(offer, (Who(to),))


class Answered(OnCallCommand):
    """Something said to an offer."""

    offer: int | None

    def found(self, rota: Rota, ask: Ask) -> Offer:
        """The offer. Raises `Refused`."""
        offer = rota.offer(self.offer)
        if offer is None or min(offer.mine.end, offer.theirs.end) <= ask.now:
            raise Refused(N_("There is no offer {id} any more."), id=self.offer)
        return offer


@command("oncall accept", rank=28, group="people")
class Accept(Answered):
    """Swap shifts, as somebody offered you."""

    offer: int | None = word(N_("The offer's number."), required=True)
    team: str = words(TEAM, suggests=True)

    def decide(self, rota: Rota, ask: Ask) -> Iterator[Event]:
        offer, schedule = self.found(rota, ask), ask.rules.schedules[rota.id]
        if ask.by != offer.to:
            raise Refused(N_("That offer was made to {to}."), to=Who(offer.to))
        must_work(rota, offer, schedule)
        yield Swapped(offer, rooms(rota.id, ask.rules), (Who(offer.by), Who(offer.to)))
        yield from follow(rota, swapped(rota, offer), schedule, ask)


@command("oncall decline", rank=28, group="people")
class Decline(Answered):
    """Say no to an offer to swap shifts, or take back your own."""

    offer: int | None = word(N_("The offer's number."), required=True)
    team: str = words(TEAM, suggests=True)

    def decide(self, rota: Rota, ask: Ask) -> Iterator[Event]:
        offer = self.found(rota, ask)
        if ask.by not in (offer.to, offer.by):
            raise Refused(N_("That offer is between {by} and {to}."), by=Who(offer.by), to=Who(offer.to))
        yield Withdrawn(offer, (Who(offer.by), Who(offer.to)))


def swapped(rota: Rota, offer: Offer) -> Rota:
    """The book with both changes, and without the offer."""
    left = tuple(each for each in rota.offers if each.id != offer.id)
    return replace(rota, offers=left).with_changes(*offer.swap(rota.made + 1))


def shift_at(schedule: Schedule, person: str, at: datetime | None, ask: Ask) -> Stretch:
    """Somebody's shift at a time, or their next one. Raises `Refused`."""
    near = own_shifts(schedule, person, ask.now, ask.now + AHEAD)
    found = next((each for each in near if at is None or each.covers(at)), None)
    if found is None:
        raise Refused(N_("{who} has no such shift in the next 90 days. `oncall next` shows them."), who=Who(person))
    return Stretch(found.start, found.end)


def must_work(rota: Rota, offer: Offer, schedule: Schedule) -> None:
    """Raises `Refused` unless each is on call for the other after the swap, and no more in their own shift."""
    after = swapped(rota, offer).upon(schedule)
    both = ((offer.mine, offer.to, offer.by), (offer.theirs, offer.by, offer.to))
    for shift, comes, goes in both:
        found = list(shifts(after, shift.start, shift.end))
        if not found or any(comes not in each.people or goes in each.people for each in found):
            raise Refused(
                N_(
                    "These shifts cannot be swapped: both must be turns of the schedule itself, one after the other. "
                    "Whoever came by a change is moved by no other; `oncall cancel` takes one back."
                )
            )
