"""A card as a letter: in plain text, and in HTML that looks the same in a mail and on a page."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.ports import Card, Link
from bot.text.rich import Block, Code, Inline, Item, Line, Para, Quote, Run, plain

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
)
KINDS: Mapping[str, type] = {"para": Para, "item": Item, "quote": Quote, "code": Code, "run": Run}
TEMPLATES.tests["a"] = lambda value, kind: isinstance(value, KINDS[kind])
COLOURS: Mapping[str, str] = {
    "alarm": "#c62828",
    "warn": "#b26a00",
    "busy": "#1565c0",
    "calm": "#2e7d32",
    "plain": "#546e7a",
}
LANGUAGES: Mapping[str, str] = {"zh-hans": "zh-Hans"}
"""Our languages as HTML names them, where that differs."""


def html(template: str, card: Card, links: Sequence[Link] = (), **more: Any) -> str:
    """A card in HTML, by one of the templates."""
    page = TEMPLATES.get_template(template)
    language = LANGUAGES.get(card.language, card.language or "en")
    return page.render(card=card, links=links, colour=COLOURS[card.tone], language=language, **more)


def text(card: Card, links: Sequence[Link] = ()) -> str:
    """A card in letters alone."""
    parts = [
        flat(card.title),
        "\n".join(block(each) for each in card.body),
        "\n".join(f"{fact.label}: {flat(fact.value)}" for fact in card.facts),
        "\n".join(f"{link.label}: {link.url}" for link in links),
        flat(card.footer),
    ]
    return "\n\n".join(part for part in parts if part)


def block(each: Block) -> str:
    """A block in letters alone."""
    match each:
        case Code():
            return each.text
        case Item():
            return f"- {flat(each.line)}"
        case Quote():
            return f"> {flat(each.line)}"
        case Para():
            return flat(each.line)


def flat(line: Line) -> str:
    """A line in letters alone; where it leads stands behind it."""
    return "".join(_flat(part) for part in line)


def _flat(part: Inline) -> str:
    return f"{part.text} ({part.link})" if isinstance(part, Run) and part.link else part.text


def headline(card: Card, most: int = 150) -> str:
    """A card in one line: no letter in it begins another."""
    first = plain(card.title) or next((plain((each,)) for each in card.body), "")
    # Controls and separators of lines and paragraphs would end a header, or hide its rest.
    line = " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", first).split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
