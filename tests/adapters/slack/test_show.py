"""Every look in Slack\'s dialect, as golden payloads (`tests/adapters/looks.py`)."""

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.playground.slack.blocks import check
from adapters.playground.slack.forms import checked
from adapters.slack import show
from adapters.slack.names import channel_name
from adapters.slack.rich import rich
from bot.ports import Button, Card, Choice, Copy, Fact, Form, Option
from bot.text.rich import Item, Para, Run, Text, bold, code, line
from tests.adapters.looks import CARDS as COMMON
from tests.adapters.looks import hostile
from tests.adapters.looks import same as golden

same = partial(golden, Path(__file__).parent)
HOSTILE = "<!here> @everyone <@U1|x> *b* _i_ ~s~ `c` :fire: \u202etxt & שלום"

CARDS = COMMON | {"hostile": hostile(HOSTILE)}
FORM = Form(
    title="Declare an incident in this room",
    words="declare",
    options=(
        Option(name="title", kind="text", help="What is wrong.", required=True, value="db"),
        Option(
            name="sev", kind="choice", help="How bad.", choices=(Choice("1", "SEV1"), Choice("2", "SEV2")), value="2"
        ),
        Option(name="lead", kind="person", help="Who leads.", value="@slack:U1"),
        Option(name="drill", kind="flag", help="Only a drill."),
        Option(name="text", kind="text", help="More.", long=True),
    ),
    submit="Send",
)
COPY = Copy(
    author="Boris",
    origin="Discord",
    text=(Para(line(HOSTILE)), Para(line("second"))),
    avatar="https://a/b.png",
    key="k",
)


@pytest.mark.parametrize("name", CARDS)
def test_cards(name: str) -> None:
    payload = show.card(CARDS[name])
    same(name, payload)
    taken(payload)


def test_a_home() -> None:
    mine = show.home(CARDS["status"], CARDS["paged"])
    same("home", mine)
    checked(mine, "home")


def test_a_form_with_a_select_that_asks() -> None:
    options = (
        Option(name="incident", kind="incident", help="Which one.", suggests=True),
        Option(name="team", kind="text", help="Whose.", suggests=True, required=True, value="db"),
    )
    made = show.form(Form(title="Page", words="page", options=options, submit="Send"), "{}")
    same("search", made)
    checked(made)


def test_a_form() -> None:
    view = show.form(FORM, "{}")
    same("form", view)
    checked(view)


def test_a_copy() -> None:
    payload = show.copy(COPY)
    same("copy", payload)
    check(payload["blocks"])


def taken(payload: Mapping[str, Any]) -> None:
    """The platform takes it."""
    assert len(payload["text"]) <= 3000
    check(payload["blocks"])
    for attachment in payload["attachments"]:
        check(attachment["blocks"])
    inside = json.dumps([payload["blocks"], payload["attachments"]], ensure_ascii=False)
    assert len(inside) < 13_200


@pytest.mark.parametrize("letters", ["x", "&", "字", "😀", "*", "\n", "\\", '"'])
def test_what_is_too_long_is_cut_and_still_taken(letters: str) -> None:
    long = letters * 9000
    body: Text = (Para(line(long)), *(Item(line(bold(letters), " ", code(letters))) for _ in range(500)))
    facts = tuple(Fact(letters * 300, line(long)) for _ in range(12))
    buttons = tuple(Button(letters * 100, "ack") for _ in range(30))
    payload = show.card(
        Card(title=line(long), body=body, facts=facts, buttons=buttons[:5], footer=line(long), tone="calm")
    )
    check(payload["blocks"])
    for attachment in payload["attachments"]:
        check(attachment["blocks"])
    assert "…" in json.dumps(payload, ensure_ascii=False)


@given(st.text(max_size=200), st.text(max_size=200), st.text(max_size=80))
def test_whatever_people_type_is_taken_and_pings_nobody(title: str, body: str, value: str) -> None:
    shown = Card(
        title=line(title), body=(Para(line(body)),), facts=(Fact("Who", line(value)),), footer=line(value), tone="warn"
    )
    payload = show.card(shown)
    taken(payload)
    inside = json.dumps(payload, ensure_ascii=False)
    assert '"type": "broadcast"' not in inside and '"type": "user"' not in inside
    for text in marked(payload):
        assert "<" not in text.replace("<!date", ""), text


def marked(inside: Any) -> list[str]:
    """Every text that the platform reads mark-up in."""
    if isinstance(inside, list):
        return [text for each in inside for text in marked(each)]
    if not isinstance(inside, dict):
        return []
    here = [inside["text"]] if inside.get("type") == "mrkdwn" or "attachments" in inside else []
    return [*here, *(text for each in inside.values() for text in marked(each))]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("#42 DB is down!", "inc-42-db-is-down"),
        ("#7 数据库挂了", "inc-7-数据库挂了"),
        ("#8 <!here> @everyone", "inc-8-here-everyone"),
        ("", "inc"),
        ("#9 " + "long " * 40, "inc-9-" + "long-" * 14 + "long"),
    ],
)
def test_channel_names(title: str, name: str) -> None:
    assert channel_name(title) == name
    assert len(name) <= 80


def test_an_address_in_bare_letters_leads_there_and_no_further() -> None:
    said = rich((Para((Run("see (https://x.example/a?b=1), or c"),)), Para((Run("https://y", code=True),))))
    elements = said[0]["elements"][0]["elements"]
    assert [each.get("url", each["text"]) for each in elements] == [
        "see (", "https://x.example/a?b=1", "), or c", "\n", "https://y",
    ]  # fmt: skip
    assert [each["type"] for each in elements] == ["text", "link", "text", "text", "text"]
