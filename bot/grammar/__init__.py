"""The grammar: command and query classes, read as a language.

A class is its own grammar: its fields are the options, their types the choices, its docstring the help.
Menus, forms, help, typed options and the parser of a line are all made from the same classes.
"""

from bot.grammar.line import Line, build, missing, parse, verb
from bot.grammar.menu import grammar, options
from bot.grammar.values import TRICKS, clean, span, tidy
from bot.grammar.verbs import VERBS, Desk, Person, Query, command, flag, query, usage, word, words

__all__ = [
    "TRICKS",
    "VERBS",
    "Desk",
    "Line",
    "Person",
    "Query",
    "build",
    "clean",
    "command",
    "flag",
    "grammar",
    "missing",
    "options",
    "parse",
    "query",
    "span",
    "tidy",
    "usage",
    "verb",
    "word",
    "words",
]
