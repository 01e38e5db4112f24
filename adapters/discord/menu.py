"""The command tree that Discord shows while somebody types: made from the grammar.

https://discord.com/developers/docs/interactions/application-commands
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.ports import Grammar, Option, Verb

MOST = 25
"""Subcommands, options, choices a level."""
TYPES = {"int": 4, "person": 6, "flag": 5}
LOCALES = {"zh-hans": "zh-CN"}
"""Our languages as Discord names them; English is what stands there otherwise."""


def tree(english: Grammar, others: Mapping[str, Grammar]) -> list[dict[str, Any]]:
    """The root command with a subcommand for every verb; verbs of two words share a group."""
    others = {LOCALES[tag]: grammar for tag, grammar in others.items() if tag in LOCALES}
    alone = [verb for verb in english.verbs if " " not in verb.name]
    groups: dict[str, list[Verb]] = {}
    for verb in english.verbs:
        if " " in verb.name:
            groups.setdefault(verb.name.split()[0], []).append(verb)
    made = [subcommand(verb, verb.name, others) for verb in alone[: MOST - len(groups)]]
    for name, verbs in groups.items():
        inside = [subcommand(verb, verb.name.split()[1], others) for verb in verbs[:MOST]]
        made.append({"type": 2, "name": name, "description": name.capitalize(), "options": inside})
    return [{"type": 1, "name": english.root, "description": "Tocsin", "options": made}]


def subcommand(verb: Verb, name: str, others: Mapping[str, Grammar]) -> dict[str, Any]:
    """One verb."""
    same = {tag: found for tag, grammar in others.items() if (found := grammar.verb(verb.name))}
    return {
        "type": 1,
        "name": name,
        "description": verb.help[:100],
        "description_localizations": {tag: found.help[:100] for tag, found in same.items()},
        "options": [choose(option, same.values(), tuple(same)) for option in verb.options[:MOST]],
    }


def choose(option: Option, same: Iterable[Verb], tags: Sequence[str]) -> dict[str, Any]:
    """One option, of the type that lets Discord help most."""
    helps = [next((each.help for each in verb.options if each.name == option.name), "") for verb in same]
    made: dict[str, Any] = {
        "type": TYPES.get(option.kind, 3),
        "name": option.name,
        "description": option.help[:100],
        "description_localizations": {tag: help[:100] for tag, help in zip(tags, helps, strict=True) if help},
        # A missing text opens a form: so nothing but a choice must be filled in beforehand.
        "required": option.required and option.kind in {"choice", "person"},
    }
    if option.choices:
        made["choices"] = [{"name": choice.label[:100], "value": choice.value} for choice in option.choices[:MOST]]
    return made


def holds(there: Any, wanted: Any) -> bool:
    """Whether what Discord has is what is wanted: it adds fields of its own, and leaves out what is empty."""
    if isinstance(wanted, Mapping):
        return isinstance(there, Mapping) and all(holds(there.get(key), value) for key, value in wanted.items())
    if isinstance(wanted, list):
        there = there or []
        return len(there) == len(wanted) and all(map(holds, there, wanted))
    return bool(there == wanted) or not (there or wanted)
