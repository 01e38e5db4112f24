"""Every look in Telegram\'s dialect, as golden payloads (`tests/adapters/looks.py`)."""

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import InlineKeyboardButton, User

from adapters.playground.telegram import markup, messages
from adapters.telegram.groups import invitation
from adapters.telegram.letters import LONGEST, Message
from adapters.telegram.menu import SCOPES, menu
from adapters.telegram.question import Question, ask, saved
from adapters.telegram.show import copy, rows_of, show, toast
from bot.ports import Card, Choice, Copy, Fact, Form, Grammar, Option, Verb
from bot.text.rich import Code, Item, Para, Quote, Run, Text, bold, code, line
from bot.text.words import ENGLISH, Voice
from tests.adapters.house import GRAMMAR
from tests.adapters.looks import CARDS as COMMON
from tests.adapters.looks import hostile
from tests.adapters.looks import same as golden

same = partial(golden, Path(__file__).parent)
HOSTILE = "<!here> @everyone @boris_p /resolve *b* _i_ ~s~ `c` <b>x</b> \u202etxt & שלום 🔥"
ANNA = User(504210001, "Anna", False, "Nowak")
said = Voice(ENGLISH).word

CARDS = COMMON | {"hostile": hostile(HOSTILE)}
COPY = Copy(author="@boris", origin="Discord", text=(Para(line(HOSTILE)), Para(()), Para(line("second"))), key="k")
FORM = Form(
    title="Assign #1",
    words="assign #1",
    options=(
        Option(name="role", kind="text", help="Which role.", required=True, value='the "lead"\n=?'),
        Option(name="person", kind="person", help="Who.", required=True),
        Option(name="why", kind="text", help="Why.", value=""),
    ),
    submit="Send",
)


def native(message: Message) -> dict[str, Any]:
    """As the wire carries it."""
    keyboard = {"reply_markup": message.keyboard.to_dict()} if message.keyboard else {}
    entities = [json.loads(each.to_json()) for each in message.entities]
    return {"text": message.text, "entities": entities, **keyboard}


def taken(message: Message) -> Mapping[str, Any]:
    """The platform takes it, and finds no mention and no command of its own in it."""
    payload = native(message)
    seen = messages.content(payload)
    found = [each["type"] for each in seen.get("entities", ())]
    assert "mention" not in found
    return payload


@pytest.mark.parametrize("name", CARDS)
def test_cards(name: str) -> None:
    same(name, taken(show(CARDS[name])))


def test_a_copy() -> None:
    same("copy", taken(copy(COPY)))


def test_a_question_carries_the_command_so_far() -> None:
    payload = native(ask(Question(FORM), "incident", ANNA, (), said))
    same("question", payload)
    message = {**payload, "from": {"id": 7}}
    answer = saved(message, 7, ANNA.id)
    assert answer
    assert (answer.words, answer.asked) == ("assign #1", "person")
    assert answer.fields == {"role": 'the "lead"\n=?'}
    assert saved(message, 8, ANNA.id) is None, "somebody else's message"
    assert saved(message, 7, 5) is None, "somebody else was asked"


def test_a_choice_is_offered_as_buttons() -> None:
    choices = (Choice("1", "SEV1"), Choice("2", "SEV2"))
    sev = Option(name="sev", kind="choice", help="How bad.", required=True, choices=choices)
    form = Form(title="Sev #1", words="sev #1", options=(sev,), submit="Send")
    same("choice", native(ask(Question(form), "incident", ANNA, choices, said)))


def test_people_are_offered_by_pages_and_in_chinese() -> None:
    person = Option(name="person", kind="person", help="找谁。", suggests=True)
    form = Form(title="Page", words="page #1", options=(person,), submit="发送")
    offers = tuple(Choice(f"p{number}", f"Person {number}") for number in range(9))
    same("people", native(ask(Question(form), "incident", ANNA, offers, Voice("zh-hans").word)))


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_an_invitation(language: str) -> None:
    same(f"invitation-{language}", taken(show(invitation("https://t.me/+AbC", language))))


@pytest.mark.parametrize("text", ["/incident resolve #1 text=?", "≫ /incident resolve #1 text=?"])
def test_nobody_can_have_the_bot_ask_a_question_of_theirs(text: str) -> None:
    posed = Copy(author="Anna Nowak", origin="Slack", text=(Para(line(Run(text, code=True))),))
    assert saved({**native(copy(posed)), "from": {"id": 7}}, 7, ANNA.id) is None


def test_the_menu_has_names_that_telegram_takes() -> None:
    default, private, groups = ([each.command for each in menu(GRAMMAR, scope)] for scope in SCOPES)
    assert default == groups == ["incident", "declare", "ack", "page", "summary", "account_link", "help", "pin"]
    assert private == default[:-1], "there is nothing to point at in a conversation with the bot alone"
    long = Grammar("incident", (Verb(name="x" * 33, help=""), Verb(name="ack", help="字" * 300)))
    assert [len(each.description) for each in menu(long, next(iter(SCOPES)))] == [8, 256]


def test_a_toast_holds_words_alone() -> None:
    assert toast(CARDS["refusal"]) == "#1 is not open any more."
    assert toast(CARDS["status"]) == ""
    assert toast(Card(body=(Para(line("🔥" * 101)),))) == ""


@pytest.mark.parametrize("letters", ["x", "字", "😀", "*", "\n", "@a ", "\u202e", "\ud83d"])
def test_what_is_too_long_is_cut_in_its_body(letters: str) -> None:
    long = letters * 9000
    body: Text = (Para(line(long)), *(Item(line(bold(letters), " ", code(letters))) for _ in range(500)))
    card = Card(title=line("title"), body=body, facts=(Fact("Status", line("open")),), footer=line("the end"))
    message = show(card)
    taken(message)
    assert markup.units(message.text) <= LONGEST
    assert message.text.startswith("title\n") and message.text.endswith("Status: open\n\nthe end")
    assert "…" in message.text or not letters.isprintable()


def test_a_title_a_fact_and_a_footer_that_are_too_long_are_cut_as_well() -> None:
    long = line(bold("😀" * 9000))
    taken(show(Card(title=long, facts=(Fact("x", long),) * 5, footer=long, tone="calm")))


@given(st.text(max_size=200), st.text(max_size=200), st.text(max_size=80))
def test_whatever_people_type_is_taken_and_pings_nobody(title: str, body: str, value: str) -> None:
    card = Card(
        title=line(title), body=(Para(line(body)), Quote(line(bold(value)))), facts=(Fact("Who", line(value)),),
        footer=line(value), tone="warn",
    )  # fmt: skip
    taken(show(card))
    taken(copy(Copy(author=value or "x", origin="Slack", text=(Para(line(title)), Code(body)))))


def test_wide_letters_take_twice_the_room_in_a_row_of_buttons() -> None:
    def rows(*labels: str) -> list[int]:
        return [len(row) for row in rows_of([InlineKeyboardButton(each, callback_data="x") for each in labels])]

    assert rows("SEV1: everybody", "SEV2: many") == [2]
    assert rows("SEV1：致命，所有人受影响", "SEV2：严重，许多人受影响") == [1, 1]
    assert rows("接手", "更新", "解决") == [3]
