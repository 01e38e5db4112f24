"""Cards, forms and copies as Discord shows them: embeds, buttons, modals. Nothing but `loud` ever pings anybody.

https://docs.discord.com/developers/resources/message and /components/reference
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from adapters.discord.markdown import BREAK, short, text, title
from bot.ports import Button, Card, Choice, Copy, Fact, Form, Link, Option, Room
from bot.text.rich import Para, Run, Text

MARK, ABOUT = "!", " ~"
"""Begins the custom id of every button and form of ours; what comes before the message that a form is about."""
QUESTIONS, LISTED = 5, 25
"""In a form, and in a list to choose from."""
REST = "+"
"""The custom id of a form's last box, where it has more questions than that."""
NOBODY: Mapping[str, Any] = {"parse": []}
"""Whom content may ping. It is said with every edit too: an edit parses anew, by default everything."""
EVERYBODY: Mapping[str, Any] = {"parse": ["everyone"]}
EPHEMERAL, NO_PREVIEWS = 1 << 6, 1 << 2
CONTENT, TITLE, DESCRIPTION, NAME, VALUE = 2000, 256, 4096, 256, 1024
EMBED = 6000
FACTS = 24
ID = 100
INPUT = 4000
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


def loud(card: Card) -> dict[str, Any]:
    """A card, calling everybody who sees the channel: what `allowed_mentions` allows in this message alone."""
    shown = page(card)
    content = f"@everyone {shown['content']}".strip()[:CONTENT]
    return {**shown, "content": content, "allowed_mentions": EVERYBODY}


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


def modal(form: Form, about: str = "") -> dict[str, Any]:
    """A form: five questions at most, the required ones first. Of more than that the last box takes the rest, typed.

    `about` is the message that it is about.
    """
    asked = sorted(form.options, key=lambda option: not option.required)
    kept, rest = (asked, []) if len(asked) <= QUESTIONS else (asked[: QUESTIONS - 1], asked[QUESTIONS - 1 :])
    id = MARK + form.words + (ABOUT + about if about else "")
    return {
        "custom_id": id if len(id) <= ID else MARK + form.words,
        "title": short(form.title, 45) or BREAK,
        "components": [*map(question, kept), *([remainder(rest)] if rest else [])],
    }


def remainder(options: Sequence[Option]) -> dict[str, Any]:
    """A box with a line for each further question."""
    names = [option.label or option.name for option in options]
    helps = "; ".join(option.help.rstrip(".。") for option in options)
    rows = "\n".join(f"{option.name}: {option.value}" for option in options)
    box = {"type": WORDS, "custom_id": REST, "required": False, "style": 2, "max_length": INPUT, "value": rows[:INPUT]}
    return {
        "type": LABEL,
        "label": short(" · ".join(names), 45),
        "description": short(helps, 100) or BREAK,
        "component": box,
    }


def door(form: Form, about: str = "") -> dict[str, Any]:
    """A form behind a button: a modal opens only at once, and only for somebody who pressed or picked something."""
    button = Button(form.title, form.words + (ABOUT + about if about else ""), "primary")
    return message(content=f"**{title((Run(form.title),), NAME)}** …", components=rows((button,), ()))


def question(option: Option) -> dict[str, Any]:
    """One question: its label in the reader's language, and what it means below."""
    made = {"type": LABEL, "label": short(option.label or option.name, 45), "component": entry(option)}
    return made | ({"description": short(option.help, 100)} if option.help else {})


def entry(option: Option) -> dict[str, Any]:
    """Where it is answered."""
    made: dict[str, Any] = {"type": WORDS, "custom_id": option.name, "required": option.required}
    native = re.fullmatch(r"@discord:(\d+)", option.value)
    if option.kind == "person" and (native or not option.value):
        chosen = {"default_values": [{"id": native[1], "type": "user"}]} if native else {}
        return made | {"type": PEOPLE} | chosen
    choices = {choice.value: choice.label for choice in option.choices} or (YES if option.kind == "flag" else {})
    # What is too much for a list can be typed.
    if choices and len(choices) <= LISTED and all(len(value) <= ID for value in choices):
        listed = [
            {"label": short(label, 100) or value, "value": value, "default": value == option.value}
            for value, label in choices.items()
        ]
        return made | {"type": STRINGS, "options": listed}
    made |= {"style": 2 if option.long else 1, "max_length": INPUT if option.long else 500}
    return made | ({"value": option.value[: made["max_length"]]} if option.value else {})


def choices(offered: Sequence[Choice], whole: bool = False) -> dict[str, Any]:
    """What an option may be, while it is typed; `whole` where it takes nothing but whole numbers."""
    fits = [one for one in offered if 0 < len(one.value) <= ID and (one.value.isdecimal() or not whole)]
    return {
        "choices": [
            {"name": short(one.label, 100) or one.value, "value": int(one.value) if whole else one.value}
            for one in fits[:LISTED]
        ]
    }


# ---- copies and rooms


def copied(copy: Copy) -> dict[str, Any]:
    """What was said elsewhere, in its author's name: a webhook's message."""
    made = message(content=text(copy.text, CONTENT) or BREAK)
    made["username"] = author(f"{copy.author} ({copy.origin})")
    return made | ({"avatar_url": copy.avatar} if re.fullmatch(r"https?://\S{1,2000}", copy.avatar) else {})


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


def nonce(key: str) -> dict[str, Any]:
    """By which the same message, tried twice within minutes, stands there once."""
    return {"nonce": sha256(key.encode()).hexdigest()[:25], "enforce_nonce": True}
