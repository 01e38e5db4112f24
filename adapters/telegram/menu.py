"""The commands that Telegram offers while somebody types `/`: they have names of one word and no arguments.  (pure)"""

import re
from collections.abc import Callable, Iterator, Mapping

from telegram import BotCommand, BotCommandScope, BotCommandScopeAllGroupChats, BotCommandScopeAllPrivateChats
from telegram import BotCommandScopeDefault as Everywhere

from bot.ports import Grammar, Verb

NAME = re.compile(r"[a-z0-9_]{1,32}")
MOST, LONGEST = 100, 256
"""Commands in the menu, and letters in a description."""


def alone(verb: Verb) -> bool:
    """Whether it means something in a conversation with the bot alone: no room, no message to point at."""
    return verb.group != "room" and not verb.about


def together(verb: Verb) -> bool:
    """Whether it is something to say before others."""
    return verb.group != "people"


SCOPES: Mapping[BotCommandScope, Callable[[Verb], bool]] = {
    Everywhere(): lambda verb: True,
    BotCommandScopeAllPrivateChats(): alone,
    BotCommandScopeAllGroupChats(): together,
}
"""Where menus differ, and what is in each."""


def menu(grammar: Grammar, scope: BotCommandScope) -> tuple[BotCommand, ...]:
    """The root, and every verb that belongs there, in the order of their ranks: two words are joined by `_`."""
    return tuple(_commands(grammar, SCOPES[scope]))[:MOST]


def _commands(grammar: Grammar, belongs: Callable[[Verb], bool]) -> Iterator[BotCommand]:
    help = grammar.verb("help")
    yield BotCommand(grammar.root, described(help.help if help else grammar.root))
    for verb in sorted(grammar.verbs, key=lambda verb: verb.rank):
        name = verb.name.replace(" ", "_")
        if NAME.fullmatch(name) and name != grammar.root and belongs(verb):
            yield BotCommand(name, described(verb.help or verb.name))


def described(help: str) -> str:
    """A description as long as the platform takes it."""
    return help if len(help) <= LONGEST else help[: LONGEST - 1] + "…"


def code(language: str) -> str:
    """A language as Telegram's menus know it, in two letters: `zh` for `zh-hans`."""
    return language.split("-")[0][:2]
