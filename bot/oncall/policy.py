"""Escalation policies, and the rules that a decision may ask."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from bot.oncall.schedule import Schedule
from bot.oncall.teams import Team


@dataclass(frozen=True, slots=True)
class Step:
    """Who is paged together, and how long they have before the next step."""

    people: tuple[str, ...]
    """People, schedules, teams: who is on call is asked when the step is reached."""
    wait: timedelta


@dataclass(frozen=True, slots=True)
class Policy:
    """A ladder: its steps, how often it is climbed again, and who is paged when nobody answered."""

    name: str
    steps: tuple[Step, ...]
    repeat: int = 0
    catch_all: tuple[str, ...] = ()


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

    def urgency(self, severity: int) -> str:
        """`high` or `low`."""
        return "high" if severity in self.urgent else "low"

    def policy(self) -> Policy:
        """The policy for a new incident."""
        return self.policies.get("default") or next(iter(self.policies.values()), Policy("none", ()))
