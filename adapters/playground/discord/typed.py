"""A slash command that was typed as a line, made into what the client's command picker would send.

`/incident declare title: db is down sev: 1`; or, for those who just go on typing,
`/incident declare db is down --sev 1`.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from adapters.playground.discord.guild import USER_MENTION, Guild, Payload

GROUP, INTEGER, BOOLEAN, USER = 2, 4, 5, 6
YES = {"true", "yes", "on", "1"}


def data(text: str, commands: Sequence[Payload], guild: Guild) -> Payload | None:
    """The interaction's data; None where no registered command is meant, and a client sends the bare text."""
    name, _, rest = text.removeprefix("/").partition(" ")
    command = next((each for each in commands if (each["type"], each["name"]) == (1, name)), None)
    if command is None:
        return None
    path, leaf, rest = descend(command, rest.strip())
    if leaf is None:
        return None
    given = options(leaf.get("options") or (), rest, people(guild))
    if given is None:
        return None
    for kind, step in reversed(path):
        given = [{"type": kind, "name": step, "options": given}]
    whole = {"id": command["id"], "name": name, "type": 1, "options": given}
    return {**whole, **({"guild_id": command["guild_id"]} if "guild_id" in command else {}), **resolved(given, guild)}


def partial(text: str, commands: Sequence[Payload]) -> tuple[Payload, str] | None:
    """The interaction's data while somebody types an option, and the line before it; None where nothing is offered.

    An option is begun with its name (`incident: 4`), or is the first of its command that is completed.
    """
    name, _, rest = text.removeprefix("/").partition(" ")
    command = next((each for each in commands if (each["type"], each["name"]) == (1, name)), None)
    path, leaf, rest = descend(command, rest.lstrip()) if command else ([], None, "")
    offered = [each for each in (leaf or {}).get("options") or () if each.get("autocomplete")]
    if command is None or leaf is None or not offered:
        return None
    raw, words = named(leaf.get("options") or (), rest)
    at = next((each for each in offered if each["name"] in raw), offered[0])
    word = raw.get(at["name"], words)
    given: list[Payload] = [{"type": at["type"], "name": at["name"], "value": word, "focused": True}]
    for kind, step in reversed(path):
        given = [{"type": kind, "name": step, "options": given}]
    stem = text[: len(text) - len(word)]
    return {"id": command["id"], "name": name, "type": 1, "options": given, "guild_id": command.get("guild_id")}, stem


def descend(command: Payload, rest: str) -> tuple[list[tuple[int, str]], Payload | None, str]:
    """Through the groups to the subcommand that a line names; no leaf where it names none."""
    path: list[tuple[int, str]] = []
    while inner := [each for each in command.get("options") or () if each["type"] <= GROUP]:
        word, _, rest = rest.partition(" ")
        found = next((each for each in inner if each["name"] == word.lower()), None)
        if found is None:
            return path, None, rest
        path.append((found["type"], found["name"]))
        command, rest = found, rest.strip()
    return path, command, rest


def people(guild: Guild) -> Mapping[str, str]:
    """What somebody may be picked by: their name, or the first word of it."""
    whole = {str(each["global_name"]).lower(): id for id, each in guild.users.items()}
    return {**{name.split()[0]: id for name, id in whole.items()}, **whole}


def options(wanted: Sequence[Payload], rest: str, who: Mapping[str, str]) -> list[Payload] | None:
    """The options that a line fills; None where one is missing or does not fit, and the client would not send it."""
    raw, rest = named(wanted, rest)
    # What can be told by its own sign goes first: a number, a mention; words take what is left.
    for option in sorted(wanted, key=lambda each: (each["name"] != "incident", each["type"] != USER)):
        if option["name"] not in raw:
            raw_value, rest = loose(option, rest, who)
            if raw_value:
                raw[option["name"]] = raw_value
    if rest.strip() or any(option.get("required") and option["name"] not in raw for option in wanted):
        return None
    given = [(option, fit(option, raw[option["name"]])) for option in wanted if option["name"] in raw]
    if any(value is None for _, value in given):
        return None
    return [{"type": option["type"], "name": option["name"], "value": value} for option, value in given]


def named(wanted: Sequence[Payload], text: str) -> tuple[dict[str, str], str]:
    """What was given by name, and what is left: `name: words up to the next name`, `--name word`."""
    names = "|".join(re.escape(option["name"]) for option in wanted) or r"(?!)"
    raw: dict[str, str] = {}

    def take(found: re.Match[str]) -> str:
        raw[found[1]] = (found[2] or found[3] or "").strip('"') or "yes"
        return " "

    text = re.sub(rf'(?<!\S)--({names})(?:[= ]+("[^"]*"|(?!--)\S+)()|(?!\S))', take, text)
    first, *rest = re.split(rf"(?<!\S)({names}):\s+", text)
    raw.update(zip(rest[::2], map(str.strip, rest[1::2]), strict=True))
    return raw, first.strip()


def loose(option: Mapping[str, Any], rest: str, who: Mapping[str, str]) -> tuple[str, str]:
    """What an option that was not named takes from a line: a mention, a number, a choice, or all the words."""
    if option["type"] == USER:
        if found := USER_MENTION.search(rest):
            return found[0], (rest[: found.start()] + rest[found.end() :]).strip()
        longest = sorted(who, key=len, reverse=True)
        name = next((name for name in longest if re.match(rf"{re.escape(name)}(?!\w)", rest.lower())), "")
        return (f"<@{who[name]}>", rest[len(name) :].strip()) if name else ("", rest)
    word, _, after = rest.partition(" ")
    if option["name"] == "incident":
        return (word, after.strip()) if re.fullmatch(r"#\d+", word) else ("", rest)
    if option.get("autocomplete"):
        longest = sorted(who, key=len, reverse=True)
        name = next((name for name in longest if re.match(rf"{re.escape(name)}(?!\w)", rest.lower())), word)
        return rest[: len(name)], rest[len(name) :].strip()
    if option.get("choices") or option["type"] in {INTEGER, BOOLEAN}:
        return (word, after.strip()) if fit(option, word) is not None else ("", rest)
    return rest, ""


def fit(option: Mapping[str, Any], raw: str) -> Any:
    """The value in the option's type; None where it does not fit."""
    if choices := option.get("choices"):
        return next(
            (each["value"] for each in choices if raw.lower() in (str(each["value"]).lower(), each["name"].lower())),
            None,
        )
    match option["type"]:
        case 4:
            return int(raw) if re.fullmatch(r"-?\d{1,15}", raw) else None
        case 5:
            return raw.lower() in YES
        case 6:
            found = USER_MENTION.fullmatch(raw)
            return found[1] if found else None
    return raw


def resolved(given: Sequence[Mapping[str, Any]], guild: Guild) -> Payload:
    """The users that the options name, in full."""
    ids = [each["value"] for each in flat(given) if each["type"] == USER and each["value"] in guild.users]
    if not ids:
        return {}
    members = {id: {**guild.member(id), "permissions": "0"} for id in ids}
    return {"resolved": {"users": {id: guild.users[id] for id in ids}, "members": members}}


def flat(given: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The options themselves, whatever groups they stand in."""
    return [leaf for each in given for leaf in (flat(each["options"]) if "options" in each else [each])]
