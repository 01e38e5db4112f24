"""The grammar: command and query classes, read as a language.

A class is its own grammar: its fields are the options, their types the choices, its docstring the help.
Menus, forms, help, typed options and the parser of a line are all made from the same classes.
"""

from bot.grammar.line import Line, Reader, build, missing, parse, verb
from bot.grammar.menu import grammar, options, title
from bot.grammar.values import TRICKS, clean, moment, span, tidy
from bot.grammar.verbs import VERBS, Desk, Person, Query, Target, command, flag, plain_type, query, usage, word, words

__all__ = [
    "TRICKS",
    "VERBS",
    "Desk",
    "Line",
    "Person",
    "Query",
    "Reader",
    "Target",
    "build",
    "clean",
    "command",
    "flag",
    "grammar",
    "missing",
    "moment",
    "options",
    "parse",
    "plain_type",
    "query",
    "span",
    "tidy",
    "title",
    "usage",
    "verb",
    "word",
    "words",
]
