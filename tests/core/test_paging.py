"""Calls climb until somebody answers, and say so when nobody does."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.book import Refused
from bot.incident.paging import Miss
from bot.oncall.policy import Policy, Rules, Step
from bot.people.person import People
from tests.core.desk import ANNA, RULES, Desk

MINUTE = timedelta(minutes=1)


def declared(rules: Rules = RULES) -> Desk:
    desk = Desk(rules=rules)
    desk.say("declare db is down --sev 1")
    return desk


def test_silence_climbs_repeats_and_ends_loudly() -> None:
    desk = declared()
    desk.wait(timedelta(hours=2))
    assert desk.paged() == ["anna", "boris", "anna", "boris", "carlos"]
    assert desk.names[-1] == "Exhausted"
    assert desk.book.state.calls[0].exhausted


def test_each_step_has_its_time() -> None:
    desk = declared()
    desk.wait(5 * MINUTE - timedelta(seconds=1))
    assert desk.paged() == ["anna"]
    desk.wait(timedelta(seconds=1))
    assert desk.paged() == ["anna", "boris"]


def test_an_unanswered_call_has_exactly_one_timer() -> None:
    desk = declared()
    for _ in range(30):
        timers = [each.name for each in desk.book.state.due() if each.name.startswith("climb")]
        call = desk.book.state.calls[0]
        assert timers == ([] if call.exhausted else ["climb 1"])
        desk.wait(MINUTE)


def test_whom_no_channel_reaches_is_not_waited_for() -> None:
    desk = declared()
    desk.do(Miss(1, 1, 1, "anna", "slack:U1: closed"))
    desk.wait(timedelta(0))
    assert desk.paged() == ["anna", "boris"]


def test_a_late_miss_of_an_earlier_step_changes_nothing_now() -> None:
    desk = declared()
    desk.wait(5 * MINUTE)
    desk.do(Miss(1, 1, 1, "anna", "late"))
    desk.wait(MINUTE)
    assert desk.paged() == ["anna", "boris"]


def test_a_step_of_nobody_is_passed_at_once_and_told() -> None:
    ladder = Policy("p", (Step(("gone",), 5 * MINUTE), Step(("boris",), 5 * MINUTE)), 0, ("carlos",))
    desk = declared(Rules({"default": ladder}))
    assert desk.paged() == ["boris"]
    assert "Skipped" in desk.names


def test_a_ladder_of_nobody_pages_the_last_resort() -> None:
    ladder = Policy("p", (Step(("gone",), 5 * MINUTE), Step(("left",), 5 * MINUTE)), 3, ("carlos",))
    desk = declared(Rules({"default": ladder}))
    assert desk.paged() == ["carlos"]


def test_paging_somebody_after_the_ack_climbs_as_the_first_call_did() -> None:
    desk = declared()
    desk.say("ack", by="anna")
    desk.say("page @boris please look at the database")
    desk.wait(timedelta(hours=1))
    assert desk.paged() == ["anna", "boris", "boris", "carlos"]


def test_a_page_by_name_is_answered_by_an_ack_of_its_own() -> None:
    desk = declared()
    desk.say("ack", by="anna")
    desk.say("page boris")
    desk.say("ack", by="boris")
    assert desk.names[-1] == "Joined"
    assert desk.book.state.acked.by == "anna"
    desk.wait(timedelta(hours=1))
    assert desk.paged() == ["anna", "boris"]


def test_escalate_does_not_wait() -> None:
    desk = declared()
    desk.say("escalate")
    assert desk.paged() == ["anna", "boris"]


def test_calls_do_not_ring_without_bound() -> None:
    desk = declared()
    with pytest.raises(Refused, match="ringing already"):
        for _ in range(30):
            desk.say("page boris")
    assert len(desk.book.state.live) == 20


def test_editing_the_policy_does_not_touch_a_call() -> None:
    desk = declared()
    desk.rules = Rules({})
    desk.wait(5 * MINUTE)
    assert desk.paged() == ["anna", "boris"]


def test_a_ladder_whose_people_all_left_pages_whom_the_policy_names_by_now() -> None:
    desk = declared(Rules({"default": Policy("default", (Step(("boris",), 5 * MINUTE),), 0, ("carlos",))}))
    desk.people = People((ANNA,))
    desk.rules = Rules({"default": Policy("default", (Step(("anna",), 5 * MINUTE),), 0)})
    desk.wait(5 * MINUTE)
    assert desk.paged() == ["boris", "anna"]


def test_a_ladder_that_somebody_is_left_of_ends_as_it_was_made() -> None:
    ladder = Policy("default", (Step(("boris",), 5 * MINUTE),), 0)
    desk = declared(Rules({"default": ladder}))
    desk.rules = Rules({"default": replace(ladder, catch_all=("anna",))})
    desk.wait(5 * MINUTE)
    assert desk.paged() == ["boris"]
