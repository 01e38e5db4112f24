"""The grammar as data: what menus, forms and help are made from."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct


class Choice(Struct, frozen=True):
    """One of the things that an option may be."""

    value: str
    label: str


class Option(Struct, frozen=True, kw_only=True):
    """A command's option, as menus and forms show it. Its name is `[a-z]{1,32}`."""

    name: str
    label: str = ""
    """A word or two, in the reader's language: what a form calls it."""
    kind: Literal["text", "int", "span", "moment", "person", "incident", "choice", "flag"]
    help: str
    required: bool = False
    long: bool = False
    """More than a line: a form gives it a box."""
    choices: tuple[Choice, ...] = ()
    suggests: bool = False
    """`House.suggest` knows what it may be; anything may be typed all the same."""
    value: str = ""
    """What a form shows at first."""
    also: tuple[str, ...] = ()
    """Its other names, where it is typed by name."""


class Verb(Struct, frozen=True, kw_only=True):
    """A command or query: `name` is one word or two (`account link`); `help` one line, in the reader's language."""

    name: str
    aliases: tuple[str, ...] = ()
    help: str
    more: str = ""
    """What help adds below: the rest of the docstring."""
    options: tuple[Option, ...] = ()
    private: bool = False
    """Its answer is for the speaker's eyes alone."""
    rank: int = 50
    """Its place in menus: low comes first."""
    group: str = ""
    """Where menus put it that cannot hold all of them in one list: `room`, `people`."""
    about: bool = False
    """It can be said about a message: `Said.about`; a message's own menu offers it."""
    usage: str = ""
    """`ack [incident] [note…]`"""


class Grammar(Struct, frozen=True):
    """Every command and query, in one language: what menus, help and forms are generated from."""

    root: str
    """`incident`, as in `/incident ack`."""
    verbs: tuple[Verb, ...]

    def verb(self, words: str) -> Verb | None:
        """The verb that a line begins with, by name or alias; None where there is none."""
        first, second, *_ = [*words.lower().split(None, 2), "", ""]
        index = self._index()
        return index.get(f"{first} {second}".strip()) or index.get(first)

    def _index(self) -> Mapping[str, Verb]:
        return {name: verb for verb in self.verbs for name in (verb.name, *verb.aliases)}


class Form(Struct, frozen=True, kw_only=True):
    """What is still to be said: `words` is the command line so far, `options` what a form asks for.

    The answer is a `Said` with the same `words` and one field an option.
    """

    title: str
    words: str
    options: tuple[Option, ...]
    submit: str
    """The button that sends it."""
    alone: bool = False
    """It is about what others must not know: it is asked, and answered, where the speaker alone reads."""
