"""What stands at the gate of a command: an incident that is over takes few of them."""

from typing import TYPE_CHECKING

from bot.book import Refused
from bot.incident.severity import Status
from bot.text.words import N_, Who

if TYPE_CHECKING:
    from bot.incident.incident import Incident


def must_be_open(incident: "Incident") -> None:
    """Refuse what only an open incident can take, with what to do instead."""
    if incident.status is Status.MERGED:
        text = N_(
            "#{id} was merged into #{into}: everything goes on there. Say it with its number, as in `show #{into}`."
        )
        raise Refused(text, id=incident.id, into=incident.merged_into)
    if incident.status is Status.CANCELLED and incident.resolved:
        text = N_("#{id} was cancelled by {by} at {at}. `reopen #{id} why` opens it again.")
        raise Refused(text, id=incident.id, by=Who(incident.resolved.by), at=incident.resolved.at)
    if incident.resolved:
        text = N_("#{id} was resolved by {by} at {at}. `reopen #{id} why` opens it again.")
        raise Refused(text, id=incident.id, by=Who(incident.resolved.by), at=incident.resolved.at)
