"""Cards, forms and copies as Discord shows them: embeds, buttons, modals.

https://discord.com/developers/docs/resources/message and /components/reference
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.ports import Button, Card, Copy, Form, Link, Option
from bot.text.rich import Block, Code, Inline, Item, Line, Moment, Para, Quote, plain

MARK = "!"
"""Begins the custom id of every button and form of ours."""
NOBODY: Mapping[str, Any] = {"parse": []}
"""Whom content may ping."""
EPHEMERAL = 64
TITLE, DESCRIPTION, VALUE, CONTENT = 256, 4096, 1024, 2000
TONES = {"alarm": 0xE01E5A, "warn": 0xECB22E, "busy": 0x5865F2, "calm": 0x2EB67D}
SHAPES = {"time": "t", "date": "f", "ago": "R"}
STYLES = {"": 2, "primary": 1, "danger": 4}
SPECIAL = re.compile(r"([\\*_~|`>#\[\]()<])")
LINK = re.compile(r"(https?://[^\s<>]+)")


def escape(text: str) -> str:
    """Letters that stay letters: no markup, no mention. Addresses are left as they are, so that they lead somewhere."""
    parts = LINK.split(text)
    escaped = (part if at % 2 else SPECIAL.sub(r"\\\1", part) for at, part in enumerate(parts))
    return "".join(escaped).replace("@", "@\u200b")


def cut(text: str, most: int) -> str:
    """At most so many letters, with an ellipsis where some are gone."""
    return text if len(text) <= most else text[: most - 1].rstrip("\\") + "…"


def markdown(line: Line) -> str:
    """A line in Discord's markdown."""
    return "".join(map(_inline, line))


def _inline(part: Inline) -> str:
    if isinstance(part, Moment):
        return f"<t:{int(part.at.timestamp())}:{SHAPES[part.shape]}>"
    if part.code:
        ticks = part.text.replace("`", "\u02cb")
        return f"`{ticks}`"
    text = escape(part.text)
    for mark, on in (("**", part.bold), ("*", part.italic), ("~~", part.strike)):
        if on and text.strip():
            text = f"{mark}{text}{mark}"
    return f"[{text}]({part.link})" if part.link.startswith("http") else text


def block(each: Block) -> str:
    """A block on lines of its own."""
    match each:
        case Para():
            return markdown(each.line)
        case Item():
            return f"- {markdown(each.line)}"
        case Quote():
            return "\n".join(f"> {row}" for row in markdown(each.line).split("\n"))
        case Code():
            inside = each.text.replace("```", "\u02cb\u02cb\u02cb")
            return f"```\n{inside}\n```"


def show(card: Card) -> dict[str, Any]:
    """A card as a message."""
    components = rows(card.buttons, card.links)
    if not card.title and not card.facts and not card.footer:
        text = cut("\n".join(map(block, card.body)) or "…", CONTENT)
        return {"content": text, "embeds": [], "components": components, "allowed_mentions": NOBODY}
    return {"content": "", "embeds": [embed(card)], "components": components, "allowed_mentions": NOBODY}


def embed(card: Card) -> dict[str, Any]:
    """A card's title, body and facts. Links work in the description alone, so the footer stands there, small."""
    footer = f"\n-# {markdown(card.footer)}" if card.footer else ""
    body = cut("\n".join(map(block, card.body)), DESCRIPTION - len(footer))
    fields = [
        {"name": cut(fact.label, TITLE), "value": cut(markdown(fact.value) or "–", VALUE), "inline": True}
        for fact in card.facts[:25]
    ]
    made: dict[str, Any] = {"description": body + footer, "fields": fields}
    if card.title:
        made["title"] = cut(escape(plain(card.title)), TITLE)
    if card.tone in TONES:
        made["color"] = TONES[card.tone]
    return made


def rows(buttons: Sequence[Button], links: Sequence[Link]) -> list[dict[str, Any]]:
    """Buttons, five in a row."""
    knobs: list[dict[str, Any]] = [
        {"type": 2, "style": STYLES[button.style], "label": cut(button.label, 80), "custom_id": MARK + button.says}
        for button in buttons
    ]
    knobs += [
        {"type": 2, "style": 5, "label": cut(link.label, 80), "url": link.url}
        for link in links
        if link.url.startswith(("https://", "http://"))
    ]
    return [{"type": 1, "components": knobs[at : at + 5]} for at in range(0, min(len(knobs), 25), 5)]


def modal(form: Form) -> dict[str, Any]:
    """A form: five questions at most, the required ones first."""
    asked = sorted(form.options, key=lambda option: not option.required)[:5]
    return {
        "custom_id": cut(MARK + form.words, 100),
        "title": cut(form.title, 45),
        "components": [{"type": 18, "label": cut(label(each), 45), "component": entry(each)} for each in asked],
    }


def label(option: Option) -> str:
    """What stands over a question."""
    return option.help.rstrip(".。")


def entry(option: Option) -> dict[str, Any]:
    """Where it is answered."""
    if option.choices:
        choices = [
            {"label": cut(choice.label, 100), "value": choice.value, "default": choice.value == option.value}
            for choice in option.choices[:25]
        ]
        return {"type": 3, "custom_id": option.name, "options": choices, "required": option.required}
    made: dict[str, Any] = {
        "type": 4,
        "custom_id": option.name,
        "style": 2 if option.long else 1,
        "required": option.required,
        "max_length": 4000 if option.long else 500,
    }
    return made | ({"value": option.value} if option.value else {})


def copy_of(copy: Copy) -> dict[str, Any]:
    """What was said elsewhere, in its author's name."""
    name = re.sub(r"(?i)discord|clyde", lambda found: found[0][0] + "\u200b" + found[0][1:], copy.author)
    made: dict[str, Any] = {
        "content": cut("\n".join(map(block, copy.text)) or "…", CONTENT),
        "username": cut(f"{name} ({copy.origin})", 80),
        "allowed_mentions": NOBODY,
    }
    return made | ({"avatar_url": copy.avatar} if copy.avatar.startswith("https://") else {})
