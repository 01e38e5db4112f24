"""Slack's payloads, as it sends them, and what was said in them."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack import letters, native, read
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
        ("file", "look\n📎 a.png", False),
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


URL = "https://t1.slack.com/files/U1/F1/a.png"
GRAPH = {"id": "F1", "title": "the graph", "name": "a.png", "permalink": URL}
CLIP = {"id": "F2", "name": "audio.m4a", "subtype": "slack_audio", "duration_ms": 12_400, "permalink": URL}
CANVAS = {"id": "F3", "title": "Runbook", "mode": "quip", "filetype": "quip", "permalink": URL}
SHARE = {
    "is_share": True,
    "is_msg_unfurl": True,
    "author_name": "Eve",
    "text": "it is *slow*",
    "fallback": "[…] Eve: it",
}


def typed(text: str, **more: Any) -> Any:
    """A message with more in it than letters."""
    body = payload("file")
    body["event"] |= {"text": text, "files": []} | more
    return body


@pytest.mark.parametrize(
    ("text", "more", "words"),
    [
        ("", {"files": [GRAPH]}, f"📎 the graph {URL}"),
        ("look", {"files": [GRAPH, CANVAS]}, f"look\n📎 the graph {URL}\n📎 Runbook {URL}"),
        ("", {"files": [CLIP]}, f"🎤 0:12 {URL}"),
        ("", {"files": [{"id": "F9", "file_access": "check_file_info"}]}, "📎"),
        ("look", {"attachments": [SHARE]}, "look\n↪ Eve: it is *slow*"),
        ("", {"attachments": [{**SHARE, "text": "", "files": [GRAPH]}]}, "↪ Eve: […] Eve: it\n📎 the graph"),
        ("see x.example", {"attachments": [{"from_url": "https://x.example", "title": "X"}]}, "see x.example"),
    ],
)
def test_what_is_said_without_words_is_chatter_too(text: str, more: dict[str, Any], words: str) -> None:
    heard = read.message(typed(text, **more), ME, GRAMMAR)
    assert heard and (heard.said.words, heard.said.addressed) == (words, False)


def test_what_comes_with_a_command_is_for_the_other_rooms_and_no_part_of_it() -> None:
    body = typed("!ack", files=[GRAPH])
    heard = read.message(body, ME, GRAMMAR)
    assert heard and (heard.said.words, heard.said.addressed) == ("ack", True)
    also = read.enclosed(heard, body)
    assert also and (also.said.words, also.said.addressed) == (f"📎 the graph {URL}", False)
    assert also.said.key != heard.said.key and read.enclosed(heard, typed("!ack")) is None


def test_what_was_said_otherwise_afterwards_is_told() -> None:
    def changed(text: str, before: str, **more: Any) -> read.Heard | None:
        body = payload("edited")
        body["event"]["message"] |= {"text": text, **more}
        body["event"]["previous_message"]["text"] = before
        return read.changed(body, ME, GRAMMAR)

    heard = changed("fail over to B", "fail over to A")
    assert heard and (heard.said.words, heard.said.addressed) == ("✎ fail over to B", False)
    assert heard.said.key == "slack:C1:1772445720.000100:1772445721.000000"
    assert changed("the same", "the same") is None, "a link got its preview"
    assert changed("!ack", "!wow") is None and changed("x", "y", bot_id="B1") is None
    assert changed("x", "y", edited=None) is None


HOST = {"title": "host", "value": "db"}
SECTION = {"type": "section", "fields": [{"type": "mrkdwn", "text": "*db*"}]}
CONTEXT = {"type": "context", "elements": [{"type": "mrkdwn", "text": "now"}]}
IMAGE = {"type": "image", "alt_text": "a burning cat", "title": {"type": "plain_text", "text": "cat"}}


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (
            {"attachments": [{"pretext": "p", "title": "<https://x|CPU>", "text": "t", "fields": [HOST]}]},
            "p\nCPU\nt\nhost: db",
        ),
        ({"blocks": [{"type": "header", "text": {"text": "CPU"}}, SECTION, CONTEXT]}, "CPU\n*db*\nnow"),
        ({"blocks": [IMAGE]}, "cat\na burning cat"),
        ({"attachments": [{"fallback": "f", "blocks": [{"type": "hologram", "text": 5}]}]}, "f"),
    ],
)
def test_another_apps_card_can_be_read(message: dict[str, Any], text: str) -> None:
    found = native.parse({"ts": "1772445720.000100", "bot_id": "B1"} | message, native.Message)
    assert read.remark(found, "C1", "https://t1.slack.com/").text == text
