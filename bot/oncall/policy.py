"""Escalation policies, which of them is meant, and the rules that a decision may ask."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo

from bot.oncall.schedule import Schedule
from bot.oncall.teams import Team
from bot.oncall.windows import Window, within
from bot.text.words import zone

WEBHOOK = "webhook"
"""`webhook:ops` on a step is a webhook, `slack:C0123456789` a room: a name with a colon is no person."""


@dataclass(frozen=True, slots=True)
class Step:
    """Who is paged together, and how long they have before the next step."""

    people: tuple[str, ...]
    """People, schedules, teams, rooms, webhooks: who is on call is asked when the step is reached."""
    wait: timedelta
    windows: tuple[Window, ...] = ()
    """Only then; always, where there is none. Outside of them the step is passed at once."""
    zone: str = ""
    """Whose clock the windows are read on."""

    def holds(self, at: datetime) -> bool:
        """Whether an instant stands in its hours."""
        return not self.windows or within(self.windows, at, zone(self.zone or "UTC"))[0]


@dataclass(frozen=True, slots=True)
class Policy:
    """A ladder: its steps, how often it is climbed again and from which step, and who is paged when nobody answered."""

    name: str
    steps: tuple[Step, ...]
    repeat: int = 0
    catch_all: tuple[str, ...] = ()
    repeat_from: int = 1
    ack_timeout: timedelta | None = None
    """How long somebody may have an incident without a sign of life; None: for ever."""


@dataclass(frozen=True, slots=True)
class Route:
    """Which incidents a policy is for: of these services (in small letters), these severities; any, if it says none."""

    policy: str
    services: frozenset[str] = frozenset()
    severities: frozenset[int] = frozenset()

    def takes(self, severity: int, service: str) -> bool:
        """Whether an incident is one of them."""
        return (not self.services or service.casefold() in self.services) and (
            not self.severities or severity in self.severities
        )


@dataclass(frozen=True, slots=True)
class Hop:
    """A channel in a person's chain, and how long after the page began it has its turn."""

    channel: str
    after: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Rules:
    """The configuration, as far as a decision asks it."""

    policies: Mapping[str, Policy] = field(default_factory=dict)
    default_severity: int = 3
    pages: frozenset[int] = frozenset({1, 2, 3})
    """The severities at which somebody is paged."""
    platforms: tuple[str, ...] = ()
    """The chats that are configured: each gets a war room."""
    root: str = "incident"
    put_away: timedelta | None = timedelta(days=1)
    """How long after it was closed an incident's rooms are put away; None: never."""
    schedules: Mapping[str, Schedule] = field(default_factory=dict)
    teams: Mapping[str, Team] = field(default_factory=dict)
    url: str = ""
    """Where the house is reached from outside, if it is."""

    urgent: frozenset[int] = frozenset({1, 2})
    """The severities that page at high urgency; others do at low."""
    chains: Mapping[str, tuple[Hop, ...]] = field(default_factory=dict)
    """How somebody is reached who set nothing, by urgency; nothing: by one channel after the other that fails."""
    channels: tuple[str, ...] = ()
    """The ways to people that are no chats."""
    routes: tuple[Route, ...] = ()
    """Which policy is for which incidents: the first that takes one."""
    webhooks: frozenset[str] = frozenset()
    zone: tzinfo = UTC

    def urgency(self, severity: int) -> str:
        """`high` or `low`."""
        return "high" if severity in self.urgent else "low"

    def policy(self, severity: int, service: str = "") -> Policy:
        """The policy for an incident: the first route's that takes it, else `default`, else the first there is."""
        routed = next((route.policy for route in self.routes if route.takes(severity, service)), "default")
        return self.policies.get(routed) or next(iter(self.policies.values()), Policy("none", ()))
