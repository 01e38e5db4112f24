"""The commands that Telegram offers while somebody types `/`: they have names of one word and no arguments.  (pure)"""

import re
from collections.abc import Iterator

from telegram import BotCommand

from bot.ports import Grammar

NAME = re.compile(r"[a-z0-9_]{1,32}")
MOST, LONGEST = 100, 256
"""Commands in the menu, and letters in a description."""


def menu(grammar: Grammar) -> tuple[BotCommand, ...]:
    """The root, and every verb of one word, in the order of their ranks."""
    return tuple(_commands(grammar))[:MOST]


def _commands(grammar: Grammar) -> Iterator[BotCommand]:
    help = grammar.verb("help")
    yield BotCommand(grammar.root, (help.help if help else grammar.root)[:LONGEST])
    for verb in sorted(grammar.verbs, key=lambda verb: verb.rank):
        if NAME.fullmatch(verb.name) and verb.name != grammar.root:
            yield BotCommand(verb.name, verb.help[:LONGEST])


def code(language: str) -> str:
    """A language as Telegram's menus know it, in two letters: `zh` for `zh-hans`."""
    return language.split("-")[0][:2]
