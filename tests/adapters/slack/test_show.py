"""Every kind of card in Slack's dialect, as golden payloads.

After a wanted change: `GOLDEN=write make test ARGS=tests/adapters/slack/test_show.py`, and read the difference.
"""

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.playground.slack.blocks import check
from adapters.playground.slack.forms import checked
from adapters.slack import show
from adapters.slack.names import channel_name
from bot.ports import Button, Card, Choice, Copy, Fact, Form, Link, Option
from bot.text.rich import Code, Item, Moment, Para, Quote, Run, Text, bold, code, line

GOLDEN = Path(__file__).parent / "golden"
AT = datetime(2026, 3, 2, 10, 2, tzinfo=UTC)
HOSTILE = "<!here> @everyone <@U1|x> *b* _i_ ~s~ `c` :fire: \u202etxt & שלום"

CARDS: Mapping[str, Card] = {
    "status": Card(
        title=line("▲ ", bold("SEV1 #1 db is down")),
        body=(
            Para(line("Boris has it, after 5 min")),
            Para(line(bold("Impact: "), "nobody can pay")),
            Quote(line("Rolled back the release")),
        ),
        facts=(
            Fact("Status", line("investigating")),
            Fact("Declared", line(bold("Anna Nowak"), " at ", Moment(AT, "10:02 UTC"))),
        ),
        buttons=(
            Button("Take", "ack #1", "primary"),
            Button("Update", "update #1"),
            Button("Close", "close", "danger"),
        ),
        links=(Link("War room", "https://acme.slack.com/archives/C1"),),
        footer=line("War rooms: ", Run("Discord", link="https://discord.com/channels/1/2")),
        tone="alarm",
    ),
    "page": Card(
        title=line(bold("PAGE SEV1 #1 db is down")),
        body=(Para(line("Nobody has it")),),
        buttons=(Button("Take", "ack #1"),),
        tone="alarm",
    ),
    "refusal": Card(body=(Para(line("#1 is not open any more.")),), tone="warn", to="quiet"),
    "list": Card(
        title=line("Open incidents"),
        body=(Item(line(bold("#1"), " db is down")), Item(line("mail is slow")), Para(line("Say ", code("show #1")))),
        to="speaker",
    ),
    "timeline": Card(
        title=line("#1 db is down"),
        body=(Para(line(Moment(AT, "2 Mar 10:02 UTC", "date"), " Anna declared it")), Code("$ uptime\n up 3 days")),
        footer=line(Moment(AT, "an hour ago", "ago")),
    ),
    "hostile": Card(
        title=line(HOSTILE),
        body=(
            Para(line(HOSTILE)),
            Item(line(bold(HOSTILE))),
            Quote(line(HOSTILE)),
            Code(HOSTILE),
            Para(line(Run("x", link="javascript:alert(1)"))),
        ),
        facts=(Fact("Who", line(HOSTILE)),),
        buttons=(Button(HOSTILE * 3, "ack"),),
        footer=line(HOSTILE),
        tone="busy",
    ),
    "empty": Card(),
}
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


def same(name: str, payload: Any) -> None:
    """The payload is as it stands in its file."""
    path = GOLDEN / f"{name}.json"
    if os.environ.get("GOLDEN") == "write":
        path.write_text(json.dumps(payload, indent=1, ensure_ascii=False) + "\n", "utf-8")
    assert payload == json.loads(path.read_text("utf-8"))


@pytest.mark.parametrize("name", CARDS)
def test_cards(name: str) -> None:
    payload = show.card(CARDS[name])
    same(name, payload)
    taken(payload)


def test_a_home() -> None:
    mine = show.home(CARDS["status"], CARDS["page"])
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
