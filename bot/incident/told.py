"""Who said what, and when each transition first happened."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Told:
    """Something that was said about the incident: by whom, when, and what."""

    by: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Stamps:
    """When each transition first happened: times to acknowledge, mitigate and resolve are computed from these."""

    declared: datetime | None = None
    acknowledged: datetime | None = None
    mitigated: datetime | None = None
    resolved: datetime | None = None
