"""However much a card holds, each platform takes it: held against the SDKs' own limits, which nobody here wrote.

Slack's are the validators of slack_sdk's models; Telegram's the constants of python-telegram-bot; Discord's those of
https://docs.discord.com/developers/resources/message#embed-object-embed-limits and of its components.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View
from telegram.constants import InlineKeyboardButtonLimit, MessageLimit

from adapters.discord import show as discord
from adapters.slack import read
from adapters.slack import show as slack
from adapters.telegram import show as telegram
from adapters.telegram.letters import units
from bot.ports import Button, Card, Choice, Copy, Fact, Form, Link, MessageId, Option, Remark
from bot.text.rich import Code, Item, Para, Quote, Run, line

SIZES = (0, 1, 75, 76, 151, 256, 2001, 4097, 13_000)
LETTERS = ("x", "数", "👩\u200d🚒", "\u0301", "<&>")
MUCH = pytest.mark.parametrize("text", [(letter * size)[:size] for letter in LETTERS for size in SIZES], ids=range(45))


def card(text: str) -> Card:
    """A card that says this wherever it can."""
    far = f"https://x.example/{'y' * min(len(text), 4000)}"
    many = min(len(text), 30)
    return Card(
        title=line(text),
        body=(Para(line(text)), Quote(line(text)), Code(text), Item(line(text)), Para(line(Run(text, link=far)))),
        facts=tuple(Fact(text, line(text)) for _ in range(many)),
        # A command line is 60 bytes at most, says the port; what a link of somebody else's says may be longer.
        buttons=tuple(Button(text, f"ack #{each} {text}"[:70]) for each in range(many)),
        links=tuple(Link(text, f"{far}?{each}") for each in range(min(many, 12))),
        footer=line(text),
        tone="alarm",
    )


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in a payload."""
    if isinstance(value, dict):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects(each)


def taken(blocks: list[dict[str, Any]], most: int = 50) -> None:
    """Raises where Slack's SDK would not send them."""
    assert len(blocks) <= most
    for each in blocks:
        parsed = Block.parse(each)
        assert parsed
        parsed.validate_json()
    for each in objects(blocks):
        assert each.get("type") not in ("mrkdwn", "plain_text", "text") or each["text"]
        assert len(each.get("url", "")) <= 3000 and len(each.get("action_id", "")) <= 255


@MUCH
def test_slack_takes_it(text: str) -> None:
    shown, home, copy = slack.card(card(text)), slack.home(card(text), card(text)), slack.copy(said(text))
    taken(shown["blocks"])
    for attachment in shown["attachments"]:
        taken(attachment["blocks"])
    taken(home["blocks"], 100)
    View(**home).validate_json()
    taken(copy["blocks"])
    assert len(shown["text"]) <= 4000 and len(copy["username"]) <= 80


def said(text: str) -> Copy:
    return Copy(author=text or "x", origin="X", text=card(text).body, avatar=f"https://x.example/{text}", key="k")


@MUCH
def test_forms_are_taken(text: str) -> None:
    options = tuple(
        Option(
            name=kind,
            kind=kind,
            help=text or "h",
            value=text,
            choices=tuple(Choice(str(each), text or "c") for each in range(300)) if kind == "choice" else (),
            suggests=kind == "incident",
        )
        for kind in ("text", "choice", "person", "incident", "flag")
    )
    form = Form(title=text or "t", words="declare", options=(*options, *options[:1]), submit=text or "s")
    about = Remark(message=MessageId("1.2"), text=text)
    view = slack.form(form, read.remember("declare", read.Back(room="C1", user="U1"), about))
    taken(view["blocks"], 100)
    View(**view).validate_json()
    assert len(view["private_metadata"]) <= 3000
    modal = discord.modal(form)
    assert 1 <= len(modal["title"]) <= 45 and 1 <= len(modal["components"]) <= 5
    for part in modal["components"]:
        assert len(part.get("label", "")) <= 45 and len(part.get("description", "")) <= 100
        box = part.get("component", {})
        assert len(box.get("value", "")) <= 4000 and len(box.get("options", ())) <= 25


@MUCH
def test_discord_takes_it(text: str) -> None:
    for payload in (discord.show(card(text)), discord.page(card(text))):
        assert len(payload.get("content", "")) <= 2000
        assert len("".join(lettered(payload.get("embeds", [])))) <= 6000
        knobs = [each for each in objects(payload.get("components", [])) if each["type"] == 2]
        assert len(payload.get("components", [])) <= 5 and len(knobs) <= 25
        assert all(1 <= len(each["label"]) <= 80 and len(each.get("url", "")) <= 512 for each in knobs)
        ids = [each["custom_id"] for each in knobs if "custom_id" in each]
        assert len(set(ids)) == len(ids) and max(map(len, ids), default=0) <= 100
    copy = discord.copied(said(text))
    assert 1 <= len(copy["content"]) <= 2000 and 1 <= len(copy["username"]) <= 80
    assert len(copy.get("avatar_url", "")) <= 2048


def lettered(embeds: list[dict[str, Any]]) -> Iterator[str]:
    """What counts toward the 6,000 letters of a message."""
    for each in embeds:
        yield each.get("title", "") + each.get("description", "") + each.get("footer", {}).get("text", "")
        yield from (field["name"] + field["value"] for field in each.get("fields", ()))


@MUCH
def test_telegram_takes_it(text: str) -> None:
    shown, copy = telegram.show(card(text)), telegram.copy(said(text))
    for message in (shown, copy):
        assert 1 <= units(message.text.strip()) <= units(message.text) <= MessageLimit.MAX_TEXT_LENGTH
        assert len(message.entities) <= MessageLimit.MESSAGE_ENTITIES
        assert all(each.offset + each.length <= units(message.text) for each in message.entities)
    knobs = [knob for row in shown.keyboard.inline_keyboard for knob in row] if shown.keyboard else []
    data = [str(knob.callback_data).encode() for knob in knobs if knob.callback_data]
    assert all(knob.text for knob in knobs)
    assert max(map(len, data), default=0) <= InlineKeyboardButtonLimit.MAX_CALLBACK_DATA
