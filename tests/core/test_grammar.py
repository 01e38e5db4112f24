"""Lines, read as people type them."""

import contextlib
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bot.incident.chapters  # noqa: F401 - the verbs must be known
from bot.book import Refused
from bot.grammar import TRICKS, VERBS, Reader, build, clean, grammar, missing, moment, options, parse, span, title
from bot.grammar.labels import LABELS, TITLES
from bot.grammar.verbs import specs
from bot.text.rich import Para, plain
from bot.text.words import LANGUAGES, Voice


@pytest.mark.parametrize(
    ("line", "here", "incident", "raw"),
    [
        ("declare db is down --sev 1", "", "", {"title": "db is down", "sev": "1"}),
        ("declare --private --sev 1 db", "", "", {"title": "db", "private": "yes", "sev": "1"}),
        ("new --sev=2 db is down", "", "", {"title": "db is down", "sev": "2"}),
        ("ack", "7", "7", {}),
        ("ack #42 on it", "7", "42", {"note": "on it"}),
        ("ack 42", "7", "42", {}),
        ("ack 42", "", "42", {}),
        ("update 3 nodes are back", "7", "7", {"text": "3 nodes are back"}),
        ("update 3 nodes are back", "", "3", {"text": "nodes are back"}),
        ("update all is well —next 30m", "7", "7", {"text": "all is well", "next": "30m"}),
        ("update all is well \u2013next 30m", "7", "7", {"text": "all is well", "next": "30m"}),
        ("edit --impact “a third of all users”", "7", "7", {"impact": "a third of all users"}),
        ("edit --impact a third of all users", "7", "7", {"impact": "a third of all users"}),
        (
            "edit db is slow --impact a third --type outage",
            "7",
            "7",
            {"title": "db is slow", "impact": "a third", "type": "outage"},
        ),
        (
            "edit --impact those who ran git push --force lost data",
            "7",
            "7",
            {"impact": "those who ran git push --force lost data"},
        ),
        ("edit #1 --title db is slow --impact a third", "", "1", {"title": "db is slow", "impact": "a third"}),
        ("edit #1 --impact a third --title “db is slow”", "", "1", {"title": "db is slow", "impact": "a third"}),
        ("declare db is down --severity 1", "", "", {"title": "db is down", "sev": "1"}),
        ("declare db is down --sev1", "", "", {"title": "db is down", "sev": "1"}),
        ("declare db is down -sev 1", "", "", {"title": "db is down", "sev": "1"}),
        ("declare db is down —sev1 —private", "", "", {"title": "db is down", "sev": "1", "private": "yes"}),
        ("declare git push --force broke main", "", "", {"title": "git push --force broke main"}),
        ("declare `git push --sev` --sev 2", "", "", {"title": "`git push --sev`", "sev": "2"}),
        ("update “ran git push --force”", "7", "7", {"text": "“ran git push --force”"}),
        ("update we ran:\ngit push --force\nall is well", "7", "7", {"text": "we ran:\ngit push --force\nall is well"}),
        ("update rolled back —thanks", "7", "7", {"text": "rolled back —thanks"}),
        ("update all is well --in 30m", "7", "7", {"text": "all is well", "next": "30m"}),
        ("handoff boris --note the rollback runs", "7", "7", {"person": "boris", "note": "the rollback runs"}),
        ("note ran kubectl get --all", "7", "7", {"text": "ran kubectl get --all"}),
        ("note ran foo --text bar --sev 1", "7", "7", {"text": "ran foo --text bar --sev 1"}),
        ("sev 2", "7", "7", {"sev": "2"}),
        ("sev 2 1", "7", "2", {"sev": "1"}),
        ("ACK", "7", "7", {}),
        ("tldr --for exec", "7", "7", {"for": "exec"}),
        ("show 3 --delivery", "7", "3", {"delivery": "yes"}),
        ("account link ABCD", "", "", {"code": "ABCD"}),
    ],
)
def test_a_line_is_read(line: str, here: str, incident: str, raw: dict[str, str]) -> None:
    read = parse(line).settled(here)
    assert (read.incident, dict(read.raw)) == (incident, raw)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("declare db is down --urgent", "Usage: declare <title…>"),
        ("declare --urgent db is down", "Usage: declare <title…>"),
        ("declare db is down --urgent --sev 1", "Usage: declare <title…>"),
        ("declare db --servce shop is down", "Did you mean --service?"),
        ("declare db is down --sev", "--sev is empty"),
        ("declare db is down --title no, slow", "--title should be was said already"),
        ("update ran git push --force", "goes in quotes"),
        ("edit --titel db is slow", "Did you mean --title?"),
        ("subscribe #1 --exec", "Did you mean --for exec?"),
        ("snooze 30m --why lunch", "Usage: snooze"),
        ("list --all", "list has no --all"),
    ],
)
def test_an_option_that_there_is_not_is_no_text(line: str, told: str) -> None:
    with pytest.raises(Refused) as no:
        parse(line)
    assert told in plain((Para(Voice().phrase(no.value.phrase)),))


def test_typed_options_need_no_parsing() -> None:
    read = parse("update", {"text": "#3 --next is not read here", "incident": "#4"}).settled("7")
    assert (read.incident, read.raw) == ("4", {"text": "#3 --next is not read here"})


@pytest.mark.parametrize(("typed", "near"), [("akc", "ack"), ("resolv", "resolve"), ("sumary", "summary")])
def test_a_slip_gets_the_nearest(typed: str, near: str) -> None:
    with pytest.raises(Refused) as no:
        parse(typed)
    assert near in str(no.value.phrase.values["near"])


def test_what_is_missing_is_known() -> None:
    assert missing(parse("update --next 30m").settled("1")) == ["text"]
    assert missing(parse("ack").settled("1")) == []


@pytest.mark.parametrize(
    ("typed", "length"),
    [
        ("30m", timedelta(minutes=30)),
        ("1h30m", timedelta(minutes=90)),
        ("2 hours", timedelta(hours=2)),
        ("45", timedelta(minutes=45)),
    ],
)
def test_a_span(typed: str, length: timedelta) -> None:
    assert span(typed) == length


@pytest.mark.parametrize("typed", ["", "soon", "-5m", "0m", "9999999d", "5x", "m5"])
def test_not_a_span(typed: str) -> None:
    with pytest.raises(Refused):
        span(typed)


@given(st.text(max_size=300))
def test_no_line_breaks_the_parser(line: str) -> None:
    try:
        read = parse(line).settled("1")
        if not missing(read):
            build(read, Reader(str))
    except Refused as no:
        for language in LANGUAGES:
            assert Voice(language).phrase(no.phrase)


@given(st.text(max_size=50))
def test_no_option_breaks_the_builder(value: str) -> None:
    for name, option in (
        ("declare", "title"),
        ("sev", "sev"),
        ("update", "next"),
        ("ack", "note"),
        ("summary", "since"),
    ):
        try:
            build(parse(name, {option: value}).settled("1"), Reader(str))
        except Refused as no:
            assert Voice().phrase(no.phrase)


@given(st.text(max_size=200))
def test_tricks_are_gone_and_letters_stay(text: str) -> None:
    try:
        cleaned = clean(text)
    except Refused:
        return
    assert not TRICKS.search(cleaned)
    assert cleaned == clean(cleaned)


@pytest.mark.parametrize("title", ["\u3164", "\u00ad\u00ad", "\u2800 \u2800", "\u115f", "\ufe0f", "\u200d", "\u0301"])
def test_what_nobody_sees_is_no_title(title: str) -> None:
    with pytest.raises(Refused):
        build(parse("declare", {"title": title}).settled(""), Reader(str))


def test_letters_that_look_like_tricks_stay() -> None:
    assert clean("می\u200cخواهم 👩\u200d🚒") == "می\u200cخواهم 👩\u200d🚒"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_grammar_fits_every_menu(language: str) -> None:
    verbs = grammar("incident", Voice(language)).verbs
    names = [name for verb in verbs for name in (verb.name, *verb.aliases)]
    assert len(names) == len(set(names))
    for verb in verbs:
        assert 0 < len(verb.help) <= 256
        assert len(verb.options) <= 25
        for option in verb.options:
            assert option.name.islower() and option.name.isalpha()
            assert 0 < len(option.help) <= 100, option


@pytest.mark.parametrize("language", LANGUAGES)
def test_forms_call_everything_by_a_word_or_two(language: str) -> None:
    """Slack has room for 24 letters in a title, the incident's number included; Discord for 45 in a label."""
    for name, cls in VERBS.items():
        if cls.asks or any(spec.metadata.get("required") for spec in specs(cls)):
            assert 0 < len(title(cls, Voice(language))) <= 19
            assert name in TITLES
        for option in options(cls, Voice(language)):
            assert option.name in LABELS
            assert 0 < len(option.label) <= 20
            assert option.label.isascii() == (language == "en")


NOON = datetime(2026, 3, 4, 12, 0, tzinfo=ZoneInfo("Europe/Berlin"))
"""A Wednesday."""


@pytest.mark.parametrize(
    ("typed", "means"),
    [
        ("30m", "2026-03-04 12:30"),
        ("2h", "2026-03-04 14:00"),
        ("13:30", "2026-03-04 13:30"),
        ("9:00", "2026-03-05 09:00"),
        ("9am", "2026-03-05 09:00"),
        ("12am", "2026-03-05 00:00"),
        ("today 9:00", "2026-03-04 09:00"),
        ("tomorrow", "2026-03-05 09:00"),
        ("tomorrow 9:00", "2026-03-05 09:00"),
        ("明天 9：30", "2026-03-05 09:30"),
        ("fri 18:00", "2026-03-06 18:00"),
        ("Wednesday 11:00", "2026-03-11 11:00"),
        ("wed 13:00", "2026-03-04 13:00"),
        ("周五 18:00", "2026-03-06 18:00"),
        ("2026-12-01", "2026-12-01 09:00"),
        ("2026-12-01 9:00", "2026-12-01 09:00"),
        ("2026-12-01T09:00+00:00", "2026-12-01 10:00"),
        ("2026-03-29 02:30", "2026-03-29 03:00"),
    ],
)
def test_a_moment_is_read_in_the_speakers_zone(typed: str, means: str) -> None:
    found = moment(typed, NOON, ZoneInfo("Europe/Berlin"))
    assert found.astimezone(NOON.tzinfo).strftime("%Y-%m-%d %H:%M") == means


@pytest.mark.parametrize(
    ("typed", "now", "end", "means"),
    [
        ("2:30", "2026-10-25T00:10Z", False, "2026-10-25T00:30Z"),
        ("2:30", "2026-10-25T00:45Z", False, "2026-10-25T01:30Z"),
        ("today 2:30", "2026-10-25T00:45Z", False, "2026-10-25T01:30Z"),
        ("2:30", "2026-10-25T01:10Z", False, "2026-10-25T01:30Z"),
        ("2:30", "2026-10-25T01:30Z", False, "2026-10-26T01:30Z"),
        ("today 2:30", "2026-10-25T01:45Z", False, "2026-10-25T00:30Z"),
        ("sun 2:30", "2026-10-25T00:45Z", False, "2026-10-25T01:30Z"),
        ("2:30", "2026-10-25T00:10Z", True, "2026-10-25T01:30Z"),
        ("2:30", "2026-03-29T00:50Z", False, "2026-03-29T01:00Z"),
    ],
)
def test_in_the_repeated_hour_a_clock_time_is_the_next_that_the_clock_shows(
    typed: str, now: str, end: bool, means: str
) -> None:
    assert moment(typed, datetime.fromisoformat(now), ZoneInfo("Europe/Berlin"), end=end).isoformat() == (
        datetime.fromisoformat(means).isoformat()
    )


@given(st.text(max_size=60))
def test_what_is_no_moment_is_refused(typed: str) -> None:
    with contextlib.suppress(Refused):
        assert moment(typed, NOON, ZoneInfo("Asia/Shanghai")).utcoffset() == timedelta(0)
