"""Slack's payloads, as it sends them, and what was said in them."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack import letters, read
from bot.ports import Handle, Place
from tests.adapters.house import GRAMMAR

PAYLOADS = Path(__file__).parent / "payloads"
ME = "UBOT"


def payload(name: str) -> Any:
    return json.loads((PAYLOADS / f"{name}.json").read_text("utf-8"))


@pytest.mark.parametrize(
    ("name", "words", "addressed"),
    [
        ("message", "it is slow & x.example/a 👍 <b>", False),
        ("list", "Two things:\n• a\n• @slack:U2\n> said\nx = 1\ny = 2", False),
        ("mention", "ack #1", True),
        ("mention_elsewhere", "thanks @slack:UBOT!", False),
        ("thread", "page @slack:U2", True),
        ("direct", "summary <now>", True),
        ("bang", "ack", True),
        ("no_bang", "!wow", False),
        ("file", "look", False),
        ("me", "looks", False),
        ("broadcast", "@here @oncall #ops a@b.c docs", False),
    ],
)
def test_messages(name: str, words: str, addressed: bool) -> None:
    heard = read.message(payload(name), ME, GRAMMAR)
    assert heard is not None
    assert (heard.said.words, heard.said.addressed) == (words, addressed)
    assert heard.said.key == f"slack:{heard.back.room}:{heard.said.message}"
    assert heard.said.by == Handle("slack", "U1")
    assert heard.said.at == datetime(2026, 3, 2, 10, 2, 0, 100, tzinfo=UTC)


@pytest.mark.parametrize(
    "name", ["bot", "own", "spoofed", "edited", "deleted", "joined", "next_year", "slackbot"]
)  # fmt: skip
def test_what_nobody_said(name: str) -> None:
    assert read.message(payload(name), ME, GRAMMAR) is None


def test_an_answer_to_a_thread_goes_into_it() -> None:
    heard = read.message(payload("thread"), ME, GRAMMAR)
    assert heard and heard.back.thread == "1772445000.000100"
    assert heard.said.place == Place("slack", "C1")


def test_a_command() -> None:
    heard = read.command(payload("command"))
    assert heard.said.words == "page @slack:U2 <now> https://x.example"
    assert heard.said.key == "slack:1.2.abc"
    assert (heard.back.room, heard.back.user, heard.back.trigger) == ("C1", "U1", "1.2.abc")


def test_a_press() -> None:
    heard = read.press(payload("press"))
    assert heard and heard.said.words == "ack #1"
    assert heard.said.message == "1772445720.000100"
    assert not heard.said.direct


def test_a_press_of_somebody_elses_button_is_not_ours() -> None:
    foreign = payload("press")
    foreign["actions"][0]["action_id"] = "approve"
    assert read.press(foreign) is None


def test_a_form_comes_back_with_what_was_filled_in() -> None:
    heard = read.submission(payload("submission"))
    assert heard and heard.said.words == "declare"
    assert heard.said.fields == {"title": "db is down", "sev": "2", "lead": "@slack:U2"}
    assert heard.said.place == Place("slack", "C1")
    assert heard.back.url and heard.back.trigger == "1.3.abc"


@pytest.mark.parametrize(
    ("typed", "direct", "words", "addressed"),
    [
        ("@slack:UBOT", False, "", True),
        ("@slack:UBOT, incident ack #1", False, "ack #1", True),
        ("@slack:UBOTANIST ack", False, "@slack:UBOTANIST ack", False),
        ("! ack", False, "ack", True),
        ("!take it", False, "take it", True),
        ("!account link", False, "account link", True),
        ("!!", False, "!!", False),
        ("!", True, "!", True),
        ("/incident ack", True, "ack", True),
        ("incident", True, "", True),
        ("incident is over", False, "incident is over", False),
    ],
)
def test_who_is_meant(typed: str, direct: bool, words: str, addressed: bool) -> None:
    assert read.spoken(typed, ME, GRAMMAR, direct) == (words, addressed)


@given(st.text(), st.booleans())
def test_nothing_that_is_typed_breaks_it(typed: str, direct: bool) -> None:
    letters.words(typed)
    read.spoken(typed, ME, GRAMMAR, direct)
