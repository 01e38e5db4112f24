"""What a webhook is told of a page: fields for a program, in the shape of Standard Webhooks."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.incident.incident import Incident


def payload(incident: "Incident", where: Mapping[str, Any], at: datetime) -> Mapping[str, Any]:
    """A page as JSON; `where` is the call, its round and its step (0: the last resort).

    Of a private incident no word is told, only that it is paged.
    """
    call = incident.call(int(where["call"]))
    words = {"title": incident.title, "service": incident.service, "impact": incident.impact}
    return {
        "type": "incident.paged",
        "timestamp": at.isoformat(timespec="seconds"),
        "data": {
            "incident": incident.id,
            "severity": incident.severity.value,
            "status": incident.status.value,
            "private": incident.private,
            "declared_at": incident.declared.at.isoformat(timespec="seconds") if incident.declared else None,
            "policy": call.policy if call else "",
            "round": int(where["round"]),
            "step": int(where["step"]),
            **({} if incident.private else words),
        },
    }
