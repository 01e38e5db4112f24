"""Every look in Discord\'s dialect, as golden payloads (`tests/adapters/looks.py`)."""

from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.discord import markdown, show
from adapters.playground.discord import shapes
from adapters.playground.discord.markdown import Reader
from bot.ports import Button, Card, Choice, Copy, Fact, Form, Link, Option, Room
from bot.text.rich import Code, Para, Quote, Run, Text, bold, code, line
from tests.adapters.looks import AT, hostile
from tests.adapters.looks import CARDS as COMMON
from tests.adapters.looks import same as golden

same = partial(golden, Path(__file__).parent)
HOSTILE = "<!here> @everyone <@1> <#2> <t:0:R> **b** _i_ ~s~ `c` ||x|| [a](http://b.c) # > - \u202etxt & שלום"

CARDS = COMMON | {"hostile": hostile(HOSTILE)}
FORM = Form(
    title="Declare an incident in this room, and tell everybody",
    words="declare",
    options=(
        Option(name="title", label="Title", kind="text", help="What is wrong.", value="db"),
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


def seen(text: str) -> str:
    """The letters that a client shows for markdown."""
    return Reader((), (), AT).read(text)[1]


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
