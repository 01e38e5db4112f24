"""What `whowould` says is what happens: the same escalation, fired by hand with nobody answering."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.book import Ask, Refused
from bot.grammar import build, parse
from bot.incident.incident import Incident
from bot.incident.severity import Severity
from bot.incident.told import Told
from bot.incident.whowould import MOST, moments
from bot.oncall.policy import Hop, Policy, Route, Rules, Step
from bot.oncall.rotation import Every, Rotation
from bot.oncall.schedule import Layer, Schedule
from bot.oncall.teams import Team
from bot.oncall.windows import Window
from bot.people.person import People, Person, Proof
from bot.people.reach import Quiet
from bot.text.rich import plain
from tests.core.desk import ANNA, BORIS, CARLOS, LADDER, RULES, START, Desk, Reading

MINUTE = timedelta(minutes=1)
TURNS = Rotation(Every.HOUR, datetime.fromisoformat("2026-03-02T10:05"))
WEB = Schedule("web", UTC, (Layer((("anna",), ("boris",), ("gone",)), TURNS),))
WORLD = replace(
    RULES, schedules={"web": WEB, "empty": Schedule("empty", UTC, ())}, webhooks=frozenset({"ops"}),
    teams={"team": Team("team", (), "web"), "all": Team("all", ("anna", "boris"))},
)  # fmt: skip
ONE_WAY = People(replace(person, configured=person.configured[:1]) for person in (ANNA, BORIS, CARLOS))

targets = st.sampled_from(
    ["anna", "boris", "carlos", "gone", "web", "empty", "team", "all", "slack:C9", "irc:x", "webhook:ops", "webhook:x"]
)
windows = st.builds(
    Window.daily, st.integers(0, 6), st.times(time(8), time(12)).map(lambda at: at.replace(second=0, microsecond=0)),
    st.just(time(12)),
)  # fmt: skip
steps = st.builds(
    Step,
    st.lists(targets, min_size=1, max_size=3).map(tuple),
    st.integers(1, 90).map(lambda count: count * MINUTE),
    st.lists(windows, max_size=2).map(tuple),
    st.sampled_from(["UTC", "Asia/Kolkata", "America/New_York"]),
)
policies = st.lists(steps, max_size=4).flatmap(
    lambda found: st.builds(
        Policy, st.just("default"), st.just(tuple(found)), st.integers(0, 3),
        st.lists(targets, max_size=2).map(tuple), st.integers(1, max(len(found), 1)),
    )
)  # fmt: skip


@given(policies, st.integers(0, 7 * 24 * 60))
def test_whoever_would_be_paged_is_paged_just_then(policy: Policy, later: int) -> None:
    start, rules = START + later * MINUTE, replace(WORLD, policies={"default": policy})
    desk = Desk(now=start, rules=rules, people=ONE_WAY)
    desk.say("declare db is down --sev 1")
    desk.wait(timedelta(days=3))
    paged = [
        (entry.at, send.to)
        for entry in desk.entries
        for send in entry.event.sends(desk.book.state, entry)
        if send.kind == "page"
    ]
    skipped = [entry.at for entry in desk.entries if type(entry.event).__name__ == "Skipped"]
    said = moments(incident(start), policy, Ask(start, "", rules, ONE_WAY))
    assert sorted((each.at, each.who) for each in said if each.who) == sorted(paged)
    passed = [each.at for each in said if not each.who and each.told.text.startswith("step")]
    assert sorted(passed) == skipped


def incident(at: datetime, severity: int = 1) -> Incident:
    return Incident("0", severity=Severity(severity), declared=Told("tocsin", at, ""))


# ---- how it reads


def asked(words: str, rules: Rules = RULES, people: People | None = None, now: datetime = START) -> list[str]:
    """The answer's lines."""
    desk = Reading(rules, people or People((ANNA, BORIS, CARLOS)), now)
    query = build(parse(words).settled(""), Desk(now=now).reader("anna"))
    card = query.answer(desk)
    return [plain(card.title), *(plain((block,)) for block in card.body)]


def test_minute_person_channel_and_how_it_ends() -> None:
    assert asked("whowould default 1") == [
        "Who would be paged: “default”, SEV1, 10:02 UTC",
        "• +0 min  Anna Nowak · Slack, else Telegram",
        "• +5 min  Boris Petrov · Discord",
        "• +15 min  Anna Nowak · Slack, else Telegram",
        "• +20 min  Boris Petrov · Discord",
        "• +30 min  NOBODY ANSWERED. Everybody on the ladder was paged. Last resort, paged now: Carlos Diaz",
        "• +30 min  Carlos Diaz · Slack",
    ]


def test_rules_with_delays_quiet_hours_and_what_would_fail() -> None:
    low = (Hop("chat"), Hop("call", MINUTE), Hop("telegram", 2 * MINUTE))
    quiet = Quiet(time(10), time(10, 4))
    anna = replace(ANNA, low=low, quiet=quiet, proving=(Proof("email:a@b.c", 1, START),))
    ladder = Policy("default", (Step(("anna", "nobody"), 5 * MINUTE), Step(("nobody",), MINUTE)), 0, ())
    lines = asked("whowould", replace(RULES, policies={"default": ladder}), People((anna,)))
    assert lines[1:] == [
        "• +2 min  Anna Nowak · Slack, else Telegram · ⚠ it waits for the end of their quiet hours"
        " · ⚠ mail is not verified yet · ⚠ their rule names telephone call, and they have none",
        "• +4 min  Anna Nowak · Telegram",
        "• +5 min  step 2 was skipped: there is nobody to page",
        "• +5 min  NOBODY ANSWERED. Everybody on the ladder was paged, and there is no last resort: page somebody",
    ]


def test_whom_nothing_reaches_is_told() -> None:
    lines = asked("whowould", people=People((Person("anna", "Anna"), BORIS)))
    assert lines[1:3] == [
        "• +0 min  Anna could not be reached: no channel",
        "• +0 min  Boris Petrov · Discord",
    ]


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("whowould payments 1", "“pay”, SEV1, 10:02 UTC"),
        ("whowould payments sev1 at 18:00", "“pay”, SEV1, 18:00 UTC"),
        ("whowould payments --sev 2 --at 2026-03-03 9:00", "“default”, SEV2, 3 Mar 09:00 UTC"),
        ("whowould pay", "“pay”, SEV3, 10:02 UTC"),
        ("whowould 2", "“default”, SEV2, 10:02 UTC"),
    ],
)
def test_a_service_or_a_policy_a_severity_and_a_time(words: str, title: str) -> None:
    routes = (Route("pay", frozenset({"payments"}), frozenset({1})),)
    rules = replace(RULES, policies={"default": LADDER, "pay": replace(LADDER, name="pay")}, routes=routes)
    assert asked(words, rules)[0] == f"Who would be paged: {title}"


def test_a_name_that_is_neither_is_told_and_so_is_a_severity_that_pages_nobody() -> None:
    lines = asked("whowould paiments 5")
    assert lines[1:3] == [
        "“paiments” is no policy, and no route names such a service: it is paged like any.",
        "SEV5 pages nobody by itself. If it were paged:",
    ]


@pytest.mark.parametrize("words", ["whowould at 2020-01-01", "whowould at 2036-01-01"])
def test_what_is_over_or_too_far_is_refused(words: str) -> None:
    with pytest.raises(Refused, match="a time to come"):
        asked(words)


def test_what_is_too_long_keeps_its_end() -> None:
    lines = asked("whowould", replace(RULES, policies={"default": replace(LADDER, repeat=20)}))[1:]
    assert len(lines) == MOST + 1
    assert "more" in lines[-3]
    assert lines[-1].endswith("Carlos Diaz · Slack")
