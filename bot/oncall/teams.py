"""Teams, and whom a name on a policy's step means at an instant."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.oncall.schedule import Schedule
from bot.oncall.shifts import who

if TYPE_CHECKING:
    from bot.oncall.policy import Rules


@dataclass(frozen=True, slots=True)
class Team:
    """People who answer for something together: who of them is on call, and the room where they are told."""

    name: str
    members: tuple[str, ...] = ()
    schedule: str = ""
    room: str = ""
    """`slack:C0123456789`"""


def on_call(target: str, rules: "Rules", schedules: Mapping[str, Schedule], now: datetime) -> tuple[str, ...]:
    """Whom a person, a team or a schedule means now. `schedules` are those with what was changed in chat.

    A team without a schedule is all of its members; a person is themselves, whether or not the house knows them.
    """
    team = rules.teams.get(target)
    if team is not None and not team.schedule:
        return team.members
    name = team.schedule if team else target
    schedule = schedules.get(name) or rules.schedules.get(name)
    return who(schedule, now) if schedule else (target,)


def rooms(schedule: str, rules: "Rules") -> tuple[str, ...]:
    """Where the teams of a schedule are told who is on call."""
    return tuple(sorted({team.room for team in rules.teams.values() if team.schedule == schedule and team.room}))
