"""Cards, copies and forms as Slack's native payloads.

Limits: https://docs.slack.dev/reference/block-kit/blocks
"""

import json
import re
from collections.abc import Iterator, Sequence
from html import escape

from adapters.slack.rich import Native, cut, cut_letters, cut_line, mrkdwn, rich, straight
from bot.ports import Button, Card, Choice, Copy, Fact, Form, Link, Option
from bot.text.rich import Line, Para, Run, bold, line, plain

COLOURS = {"alarm": "#e01e5a", "warn": "#ecb22e", "busy": "#1d9bd1", "calm": "#2eb67d", "plain": ""}
SAYS = "tocsin.say."
"""What the `action_id` of our own buttons and the `callback_id` of our own shortcuts begin with."""
ABOUT = "tocsin.about."
"""What the `callback_id` of a shortcut in a message's menu begins with."""
LEADS = "tocsin.link."
LED = re.compile(r"https?://\S{1,2900}")
"""A link that the platform takes on a button; a message with any other would be refused as a whole."""
FORM = "tocsin.form"
"""The `callback_id` of our own forms."""

PLAIN: Native = {"unfurl_links": False, "unfurl_media": False}
"""What is posted brings no previews with it."""

VALUE_OF_CHOICE = 150
BODY, TITLE, VALUE, FOOTER, PREVIEW = 8_000, 500, 400, 1_500, 300
METADATA = 2_900
"""Letters that a form carries: the platform takes 3,000."""
TOGETHER = 12_800
"""Letters of JSON: somewhere above 13,000 the platform refuses a message (bolt-js#2509)."""


def card(card: Card, most: int = TOGETHER) -> Native:
    """`text`, `blocks` and `attachments`, as much of the card as the platform takes: `most` letters of JSON."""
    call = _loud if card.everybody is not None else lambda said: said
    for part in (1, 2, 4, 8, 16):
        drawn = call(_drawn(card, part))
        if len(json.dumps(drawn, ensure_ascii=False)) <= most:
            return drawn
    return call({"text": _preview(card), "blocks": _head(card), "attachments": []})


def _loud(drawn: Native) -> Native:
    """The same, calling everybody in the channel: no letters can say this, but an element of its own.

    https://docs.slack.dev/messaging/formatting-message-text#special-mentions
    """
    everybody = {"type": "broadcast", "range": "channel"}
    call = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [everybody]}]}
    return {**drawn, "text": f"<!channel> {drawn['text']}", "blocks": [call, *drawn["blocks"]]}


def _drawn(card: Card, part: int) -> Native:
    """The colour is the bar of an attachment that holds all but the title. Long texts get a `part`th of their room."""
    head, rest = _head(card), [*_body(card, part), *_foot(card, part)]
    colour, preview = COLOURS[card.tone], _preview(card)
    if not (colour and rest):
        return {"text": preview, "blocks": [*head, *rest], "attachments": []}
    # Above an attachment `text` would be shown, unless blocks stand in its place.
    text = preview if head else ""
    return {"text": text, "blocks": head, "attachments": [{"color": colour, "fallback": preview, "blocks": rest}]}


def _head(card: Card) -> list[Native]:
    """The title: a header, where it is nothing but letters."""
    title = plain(card.title)
    bare = all(isinstance(each, Run) and not each.link for each in card.title) and not set("&<>") & set(title)
    if title and bare and len(title) <= 150:
        return [{"type": "header", "text": _letters(title, 150)}]
    return rich((Para(cut_line(tuple(_bold(each) for each in card.title), TITLE)),)) if title else []


def _bold(each: object) -> Run:
    return Run(each.text, bold=True, link=each.link) if isinstance(each, Run) else bold(getattr(each, "text", ""))


def _body(card: Card, part: int) -> Iterator[Native]:
    yield from rich(cut(card.body, BODY // part))
    facts = [Fact(cut_letters(each.label, 75), _value(each, part)) for each in card.facts[:20]]
    if fields := [_field(each) for each in facts]:
        if all(fields):
            yield from ({"type": "section", "fields": list(some)} for some in _batches(fields, 10))
        else:
            yield from rich(tuple(Para(line(bold(f"{each.label}: "), each.value)) for each in facts))


def _field(fact: Fact) -> Native | None:
    """A fact as a field, side by side with others; None where only rich text can say it safely."""
    label, value = mrkdwn((Run(fact.label),)), mrkdwn(fact.value)
    return {"type": "mrkdwn", "text": f"*{label}*\n{value}", "verbatim": True} if label and value else None


def _value(fact: Fact, part: int) -> Line:
    return cut_line(fact.value, VALUE // part) or (Run("–"),)


def _foot(card: Card, part: int) -> Iterator[Native]:
    if pressed := [*_buttons(card.buttons, card.links)]:
        yield from ({"type": "actions", "elements": list(some)} for some in _batches(pressed, 25))
    if card.footer:
        footer = cut_line(card.footer, FOOTER // part)
        marked = mrkdwn(footer)
        small = {"type": "mrkdwn", "text": marked, "verbatim": True} if marked else _letters(plain(footer), 2000)
        yield {"type": "context", "elements": [small]}


def _buttons(buttons: Sequence[Button], links: Sequence[Link]) -> Iterator[Native]:
    for index, button in enumerate(buttons):
        style = {"style": button.style} if button.style else {}
        yield {
            "type": "button",
            "action_id": f"{SAYS}{index}",
            "text": _letters(button.label, 75),
            "value": button.says,
            **style,
        }
    for index, link in enumerate(each for each in links if LED.fullmatch(each.url)):
        yield {"type": "button", "action_id": f"{LEADS}{index}", "text": _letters(link.label, 75), "url": link.url}


def _batches(all: Sequence[Native | None], most: int) -> Iterator[Sequence[Native | None]]:
    yield from (all[first : first + most] for first in range(0, len(all), most))


def _letters(text: str, most: int) -> Native:
    return {"type": "plain_text", "text": cut_letters(straight(text) or "…", most), "emoji": False}


def _preview(card: Card) -> str:
    """What a notification says. The platform reads mark-up in it, so that mentions must be escaped."""
    said = " · ".join(part for part in (plain(card.title), plain(card.body).split("\n")[0]) if part)
    return escape(cut_letters(straight(said), PREVIEW), quote=False) or "…"


def topic(text: str) -> str:
    """A channel's topic. The platform reads mark-up in it, too, and takes 250 letters."""
    return escape(cut_letters(straight(text), 200), quote=False)[:250]


def label(text: str) -> str:
    """A bookmark's title."""
    return cut_letters(straight(" ".join(text.split())), 100)


def copy(copy: Copy) -> Native:
    """Somebody's words from another room, in their name."""
    said = cut(copy.text, BODY)
    name = cut_letters(" ".join(straight(f"{copy.author} ({copy.origin})").split()), 80)
    text = escape(cut_letters(straight(plain(said)), PREVIEW), quote=False) or "…"
    icon = {"icon_url": copy.avatar} if copy.avatar.startswith("https://") else {}
    return {"text": text, "blocks": rich(said) or rich((Para((Run("…"),)),)), "username": name, **icon}


def home(card: Card, answer: Card | None) -> Native:
    """Somebody's Home: what is theirs, and above it the answer to what they just pressed there."""
    above = [*_plain(answer), {"type": "divider"}] if answer else []
    blocks = [*above, *(_plain(card) or rich((Para((Run("…"),)),)))][:100]
    pressed = (each for block in blocks if block["type"] == "actions" for each in block["elements"])
    for index, each in enumerate(pressed):
        each["action_id"] = f"{LEADS if 'url' in each else SAYS}{index}"
    return {"type": "home", "blocks": blocks}


def _plain(card: Card) -> list[Native]:
    """A card without its colour: a view has no attachments."""
    return [*_head(card), *_body(card, 1), *_foot(card, 1)]


def form(form: Form, metadata: str) -> Native:
    """A modal; `metadata` comes back with what was filled in."""
    return {
        "type": "modal",
        "callback_id": FORM,
        "title": _letters(form.title, 24),
        "submit": _letters(form.submit, 24),
        "private_metadata": metadata,
        "blocks": [_input(option) for option in form.options[:100]] or rich((Para((Run(form.title),)),)),
    }


def _input(option: Option) -> Native:
    hint = {"hint": _letters(option.help, 150)} if option.help else {}
    return {
        "type": "input",
        "block_id": option.name,
        "optional": not option.required,
        "label": _letters(option.label or option.name, 150),
        "element": {"action_id": option.name, **_element(option)},
        **hint,
    }


def _element(option: Option) -> Native:
    """What somebody fills in."""
    if option.kind == "choice" and option.choices:
        return _select([_choice(each) for each in option.choices], option.value)
    if option.kind == "flag":
        return _select([_choice(Choice("yes", "✓"))], option.value)
    if option.suggests:
        chosen = {"initial_option": _choice(Choice(option.value, option.value))} if option.value else {}
        return {"type": "external_select", "min_query_length": 0, **chosen}
    if option.kind == "person":
        user = option.value.removeprefix("@slack:")
        return {"type": "users_select", **({"initial_user": user} if user != option.value else {})}
    value = {"initial_value": cut_letters(option.value, 3000)} if option.value else {}
    return {"type": "plain_text_input", "multiline": option.long, **value}


def _select(options: Sequence[Native], value: str) -> Native:
    chosen = next((each for each in options if each["value"] == value), None)
    return {"type": "static_select", "options": options[:100], **({"initial_option": chosen} if chosen else {})}


def choices(found: Sequence[Choice], typed: str) -> list[Native]:
    """What a select offers: what was found, and at last what was typed, which may be right all the same."""
    fitting = [_choice(each) for each in found if 0 < len(each.value) <= VALUE_OF_CHOICE][:99]
    own = Choice(typed.strip(), typed.strip())
    known = {each["value"] for each in fitting} | {each["text"]["text"] for each in fitting}
    return fitting if not own.value or own.value in known else [*fitting, _choice(own)]


def _choice(choice: Choice) -> Native:
    return {"text": _letters(choice.label, 75), "value": cut_letters(choice.value, VALUE_OF_CHOICE)}
