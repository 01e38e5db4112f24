"""Every kind of card in Discord's dialect, as golden payloads.

After a wanted change: run with `GOLDEN=write` in the environment, and read the difference.
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

from adapters.discord import markdown, show
from adapters.playground.discord import shapes
from adapters.playground.discord.markdown import Reader
from bot.ports import Button, Card, Choice, Copy, Fact, Form, Link, Option, Room
from bot.text.rich import Code, Item, Moment, Para, Quote, Run, Text, bold, code, line

GOLDEN = Path(__file__).parent / "golden"
AT = datetime(2026, 3, 2, 10, 2, tzinfo=UTC)
HOSTILE = "<!here> @everyone <@1> <#2> <t:0:R> **b** _i_ ~s~ `c` ||x|| [a](http://b.c) # > - \u202etxt & שלום"

CARDS: Mapping[str, Card] = {
    "status": Card(
        title=line("▲ ", bold("SEV1 #1 db is down")),
        body=(
            Para(line("Boris has it, after 5 min")),
            Para(line(bold("Impact: "), "nobody can pay")),
            Quote(line("Rolled back\nthe release")),
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
        links=(Link("War room", "https://acme.slack.com/archives/C1"), Link("Nowhere", "javascript:alert(1)")),
        footer=line("War rooms: ", Run("Slack", link="https://acme.slack.com/archives/C1_(x)")),
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
            Code(f"```{HOSTILE}```"),
            Para(line(Run("x", link="javascript:alert(1)"), Run("https://bank.example", link="https://evil.example"))),
            Para(line("# no heading")),
            Para(line("1. no list")),
        ),
        facts=(Fact(HOSTILE, line(HOSTILE)),),
        buttons=(Button(HOSTILE * 3, "ack"), Button("twice", "ack")),
        footer=line(HOSTILE),
        tone="busy",
    ),
    "empty": Card(),
}
FORM = Form(
    title="Declare an incident in this room, and tell everybody",
    words="declare",
    options=(
        Option(name="title", kind="text", help="What is wrong.", value="db"),
        Option(
            name="sev", kind="choice", help="How bad.", choices=(Choice("1", "SEV1"), Choice("2", "SEV2")), value="2"
        ),
        Option(name="lead", kind="person", help="Who leads the response until somebody else takes it over.", value=""),
        Option(name="drill", kind="flag", help="Only a drill."),
        Option(name="text", kind="text", help="More.", long=True, required=True),
        Option(name="sixth", kind="text", help="One too many."),
    ),
    submit="Send",
)
COPY = Copy(
    author="Boris of Discord",
    origin="Telegram",
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


def seen(text: str) -> str:
    """The letters that a client shows for markdown."""
    return Reader(lambda id: f"user {id}", lambda id: f"channel {id}", AT).read(text)[1]


@pytest.mark.parametrize("name", CARDS)
def test_cards(name: str) -> None:
    payload = show.show(CARDS[name])
    shapes.message(payload)
    same(name, payload)


def test_a_page_says_its_title_where_a_telephone_shows_it() -> None:
    payload = show.page(CARDS["status"])
    shapes.message(payload)
    same("page", payload)


def test_a_form() -> None:
    payload = show.modal(FORM)
    shapes.take(shapes.Modal, payload)
    same("form", payload)


def test_a_form_behind_a_button() -> None:
    shapes.message(show.door(FORM))
    same("door", show.door(FORM))


def test_a_copy() -> None:
    payload = show.copied(COPY)
    shapes.message(payload)
    same("copy", payload)
    same("spoken", show.spoken(COPY))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("#42 DB is down!", "inc-42-db-is-down"),
        ("#7 数据库挂了", "inc-7-数据库挂了"),
        ("#8 <!here> @everyone", "inc-8-here-everyone"),
        ("", "inc"),
    ],
)
def test_the_name_of_a_room(name: str, expected: str) -> None:
    made = show.channel(Room(key="incident-1", name=name, topic="t" * 2000))
    shapes.take(shapes.NewChannel, made)
    assert made["name"] == expected
    assert made["topic"].endswith("[incident-1]")


def test_everything_long_is_cut_to_what_discord_takes() -> None:
    long = "*_a_* <@1> " * 3000
    card = Card(
        title=line(long),
        body=(Para(line(bold(long))), Quote(line(long)), Code(long)),
        facts=tuple(Fact(long, line(Run(long, link="https://a/b"))) for _ in range(40)),
        buttons=tuple(Button(long, f"ack #{number}") for number in range(40)),
        links=(Link(long, "https://a.example/" + "b" * 600),),
        footer=line(long),
        tone="calm",
    )
    for made in (show.show(card), show.page(card), show.copied(Copy(author=long, origin="Slack", text=card.body))):
        shapes.message(made)
    cut = show.show(Card(body=(Para(line(bold("ab " * 3000))),)))
    assert cut["embeds"][0]["description"].endswith("…**")


LETTERS = st.lists(
    st.sampled_from([*"ab *_~`|\\[]()<>#-+@1.:/!…é数🔥", "https://a.b/c_d", "@everyone", "<@1>", "**", "```"])
    | st.characters(codec="utf-8"),
    max_size=40,
).map("".join)


@given(LETTERS)
def test_what_people_typed_is_shown_letter_by_letter(text: str) -> None:
    typed = " ".join(markdown.TURNED.sub("", text).replace(markdown.BREAK, "").split())
    shown = seen(markdown.line((Run(typed), Run(" "), Run(typed, bold=True))))
    assert shown.replace(markdown.BREAK, "").strip() == f"{typed} {typed}".strip()


@given(LETTERS, st.integers(1, 80))
def test_a_cut_never_leaves_half_a_mark(text: str, most: int) -> None:
    blocks: Text = (Para(line(bold(text or "a"), code("b"), Run(text or "c", italic=True))), Quote(line(text)))
    made = markdown.text(blocks, 8 + most)
    assert len(made) <= 8 + most
    assert made.count("`") % 2 == 0 or "`" in text
