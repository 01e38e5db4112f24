"""What was said in Discord, in no dialect: from the gateway's own payloads."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from adapters.discord.show import MARK
from bot.ports import Grammar, Handle, Place, Said

NAME = "discord"
MODAL = 5
MENTION = re.compile(r"<@!?(\d+)>")


def interaction(raw: Mapping[str, Any]) -> Said | None:
    """A slash command, a press or a form. `raw` is INTERACTION_CREATE's payload."""
    user = (raw.get("member") or {}).get("user") or raw.get("user") or {}
    data = raw.get("data") or {}
    match raw.get("type"):
        case 2:
            words, fields = command(data)
        case 3 | 5:
            if not str(data.get("custom_id", "")).startswith(MARK):
                return None
            words = str(data["custom_id"]).removeprefix(MARK)
            fields = dict(answers(data.get("components", ()))) if raw["type"] == MODAL else {}
        case _:
            return None
    return Said(
        key=f"{NAME}:{raw['id']}",
        by=Handle(NAME, str(user["id"])),
        place=Place(NAME, str(raw["channel_id"])),
        words=words,
        fields=fields,
        direct=not raw.get("guild_id"),
        name=user.get("global_name") or user.get("username") or "",
        locale=raw.get("locale") or "",
    )


def command(data: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """A slash command's verb and what was filled in."""
    words: list[str] = []
    options = data.get("options") or []
    while options and options[0]["type"] in {1, 2}:
        words.append(options[0]["name"])
        options = options[0].get("options") or []
    return " ".join(words), {option["name"]: text for option in options if (text := value(option))}


def value(option: Mapping[str, Any]) -> str:
    """An option as text: a person is `@discord:id`, a flag that is off is nothing."""
    match option["type"], option.get("value"):
        case 6, id:
            return f"@{NAME}:{id}"
        case 5, on:
            return "yes" if on else ""
        case _, other:
            return str(other)


def answers(components: Any) -> Iterator[tuple[str, str]]:
    """A form's fields, wherever they are nested."""
    for part in components or ():
        if "custom_id" in part:
            chosen = part.get("values")
            yield part["custom_id"], chosen[0] if chosen else str(part.get("value") or "")
        yield from answers(part.get("components"))
        if inner := part.get("component"):
            yield from answers([inner])


def message(raw: Mapping[str, Any], me: str, grammar: Grammar) -> Said | None:
    """A message; None for bots, webhooks, joins and what has no words. `raw` is MESSAGE_CREATE's payload."""
    author = raw["author"]
    text = str(raw.get("content") or "").strip()
    if author.get("bot") or raw.get("webhook_id") or raw.get("type", 0) not in {0, 19} or not text:
        return None
    direct = not raw.get("guild_id")
    said = addressed(text, me, grammar)
    words = text if said is None else said
    member = raw.get("member") or {}
    return Said(
        key=f"{NAME}:{raw['id']}",
        by=Handle(NAME, str(author["id"])),
        place=Place(NAME, str(raw["channel_id"])),
        words=MENTION.sub(rf"@{NAME}:\1", words),
        addressed=said is not None or direct,
        direct=direct,
        name=member.get("nick") or author.get("global_name") or author.get("username") or "",
        avatar=avatar(author),
        message=raw["id"],
    )


def addressed(text: str, me: str, grammar: Grammar) -> str | None:
    """The command line, when the bot is spoken to; None for chatter."""
    if found := re.match(rf"<@!?{me}>\s*", text):
        return text[found.end() :]
    if found := re.match(rf"[/!]{grammar.root}(?:\s+|$)", text):
        return text[found.end() :]
    if text.startswith("!") and grammar.verb(text[1:]):
        return text[1:]
    return None


def avatar(author: Mapping[str, Any]) -> str:
    """Where somebody's picture is."""
    if not author.get("avatar"):
        return ""
    return f"https://cdn.discordapp.com/avatars/{author['id']}/{author['avatar']}.png?size=128"
