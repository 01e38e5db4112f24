"""Cards, forms and copies as Discord shows them: embeds, buttons, modals. Nothing here ever pings anybody.

https://docs.discord.com/developers/resources/message and /components/reference
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from adapters.discord.markdown import BREAK, short, text, title
from bot.ports import Button, Card, Copy, Fact, Form, Link, Option, Room
from bot.text.rich import Para, Run, Text

MARK = "!"
"""Begins the custom id of every button and form of ours."""
NOBODY: Mapping[str, Any] = {"parse": []}
"""Whom content may ping. It is said with every edit too: an edit parses anew, by default everything."""
EPHEMERAL, NO_PREVIEWS = 1 << 6, 1 << 2
CONTENT, TITLE, DESCRIPTION, NAME, VALUE = 2000, 256, 4096, 256, 1024
EMBED = 6000
FACTS = 24
ID = 100
INPUT = 4000
VIEW = 1 << 10
TONES = {"alarm": 0xED4245, "warn": 0xF0B232, "busy": 0x5865F2, "calm": 0x23A55A}
STYLES = {"": 2, "primary": 1, "danger": 4}
LEADS = 5
STRINGS, WORDS, PEOPLE, LABEL = 3, 4, 5, 18
"""Components: a choice, a text input, a choice of people, and what names them in a modal."""
YES = {"yes": "✓", "no": "✗"}


def show(card: Card) -> dict[str, Any]:
    """A card as a message: bare text where that is all it is, otherwise an embed with its tone as colour."""
    components = rows(card.buttons, card.links)
    if not card.title and not card.facts:
        bare = bare_text(card)
        if len(bare) <= CONTENT:
            return message(content=bare or BREAK, components=components, flags=NO_PREVIEWS)
    return message(embeds=[embed(card)], components=components)


def page(card: Card) -> dict[str, Any]:
    """The same for one person, loudly: a phone's notification shows the content and no embed."""
    shown = show(card)
    if not card.title:
        return shown
    rest = embed(card)
    del rest["title"]
    return {**shown, "content": f"**{title(card.title, CONTENT - 4)}**", "embeds": [rest] if len(rest) > 1 else []}


def words(said: str, *, flags: int = 0) -> dict[str, Any]:
    """A line of our own."""
    return message(content=said, flags=flags | NO_PREVIEWS)


def message(
    *, content: str = "", embeds: Sequence[Any] = (), components: Sequence[Any] = (), flags: int = 0
) -> dict[str, Any]:
    """A whole message: an edit with it leaves nothing of what stood there."""
    return {
        "content": content,
        "embeds": list(embeds),
        "components": list(components),
        "allowed_mentions": NOBODY,
        "flags": flags,
    }


def bare_text(card: Card) -> str:
    """The body, with the footer small below it."""
    body = text(card.body, DESCRIPTION)
    return "\n".join(part for part in (body, small(card)) if part)


def small(card: Card) -> str:
    """The footer, in small letters."""
    return f"-# {text((Para(card.footer),), VALUE - 3)}" if card.footer else ""


def embed(card: Card) -> dict[str, Any]:
    """Title, body, facts side by side, footer: 6,000 letters in all."""
    made: dict[str, Any] = {"title": title(card.title, TITLE)} if card.title else {}
    facts, foot = list(fields(card.facts, EMBED // 2)), small(card)
    if facts and foot:
        # Below the facts: an embed's own footer takes no links.
        facts, foot = [*facts, {"name": BREAK, "value": foot, "inline": False}], ""
    used = len(made.get("title", "")) + sum(len(each["name"]) + len(each["value"]) for each in facts)
    body = text(card.body, min(DESCRIPTION, EMBED - used) - len(foot) - 1)
    if body or foot or not (made or facts):
        made["description"] = "\n".join(part for part in (body, foot) if part) or BREAK
    if card.tone in TONES:
        made["color"] = TONES[card.tone]
    return made | ({"fields": facts} if facts else {})


def fields(facts: Sequence[Fact], room: int) -> Iterator[dict[str, Any]]:
    """As many facts as there is room for."""
    for fact in facts[:FACTS]:
        name, value = title((Run(fact.label),), NAME), text((Para(fact.value),), VALUE)
        room -= len(name) + len(value)
        if room >= 0:
            yield {"name": name or BREAK, "value": value or "–", "inline": True}


def rows(buttons: Sequence[Button], links: Sequence[Link]) -> list[dict[str, Any]]:
    """Buttons, five in a row, five rows at most; the same command once, or Discord refuses them all."""
    said = {MARK + button.says: button for button in reversed(buttons)}
    knobs: list[dict[str, Any]] = [
        {"type": 2, "style": STYLES[button.style], "label": short(button.label, 80) or BREAK, "custom_id": id}
        for id, button in reversed(said.items())
        if len(id) <= ID
    ]
    knobs += [
        {"type": 2, "style": LEADS, "label": short(link.label, 80) or BREAK, "url": link.url}
        for link in links
        if re.fullmatch(r"https?://\S{1,500}", link.url)
    ]
    return [{"type": 1, "components": knobs[at : at + 5]} for at in range(0, min(len(knobs), 25), 5)]


# ---- forms


def modal(form: Form) -> dict[str, Any]:
    """A form: five questions at most, the required ones first."""
    asked = sorted(form.options, key=lambda option: not option.required)[:5]
    return {
        "custom_id": MARK + form.words,
        "title": short(form.title, 45),
        "components": [question(option) for option in asked],
    }


def door(form: Form) -> dict[str, Any]:
    """A form behind a button: a modal opens only at once, and only for somebody who pressed or picked something."""
    button = Button(form.title, form.words, "primary")
    return message(content=f"**{title((Run(form.title),), NAME)}** …", components=rows((button,), ()))


def question(option: Option) -> dict[str, Any]:
    """One question: its label in the reader's language, and in full below where it is long."""
    label = option.help.rstrip(".。") or option.name
    made = {"type": LABEL, "label": short(label, 45), "component": entry(option)}
    return made | ({"description": short(option.help, 100)} if len(label) > 45 else {})


def entry(option: Option) -> dict[str, Any]:
    """Where it is answered."""
    made: dict[str, Any] = {"type": WORDS, "custom_id": option.name, "required": option.required}
    if option.kind == "person":
        return made | {"type": PEOPLE}
    choices = {choice.value: choice.label for choice in option.choices} or (YES if option.kind == "flag" else {})
    if choices:
        listed = [
            {"label": short(label, 100), "value": value, "default": value == option.value}
            for value, label in list(choices.items())[:25]
        ]
        return made | {"type": STRINGS, "options": listed}
    made |= {"style": 2 if option.long else 1, "max_length": INPUT if option.long else 500}
    return made | ({"value": option.value[: made["max_length"]]} if option.value else {})


# ---- copies and rooms


def copied(copy: Copy) -> dict[str, Any]:
    """What was said elsewhere, in its author's name: a webhook's message."""
    made = message(content=text(copy.text, CONTENT) or BREAK)
    made["username"] = author(f"{copy.author} ({copy.origin})")
    return made | ({"avatar_url": copy.avatar} if copy.avatar.startswith(("https://", "http://")) else {})


def spoken(copy: Copy) -> dict[str, Any]:
    """The same in our own name, where there is no webhook to be had."""
    head: Text = (Para((Run(f"{copy.author} ({copy.origin})", bold=True),)),)
    return message(content=text((*head, *copy.text), CONTENT))


def author(name: str) -> str:
    """A webhook's name: Discord takes none with `discord` or `clyde` in it."""
    safe = re.sub(r"(?i)(d)(iscord)|(c)(lyde)", lambda found: BREAK.join(filter(None, found.groups())), name)
    return short(" ".join(safe.split()), 80) or "?"


def channel(room: Room) -> dict[str, Any]:
    """A room to be opened; its topic ends with the key, by which a later try finds it."""
    name = re.sub(r"[^\w]+", "-", f"inc {room.name.lower()}").strip("-_")
    return {
        "name": name[:100].rstrip("-"),
        "topic": f"{short(room.topic, 1023 - len(sign(room.key)))} {sign(room.key)}".strip(),
    }


def sign(key: str) -> str:
    """A room's key, as it ends its topic."""
    return f"[{key}]"


def closed(guild: str, me: str) -> list[dict[str, Any]]:
    """Who sees a private room: the bot, and nobody else until they are invited."""
    return [
        {"id": guild, "type": 0, "allow": "0", "deny": str(VIEW)},
        {"id": me, "type": 1, "allow": str(VIEW), "deny": "0"},
    ]


def nonce(key: str) -> dict[str, Any]:
    """By which the same message, tried twice within minutes, stands there once."""
    return {"nonce": sha256(key.encode()).hexdigest()[:25], "enforce_nonce": True}
