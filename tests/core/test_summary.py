"""What a summary says, to whom, and on what it rests."""

from datetime import datetime, timedelta
from typing import Any

import pytest

import bot.grammar as grammar
from bot.book import Entry
from bot.grammar import build, parse
from bot.incident.summary import Log, for_customers, sentences
from bot.people.person import Person
from bot.ports import Grammar, Handle, Place, Said
from bot.text.rich import plain
from bot.text.words import LANGUAGES, Voice
from tests.core.desk import PEOPLE, RULES, Desk


class Reader:
    """A desk for one query."""

    def __init__(self, desk: Desk, viewer: Person | None, language: str = "en") -> None:
        self.desk, self.viewer = desk, viewer
        self.voice = Voice(language, name=PEOPLE.name, now=desk.now)
        self.now: datetime = desk.now
        self.said = Said(key="k", by=Handle("slack", "U1"), place=Place("slack", "C1"), words="summary")
        self.people, self.rules, self.state = PEOPLE, RULES, desk.book.state

    def entries(self, **what: Any) -> list[Entry]:
        found = [entry for entry in self.desk.entries if entry.rev > what.get("after", 0)]
        found = [entry for entry in found if not what.get("names") or type(entry.event).__name__ in what["names"]]
        found = found[-what["last"] :] if "last" in what else found
        return found[: what.get("limit")]

    def open_incidents(self) -> list[Any]:
        return [self.state]

    def ledger(self) -> list[Any]:
        return []

    def grammar(self) -> Grammar:
        return Grammar("incident", ())


def busy() -> Desk:
    desk = Desk()
    desk.say("declare checkout is down --sev 1", by="anna")
    desk.wait(timedelta(minutes=5))
    desk.say("ack", by="boris")
    desk.say("assign ic boris", by="boris")
    desk.say("edit --impact “a third of all payments fail”", by="anna")
    desk.say("status identified a bad release", by="boris")
    desk.now += timedelta(minutes=2)
    desk.say("update rolling it back --next 30m", by="carlos")
    desk.say("note the canary was green", by="carlos")
    return desk


def told(desk: Desk, line: str = "summary", viewer: Person | None = None, language: str = "en") -> str:
    query = build(parse(line).settled("1"), grammar.Reader(str))
    card = query.answer(Reader(desk, viewer, language))
    assert card.to == "speaker"
    return plain(card.title) + "\n" + plain(card.body)


def test_a_responder_is_told_everything() -> None:
    text = told(busy())
    for part in (
        "SEV1: checkout is down. It has been going on for 7 min and is identified.",
        "Impact: a third of all payments fail",
        "Carlos Diaz said at 10:09 UTC: rolling it back",
        "identified, says Boris Petrov: a bad release",
        "Boris Petrov took it 5 min after Anna Nowak declared it at 10:02 UTC.",
        "Boris Petrov is incident commander.",
        "The next update comes by 10:39 UTC.",
        "the canary was green",
    ):
        assert part in text


def test_a_manager_gets_the_middle_length_without_asking() -> None:
    text = told(busy(), viewer=Person("mia", "Mia Chen", "manager"))
    assert "took it 5 min after" in text
    assert "canary" not in text


def test_the_lengths_hold_less_and_less() -> None:
    long, medium, short = (told(busy(), f"summary --length {length}") for length in ("long", "medium", "short"))
    assert len(long) > len(medium) > len(short)
    assert "is incident commander" not in short


def test_a_customer_reads_no_name_and_no_number() -> None:
    text = told(busy(), "summary --for customer").split("\n", 1)[1]
    assert "We found the cause of a problem and are working on it: checkout is down." in text
    assert "rolling it back" in text
    for secret in ("Anna", "Boris", "Carlos", "SEV1", "canary", "bad release", "#1"):
        assert secret not in text


@pytest.mark.parametrize("end", ["busy", "silent", "exhausted", "resolved"])
def test_every_sentence_names_entries_that_say_so(end: str) -> None:
    desk = {"busy": busy, "silent": silent, "exhausted": exhausted, "resolved": resolved}[end]()
    state, log = desk.book.state, Log(desk.entries)
    revs = {entry.rev for entry in desk.entries}
    for sentence in (*sentences(state, log, desk.now), *for_customers(state, log)):
        assert set(sentence.entries) <= revs
        assert sentence.entries or sentence.topic in {"headline", "impact", "gap", "next", "who"}
        for language in LANGUAGES:
            assert plain(Voice(language, name=PEOPLE.name).phrase(sentence.phrase))


def silent() -> Desk:
    desk = Desk()
    desk.say("declare db is down --sev 2")
    return desk


def exhausted() -> Desk:
    desk = silent()
    desk.wait(timedelta(days=1))
    return desk


def resolved() -> Desk:
    desk = busy()
    desk.say("resolve rolled back", by="boris")
    return desk


def test_a_long_log_changes_nothing() -> None:
    desk = busy()
    before = told(desk, "summary --length medium")
    for number in range(500):
        desk.say(f"note {number}")
    assert told(desk, "summary --length medium") == before


def test_silence_is_told_as_it_is() -> None:
    assert "Nobody has it yet: Anna Nowak paged at 10:02 UTC." in told(silent())
    assert "NOBODY HAS IT: everybody was paged and nobody answered." in told(exhausted())


def test_what_is_over_is_over() -> None:
    text = told(resolved())
    assert "It is over: resolved after 7 min." in text
    assert "What fixed it: rolled back" in text
    assert "next update" not in text.lower()


def test_sources_are_named_when_asked_for() -> None:
    assert "declared it at 10:02 UTC. [1, " in told(busy(), "summary --sources")
    assert "[" not in told(busy()).split("\n", 1)[1]


def test_since_tells_only_what_changed() -> None:
    desk = busy()
    desk.now += timedelta(hours=2)
    assert "Nothing has changed since" in told(desk, "summary --since 1h")
    desk.say("update it is back", by="boris")
    text = told(desk, "summary --since 1h")
    assert "it is back" in text
    assert "rolling" not in text


def test_another_language_says_the_same() -> None:
    text = told(busy(), language="zh-hans")
    assert "目前已定位" in text
    assert "Boris Petrov 担任事件指挥" in text
