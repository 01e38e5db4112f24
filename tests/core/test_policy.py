"""Which policy, when its steps hold, and what becomes of a call: passed on, begun anew, or lapsed after an ack."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.book import Refused
from bot.incident.lapse import LEAD, Stir
from bot.incident.lifecycle import Unacknowledge
from bot.oncall.policy import Policy, Route, Rules, Step
from bot.oncall.windows import Window
from bot.people.person import People
from bot.text.rich import plain
from bot.text.words import Voice
from tests.core.desk import CARLOS, LADDER, PEOPLE, RULES, START, Desk

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
DAY = tuple(Window.daily(day, time(9), time(18)) for day in range(5))
OTHER = Policy("payments", (Step(("boris",), 5 * MINUTE),), 0, ("carlos",))


def on(**policies: Policy) -> Rules:
    return replace(RULES, policies={**RULES.policies, **policies})


def declared(rules: Rules = RULES, words: str = "declare db is down --sev 1") -> Desk:
    desk = Desk(rules=rules)
    desk.say(words)
    return desk


def told(desk: Desk) -> list[str]:
    return [plain(Voice().phrase(entry.event.phrase(entry))) for entry in desk.entries if entry.event.says]


# ---- hours


@pytest.mark.parametrize(
    ("zone", "first"),
    [("UTC", "anna"), ("America/New_York", "boris"), ("Europe/Berlin", "anna"), ("Asia/Kolkata", "anna")],
)
def test_a_step_outside_its_hours_is_passed_at_once_and_told(zone: str, first: str) -> None:
    hours = Policy("default", (Step(("anna",), 5 * MINUTE, DAY, zone), Step(("boris",), 5 * MINUTE)), 0)
    desk = declared(on(default=hours))
    assert desk.paged() == [first]
    assert ("step 1 was skipped: it is outside its hours" in told(desk)) is (first == "boris")


def test_hours_are_asked_when_the_step_is_reached() -> None:
    evening = Window.daily(START.weekday(), time(10, 6), time(18))
    ladder = Policy("default", (Step(("anna",), 5 * MINUTE), Step(("boris",), MINUTE, (evening,), "UTC")), 0, ())
    desk = declared(on(default=ladder))
    desk.wait(5 * MINUTE)
    assert desk.paged() == ["anna", "boris"]


def test_where_every_step_is_passed_the_last_resort_is_paged_and_each_is_told_once() -> None:
    night = Window.daily(0, time(1), time(2))
    desk = declared(on(default=Policy("default", (Step(("anna",), MINUTE, (night,), "UTC"),) * 2, 9, ("carlos",))))
    assert desk.paged() == ["carlos"]
    assert desk.names.count("Skipped") == 2


def test_without_a_last_resort_that_is_told_loudly() -> None:
    desk = declared(on(default=Policy("default", (Step(("anna",), MINUTE),))))
    desk.wait(MINUTE)
    assert "there is no last resort" in told(desk)[-1]
    assert desk.entries[-1].event.aloud


# ---- which policy


@pytest.mark.parametrize(
    ("words", "policy"),
    [
        ("declare x --sev 1 --service Payments", "payments"),
        ("declare x --sev 1", "default"),
        ("declare x --sev 3 --service payments", "default"),
        ("declare x --sev 2 --service search", "loud"),
    ],
)
def test_the_first_route_that_takes_an_incident_holds(words: str, policy: str) -> None:
    routes = (Route("payments", frozenset({"payments"}), frozenset({1, 2})), Route("loud", severities=frozenset({2})))
    rules = replace(on(payments=OTHER, loud=replace(OTHER, name="loud")), routes=routes)
    assert declared(rules, words).book.state.calls[0].policy == policy


def test_what_becomes_worse_is_paged_by_the_policy_for_that_unless_somebody_chose_another() -> None:
    rules = replace(on(payments=OTHER), routes=(Route("payments", severities=frozenset({1})),))
    desk = declared(rules, "declare x --sev 3")
    desk.say("sev 1")
    assert desk.paged() == ["anna", "boris"]
    assert [call.policy for call in desk.book.state.live] == ["payments"]

    chosen = declared(rules, "declare x --sev 3")
    chosen.say("reassign carlos")
    chosen.say("sev 1")
    assert [call.policy for call in chosen.book.state.live] == ["Carlos Diaz"]


def test_what_becomes_worse_after_nobody_answered_is_paged_anew() -> None:
    desk = declared(words="declare x --sev 3")
    desk.wait(HOUR)
    assert desk.names[-1] == "Exhausted"
    desk.say("sev 2", by="mia")
    assert desk.names[-3:] == ["Rerouted", "Called", "Paged"]
    assert [call.exhausted for call in desk.book.state.live] == [False]
    desk.wait(HOUR)
    before = desk.paged()
    assert before == ["anna", "boris", "anna", "boris", "carlos"] * 2
    desk.say("sev 3")
    assert desk.paged() == before, "what becomes better pages nobody"


def test_what_becomes_urgent_is_paged_anew_from_the_step_that_it_had_reached() -> None:
    desk = declared(words="declare x --sev 3")
    desk.wait(5 * MINUTE)
    desk.say("page carlos")
    assert desk.paged() == ["anna", "boris", "carlos"]
    desk.say("sev 2", by="mia")
    assert desk.paged()[3:] == ["boris", "carlos"]
    assert [call.by_name for call in desk.book.state.live] == [False, True]
    desk.say("sev 1", by="mia")
    assert len(desk.paged()) == 5, "it was urgent before"
    desk.wait(10 * MINUTE)
    assert "anna" in desk.paged()[5:], "the next round"


def by_name(before: str, after: str = "") -> Desk:
    """Carlos was asked for at low urgency; then it became urgent."""
    desk = declared(words="declare x --sev 3")
    for line in (*before.split(", "), "page carlos", *filter(None, after.split(", ")), "sev 1"):
        desk.say(line)
    return desk


@pytest.mark.parametrize(
    ("before", "after", "paged"),
    [
        ("ack", "", ["carlos"]),
        ("snooze 2h", "", ["anna", "carlos"]),
        ("ack, snooze 2h", "", ["carlos", "anna"]),
        ("ack", "snooze 2h", ["carlos", "anna"]),
        ("ack", "ack", []),
    ],
)
def test_whoever_was_asked_for_by_name_follows_what_becomes_urgent(before: str, after: str, paged: list[str]) -> None:
    desk = by_name(before, after)
    again = next(nth for nth, entry in enumerate(desk.entries) if type(entry.event).__name__ == "SeverityChanged")
    desk.entries = desk.entries[again:]
    assert desk.paged() == paged
    live = [call.id for call in desk.book.state.live]
    assert len(set(live)) == len(live) == len(paged)
    assert [timer.name for timer in desk.book.state.due() if "climb" in timer.name] == [f"climb {id}" for id in live]


def test_whoever_was_asked_for_and_did_not_answer_is_asked_again_once_it_is_urgent() -> None:
    desk = declared(words="declare x --sev 3")
    desk.say("ack")
    desk.say("page boris")
    desk.wait(HOUR)
    before = len(desk.paged())
    desk.say("sev 1", by="mia")
    assert desk.paged()[before:] == ["boris"]
    assert [call.exhausted for call in desk.book.state.live] == [False]


@pytest.mark.parametrize("words", ["sev 2", "sev 5"])
def test_only_what_becomes_urgent_ends_a_snooze(words: str) -> None:
    desk = declared(words="declare x --sev 1")
    desk.say("sev 4")
    desk.say("snooze 2h")
    desk.say("sev 3")
    assert desk.names[-1] == "SeverityChanged"
    desk.say(words)
    assert ("Woken" in desk.names) == (words == "sev 2")


def test_nobody_is_paged_twice_by_the_end_of_a_snooze() -> None:
    """Whoever was asked for meanwhile is being paged already."""
    desk = declared()
    desk.say("snooze 3m")
    desk.say("page carlos")
    desk.wait(3 * MINUTE)
    assert desk.paged() == ["anna", "carlos", "anna"]


# ---- repeats


def test_it_is_climbed_again_from_the_step_that_is_said() -> None:
    desk = declared(on(default=replace(LADDER, repeat=2, repeat_from=2)))
    desk.wait(24 * HOUR)
    assert desk.paged() == ["anna", "boris", "boris", "boris", "carlos"]


# ---- passed on, and begun anew


def test_a_call_keeps_its_policy_until_it_is_begun_anew() -> None:
    desk = declared()
    desk.rules = on(default=Policy("default", (Step(("carlos",), MINUTE),)))
    desk.wait(5 * MINUTE)
    assert desk.paged() == ["anna", "boris"]
    desk.say("escalate --restart")
    assert desk.paged() == ["anna", "boris", "carlos"]
    assert len(desk.book.state.live) == 1


def test_begun_anew_where_its_policy_is_gone_it_is_the_one_for_the_incident() -> None:
    desk = declared(on(default=LADDER, payments=OTHER))
    desk.say("reassign payments")
    desk.rules = RULES
    desk.say("escalate --restart")
    assert [call.policy for call in desk.book.state.live] == ["default"]


def reassigned(words: str) -> Desk:
    desk = Desk(rules=on(payments=OTHER))
    desk.say("declare db is down --sev 1")
    desk.say("page carlos")
    desk.say("ack", by="anna")
    desk.say(words)
    return desk


def test_reassigned_nobody_has_it_and_only_the_new_ones_are_paged() -> None:
    desk = reassigned("reassign payments it is their database")
    assert desk.book.state.acked is None
    assert [call.policy for call in desk.book.state.live] == ["payments"]
    desk.wait(HOUR)
    assert desk.paged() == ["anna", "carlos", "boris", "carlos"]


def test_reassigned_to_a_person_an_unack_pages_that_person() -> None:
    desk = reassigned("reassign boris")
    desk.say("ack", by="boris")
    desk.say("unack", by="boris")
    assert desk.paged() == ["anna", "carlos", "boris", "boris"]


def test_begun_anew_whoever_it_was_reassigned_to_is_paged() -> None:
    """What rings is begun anew, and not what would ring for another such incident."""
    desk = reassigned("reassign boris")
    desk.say("escalate --restart")
    assert desk.paged() == ["anna", "carlos", "boris", "boris"]
    assert len(desk.book.state.live) == 1
    desk.rules = on(default=Policy("default", (Step(("carlos",), MINUTE),)))
    desk.people = People(each for id, each in PEOPLE.by_id.items() if id != "boris")
    desk.say("escalate --restart")
    assert desk.paged()[-1] == "carlos"


def test_reassigned_to_oneself_is_refused_with_what_to_do() -> None:
    with pytest.raises(Refused, match="need not be paged"):
        declared().say("reassign me")


# ---- from the step that it had reached


def given_back(desk: Desk) -> None:
    desk.say("ack", by="boris")
    desk.say("unack", by="boris")


def snoozed(desk: Desk) -> None:
    desk.say("snooze 30m")
    desk.wait(30 * MINUTE)


def silent(desk: Desk) -> None:
    desk.say("ack", by="boris")
    desk.wait(30 * MINUTE)


@pytest.mark.parametrize("rest", [given_back, snoozed, silent])
def test_paging_goes_on_from_the_step_that_it_had_reached(rest: Callable[[Desk], None]) -> None:
    desk = declared(on(default=replace(LADDER, ack_timeout=30 * MINUTE)))
    desk.wait(5 * MINUTE)
    rest(desk)
    assert desk.paged() == ["anna", "boris", "boris"]
    assert [each.name for each in desk.book.state.due()] == ["climb 1"]


@pytest.mark.parametrize("before", [0, 60])
def test_given_back_with_nobody_left_on_the_ladder_the_last_resort_rings(before: int) -> None:
    """A page rings only while its call does."""
    desk = declared(on(default=replace(LADDER, repeat=0)))
    desk.wait(before * MINUTE)
    desk.say("ack", by="boris")
    desk.people = People((CARLOS,))
    desk.do(Unacknowledge(), by="boris")
    assert desk.names[-1] == "Exhausted"
    assert desk.paged()[-1] == "carlos"
    assert [call.exhausted for call in desk.book.state.live] == [True]


@pytest.mark.parametrize("words", ["", "escalate", "sev 1"])
def test_whoever_is_asked_for_by_name_does_not_keep_the_others_asleep_after_a_snooze(words: str) -> None:
    desk = declared(words="declare db is down --sev 3")
    desk.say("ack")
    desk.say("page carlos")
    desk.say("snooze 10m")
    if words:
        desk.say(words, by="boris")
    desk.wait(10 * MINUTE)
    assert desk.book.state.acked is None
    assert desk.paged().count("anna") == 2
    desk.wait(5 * MINUTE)
    assert "boris" in desk.paged()


@pytest.mark.parametrize("by", ["anna", "boris"])
@pytest.mark.parametrize("also", ["note it is slow", "page carlos"])
def test_an_ack_ends_a_snooze_also_where_somebody_had_it(by: str, also: str) -> None:
    desk = declared()
    desk.say("ack")
    desk.say(also)
    desk.say("snooze 10m")
    desk.say("ack", by=by)
    assert (desk.book.state.snoozed, desk.book.state.acked.by, desk.book.state.live) == (None, by, ())
    desk.wait(HOUR)
    assert "Woken" not in desk.names


def test_a_call_that_rings_is_not_doubled_by_the_end_of_a_snooze() -> None:
    desk = declared()
    desk.say("page carlos")
    snoozed(desk)
    assert sorted(desk.paged()) == ["anna", "anna", "carlos", "carlos"]


# ---- an ack without a sign of life


def taken(timeout: timedelta = 30 * MINUTE) -> Desk:
    desk = declared(on(default=replace(LADDER, ack_timeout=timeout)))
    desk.say("ack")
    return desk


def test_an_ack_that_stays_quiet_is_asked_after_and_then_lapses() -> None:
    desk = taken()
    desk.wait(25 * MINUTE - timedelta(seconds=1))
    assert desk.names[-1] == "Acknowledged"
    desk.wait(timedelta(seconds=1))
    assert desk.names[-1] == "Prompted"
    notices = [send.to for send in desk.entries[-1].event.sends(desk.book.state, desk.entries[-1])]
    assert notices == ["anna"]
    desk.wait(LEAD)
    assert desk.names[-2:] == ["Lapsed", "Paged"]
    assert desk.book.state.acked is None


@pytest.mark.parametrize("words", ["note still looking", "update half is back", "task add look at the disk"])
def test_whatever_is_said_is_a_sign_of_life(words: str) -> None:
    desk = taken()
    for _ in range(5):
        desk.wait(27 * MINUTE)
        desk.say(words, by="boris")
    assert "Lapsed" not in desk.names
    desk.wait(30 * MINUTE)
    assert "Lapsed" in desk.names


def test_a_word_in_the_room_is_written_down_only_when_it_was_quiet() -> None:
    desk = taken()
    assert desk.do(Stir(), by="boris") == []
    desk.wait(15 * MINUTE)
    assert [type(entry.event).__name__ for entry in desk.do(Stir(), by="boris")] == ["Stirred"]
    desk.wait(29 * MINUTE)
    assert desk.names[-1] == "Prompted"
    desk.do(Stir(), by="boris")
    desk.wait(24 * MINUTE)
    assert "Lapsed" not in desk.names


def test_after_an_outage_it_is_told_before_it_lapses_all_the_same() -> None:
    desk = taken()
    desk.now += 5 * HOUR
    desk.wait(timedelta(0))
    assert desk.names[-1] == "Prompted"
    desk.wait(LEAD)
    assert "Lapsed" in desk.names


@pytest.mark.parametrize("words", ["resolve", "snooze 2h", "cancel no", "unack"])
def test_what_ends_the_ack_ends_its_timers(words: str) -> None:
    desk = taken()
    desk.say(words)
    assert not [each.name for each in desk.book.state.due() if each.name.startswith("ack")]


def test_without_a_timeout_an_ack_holds_for_ever() -> None:
    desk = declared()
    desk.say("ack")
    desk.wait(timedelta(days=30))
    assert desk.names[-1] == "Acknowledged"
    assert desk.now == datetime(2026, 4, 1, 10, 2, tzinfo=UTC)
