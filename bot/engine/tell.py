"""Telling one person: by the first way of theirs that takes it."""

from collections.abc import Sequence
from functools import partial

from bot.engine.office import Office
from bot.incident.cards import notice_card
from bot.people.may import may
from bot.ports import Card, ChatError, Handle, MessageId
from bot.store.sends import Sent
from bot.store.transaction import Transaction


async def reached(handles: Sequence[Handle], card: Card, row: Sent, office: Office) -> MessageId:
    """Told by the first way that takes it; nothing for somebody without any. Raises the last way's `ChatError`."""
    failed: ChatError | None = None
    for handle in handles:
        try:
            _, message = await office.ways[handle.platform].tell(handle, card, office.key("send", row.id))
            return message
        except ChatError as wrong:
            failed = wrong
    if failed:
        raise failed
    return MessageId("")


async def tell_notice(row: Sent, office: Office) -> MessageId:
    """Tell a follower what happened. Raises `ChatError`."""
    found = await office.store.read(partial(_noticed, row, office))
    return await reached(*found, row, office) if found else MessageId("")


def _noticed(row: Sent, office: Office, tx: Transaction) -> tuple[Sequence[Handle], Card] | None:
    """Whom to tell, and what; None for who may not see it any more, cannot be reached, or reads it in a room."""
    if row.book is None:
        return None
    people, state = office.people(tx), tx.load(row.book).state
    person = people.by_id.get(row.to)
    handles = [each for each in person.handles if each.platform in office.chats] if person else []
    seats = [state.seats.get(str(place), {}) for place in state.places] if state.private else []
    reads = any(str(each) in seat for each in handles for seat in seats)
    if not handles or reads or not may(person, "read", state):
        return None
    return handles, notice_card(state, tx.entry_of(row), office.voice(people, person))
