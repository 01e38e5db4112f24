"""The commands that Discord shows while somebody types, or in a message's own menu: made from the grammar.

https://docs.discord.com/developers/interactions/application-commands
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from adapters.discord.markdown import short
from bot.ports import Choice, Grammar, Option, Verb

MOST = 25
"""Subcommands, options, choices a level."""
LETTERS = 8000
"""In a command with all that is in it, each text in the longest of its languages."""
POINTERS, NAME = 5, 32
"""Commands in a message's own menu, and the letters of their names."""
SUBCOMMAND, GROUP, STRING, INTEGER, PERSON = 1, 2, 3, 4, 6
OF_A_MESSAGE = 3
"""The type of a command in a message's own menu."""
TYPES = {"int": INTEGER, "person": PERSON, "flag": 5}
"""Everything else is a string, an incident too: people write `#42`."""
LOCALES = {"en": ("en-US", "en-GB"), "zh-hans": ("zh-CN",)}
"""Our languages as Discord names them."""
ANYTHING, MORE = "do", "more"
"""The subcommand that takes any line, and the group of what has no other, where there are more verbs than fit."""
TIGHTER = ((100, 100), (100, 60), (80, 44), (64, 32), (48, 24), (36, 16), (24, 8), (16, 1))
"""How long a verb's and an option's help may be: less and less, until all of them fit."""

Told = Mapping[str, Grammar]
Command = dict[str, Any]


def tree(grammar: Grammar, others: Told) -> list[Command]:
    """The root command with every verb in it, and the commands of a message's menu.

    `grammar` is what is said to everybody, `others` the languages that Discord says instead to those who read them.
    """
    told = {locale: each for tag, each in others.items() for locale in LOCALES.get(tag, ())}
    return [fitting(grammar, told), *pointers(grammar, told)]


def fitting(grammar: Grammar, told: Told) -> Command:
    """The root command, with help as long as there is room for; in the end the last verbs are left to be typed."""
    verbs = sorted(grammar.verbs, key=lambda verb: verb.rank)
    for kept in range(len(verbs), 0, -1):
        for most in TIGHTER if kept == len(verbs) else TIGHTER[-1:]:
            made = root(grammar.root, verbs[:kept], kept < len(verbs), told, most)
            if letters(made) <= LETTERS:
                return made
    return root(grammar.root, (), True, told, TIGHTER[-1])


def root(name: str, verbs: Sequence[Verb], some_left: bool, told: Told, most: tuple[int, int]) -> Command:
    """The verbs by rank, those of two words and those for whom there is no room in groups."""
    singles, groups = shelved(verbs)
    made = [(verb.rank, subcommand(verb.name, verb, told, most)) for verb in singles]
    made += [(inside[0].rank, group(each, inside, told, most)) for each, inside in groups.items()]
    listed = [one for _, one in sorted(made, key=lambda pair: pair[0])]
    shown = sum(len(each.get("options", ())) if each["type"] == GROUP else 1 for each in listed[: MOST - 1])
    if some_left or len(listed) > MOST or shown < len(verbs) or any(each["type"] == GROUP for each in listed):
        listed = [*listed[: MOST - 1], anything()]
    return {"type": 1, "name": name, "description": name.capitalize(), "options": listed}


def shelved(verbs: Sequence[Verb]) -> tuple[list[Verb], dict[str, list[Verb]]]:
    """Which verbs stand alone, and which in a group: its first word's, else its own, once there is no room."""
    groups: dict[str, list[Verb]] = {}
    for verb in verbs:
        if " " in verb.name:
            groups.setdefault(verb.name.split()[0], []).append(verb)
    singles = [verb for verb in verbs if " " not in verb.name]
    # A group and a verb of one name cannot stand side by side: the verb goes into the group.
    alone = [verb for verb in singles if verb.name not in groups]
    crowded = len(alone) + len(groups) > MOST
    while crowded and alone and len(alone) + len(groups) >= MOST:
        last = alone.pop()
        groups.setdefault(last.group or MORE, [])
        alone = [verb for verb in alone if verb.name not in groups]
    for verb in singles:
        if verb not in alone:
            groups[verb.name if verb.name in groups else verb.group or MORE].append(verb)
    shelves = {name: sorted(inside, key=lambda verb: verb.rank)[:MOST] for name, inside in groups.items()}
    return alone, shelves


def group(name: str, verbs: Sequence[Verb], told: Told, most: tuple[int, int]) -> Command:
    """Verbs that share a place on the first level."""
    inside = [subcommand(verb.name.split()[-1], verb, told, most) for verb in verbs]
    listed = ", ".join(each["name"] for each in inside)
    return {"type": GROUP, "name": name, "description": short(listed, most[0]), "options": inside}


def meant(path: Sequence[str], grammar: Grammar) -> str:
    """The verb that a way through the menu leads to."""
    names = {name for verb in grammar.verbs for name in (verb.name, *verb.aliases)}
    whole = " ".join(path)
    return path[-1] if path and whole not in names and path[-1] in names else whole


def anything() -> Command:
    """Whatever has no place in the menu can still be typed."""
    line = {"type": STRING, "name": "line", "description": "…", "required": True}
    return {"type": SUBCOMMAND, "name": ANYTHING, "description": "…", "options": [line]}


def subcommand(name: str, verb: Verb, told: Told, most: tuple[int, int]) -> Command:
    """One verb."""
    same = {tag: found for tag, grammar in told.items() if (found := grammar.verb(verb.name))}
    helps = {tag: found.help for tag, found in same.items()}
    listed = {tag: {each.name: each for each in found.options} for tag, found in same.items()}
    options = [
        typed(option, {tag: names[option.name] for tag, names in listed.items() if option.name in names}, most[1])
        for option in verb.options[:MOST]
    ]
    return {"type": SUBCOMMAND, "name": name, **described(verb.help, helps, most[0]), "options": options}


def typed(option: Option, same: Mapping[str, Option], most: int) -> Command:
    """One option, of the type that lets Discord help most."""
    helps = {tag: each.help for tag, each in same.items()}
    # Discord's own list of people holds those of this server only; ours everybody who can be paged.
    kind = STRING if option.suggests and option.kind == "person" else TYPES.get(option.kind, STRING)
    made = {"type": kind, "name": option.name, **described(option.help, helps, most)}
    # None must be filled in: for what is missing the house opens a form, which has room for it.
    if 0 < len(option.choices) <= MOST:
        said = {tag: {one.value: one.label for one in each.choices} for tag, each in same.items()}
        return made | {"choices": [choice(each, said, most) for each in option.choices]}
    return made | ({"autocomplete": True} if option.suggests and kind in {STRING, INTEGER} else {})


def choice(one: Choice, said: Mapping[str, Mapping[str, str]], most: int) -> Command:
    """One of the things that an option may be, in everybody's language."""
    room = max(most, 20)
    others = {tag: short(words[one.value], room) for tag, words in said.items() if words.get(one.value)}
    name = short(one.label or one.value, room)
    made = {"name": name, "value": one.value}
    others = {tag: text for tag, text in others.items() if text != name}
    return made | ({"name_localizations": others} if others else {})


def described(help: str, told: Mapping[str, str], most: int) -> Command:
    """A description, and what those read who read another language."""
    others = {tag: brief(text, most) for tag, text in told.items() if text and text != help}
    made: Command = {"description": brief(help, most) or "…"}
    return made | ({"description_localizations": others} if others else {})


def brief(help: str, most: int) -> str:
    """A help text in so many letters: the first clause where the whole is too long."""
    if len(help) <= most:
        return short(help, most)
    clause = re.split(r"[;:.；：。(（]|, |，", help, maxsplit=1)[0].strip()
    return short(clause if 1 < len(clause) <= most else help, most)


# ---- a message's own menu


def pointers(grammar: Grammar, told: Told) -> list[Command]:
    """The commands in a message's own menu: the first verbs that can be about one."""
    verbs = [verb for verb in sorted(grammar.verbs, key=lambda verb: verb.rank) if verb.about][:POINTERS]
    made: list[Command] = [{"type": OF_A_MESSAGE, "name": pointer(verb)} for verb in verbs]
    for locale, other in told.items():
        names = [label(other.verb(verb.name) or verb) for verb in verbs]
        for one, name in zip(made, names, strict=True):
            if name and names.count(name) == 1:
                one.setdefault("name_localizations", {})[locale] = name
    return made


def pointer(verb: Verb) -> str:
    """Its name to everybody, by which it is known when it comes back."""
    return verb.name.capitalize()[:NAME]


def label(verb: Verb) -> str:
    """Its name in the reader's language: what it does, where that is short enough."""
    help = brief(verb.help, NAME).rstrip(".。")
    return "" if help.endswith("…") else help


def pointed(name: str, grammar: Grammar) -> str:
    """The verb that a command of a message's menu says."""
    return next((verb.name for verb in grammar.verbs if pointer(verb) == name), name.lower())


# ---- comparing


def letters(command: Any) -> int:
    """What counts toward a command's 8,000 letters."""
    texts = sum(
        max(map(len, [command.get(key) or "", *(command.get(f"{key}_localizations") or {}).values()]))
        for key in ("name", "description")
    )
    inner = [*(command.get("options") or ()), *(command.get("choices") or ())]
    return texts + len(str(command.get("value", ""))) + sum(map(letters, inner))


def holds(there: Any, wanted: Any) -> bool:
    """Whether what Discord has is what is wanted: it adds fields of its own, and leaves out what is empty."""
    if isinstance(wanted, Mapping):
        return isinstance(there, Mapping) and all(holds(there.get(key), value) for key, value in wanted.items())
    if isinstance(wanted, list):
        there = there or []
        return len(there) == len(wanted) and all(map(holds, there, wanted))
    return bool(there == wanted) or not (there or wanted)


def same(there: Sequence[Any], wanted: Sequence[Any]) -> bool:
    """Whether these are the commands that are wanted, in whichever order they were listed."""
    known = {(each.get("type", 1), each.get("name")): each for each in there}
    return len(there) == len(wanted) and all(holds(known.get((each["type"], each["name"])), each) for each in wanted)
