"""Telling who is on call: a team's room, or whoever comes and goes."""

from functools import partial

from bot.engine.office import Office
from bot.engine.tell import reached
from bot.incident.cards import headline
from bot.incident.readiness import ReadinessReported, report
from bot.oncall.cards import duty_card
from bot.people.may import may
from bot.people.person import Person
from bot.ports import Card, ChatError, MessageId, Place
from bot.store.sends import Sent
from bot.store.transaction import Transaction
from bot.text.words import Voice

LISTED = 10
"""Open incidents that a hand-off names."""


async def tell_duty(row: Sent, office: Office) -> MessageId:
    """Tell it in a room, or to a person where they are reached first. Raises `ChatError`."""
    if ":" in row.to:
        place = Place.parse(row.to)
        if place.platform not in office.chats:
            raise ChatError(f"{place.platform} is not configured any more")
        card, _ = await office.store.read(partial(_told, row, office))
        return await office.chats[place.platform].put(place, card, None, office.key("send", row.id))
    card, person = await office.store.read(partial(_told, row, office))
    known = [each for each in (person.handles if person else ()) if each.platform in office.ways]
    # A chat costs nothing and wakes nobody: the other channels are for whoever has none.
    handles = [each for each in known if each.platform in office.chats] or known
    return await reached(handles, card, row, office)


def _told(row: Sent, office: Office, tx: Transaction) -> tuple[Card, Person | None]:
    """What to say, and to whom if not to a room: nobody reads there of an incident that they may not see."""
    people = office.people(tx)
    person = people.by_id.get(row.to)
    place = row.to.partition(":")[0] if ":" in row.to else ""
    voice: Voice = office.room_voice(people, place) if place else office.voice(people, person)
    entry = tx.entry_of(row)
    if isinstance(entry.event, ReadinessReported):
        return report(entry.event.lacking, voice), person
    books = (book.state for book in tx.open_books("incident", 100))
    seen = [headline(state) for state in books if may(person, "read", state)][:LISTED]
    return duty_card(entry, voice, seen), person
