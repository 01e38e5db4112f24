"""The timers of an incident that should be armed now."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.book import Timer
from bot.incident.lapse import lapse
from bot.incident.paging import next_step
from bot.incident.rooms import putting_away
from bot.incident.snooze import snooze_end
from bot.incident.updates import next_reminder

if TYPE_CHECKING:
    from bot.incident.incident import Incident


def due(incident: "Incident") -> Iterator[Timer]:
    """Every one of them. None is ever cancelled: an answered call simply lists none."""
    yield from putting_away(incident)
    if incident.open:
        yield from snooze_end(incident)
        yield from lapse(incident)
        yield from next_reminder(incident)
        awake = (call for call in incident.calls if not incident.sleeps(call))
        yield from (timer for call in awake if (timer := next_step(call)))
