"""What was said in Discord, in no dialect: from the gateway's own payloads.

https://docs.discord.com/developers/interactions/receiving-and-responding
"""

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from adapters.discord.menu import ANYTHING
from adapters.discord.show import MARK, PEOPLE
from bot.ports import Grammar, Handle, MessageId, Place, Said

NAME = "discord"
COMMAND, PRESS, MODAL = 2, 3, 5
"""Kinds of interaction."""
SPOKEN = {0, 19}
"""Kinds of message that people type: a message and a reply. The others are joins, pins and the like."""
PERSON = re.compile(r"<@!?(\d+)>")
EMOJI = re.compile(r"<a?(:\w+:)\d+>")
MASKED = re.compile(r"\[([^\]\n]+)\]\(<?(https?://[^\s)>]+)>?\)")
QUIET = re.compile(r"<(https?://[^\s>]+)>")
EPOCH = datetime.fromisoformat("2015-01-01T00:00:00+00:00")


def interaction(raw: Mapping[str, Any]) -> Said | None:
    """A slash command, a press or a form of ours; None for other people's. `raw` is INTERACTION_CREATE's payload."""
    user = (raw.get("member") or {}).get("user") or raw.get("user") or {}
    asked = spoken(raw)
    if asked is None or not user:
        return None
    words, fields = asked
    message = (raw.get("message") or {}).get("id")
    return Said(
        key=f"{NAME}:{raw['id']}",
        by=Handle(NAME, str(user["id"])),
        place=Place(NAME, str(raw["channel_id"])),
        words=words,
        fields=fields,
        direct=not raw.get("guild_id"),
        name=called(user, raw.get("member") or {}),
        locale=str(raw.get("locale") or ""),
        at=when(str(raw["id"])),
        message=MessageId(str(message)) if message else None,
    )


def spoken(raw: Mapping[str, Any]) -> tuple[str, dict[str, str]] | None:
    """The command line and the fields of an interaction."""
    data = raw.get("data") or {}
    if raw.get("type") == COMMAND:
        return command(data)
    id = str(data.get("custom_id", ""))
    if raw.get("type") not in {PRESS, MODAL} or not id.startswith(MARK):
        return None
    return id.removeprefix(MARK), dict(answers(data.get("components")) if raw["type"] == MODAL else ())


def command(data: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """A slash command's verb and what was filled in."""
    path: list[str] = []
    options = data.get("options") or []
    while options and options[0]["type"] in {1, 2}:
        path.append(options[0]["name"])
        options = options[0].get("options") or []
    fields = {option["name"]: text for option in options if (text := value(option))}
    return (fields.get("line", ""), {}) if path == [ANYTHING] else (" ".join(path), fields)


def value(option: Mapping[str, Any]) -> str:
    """An option as text: a person is `@discord:id`, a flag that is off is nothing."""
    match option["type"], option.get("value"):
        case 6, id:
            return f"@{NAME}:{id}"
        case 5, on:
            return "yes" if on else ""
        case _, other:
            return plainly(str(other))


def answers(components: Any) -> Iterator[tuple[str, str]]:
    """A form's fields, wherever they are nested."""
    for part in components or ():
        if "custom_id" in part:
            chosen = [f"@{NAME}:{one}" if part.get("type") == PEOPLE else str(one) for one in part.get("values") or ()]
            yield str(part["custom_id"]), chosen[0] if chosen else plainly(str(part.get("value") or ""))
        yield from answers(part.get("components"))
        yield from answers([part["component"]] if part.get("component") else ())


def message(raw: Mapping[str, Any], mine: Collection[str], grammar: Grammar) -> Said | None:
    """A message; None for bots, webhooks, joins and what has no words. `raw` is MESSAGE_CREATE's payload.

    `mine` are the ids by which the bot is mentioned: its own, and its role's, which people pick by mistake.
    """
    author = raw["author"]
    if author.get("bot") or raw.get("webhook_id") or raw.get("type", 0) not in SPOKEN:
        return None
    text = "\n".join(part for part in (str(raw.get("content") or "").strip(), *attached(raw)) if part)
    if not text:
        return None
    direct = not raw.get("guild_id")
    line = addressed(text, mine, grammar, direct)
    return Said(
        key=f"{NAME}:{raw['id']}",
        by=Handle(NAME, str(author["id"])),
        place=Place(NAME, str(raw["channel_id"])),
        words=plainly(text if line is None else line),
        addressed=line is not None,
        direct=direct,
        name=called(author, raw.get("member") or {}),
        avatar=avatar(author),
        at=when(str(raw["id"])),
        message=MessageId(str(raw["id"])),
    )


def addressed(text: str, mine: Collection[str], grammar: Grammar, direct: bool) -> str | None:
    """The command line, when the bot is spoken to; None for chatter."""
    found = re.match(r"<@[!&]?(\d+)>[\s,:]*", text)
    if found and found[1] in mine:
        text, direct = text[found.end() :], True
    if found := re.match(rf"[/!]{re.escape(grammar.root)}(?:\s+|$)", text):
        return text[found.end() :].strip()
    if text.startswith("!") and grammar.verb(text[1:]):
        return text[1:].strip()
    return text.removeprefix("!").strip() if direct else None


def plainly(text: str) -> str:
    """What was typed, without Discord's own marks for people, emoji and links."""
    text = PERSON.sub(rf"@{NAME}:\1", text)
    text = MASKED.sub(lambda found: found[2] if found[1] in found[2] else f"{found[1]} ({found[2]})", text)
    return QUIET.sub(r"\1", EMOJI.sub(r"\1", text))


def attached(raw: Mapping[str, Any]) -> Iterator[str]:
    """The names of files: their addresses expire."""
    for each in raw.get("attachments") or ():
        yield f"📎 {each.get('filename', '')}".strip()


def called(user: Mapping[str, Any], member: Mapping[str, Any]) -> str:
    """How somebody is shown."""
    return str(member.get("nick") or user.get("global_name") or user.get("username") or "")


def avatar(author: Mapping[str, Any]) -> str:
    """Where somebody's picture is."""
    if not author.get("avatar"):
        return ""
    return f"https://cdn.discordapp.com/avatars/{author['id']}/{author['avatar']}.png?size=128"


def when(id: str) -> datetime:
    """When something was said: its id says so."""
    return EPOCH + timedelta(milliseconds=int(id) >> 22)
