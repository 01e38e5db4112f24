"""What was said in Discord, in no dialect: from the gateway's own payloads.

https://docs.discord.com/developers/interactions/receiving-and-responding
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from adapters import signs
from adapters.discord.letters import everything, led, listed, named, plainly, things, typed
from adapters.discord.menu import ANYTHING, OF_A_MESSAGE, meant, pointed
from adapters.discord.show import ABOUT, MARK, PEOPLE, REST
from adapters.signs import below
from bot.ports import Grammar, Handle, MessageId, Place, Remark, Said

NAME = "discord"
COMMAND, PRESS, TYPING, MODAL = 2, 3, 4, 5
"""Kinds of interaction."""
THREADS = {10, 11, 12}
"""Kinds of channels that are threads."""
PARTY = 3
"""The kind of a conversation of several people: it has no server, and nobody is alone in it."""
PIN = "pin"
"""What a reaction says."""
SPOKEN = {0, 19}
"""Kinds of message that people type: a message and a reply. The others are joins, pins and the like."""
LATEST = 1 << 42
"""Milliseconds: what the largest id says."""
EPOCH = datetime.fromisoformat("2015-01-01T00:00:00+00:00")


def interaction(raw: Mapping[str, Any], grammar: Grammar) -> Said | None:
    """A command, a press or a form of ours; None for other people's. `raw` is INTERACTION_CREATE's payload."""
    asked = spoken(raw, grammar)
    if asked is None or not (user := who(raw)):
        return None
    words, fields, about = asked
    message = (raw.get("message") or {}).get("id")
    return Said(
        key=f"{NAME}:{raw['id']}",
        by=Handle(NAME, str(user["id"])),
        place=inside(raw.get("channel") or {}, str(raw["channel_id"])),
        words=words,
        fields=fields,
        direct=alone(raw),
        name=called(user, raw.get("member") or {}),
        locale=str(raw.get("locale") or ""),
        at=when(str(raw["id"])),
        message=MessageId(str(message)) if message else None,
        about=about,
        named={f"{NAME}:{id}": called(each, {}) for id, each in resolved(raw).items()},
    )


def resolved(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """The users whom an interaction is about, by their ids."""
    return (raw.get("data") or {}).get("resolved", {}).get("users") or {}


def who(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """Who did it: in a server a member, in a direct conversation a user."""
    user = (raw.get("member") or {}).get("user") or raw.get("user") or {}
    return user if user.get("id") else {}


def inside(channel: Mapping[str, Any], id: str) -> Place:
    """The room: a thread is part of its channel, and what is said in it is about that channel's incident."""
    parent = channel.get("parent_id") if channel.get("type") in THREADS else None
    return Place(NAME, str(parent or id))


def alone(raw: Mapping[str, Any]) -> bool:
    """Whether somebody speaks with the bot alone."""
    kind = raw.get("channel_type", (raw.get("channel") or {}).get("type"))
    return not raw.get("guild_id") and kind != PARTY


Spoken = tuple[str, dict[str, str], Remark | None]


def spoken(raw: Mapping[str, Any], grammar: Grammar) -> Spoken | None:
    """The command line, the fields, and the message that an interaction is about."""
    data = raw.get("data") or {}
    if raw.get("type") == COMMAND and data.get("type", 1) == 1:
        return *command(data, grammar), None
    if raw.get("type") == COMMAND and data.get("type") == OF_A_MESSAGE:
        return pointed(str(data.get("name", "")), grammar), {}, target(raw)
    id = str(data.get("custom_id", ""))
    if raw.get("type") not in {PRESS, MODAL} or not id.startswith(MARK):
        return None
    words, _, about = id.removeprefix(MARK).partition(ABOUT)
    fields = dict(answers(data.get("components"))) if raw["type"] == MODAL else {}
    typed = lines(fields.pop(REST, ""))
    return words, fields | typed, Remark(message=MessageId(about)) if about else None


def target(raw: Mapping[str, Any]) -> Remark | None:
    """The message whose menu was used."""
    data = raw["data"]
    found = ((data.get("resolved") or {}).get("messages") or {}).get(str(data.get("target_id")))
    return remark(found, str(raw.get("guild_id") or "")) if found else None


def typing(raw: Mapping[str, Any], grammar: Grammar) -> tuple[Said, str] | None:
    """What somebody has typed so far, and the option that they are at; None where they are at none."""
    data, user = raw.get("data") or {}, who(raw)
    path, options = descend(data)
    at = next((each["name"] for each in options if each.get("focused")), "")
    if not (user and at):
        return None
    said = Said(
        key=f"{NAME}:{raw['id']}",
        by=Handle(NAME, str(user["id"])),
        place=inside(raw.get("channel") or {}, str(raw["channel_id"])),
        words=meant(path, grammar),
        fields={each["name"]: value(each) for each in options},
        direct=alone(raw),
        locale=str(raw.get("locale") or ""),
    )
    return said, at


def descend(data: Mapping[str, Any]) -> tuple[list[str], Sequence[Mapping[str, Any]]]:
    """Through groups and subcommands to the options that were filled in."""
    path: list[str] = []
    options = listed(data.get("options"))
    while options and options[0].get("type") in {1, 2}:
        path.append(str(options[0].get("name") or ""))
        options = listed(options[0].get("options"))
    return path, [each for each in options if each.get("name") and "type" in each]


def command(data: Mapping[str, Any], grammar: Grammar) -> tuple[str, dict[str, str]]:
    """A slash command's verb and what was filled in."""
    path, options = descend(data)
    fields = {option["name"]: text for option in options if (text := value(option))}
    return (fields.get("line", ""), {}) if path == [ANYTHING] else (meant(path, grammar), fields)


def value(option: Mapping[str, Any]) -> str:
    """An option as text: a person is `@discord:id`, a flag that is off is nothing."""
    match option["type"], option.get("value"):
        case _, None:
            return ""
        case 6, id:
            return f"@{NAME}:{id}"
        case 5, on:
            return "yes" if on else ""
        case _, other:
            return plainly(str(other))


def answers(components: Any) -> Iterator[tuple[str, str]]:
    """A form's fields, wherever they are nested."""
    for part in listed(components):
        if part.get("custom_id"):
            chosen = [f"@{NAME}:{one}" if part.get("type") == PEOPLE else str(one) for one in part.get("values") or ()]
            yield str(part["custom_id"]), chosen[0] if chosen else plainly(str(part.get("value") or ""))
        yield from answers(part.get("components"))
        yield from answers([part["component"]] if part.get("component") else ())


def lines(typed: str) -> dict[str, str]:
    """`name: value` on lines of their own, as a form's last box holds them; a line without a name goes on."""
    found: dict[str, str] = {}
    name = ""
    for row in typed.splitlines():
        begun = re.match(r"\s*([a-z]{1,32})\s*[:：]\s*(.*)", row)
        if begun:
            name = begun[1]
        if name:
            found[name] = "\n".join(part for part in (found.get(name, ""), begun[2] if begun else row) if part)
    return {name: text for name, text in found.items() if text.strip()}


def message(raw: Mapping[str, Any], mine: Collection[str], grammar: Grammar, parent: str = "") -> Said | None:
    """A message; None for bots, webhooks, joins and what has nothing in it. `raw` is MESSAGE_CREATE's payload.

    `mine` are the ids by which the bot is mentioned: its own, and its role's, which people pick by mistake. `parent` is
    the channel of the thread in which it was said.
    """
    direct, text = alone(raw), typed(raw)
    # Somebody else's words, passed on, are nobody's command.
    asked = text or (direct and not raw.get("message_snapshots"))
    chatter = below(plainly(text), *things(raw), named(raw))
    if not (human(raw) and chatter and (asked or not direct)):
        return None
    line = addressed(text, mine, grammar, direct) if asked else None
    replied = raw.get("referenced_message")
    return Said(
        **who_said(raw, parent),
        key=f"{NAME}:{raw['id']}",
        words=chatter if line is None else plainly(line),
        addressed=line is not None,
        direct=direct,
        about=remark(replied, str(raw.get("guild_id") or "")) if replied else None,
    )


def enclosed(said: Said, raw: Mapping[str, Any]) -> Said | None:
    """What came with a command, a picture for example: it goes to the other rooms, as all that is said."""
    words = below(*things(raw), named(raw)) if said.addressed and not said.direct else ""
    return replace(said, key=f"{said.key}:enclosed", words=words, addressed=False) if words else None


def edited(raw: Mapping[str, Any], mine: Collection[str], grammar: Grammar, parent: str = "") -> Said | None:
    """What somebody made of what they had said. `raw` is MESSAGE_UPDATE's payload, which tells of other changes, too:
    those are the same delivery, or none. An edit is no command.
    """
    at, text = raw.get("edited_timestamp"), typed(raw)
    if not (human(raw) and at and text) or alone(raw) or addressed(text, mine, grammar, False) is not None:
        return None
    about = who_said(raw, parent) | {"at": moment(at)}
    return Said(**about, key=f"{NAME}:{raw['id']}:{at}", words=signs.edited(plainly(text)), addressed=False)


def human(raw: Mapping[str, Any]) -> bool:
    """Whether it is a message that somebody typed."""
    author = raw.get("author") or {}
    robot = author.get("bot") or author.get("system") or raw.get("webhook_id")
    return bool(author.get("id")) and not robot and raw.get("type", 0) in SPOKEN


def who_said(raw: Mapping[str, Any], parent: str) -> dict[str, Any]:
    """Who said a message, when and where."""
    author, id = raw["author"], str(raw["id"])
    return {
        "by": Handle(NAME, str(author["id"])),
        "place": Place(NAME, parent or str(raw["channel_id"])),
        "name": called(author, raw.get("member") or {}),
        "avatar": avatar(author),
        "at": when(id),
        "message": MessageId(id),
        "named": {f"{NAME}:{each.get('id')}": called(each, each.get("member") or {}) for each in mentioned(raw)},
    }


def mentioned(raw: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Those whom a message mentions, and whom the one mentions that it answers."""
    yield from listed(raw.get("mentions"))
    yield from listed((raw.get("referenced_message") or {}).get("mentions"))


def reaction(raw: Mapping[str, Any], pins: Collection[str], me: str, parent: str = "") -> Said | None:
    """A reaction that pins; None for every other. `raw` is MESSAGE_REACTION_ADD's payload: it only names the message.

    The same person's same reaction to the same message is one delivery, though it is taken back and given again.
    """
    emoji, user = raw.get("emoji") or {}, str(raw.get("user_id") or "")
    name = str(emoji.get("name") or "")
    member = raw.get("member") or {}
    robot = user == me or (member.get("user") or {}).get("bot")
    if not user or robot or bare(name) not in set(map(bare, pins)):
        return None
    return Said(
        key=f"{NAME}:{raw['message_id']}:{user}:{bare(name)}",
        by=Handle(NAME, user),
        place=Place(NAME, parent or str(raw["channel_id"])),
        words=PIN,
        reacted=True,
        direct=not raw.get("guild_id"),
        name=called(member.get("user") or {}, member),
        about=Remark(message=MessageId(str(raw["message_id"]))),
    )


def bare(emoji: str) -> str:
    """An emoji without the mark that only says how to paint it, and without colons."""
    return emoji.replace("\ufe0f", "").strip(":")


def remark(raw: Mapping[str, Any], guild: str = "") -> Remark:
    """A message that is pointed at. `raw` is a message as the API shows it."""
    author, id = raw.get("author") or {}, str(raw.get("id", ""))
    known = author.get("id") and not raw.get("webhook_id")
    return Remark(
        message=MessageId(id),
        text=everything(raw),
        by=Handle(NAME, str(author["id"])) if known else None,
        name=called(author, raw.get("member") or {}),
        at=when(id) if id.isdecimal() else None,
        link=led(raw, guild),
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


def called(user: Mapping[str, Any], member: Mapping[str, Any]) -> str:
    """How somebody is shown."""
    return str(member.get("nick") or user.get("global_name") or user.get("username") or "")


def avatar(author: Mapping[str, Any]) -> str:
    """Where somebody's picture is."""
    if not author.get("avatar"):
        return ""
    return f"https://cdn.discordapp.com/avatars/{author['id']}/{author['avatar']}.png?size=128"


def moment(written: Any) -> datetime | None:
    """When something was done, as the platform writes it."""
    try:
        found = datetime.fromisoformat(str(written))
    except ValueError:
        return None
    return found if found.tzinfo else None


def when(id: str) -> datetime:
    """When something was said: its id says so."""
    return EPOCH + timedelta(milliseconds=min(int(id) >> 22, LATEST))
