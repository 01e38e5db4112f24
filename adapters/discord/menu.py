"""The command tree that Discord shows while somebody types: made from the grammar.

https://docs.discord.com/developers/interactions/application-commands
"""

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.discord.markdown import short
from bot.ports import Grammar, Option, Verb

MOST = 25
"""Subcommands, options, choices a level."""
SUBCOMMAND, GROUP, STRING = 1, 2, 3
TYPES = {"int": 4, "person": 6, "flag": 5}
"""Everything else is a string, an incident too: people write `#42`."""
LOCALES = {"en": ("en-US", "en-GB"), "zh-hans": ("zh-CN",)}
"""Our languages as Discord names them."""
ANYTHING = "do"
"""The subcommand that takes any line, where there are more verbs than a level holds."""


def tree(grammar: Grammar, others: Mapping[str, Grammar]) -> list[dict[str, Any]]:
    """The root command with a subcommand for every verb; verbs of two words share a group.

    `grammar` is what is said to everybody, `others` the languages that Discord says instead to those who read them.
    """
    told = {locale: each for tag, each in others.items() for locale in LOCALES.get(tag, ())}
    groups: dict[str, list[Verb]] = {}
    for verb in grammar.verbs:
        groups.setdefault(verb.name.split()[0], []).append(verb)
    made = [level(name, verbs, told) for name, verbs in groups.items()]
    if len(made) > MOST:
        made = [*made[: MOST - 1], anything()]
    return [{"type": 1, "name": grammar.root, "description": grammar.root.capitalize(), "options": made}]


def level(name: str, verbs: Sequence[Verb], told: Mapping[str, Grammar]) -> dict[str, Any]:
    """One verb, or all whose first word this is."""
    if all(" " not in verb.name for verb in verbs):
        return subcommand(name, verbs[0], told)
    inside = [subcommand(verb.name.split()[1], verb, told) for verb in verbs if " " in verb.name]
    return {"type": GROUP, "name": name, "description": name.capitalize(), "options": inside[:MOST]}


def anything() -> dict[str, Any]:
    """Whatever has no place in the menu can still be typed."""
    line = {"type": STRING, "name": "line", "description": "…", "required": True}
    return {"type": SUBCOMMAND, "name": ANYTHING, "description": "…", "options": [line]}


def subcommand(name: str, verb: Verb, told: Mapping[str, Grammar]) -> dict[str, Any]:
    """One verb."""
    same = {tag: found for tag, grammar in told.items() if (found := grammar.verb(verb.name))}
    helps = {tag: found.help for tag, found in same.items()}
    listed = {tag: {each.name: each for each in found.options} for tag, found in same.items()}
    options = [
        typed(option, {tag: names[option.name] for tag, names in listed.items() if option.name in names})
        for option in verb.options[:MOST]
    ]
    return {"type": SUBCOMMAND, "name": name, **described(verb.help, helps), "options": options}


def typed(option: Option, same: Mapping[str, Option]) -> dict[str, Any]:
    """One option, of the type that lets Discord help most."""
    helps = {tag: each.help for tag, each in same.items()}
    made = {"type": TYPES.get(option.kind, STRING), "name": option.name, **described(option.help, helps)}
    # None must be filled in: for what is missing the house opens a form, which has room for it.
    if 0 < len(option.choices) <= MOST:
        made["choices"] = [{"name": short(each.label, 100), "value": each.value} for each in option.choices]
    return made


def described(help: str, told: Mapping[str, str]) -> dict[str, Any]:
    """A description, and what those read who read another language."""
    others = {tag: short(text, 100) for tag, text in told.items() if text and text != help}
    made: dict[str, Any] = {"description": short(help, 100) or "…"}
    return made | ({"description_localizations": others} if others else {})


def holds(there: Any, wanted: Any) -> bool:
    """Whether what Discord has is what is wanted: it adds fields of its own, and leaves out what is empty."""
    if isinstance(wanted, Mapping):
        return isinstance(there, Mapping) and all(holds(there.get(key), value) for key, value in wanted.items())
    if isinstance(wanted, list):
        there = there or []
        return len(there) == len(wanted) and all(map(holds, there, wanted))
    return bool(there == wanted) or not (there or wanted)
