"""Which schedule somebody means."""

from difflib import get_close_matches

from bot.book import Refused
from bot.oncall.policy import Rules
from bot.oncall.schedule import Fixed, Schedule
from bot.text.words import N_


def meant(text: str, by: str, place: str, rules: Rules) -> str:
    """The schedule of this name, or a team's; else the room's team's, the speaker's own, the only one.

    Raises `Refused`.
    """
    name = text.strip().removeprefix("@").casefold()
    found = [_named(name, rules)] if name else likely(by, place, rules)
    if len(found) == 1:
        return found[0]
    if not rules.schedules:
        raise Refused(N_("No schedule is configured: an administrator adds one under [schedules]."))
    known = ", ".join(found or sorted(rules.schedules))
    raise Refused(N_("Which schedule? Say its name, or its team's: {known}."), known=known)


def _named(name: str, rules: Rules) -> str:
    team = rules.teams.get(name)
    if team and not team.schedule:
        raise Refused(N_("The team {name} has no schedule: all its members are paged."), name=name)
    schedule = team.schedule if team else name
    if schedule in rules.schedules:
        return schedule
    known = sorted({*rules.schedules, *(team.name for team in rules.teams.values() if team.schedule)})
    near = get_close_matches(name, known, n=3) or known[:10]
    raise Refused(
        N_("There is no schedule or team “{name}”. There is: {known}."), name=name[:40], known=", ".join(near)
    )


def likely(by: str, place: str, rules: Rules) -> list[str]:
    """The schedules that somebody may mean who names none."""
    teams = [team for team in rules.teams.values() if team.schedule]
    here = {team.schedule for team in teams if team.room and team.room == place}
    own = {team.schedule for team in teams if by in team.members}
    own |= {name for name, schedule in rules.schedules.items() if by in participants(schedule)}
    return sorted(here or own or rules.schedules)


def participants(schedule: Schedule) -> set[str]:
    """Everybody who takes turns in it."""
    layers = (each for each in schedule.layers if not isinstance(each, Fixed))
    return {person for layer in layers for group in layer.participants for person in group}


def everybody(target: str, rules: Rules) -> set[str]:
    """Everybody whom a step's name may ever mean: a person, or whoever takes turns in a schedule or a team's."""
    team = rules.teams.get(target)
    if team and not team.schedule:
        return set(team.members)
    schedule = rules.schedules.get(team.schedule if team else target)
    return participants(schedule) if schedule else {target}
