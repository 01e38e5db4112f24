"""The command tree: what Discord takes, made from the real grammar and from large ones."""

from typing import Any

import pytest

import bot.incident.chapters  # noqa: F401 - the verbs must be known
from adapters.discord.menu import MOST, holds, tree
from adapters.playground.discord import shapes
from bot.grammar import grammar
from bot.ports import Grammar, Verb
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
