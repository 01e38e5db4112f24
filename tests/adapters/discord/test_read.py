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
        ("file", "look\n📎 graph.png", False),
        ("reply", "on it", False),
    ],
)
def test_messages(name: str, words: str, addressed: bool) -> None:
    said = read.message(payload(name), ME, GRAMMAR)
    assert said
    assert (said.words, said.addressed) == (words, addressed)
    assert said.direct == (name == "direct")


@pytest.mark.parametrize("name", ["bot", "webhook", "joined", "pinned", "sticker"])
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
