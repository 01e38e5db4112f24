"""Random lives of an incident: whatever is said in whatever order, the log is the incident."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.book import Refused, decode, encode, freeze, thaw
from tests.core.desk import Desk

LINES = st.sampled_from(
    [
        "ack", "ack on it", "unack", "status identified found it", "status monitoring", "status resolved", "sev 1",
        "sev 5", "edit other title", "update going well", "update soon --next 10m", "note a thing", "assign ic boris",
        "page boris", "page carlos now", "escalate", "resolve", "resolve done", "reopen again",
    ]
)  # fmt: skip
STEPS = st.lists(st.tuples(LINES, st.sampled_from(["anna", "boris", "carlos"]), st.integers(0, 20)), max_size=40)


@given(STEPS)
def test_the_log_is_the_incident(steps: list[tuple[str, str, int]]) -> None:
    desk = Desk()
    start = desk.book
    desk.say("declare db is down --sev 2")
    for line, by, minutes in steps:
        try:
            desk.say(line, by)
        except Refused as no:
            assert no.phrase.text
        desk.wait(timedelta(minutes=minutes))
        check_calls(desk)
    folded = start
    for entry in desk.entries:
        assert decode(type(entry.event).__name__, encode(entry.event)) == entry.event
        folded = folded.fold(entry)
    assert folded == desk.book
    assert thaw("incident", freeze(desk.book.state)) == desk.book.state


def check_calls(desk: Desk) -> None:
    """An unanswered call of an open incident has exactly one timer, or is exhausted; no timer outlives its reason."""
    state = desk.book.state
    armed = sorted(timer.name for timer in state.due() if timer.name.startswith("climb"))
    ringing = sorted(f"climb {call.id}" for call in state.live if not call.exhausted) if state.open else []
    assert armed == ringing
    for call in state.calls:
        assert call.step <= len(call.steps)
        assert call.round <= call.rounds
