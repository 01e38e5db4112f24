"""What lacks before a page is needed: who is not reached, not verified, late; steps and hours with nobody."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.book import Ask
from bot.incident.readiness import Check, Lack, Readiness, ReadinessReported, Report, lacks, wanted
from bot.oncall.overrides import Override, Shift
from bot.oncall.policy import Hop, Policy, Rules, Step
from bot.oncall.rotation import Every, Rotation
from bot.oncall.schedule import Layer, Schedule
from bot.oncall.teams import Team
from bot.people.person import People, Person, Proof
from bot.text.rich import plain
from tests.core.desk import ANNA, BORIS, CARLOS, RULES, START, Reading

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
TURNS = Rotation(Every.WEEK, datetime.fromisoformat("2026-03-02T09:00"))
WEB = Schedule("web", UTC, (Layer((("anna",), ("boris",)), TURNS),))


def ask(rules: Rules = RULES, *people: Person, now: datetime = START) -> Ask:
    return Ask(now, "", rules, People(people or (ANNA, BORIS, CARLOS)), rules.schedules)


def paging(*targets: str, schedule: Schedule = WEB, catch_all: tuple[str, ...] = ()) -> Rules:
    steps = tuple(Step((target,), 5 * MINUTE) for target in targets)
    teams = {"team": Team("team", (), "web"), "web": Team("web", (), "web"), "all": Team("all", ("carlos", "zoe"))}
    return replace(
        RULES, policies={"p": Policy("p", steps, 0, catch_all)}, schedules={"web": schedule}, teams=teams
    )  # fmt: skip


def kinds(asked: Ask) -> list[tuple[str, str]]:
    return [(each.kind, each.who or each.where) for each in lacks(asked)]


def test_where_nothing_lacks_nothing_is_said() -> None:
    assert kinds(ask()) == []
    assert kinds(ask(paging("web", "team", "slack:C1"))) == []


@pytest.mark.parametrize(
    ("target", "who"), [("web", "boris"), ("team", "boris"), ("boris", "boris"), ("all", "carlos")]
)
def test_whoever_may_ever_be_paged_must_be_reached(target: str, who: str) -> None:
    people = [replace(each, configured=()) if each.id == who else each for each in (ANNA, BORIS, CARLOS)]
    assert kinds(ask(paging(target), *people)) == [("unreached", who)]


@pytest.mark.parametrize("target", ["web", "team"])
def test_the_last_resort_and_whoever_an_override_brings_count_too(target: str) -> None:
    zoe = Person("zoe", "Zoe")
    override = Override(START + 9 * DAY, START + 10 * DAY, "zoe", "boris")
    rules = paging(target, schedule=replace(WEB, overrides=(override,)), catch_all=("carlos",))
    assert kinds(ask(rules, ANNA, BORIS, zoe)) == [("unreached", "zoe")]
    assert set(wanted(ask(rules))) == {"anna", "boris", "carlos", "zoe"}


def test_a_channel_that_was_named_and_never_verified() -> None:
    anna = replace(ANNA, proving=(Proof("sms:+49", 1, START - DAY), Proof("sms:+48", 2, START - DAY)))
    assert kinds(ask(RULES, anna, BORIS, CARLOS)) == [("unverified", "anna")]


@pytest.mark.parametrize(
    ("high", "low", "late"),
    [
        ((Hop("chat", 5 * MINUTE),), (), None),
        ((Hop("chat", 6 * MINUTE),), (), 6 * MINUTE),
        ((), (Hop("chat", 30 * MINUTE),), None),
        ((), (Hop("chat", 40 * MINUTE),), 40 * MINUTE),
        ((Hop("push"), Hop("chat", 9 * MINUTE)), (), None),
    ],
)
def test_a_rule_by_which_a_first_page_is_late(
    high: tuple[Hop, ...], low: tuple[Hop, ...], late: timedelta | None
) -> None:
    found = list(lacks(ask(RULES, replace(ANNA, high=high, low=low), BORIS, CARLOS)))
    assert [each.after for each in found] == ([late] if late else [])


def test_a_step_with_nobody_now_and_the_gaps_to_come() -> None:
    gap = Shift(START + DAY, START + 2 * DAY, ())
    rules = paging("gone", "web", schedule=replace(WEB, temporary=(gap,)))
    found = list(lacks(ask(rules)))
    assert [(each.kind, each.step, each.start) for each in found] == [("empty", 1, None), ("gap", 0, gap.start)]


def test_without_a_policy_that_is_told() -> None:
    assert kinds(ask(Rules())) == [("nobody", "")]
    assert kinds(ask(Rules(pages=frozenset()))) == []


def test_it_is_read_with_what_to_do() -> None:
    anna = replace(ANNA, configured=())
    desk: Any = Reading(RULES, People((anna, BORIS, CARLOS)))
    card = Check().answer(desk)
    assert plain(card.body) == (
        "• ⚠ nothing reaches Anna Nowak, who is paged by default → let them say me add or account link, or give them "
        "an address in the configuration"
    )
    assert card.tone == "warn"
    ready: Any = Reading()
    assert Check().answer(ready).tone == "calm"


# ---- on Mondays


def test_it_is_told_on_mondays_to_the_managers_once() -> None:
    mia = Person("mia", "Mia", "manager", configured=("slack:U4",))
    asked = ask(RULES, ANNA, BORIS, CARLOS, mia)
    [armed] = Report().decide(Readiness("main"), asked)
    state = Readiness("main", review=armed.review)  # type: ignore[attr-defined]
    [timer] = state.due()
    assert f"{timer.at:%a %H:%M}" == "Mon 09:00"
    assert list(Report().decide(state, asked)) == []
    [told] = Report().decide(state, replace(asked, now=timer.at))
    assert isinstance(told, ReadinessReported)
    assert (told.told, told.review) == (("mia",), timer.at + 7 * DAY)


def test_without_a_manager_the_administrators_are_told() -> None:
    [told] = Report().decide(Readiness("main", review=START), ask())
    assert isinstance(told, ReadinessReported)
    assert told.told == ("anna",)


@pytest.mark.parametrize("kind", ["nobody", "unreached", "empty", "gap", "unverified", "late"])
def test_every_finding_has_its_words_and_its_fix(kind: str) -> None:
    lack = Lack(kind, "anna", "p", 1, "sms", MINUTE, START, START)
    voice = Reading().voice
    assert plain(voice.phrase(lack.phrase))
    assert plain(voice.phrase(lack.fix))
