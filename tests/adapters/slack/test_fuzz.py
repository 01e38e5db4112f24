"""Nothing that Slack could send breaks what reads it, pings, or turns into something that no database takes.

`payloads/recorded` are anonymised recordings from github.com/slackapi/java-slack-sdk (MIT), lists cut to three.
"""

import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.playground.slack.blocks import check
from adapters.playground.slack.forms import checked
from adapters.slack import letters, native, read, show
from adapters.slack.changes import change
from adapters.slack.rich import rich, straight
from bot.ports import Button, Card, Choice, Copy, Fact, Form, Handle, MessageId, Option, Remark
from bot.text.rich import Code, Para, Quote, Run, bold, line
from tests.adapters.house import GRAMMAR

FOLDER = Path(__file__).parent / "payloads"
RECORDED = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted((FOLDER / "recorded").glob("*.json"))}
OURS = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))}
ALL = RECORDED | OURS
URL = "https://acme.slack.com/"

READERS: Mapping[str, Callable[[Any], Any]] = {
    "command": read.command,
    "press": read.press,
    "shortcut": lambda body: read.shortcut(body, URL),
    "submission": read.submission,
    "suggestion": read.suggestion,
    "message": lambda body: read.message(body, "UBOT", GRAMMAR),
    "reaction": lambda body: read.reaction(body, "UBOT", ("pushpin",)),
    "home": read.home,
    "change": lambda body: change(body, "UBOT"),
    "remark": lambda body: read.remark(native.parse(body.get("message", body.get("event")), native.Message), "C1", URL),
}
TRICKS = ("\ud800", "\0", "\u202e<!here>", "<@U1>", "<!channel>", "&lt;!here&gt;", "<|>", "<>", "<!>", "1e999", "nan")
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(TRICKS),
    st.builds(dict),
    st.builds(list),
    st.lists(
        st.dictionaries(st.sampled_from(("type", "text", "elements", "value", "id")), st.text(max_size=5)), max_size=2
    ),
    st.just([{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "hologram"}]}]}]),
    st.just([{"type": "rich_text", "elements": [{"type": "emoji", "name": "x", "unicode": "d800-0"}]}]),
)


def spots(value: Any) -> list[tuple[Any, Any]]:
    """Every place in a payload where something can be put."""
    inside = (
        list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    )
    return [(value, name) for name, _ in inside] + [spot for _, each in inside for spot in spots(each)]


def spoiled(payload: Any, random: Random, odd: list[Any]) -> Any:
    """The payload with these odd things in it, and now and then something missing."""
    payload = deepcopy(payload)
    for each in odd:
        if not (places := spots(payload)):
            break
        where, name = random.choice(places)
        if isinstance(where, dict) and random.random() < 0.2:
            del where[name]
        else:
            where[name] = deepcopy(each)
    return payload


def storable(heard: Any) -> None:
    """What was read can be written down: as JSON, without half letters and zeros."""
    written = msgspec.json.encode(heard)
    assert b"\\u0000" not in written.replace(b"\\\\", b"")
    written.decode()


@settings(max_examples=300)
@given(st.sampled_from(sorted(ALL)), st.sampled_from(sorted(READERS)), st.lists(ODD, max_size=4), st.randoms())
def test_no_payload_breaks_what_reads_it(name: str, reader: str, odd: list[Any], random: Random) -> None:
    try:
        heard = READERS[reader](spoiled(ALL[name], random, odd))
    except native.Unreadable as wrong:
        assert not any(trick in str(wrong) for trick in TRICKS), "it quotes what somebody wrote"
    else:
        storable(heard)


def reads(reader: str, payload: Any) -> bool:
    """Whether this payload is for this reader."""
    try:
        return READERS[reader](payload) is not None
    except native.Unreadable:
        return False


@pytest.mark.parametrize("reader", READERS)
def test_half_letters_and_zeros_stop_at_the_door(reader: str) -> None:
    for payload in filter(partial(reads, reader), ALL.values()):
        for number, _ in enumerate(spots(payload)[:60]):
            spoilt = deepcopy(payload)
            where, name = spots(spoilt)[number]
            where[name] = "C\ud800\0"
            try:
                storable(READERS[reader](spoilt))
            except native.Unreadable:
                continue


@pytest.mark.parametrize("name", RECORDED)
def test_recordings_are_read_by_what_they_are_for(name: str) -> None:
    reader = {"SlashCommand": "command", "BlockAction": "press", "MessageShortcut": "shortcut"}.get(name)
    reader = reader or {"ViewSubmission": "submission", "AppHomeOpened": "home", "ReactionAdded": "reaction"}.get(name)
    reader = reader or ("message" if name.startswith("Message") else "change")
    if reader == "change":
        with_ids = json.loads(json.dumps(RECORDED[name]).replace('"id": ""', '"id": "C1"'))
        event = with_ids["event"]
        event |= {
            each: event[each] or "C1" for each in ("channel", "old_channel_id", "new_channel_id") if each in event
        }
        event |= {"user": "UBOT"} if name == "MemberLeftChannel" else {}
        assert READERS[reader](with_ids) is not None
    else:
        READERS[reader](RECORDED[name])


# ---- what goes out

LETTERS = st.text(max_size=60) | st.sampled_from(TRICKS[1:])


def pings(native: Any) -> bool:
    """Whether the platform would read a mention in it: in mark-up, or as a run that is one."""
    if isinstance(native, list):
        return any(map(pings, native))
    if not isinstance(native, dict):
        return False
    if native.get("type") in ("user", "broadcast", "usergroup", "channel"):
        return True
    marked = native.get("type") == "mrkdwn" or "type" not in native
    said = str(native.get("text", "")) + str(native.get("fallback", "")) if marked else ""
    return any(each in said for each in ("<@", "<!here", "<!channel", "<!everyone", "<!subteam", "<#")) or any(
        map(pings, native.values())
    )


@given(LETTERS, LETTERS, st.sampled_from(("alarm", "plain")))
def test_no_card_pings_or_is_refused(one: str, two: str, tone: Any) -> None:
    card = Card(
        title=line(one, bold(two)),
        body=(Para(line(two)), Quote(line(one)), Code(two), Para(line(Run(one, link=two)))),
        facts=(Fact(one, line(two)),),
        buttons=(Button(one, "ack"),),
        footer=line(one),
        tone=tone,
    )
    for said in (show.card(card), show.copy(Copy(author=one, origin="X", text=card.body)), show.home(card, card)):
        assert not pings(said)
        check(said["blocks"], 100)
        for each in said.get("attachments", ()):
            check(each["blocks"])
    checked(show.home(card, card), "home")


@given(LETTERS, LETTERS, st.booleans())
def test_no_form_is_refused_and_what_it_carries_comes_back(one: str, two: str, direct: bool) -> None:
    options = [
        Option(name="a", kind="text", help=one, value=two),
        Option(name="b", kind="incident", help=one, suggests=True, value=two),
        Option(name="c", kind="choice", help=one, choices=(Choice("1", one), Choice("2", two))),
    ]
    about = Remark(message=MessageId("1.2"), text=two * 500, by=Handle("slack", "U1"), name=one)
    back = read.Back(room="C1", user="U1", direct=direct)
    kept = read.remember("task", back, about)
    view = show.form(Form(title=one, words="task", options=tuple(options), submit=two), kept)
    checked(view)
    sent = {"user": {"id": "U2"}, "trigger_id": "t", "view": {**view, "id": "V1"}}
    heard = read.submission(sent)
    assert heard and heard.said.about and (two * 500).startswith(heard.said.about.text)
    assert (heard.said.words, heard.back.direct, heard.said.by.id) == ("task", direct, "U2")


@given(st.lists(st.tuples(LETTERS, LETTERS), max_size=120), LETTERS)
def test_no_select_offers_what_the_platform_refuses(found: list[tuple[str, str]], typed: str) -> None:
    offers = show.choices([Choice(value, label) for value, label in found], typed)
    assert len(offers) <= 100
    for each in offers:
        assert 1 <= len(each["value"]) <= 150 and 1 <= len(each["text"]["text"]) <= 75


@given(st.text())
def test_what_is_shown_can_be_read_back(said: str) -> None:
    shown = rich((Para(line(said)),))
    read_back = letters.typed(native.Message(blocks=shown, text="?"))
    if shown:
        assert read_back == native.whole(straight(said)).strip("\n") or "\n" in said
