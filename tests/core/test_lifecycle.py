"""From declared to resolved."""

from datetime import timedelta

import pytest

from bot.book import Refused
from bot.incident.severity import Severity, Status
from bot.oncall.policy import Rules
from tests.core.desk import Desk


@pytest.fixture
def desk() -> Desk:
    made = Desk()
    made.say("declare db is down --sev 1")
    return made


def test_one_line_declares(desk: Desk) -> None:
    state = desk.book.state
    assert (state.title, state.severity, state.status) == ("db is down", Severity.SEV1, Status.TRIAGE)
    assert desk.paged() == ["anna"]


def test_without_a_severity_it_is_the_configured_one() -> None:
    desk = Desk()
    desk.say("declare something is odd")
    assert desk.book.state.severity is Severity.SEV3


def test_a_low_severity_pages_nobody() -> None:
    desk = Desk()
    desk.say("declare a typo --sev 5")
    assert desk.paged() == []
    assert list(desk.book.state.due()) == []


def test_what_becomes_worse_pages() -> None:
    desk = Desk()
    desk.say("declare a typo --sev 5")
    desk.say("sev 1")
    assert desk.paged() == ["anna"]


def test_what_was_taken_while_it_was_small_pages_when_it_is_given_back() -> None:
    desk = Desk()
    for line in ("declare a typo --sev 5", "ack", "sev 1", "unack"):
        desk.say(line)
    assert desk.paged() == ["anna"]


def test_a_page_by_name_is_not_the_policys_call() -> None:
    desk = Desk()
    for line in ("declare a typo --sev 5", "page carlos", "sev 1"):
        desk.say(line)
    assert desk.paged() == ["carlos", "carlos", "anna"]
    assert [(call.by_name, call.id) for call in desk.book.state.live] == [(True, 1), (False, 2)]


def test_an_answered_page_by_name_is_not_what_unack_resumes(desk: Desk) -> None:
    for line in ("ack", "page carlos", "ack", "unack"):
        desk.say(line)
    assert desk.paged() == ["anna", "carlos", "anna"]


def test_without_a_policy_it_is_said_that_nobody_is_paged() -> None:
    desk = Desk(rules=Rules())
    desk.say("declare db is down --sev 1")
    assert desk.names[-1] == "Uncalled"
    assert list(desk.book.state.due()) == []


def test_ack_names_the_taker_and_stops_the_paging(desk: Desk) -> None:
    desk.now += timedelta(minutes=3)
    desk.say("ack on it", by="boris")
    assert desk.book.state.acked.by == "boris"
    assert desk.book.state.status is Status.INVESTIGATING
    desk.wait(timedelta(days=1))
    assert desk.paged() == ["anna"]


def test_a_second_ack_is_told_who_has_it(desk: Desk) -> None:
    desk.say("ack", by="boris")
    with pytest.raises(Refused, match="has had it since"):
        desk.say("ack", by="anna")


def test_unack_pages_the_same_step_again(desk: Desk) -> None:
    desk.wait(timedelta(minutes=5))
    desk.say("ack", by="boris")
    desk.say("unack my laptop died", by="boris")
    assert desk.book.state.acked is None
    assert desk.paged() == ["anna", "boris", "boris"]


def test_resolve_ends_it_and_reopen_pages_again(desk: Desk) -> None:
    desk.say("resolve the disk was full")
    assert not desk.book.state.open
    assert list(desk.book.state.due()) == []
    with pytest.raises(Refused, match="was resolved by"):
        desk.say("ack")
    desk.say("reopen it is full again")
    assert desk.book.state.open
    assert desk.paged() == ["anna", "anna"]


def test_status_resolved_is_resolve(desk: Desk) -> None:
    desk.say("status resolved all good")
    assert desk.names[-1] == "Resolved"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("unack", "nothing to give back"),
        ("status triage", "already"),
        ("sev 1", "already"),
        ("edit", "Nothing would change"),
        ("reopen why not", "is open"),
        ("assign commander @nobody", "I do not know"),
        ("sev 9", "cannot be"),
    ],
)
def test_a_refusal_says_why_and_changes_nothing(desk: Desk, line: str, why: str) -> None:
    before = desk.book
    with pytest.raises(Refused, match=why):
        desk.say(line)
    assert desk.book == before


def test_roles_and_edits(desk: Desk) -> None:
    desk.say("assign ic boris")
    desk.say('edit db is slow --impact "a third of all payments"')
    assert desk.book.state.roles == {"commander": "boris"}
    assert (desk.book.state.title, desk.book.state.impact) == ("db is slow", "a third of all payments")


def test_an_update_promises_the_next_and_is_reminded_once(desk: Desk) -> None:
    desk.say("ack")
    desk.say("update looking --next 30m")
    desk.wait(timedelta(hours=3))
    assert desk.names.count("Reminded") == 1
    assert desk.book.state.next_update is None


def test_a_new_update_moves_the_promise(desk: Desk) -> None:
    desk.say("ack")
    desk.say("update looking --next 30m")
    desk.wait(timedelta(minutes=20))
    desk.say("update found it --next 30m")
    desk.wait(timedelta(minutes=20))
    assert "Reminded" not in desk.names
