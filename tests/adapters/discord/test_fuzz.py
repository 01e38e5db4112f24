"""Whatever comes in: nothing raises, nothing pings, no letter is lost."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from adapters.discord import markdown, read, show
from adapters.discord.changes import Changes
from bot.ports import Button, Card, Copy, Fact, Form, Option, Said
from bot.text.rich import Para, Text, line
from tests.adapters.house import GRAMMAR

PAYLOADS = [json.loads(path.read_text("utf-8")) for path in sorted((Path(__file__).parent / "payloads").glob("*.json"))]
TYPED = st.text(max_size=60) | st.sampled_from(["@everyone", "<@1>", "<@&2>", "@here", "<#3>", "!ack", "/incident ack"])
SHAPED: st.SearchStrategy[Any] = st.none() | st.just([]) | st.just({})


def ways(payload: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every path into a payload."""
    yield path
    inner = payload.items() if isinstance(payload, dict) else enumerate(payload) if isinstance(payload, list) else ()
    for key, each in inner:
        yield from ways(each, (*path, key))


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, Any]:
    """A payload with something left out, emptied, or with other letters: what a newer platform may send."""
    payload = json.loads(json.dumps(draw(st.sampled_from(PAYLOADS))))
    for path in draw(st.lists(st.sampled_from([each for each in ways(payload) if each]), max_size=3)):
        into = payload
        try:
            for key in path[:-1]:
                into = into[key]
            old = into[path[-1]]
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took it away
        if path[-1] in REQUIRED:
            continue
        into[path[-1]] = draw(TYPED if isinstance(old, str) else SHAPED if isinstance(old, dict | list) else st.none())
    return payload  # type: ignore[no-any-return]


REQUIRED = {"id", "channel_id", "message_id", "user_id", "guild_id"}
"""Without these nothing can be done with a payload; the platform always sends them."""


@given(mutated())
def test_no_payload_breaks_what_reads_it(raw: dict[str, Any]) -> None:
    for said in (read.message(raw, {"1"}, GRAMMAR), read.interaction(raw, GRAMMAR), read.reaction(raw, ["📌"], "1")):
        assert said is None or isinstance(said, Said)
    read.typing(raw, GRAMMAR)
    read.remark(raw)
    for event in ("GUILD_CREATE", "CHANNEL_UPDATE", "CHANNEL_DELETE", "THREAD_DELETE"):
        assert list(Changes().learn(event, raw, "k")) is not None


@given(st.lists(TYPED, min_size=4, max_size=4))
def test_nothing_pings_and_nothing_is_lost(words: list[str]) -> None:
    text: Text = (Para(line(words[0])), Para(line(words[1])))
    card = Card(title=line(words[2]), body=text, facts=(Fact("f", line(words[3])),), buttons=(Button("b", "ack"),))
    form = Form(title="t", words="w", options=(Option(name="o", kind="text", help="h", value=words[0]),), submit="s")
    copy = Copy(author=words[3], origin="Slack", text=text, key="k")
    sent = (show.show(card), show.page(card), show.copied(copy), show.spoken(copy), show.door(form), show.words("x"))
    for payload in sent:
        assert payload["allowed_mentions"] == {"parse": []}
    assert show.modal(form)["components"]


@given(TYPED)
def test_a_last_box_gives_back_what_stood_in_it(text: str) -> None:
    typed = " ".join(text.split()).strip()
    assert read.lines(f"sev: {typed}").get("sev", "") == typed
    assert markdown.short(typed, 10) == markdown.short(typed, 10)[:10]
