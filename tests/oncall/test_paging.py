"""A policy's step names a schedule or a team: who is on call is asked when the step is reached."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.oncall.overrides import Override
from bot.oncall.policy import Policy, Step
from bot.oncall.rotation import Every, Rotation
from bot.oncall.schedule import Layer, Schedule
from bot.oncall.teams import Team
from tests.core.desk import RULES, START, Desk

MINUTE = timedelta(minutes=1)
HOURLY = Rotation(Every.HOUR, datetime.fromisoformat("2026-03-02T10:05"))
WEB = Schedule("web", UTC, (Layer((("anna",), ("boris",)), HOURLY),))
EMPTY = Schedule("empty", UTC, ())


def declared(*steps: str, **schedules: Schedule) -> Desk:
    ladder = Policy("default", tuple(Step((step,), 5 * MINUTE) for step in steps), 0, ("carlos",))
    rules = replace(
        RULES,
        policies={"default": ladder},
        schedules={"web": WEB, "empty": EMPTY} | schedules,
        teams={"team": Team("team", (), "web"), "all": Team("all", ("anna", "boris"))},
    )
    desk = Desk(rules=rules)
    desk.say("declare db is down --sev 1")
    return desk


def test_who_is_on_call_is_asked_when_the_step_is_reached() -> None:
    desk = declared("web", "web")
    assert desk.paged() == ["boris"]
    desk.wait(5 * MINUTE)
    assert desk.paged() == ["boris", "anna"]


def test_a_team_is_its_schedule_or_else_all_its_members() -> None:
    assert declared("team").paged() == ["boris"]
    assert declared("all").paged() == ["anna", "boris"]


def test_an_empty_step_is_passed_at_once_and_when_all_are_the_last_resort_is_paged() -> None:
    assert declared("empty", "web").paged() == ["boris"]
    assert declared("empty", "empty").paged() == ["carlos"]


def test_an_override_holds_for_pages_too() -> None:
    override = Override(START - MINUTE, START + MINUTE, "carlos", "boris")
    assert declared("web", web=replace(WEB, overrides=(override,))).paged() == ["carlos"]


def test_who_left_is_not_paged_and_paging_goes_on() -> None:
    gone = replace(WEB, layers=(Layer((("zoe",),), HOURLY),))
    assert declared("web", "all", web=gone).paged() == ["anna", "boris"]


def test_whoever_was_paged_is_named_not_the_schedule() -> None:
    desk = declared("web")
    assert desk.book.state.live[0].now.people == ("boris",)
