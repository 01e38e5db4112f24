"""The gateway's payloads, as Discord sends them, and what was said in them."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.discord import read
from bot.ports import Handle, Place
from tests.adapters.house import GRAMMAR

PAYLOADS = Path(__file__).parent / "payloads"
ME = {"1100000000000000007", "1100000000000000008"}
BORIS = "239871450112262145"
LED = "https://discord.com/channels/1100000000000000001/1100000000000000010/1478000000000000001"


def payload(name: str) -> Any:
    return json.loads((PAYLOADS / f"{name}.json").read_text("utf-8"))


@pytest.mark.parametrize(
    ("name", "words", "addressed"),
    [
        ("message", "it is *slow* & https://x.example/a_b 👍", False),
        (
            "marks",
            f"@discord:{BORIS} look :fire: at the graph (https://g.example/d) and https://h.example",
            False,
        ),
        ("mention", "ack #1", True),
        ("role", "ack #1", True),
        ("mention_elsewhere", "thanks @discord:1100000000000000007!", False),
        ("bang", "ack #1", True),
        ("no_bang", "!wow", False),
        ("slash", f"page @discord:{BORIS}", True),
        ("direct", "summary", True),
        ("file", f"look\n📎 graph.png\n{LED}", False),
        ("sticker", "🏷 wave", False),
        ("reply", "on it", False),
    ],
)
def test_messages(name: str, words: str, addressed: bool) -> None:
    said = read.message(payload(name), ME, GRAMMAR)
    assert said
    assert (said.words, said.addressed) == (words, addressed)
    assert said.direct == (name == "direct")


@pytest.mark.parametrize("name", ["bot", "webhook", "joined", "pinned"])
def test_what_nobody_typed_is_not_heard(name: str) -> None:
    assert read.message(payload(name), ME, GRAMMAR) is None


def test_who_said_it_where_and_when() -> None:
    said = read.message(payload("message"), ME, GRAMMAR)
    assert said
    assert (said.key, said.message) == ("discord:1478000000000000001", "1478000000000000001")
    assert (said.by, said.place) == (Handle("discord", "182044716035801088"), Place("discord", "1100000000000000010"))
    assert said.name == "Anna Nowak"
    assert said.avatar.startswith("https://cdn.discordapp.com/avatars/182044716035801088/a_d5efa")
    assert said.at == read.when("1478000000000000001")
    assert read.when("175928847299117063") == datetime(2016, 4, 30, 11, 18, 25, 796000, tzinfo=UTC)
    nick = read.message(payload("nick"), ME, GRAMMAR)
    assert nick and nick.name == "Anna (on call)"


@pytest.mark.parametrize(
    ("name", "words", "fields"),
    [
        (
            "command",
            "page",
            {"person": f"@discord:{BORIS}", "step": "2", "loud": "yes", "why": f"ask @discord:{BORIS}"},
        ),
        ("group", "account link", {}),
        ("anything", "sev 2 worse", {}),
        ("press", "ack #1", {}),
        ("direct_press", "ack #1", {}),
        (
            "modal",
            "declare",
            {"title": "db is\ndown", "sev": "1", "lead": f"@discord:{BORIS}", "drill": "", "old": "row"},
        ),
    ],
)
def test_interactions(name: str, words: str, fields: dict[str, str]) -> None:
    said = read.interaction(payload(name), GRAMMAR)
    assert said
    assert (said.words, said.fields) == (words, fields)
    assert (said.key, said.by.id) == ("discord:1478000000000000002", "182044716035801088")
    assert (said.locale, said.addressed, said.direct) == ("de", True, name == "direct_press")


def test_a_press_names_its_message() -> None:
    said = read.interaction(payload("press"), GRAMMAR)
    assert said and said.message == "1478000000000000000"


@pytest.mark.parametrize("name", ["press_theirs", "autocomplete"])
def test_what_is_not_ours_is_left_alone(name: str) -> None:
    assert read.interaction(payload(name), GRAMMAR) is None


@pytest.mark.parametrize("raw", [{}, {"type": 2}, {"type": 3, "data": {}}, {"type": 99, "data": {"custom_id": "!x"}}])
def test_what_makes_no_sense_is_nothing(raw: dict[str, Any]) -> None:
    assert read.interaction(raw, GRAMMAR) is None


VOICE = {"id": "1", "filename": "voice-message.ogg", "waveform": "AA==", "duration_secs": 12.3}
POLL = {
    "question": {"text": "Roll back?"},
    "answers": [
        {"answer_id": 1, "poll_media": {"text": "yes", "emoji": {"name": "👍"}}},
        {"poll_media": {"text": "no"}},
    ],
}
GRAPH = {"id": "2", "filename": "graph.png"}
ALERT = {"title": "p99", "description": "too slow", "fields": [{"name": "host", "value": "db-1"}]}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"attachments": [VOICE]}, f"🎤 0:12\n{LED}"),
        ({"poll": POLL}, f"📊 Roll back?\n• 👍 yes\n• no\n{LED}"),
        ({"message_snapshots": [{"message": {"content": "look", "attachments": [GRAPH]}}]}, "↪ look\n📎 graph.png"),
        ({"message_snapshots": [{"message": {"content": "", "embeds": [ALERT]}}]}, "↪ p99\ntoo slow\nhost: db-1"),
    ],
)
def test_what_is_said_without_words_is_chatter_too(more: dict[str, Any], words: str) -> None:
    said = read.message(payload("message") | {"content": ""} | more, ME, GRAMMAR)
    assert said and (said.words, said.addressed) == (words, False)


def test_what_comes_with_a_command_is_for_the_other_rooms_and_no_part_of_it() -> None:
    raw = payload("bang") | {"attachments": [GRAPH]}
    said = read.message(raw, ME, GRAMMAR)
    assert said and (said.words, said.addressed) == ("ack #1", True)
    also = read.enclosed(said, raw)
    assert also and (also.words, also.addressed, also.by) == (f"📎 graph.png\n{LED}", False, said.by)
    assert also.key != said.key and read.enclosed(said, payload("bang")) is None


def test_what_was_said_otherwise_afterwards_is_told_once() -> None:
    raw = payload("message") | {"content": "fail over to **B**", "edited_timestamp": "2026-03-02T10:05:00+00:00"}
    said = read.edited(raw, ME, GRAMMAR)
    assert said and (said.words, said.addressed) == ("✎ fail over to **B**", False)
    unfurled = read.edited(raw | {"embeds": [ALERT]}, ME, GRAMMAR)
    assert unfurled and unfurled.key == said.key, "what the platform adds is the same delivery"
    for other in ({"edited_timestamp": None}, {"content": "!ack"}, {"webhook_id": "1"}, {"content": ""}):
        assert read.edited(raw | other, ME, GRAMMAR) is None


def test_a_card_that_is_made_of_components_can_be_read() -> None:
    letters = {"type": 10, "content": "db-1 is **down**"}
    raw = payload("message") | {"content": "", "components": [{"type": 17, "components": [letters, {"type": 14}]}]}
    assert read.remark(raw).text == "db-1 is **down**"
