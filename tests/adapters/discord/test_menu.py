"""The command tree: what Discord takes, made from the real grammar and from large ones."""

from typing import Any

import pytest

import bot.incident.chapters  # noqa: F401 - the verbs must be known
from adapters.discord.menu import LETTERS, MOST, holds, letters, meant, pointed, same, tree
from adapters.discord.read import command
from adapters.playground.discord import shapes
from bot.grammar import grammar
from bot.ports import Choice, Grammar, Option, Verb
from bot.text.words import LANGUAGES, Voice
from tests.adapters.house import GRAMMAR


def real(language: str = "en") -> list[dict[str, Any]]:
    others = {tag: grammar("incident", Voice(tag)) for tag in LANGUAGES}
    return tree(grammar("incident", Voice(language)), others)


@pytest.mark.parametrize("language", LANGUAGES)
def test_discord_takes_the_real_commands(language: str) -> None:
    commands = shapes.commands(real(language))
    assert commands[0].name == "incident"
    assert all(command.type == 3 for command in commands[1:])


def test_everybody_reads_their_own_language() -> None:
    ack = next(each for each in real()[0]["options"] if each["name"] == "ack")
    assert set(ack["description_localizations"]) == {"zh-CN"}
    ack = next(each for each in real("zh-hans")[0]["options"] if each["name"] == "ack")
    assert set(ack["description_localizations"]) == {"en-US", "en-GB"}


def test_verbs_of_two_words_share_a_group_and_kinds_have_types() -> None:
    root = tree(GRAMMAR, {})[0]
    options = {each["name"]: each for each in root["options"]}
    assert options["account"]["type"] == 2
    assert [each["name"] for each in options["account"]["options"]] == ["link"]
    assert options["page"]["options"][0]["type"] == 6
    assert [each["value"] for each in options["declare"]["options"][1]["choices"]] == ["1", "2"]
    assert not any(each.get("required") for each in options["declare"]["options"])


def test_what_has_no_place_in_the_menu_can_still_be_typed() -> None:
    verbs = tuple(Verb(name=f"verb{number}", help="Does it.", rank=number) for number in range(40))
    root = tree(Grammar("incident", verbs), {})[0]
    assert len(root["options"]) == MOST
    assert root["options"][0]["name"] == "verb0"
    assert root["options"][-1]["name"] == "do"
    shapes.commands([root])


def test_a_tree_is_compared_without_what_discord_adds() -> None:
    wanted = tree(GRAMMAR, {})
    there = [{**each, "id": "1", "version": "2", "nsfw": False} for each in wanted]
    assert holds(there, wanted)
    there[0]["options"] = there[0]["options"][1:]
    assert not holds(there, wanted)


def large(count: int = 60) -> Grammar:
    """As many verbs as there will ever be: of two words, in groups, about messages, with long helps."""
    options = (
        Option(name="incident", kind="incident", help="Which one; in its war room it is understood.", suggests=True),
        Option(name="person", kind="person", help="Whom it concerns, by name or mention.", suggests=True),
        Option(name="sev", kind="choice", help="How bad it is.", choices=(Choice("1", "SEV1"), Choice("2", "SEV2"))),
        Option(name="text", kind="text", help="What happened, in as many words as it takes to say it.", long=True),
    )
    names = [f"task verb{at}" if at % 10 == 0 else f"verb{at}" for at in range(count)]
    return Grammar(
        "incident",
        tuple(
            Verb(name=name, help=f"{name}: " + "does something long; " * 4, rank=at, options=options, about=at < 8,
                 group=("room", "people", "")[at % 3])
            for at, name in enumerate(names)
        ),
    )  # fmt: skip


def paths(options: list[dict[str, Any]], before: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every way through a menu."""
    found: list[tuple[str, ...]] = []
    for each in options:
        way = (*before, each["name"])
        found += paths(each["options"], way) if each["type"] == 2 else [way]
    return found


def test_sixty_verbs_are_all_reached_and_typed() -> None:
    grammar = large()
    root, *menu = tree(grammar, {"zh-hans": grammar})
    shapes.commands([root, *menu])
    assert letters(root) <= LETTERS
    assert (
        len(root["options"]) == MOST and root["options"][0]["name"] == "task" and root["options"][1]["name"] == "verb1"
    )
    reached = {meant(way, grammar) for way in paths(root["options"])}
    assert reached == {verb.name for verb in grammar.verbs} | {"do"}
    assert [(each["type"], each["name"]) for each in menu] == [(3, pointed_name) for pointed_name in POINTED]
    assert [pointed(each["name"], grammar) for each in menu] == ["task verb0", "verb1", "verb2", "verb3", "verb4"]
    leaf = next(each for each in root["options"] if each["name"] == "verb1")["options"]
    assert [(each["type"], bool(each.get("autocomplete"))) for each in leaf] == [
        (3, True), (3, True), (3, False), (3, False)
    ]  # fmt: skip
    deep = {"name": "incident", "options": [{"type": 2, "name": "people", "options": [
        {"type": 1, "name": "verb58", "options": []}]}]}  # fmt: skip
    assert command(deep, grammar)[0] == "verb58"


POINTED = ["Task verb0", "Verb1", "Verb2", "Verb3", "Verb4"]


def test_a_group_and_a_verb_of_one_name_share_a_place() -> None:
    grammar = Grammar("incident", tuple(Verb(name=name, help="Does it.") for name in ("link", "link code", "ack")))
    root = tree(grammar, {})[0]
    assert {meant(way, grammar) for way in paths(root["options"])} == {"link", "link code", "ack", "do"}


def test_the_commands_are_compared_in_any_order() -> None:
    wanted = tree(large(), {})
    assert same([{**each, "id": "1"} for each in reversed(wanted)], wanted)
    assert not same(wanted[:-1], wanted)


def test_choices_are_named_in_the_readers_language() -> None:
    choices = next(
        option["choices"]
        for each in real()[0]["options"]
        for option in each.get("options") or ()
        if option["name"] == "sev"
    )
    assert set(choices[0]["name_localizations"]) == {"zh-CN"}
