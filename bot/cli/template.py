"""The example configuration, and one made from it that holds only what is wanted."""

import json
import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

NAME = "tocsin.example.toml"
HEAD = """# Tocsin's configuration. `tocsin check` says what is wrong with it, `tocsin doctor` looks at what it names.
# ${NAME} anywhere in a value is taken from the environment: keep tokens there.
# There is more: schedules, teams, mail, telephone, templates. `tocsin init --example` prints every setting.
"""
PEOPLE = """# People: the accounts stand in the order in which they are paged.

"""
POLICY = """# Who is paged, and how long each step waits for an ack before the next one.

[policies.default]
repeat = 1                           # climb the whole ladder once more
steps = [
    {{ page = ["{admin}"], wait = "5m" }},
]
"""
SETTING = re.compile(r"^(?P<setting>(?P<key>\w+) = (?:\"[^\"]*\"|\S+) *)(?P<comment>#.*)?$", re.MULTILINE)
"""A line of the example: a setting, and what is said of it."""


def example() -> str:
    """The example with every setting: beside this file where Tocsin is installed, at the root of its source."""
    installed = files("bot.cli") / NAME
    path = installed if installed.is_file() else Path(__file__).parents[2] / NAME
    return path.read_text("utf-8")


def filled(house: Mapping[str, str], chats: Mapping[str, Mapping[str, str]], name: str) -> str:
    """A configuration for these chats, with one person in it. An empty answer keeps the example's value."""
    parts = [HEAD, valued(section("house"), house)]
    parts += [valued(section(f"chats.{chat}"), given) for chat, given in chats.items()]
    accounts = {chat: given["account"] for chat, given in chats.items() if given.get("account")}
    lines = [
        f"[people.{house['admin']}]",
        *(f"{key} = {quoted(value)}" for key, value in {"name": name, **accounts}.items()),
    ]
    return "\n".join([*parts, PEOPLE + "\n".join(lines) + "\n", POLICY.format(admin=house["admin"])])


def section(name: str) -> str:
    """A table of the example with its comments. Raises `LookupError`."""
    found = re.search(rf"^\[{re.escape(name)}\].*?\n(?=\n|\Z)", example(), re.MULTILINE | re.DOTALL)
    if found is None:
        raise LookupError(name)
    return found[0]


def valued(text: str, values: Mapping[str, str]) -> str:
    """A table with these values in the place of the example's; the comments stay where they stood."""

    def line(found: re.Match[str]) -> str:
        if not (value := values.get(found["key"])):
            return found[0]
        setting = f"{found['key']} = {quoted(value)}"
        return f"{setting:<{len(found['setting']) - 1}} {found['comment']}" if found["comment"] else setting

    return SETTING.sub(line, text)


def quoted(value: str) -> str:
    """A value as TOML writes it."""
    return json.dumps(value, ensure_ascii=False)
