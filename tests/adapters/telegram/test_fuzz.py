"""Whatever the platform sends or people type: nothing raises but on purpose, nothing pings, no letter is lost."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from telegram import User

from adapters.playground.telegram import messages
from adapters.telegram.befell import befell, opened, pinned
from adapters.telegram.choices import choices
from adapters.telegram.doors import PAYLOAD, door, started
from adapters.telegram.letters import LONGEST, Letters, units
from adapters.telegram.line import sound
from adapters.telegram.menu import SCOPES, menu
from adapters.telegram.native import Me, Strange
from adapters.telegram.question import Question, ask, saved
from adapters.telegram.read import met, read
from adapters.telegram.show import copy, show, toast
from bot.ports import Button, Card, Choice, Copy, Fact, Form, Grammar, Option, Said, Verb
from bot.text.rich import Code, Item, Para, Quote, Run, line
from bot.text.words import ENGLISH, Voice
from tests.adapters.house import GRAMMAR

PAYLOADS = [json.loads(path.read_text("utf-8")) for path in sorted((Path(__file__).parent / "payloads").glob("*.json"))]
TRICKS = (
    "\u202e",
    "\u200f",
    "\u200d",
    "\u2060",
    "\ud83d",
    "\x00",
    "👩\u200d🚒",
    "@anna",
    "/ack",
    "ֹא",
    "\r\n",
    "＠",
    "&lt;",
)
LETTERS = st.lists(st.one_of(st.text(max_size=12), st.sampled_from(TRICKS)), max_size=8).map("".join)
JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), LETTERS,
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.sampled_from(("id", "type", "text")), st.integers(), max_size=2),
)  # fmt: skip
ANNA = User(504210001, "Anna", False)
WORD = Voice(ENGLISH).word


def paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where something stands in a payload."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [each for key, inner in steps for each in ((*at, key), *paths(inner, (*at, key)))]


@st.composite
def mutated(draw: st.DrawFn) -> Mapping[str, Any]:
    """A recorded update in which some things are others, or missing."""
    update = json.loads(json.dumps(draw(st.sampled_from(PAYLOADS))))
    for _ in range(draw(st.integers(0, 4))):
        where = draw(st.sampled_from(paths(update) or [("update_id",)]))
        inner = update
        for step in where[:-1]:
            inner = inner[step]
        if draw(st.booleans()):
            inner[where[-1]] = draw(JUNK)
        elif isinstance(inner, dict):
            inner.pop(where[-1], None)
    return {"update_id": 7, **update} if isinstance(update, dict) else {"update_id": 7}


@settings(max_examples=400)
@given(mutated())
def test_no_update_breaks_the_reading(update: Mapping[str, Any]) -> None:
    me = Me(7000000001, "tocsin_bot")
    for look in (met, befell, opened, pinned):
        try:
            look(update, me)
        except Strange:
            continue
    try:
        found = read(update, me, GRAMMAR)
    except Strange:
        return
    if isinstance(found, Said):
        assert found.key.endswith(str(update["update_id"])) and found.by.platform == "telegram"


@given(LETTERS)
def test_what_is_typed_is_heard_letter_by_letter(text: str) -> None:
    update = {
        "update_id": 1,
        "message": {
            "message_id": 2, "date": 1772445720, "text": text, "from": {"id": 5, "is_bot": False, "first_name": "A"},
            "chat": {"id": -1001900000001, "type": "supergroup"},
        },
    }  # fmt: skip
    (whole,) = sound(json.dumps({"ok": True, "result": [update]}).encode())
    found = read(whole, Me(1, "tocsin_bot"), GRAMMAR)
    typed = text.encode("utf-8", "replace").decode().strip()
    assert (found is None) == (not typed)
    if isinstance(found, Said) and not found.addressed:
        assert found.words == typed


@pytest.mark.parametrize("payload", [b"", b"[]", b"{}", b'{"result": 5}', b"\xff\xfe", b'{"ok": true, "result": {}}'])
def test_an_answer_that_is_none_is_refused(payload: bytes) -> None:
    try:
        assert sound(payload) == []
    except (ValueError, KeyError, TypeError):
        return


@given(LETTERS, LETTERS, LETTERS, st.booleans())
@example("x" * 5000, "y" * 5000, "z" * 5000, True)
def test_whatever_a_card_says_is_taken_and_pings_nobody(title: str, body: str, value: str, styled: bool) -> None:
    run = Run(body, bold=styled, italic=not styled, strike=styled, code=not styled)
    card = Card(
        title=line(title), body=(Para(line(body)), Quote(line(run)), Item(line(run)), Code(value)),
        facts=(Fact(title, line(value)),), footer=line(body), buttons=(Button(value, "ack"),), tone="alarm",
    )  # fmt: skip
    taken(show(card))
    taken(copy(Copy(author=title or "x", origin="Slack", text=(Para(line(body)), Quote(line(value))))))
    assert units(toast(card)) <= 200


def taken(message: Any) -> None:
    """The strict stand-in takes it, and nobody is mentioned and no command is offered in it."""
    keyboard = {"reply_markup": message.keyboard.to_dict()} if message.keyboard else {}
    entities = [json.loads(each.to_json()) for each in message.entities]
    seen = messages.content({"text": message.text, "entities": entities, **keyboard})
    assert "mention" not in {each["type"] for each in seen.get("entities", ())}


@settings(max_examples=200)
@given(LETTERS, LETTERS, st.text("abc #1", min_size=1, max_size=9).map(str.strip).filter(bool))
def test_a_question_carries_everything_and_is_read_again(value: str, help: str, words: str) -> None:
    options = (
        Option(name="role", kind="text", help="x", required=True, value=value),
        Option(name="person", kind="person", help=help, required=True),
    )
    form = Form(title=help, words=words, options=options, submit="Send")
    message = ask(Question(form, frozenset({"role"})), "incident", ANNA, (), WORD)
    assert units(message.text) <= LONGEST
    native = {"text": message.text, "entities": [json.loads(each.to_json()) for each in message.entities]}
    carried = saved({**native, "from": {"id": 7}}, 7, ANNA.id)
    assert carried and carried.asked == "person" and carried.words == words
    assert carried.fields == {"role": value}


@given(LETTERS)
def test_nobody_writes_a_question_of_ours(text: str) -> None:
    forged = f"Anna: x\n≫ /incident resolve #1 {text} text=?"
    message = {"text": forged, "entities": [{"type": "code", "offset": 0, "length": units(forged)}], "from": {"id": 7}}
    assert saved(message, 7, ANNA.id) is None


@given(st.lists(st.builds(Choice, LETTERS, LETTERS), max_size=40), st.integers(-3, 9), st.booleans())
def test_every_page_of_choices_is_taken(offers: list[Choice], page: int, required: bool) -> None:
    keys = choices(offers, page, WORD, required=required)
    if keys is not None:
        messages.checked(json.loads(keys.to_json())["inline_keyboard"])


@given(st.lists(st.builds(Verb, name=LETTERS, help=LETTERS, rank=st.integers()), max_size=120))
def test_every_menu_is_taken(verbs: list[Verb]) -> None:
    for scope in SCOPES:
        commands = menu(Grammar("incident", tuple(verbs)), scope)
        assert len(commands) <= 100 and all(1 <= len(each.description) <= 256 for each in commands)


@given(LETTERS)
def test_every_door_is_one_that_telegram_opens(words: str) -> None:
    started(words, GRAMMAR)
    try:
        assert PAYLOAD.fullmatch(door("tocsin_bot", words).partition("start=")[2])
    except ValueError:
        return


@given(LETTERS, st.integers(0, 40))
def test_a_cut_breaks_no_letter(text: str, most: int) -> None:
    letters = Letters()
    with letters.marked("bold"):
        letters.add(text)
    cut = letters.cut(most)
    assert cut.length <= max(most, letters.length if letters.length <= most else most)
    assert all(each.offset + each.length <= cut.length for each in cut.entities)
    cut.text.encode("utf-16-le")
