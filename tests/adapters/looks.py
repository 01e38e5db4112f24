"""What every adapter is tried with: the looks that the core makes, and some that only somebody hostile would."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.book import BookId, blank
from bot.incident import cards
from bot.incident.severity import Audience
from bot.ports import Button, Card, Fact, Link
from bot.text.rich import Code, Item, Moment, Para, Quote, Run, bold, code, line
from bot.text.words import Voice
from tests.core.desk import PEOPLE, Desk

AT = datetime(2026, 3, 2, 10, 2, tzinfo=UTC)
LINKS = {"Slack": "https://acme.slack.com/archives/C1", "Discord": "https://discord.com/channels/1/2_(x)"}


def core() -> Iterator[tuple[str, Card]]:
    """Each look of one incident, from its declaration to its end; one in Chinese."""
    desk, voice = Desk(), Voice(name=PEOPLE.name)
    desk.say("declare db is down --sev 1")
    yield "declared", cards.status_card(desk.book.state, voice, LINKS)
    yield "announced", cards.hall_card(desk.book.state, voice, LINKS, LINKS["Slack"])
    yield "paged", cards.paged_card([cards.Ring(desk.book.state, 2, True, LINKS)], "", voice)
    yield "bundled", cards.paged_card(list(rings(3)), "b7", voice)
    yield "bundled-many", cards.paged_card(list(rings(30)), "b8", Voice("zh-hans", name=PEOPLE.name))
    desk.say("ack", by="boris")
    update = desk.say("update half of it is back --next 30m")[0]
    yield "update", cards.entry_card(desk.book.state, update, voice)
    yield "behind", cards.status_card(desk.book.state, voice, LINKS, ["Discord"])
    yield "answered", cards.page_over(desk.book.state, voice, LINKS)
    yield "notice", cards.notice_card(desk.book.state, update, voice)
    for view in Audience:
        yield f"for-{view.value}", cards.follower_card(desk.book.state, voice, view)
    yield "chinese", cards.status_card(desk.book.state, Voice("zh-hans", name=PEOPLE.name), LINKS)
    yield "left", cards.left_card(desk.book.state, voice)
    yield "hidden", cards.hidden_card(desk.book.state, voice)
    desk.say("resolve a new disk")
    yield "resolved", cards.status_card(desk.book.state, voice, LINKS)


def rings(count: int) -> Iterator[cards.Ring]:
    """Incidents that somebody is paged for at once; one of them is somebody's already."""
    for number in range(1, count + 1):
        desk = Desk(book=blank(BookId("incident", str(number))))
        desk.say(f"declare fire {number} --sev {number % 3 + 1}")
        if number == 2:
            desk.say("ack", by="boris")
        yield cards.Ring(desk.book.state, number % 2 + 1, links=LINKS, over=number == 2)


CARDS: dict[str, Card] = dict(core()) | {
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
            Button("Resolve", "resolve #1", "danger"),
            Button("Summary", "summary #1"),
        ),
        links=(Link("War room", LINKS["Slack"]), Link("Nowhere", "javascript:alert(1)"), Link("Here", "not a link")),
        footer=line("Rooms: ", Run("Discord", link=LINKS["Discord"])),
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
    "empty": Card(),
}


def hostile(letters: str) -> Card:
    """Letters that mean something to a platform, everywhere that letters can stand."""
    return Card(
        title=line(letters),
        body=(
            Para(line(letters)),
            Item(line(bold(letters))),
            Quote(line(letters)),
            Code(f"```{letters}```"),
            Para(line(Run("x", link="javascript:alert(1)"), Run("https://bank.example", link="https://evil.example"))),
            Para(line("# no heading")),
            Para(line("1. no list")),
        ),
        facts=(Fact(letters, line(letters)),),
        buttons=(Button(letters * 3, "ack"), Button("twice", "ack")),
        footer=line(letters),
        tone="busy",
    )


def same(folder: Path, name: str, payload: Any) -> None:
    """The payload is as it stands in its file. After a wanted change: run with `GOLDEN=write`, read the difference."""
    path = folder / "golden" / f"{name}.json"
    if os.environ.get("GOLDEN") == "write":
        path.write_text(json.dumps(payload, indent=1, ensure_ascii=False) + "\n", "utf-8")
    assert payload == json.loads(path.read_text("utf-8"))
