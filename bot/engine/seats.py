"""Seats: in a private war room are those who are in its incident, and nobody else of those who were let in."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from bot.book import BookId
from bot.engine.carry import own
from bot.engine.office import Office
from bot.incident.incident import Incident
from bot.incident.seats import Handles, Seat
from bot.ports import ChatError, Dismissing, Handle, Partly, Place, Rooms

Deed = Callable[[Place, Sequence[Handle]], Awaitable[None]]


async def seat(chat: Rooms, place: Place, incident: Incident, wanted: Handles, office: Office) -> None:
    """Let in and out whoever came and went since. Raises `ChatError` for what may be better later."""
    inside = incident.seats.get(str(place), {})
    if isinstance(chat, Dismissing):
        await _let(chat.dismiss, False, place, incident, _but(inside, wanted), office)
    await _let(chat.invite, True, place, incident, _but(wanted, inside), office)


def _but(some: Handles, others: Handles) -> Handles:
    return {each: whose for each, whose in some.items() if each not in others}


async def _let(deed: Deed, let_in: bool, place: Place, incident: Incident, who: Handles, office: Office) -> None:
    """What the platform answers comes back as a command, also for whom it does not let us."""
    refused, why = set[str](), ""
    try:
        if who:
            await deed(place, [Handle.parse(each) for each in sorted(who)])
    except ChatError as wrong:
        if wrong.wait is not None:
            raise
        refused, why = set(map(str, wrong.whom)) if isinstance(wrong, Partly) else set(who), str(wrong)
    done = {each: whose for each, whose in who.items() if each not in refused}
    for answer in (Seat(str(place), let_in, done), Seat(str(place), let_in, _but(who, done), why)):
        if answer.who:
            await office.store.write(partial(own, answer, BookId("incident", incident.id), office))
