"""Forms, where there are none: a question whose last line carries the command so far; nothing is remembered here.

    Anna Nowak: Update #1
    Tell every room how it goes.
    ≫ /incident update #1 next="30m" text=?

Only an answer to a message of the bot's own counts, from the one whom it asks: a message that copies somebody's words
begins with no mention, so that nobody can have the bot ask a question of theirs.  (pure)
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from telegram import ForceReply, User

from adapters.telegram.choices import Word, choices
from adapters.telegram.letters import BROKEN, LONGEST, Letters, Message, inert, said, units
from bot.ports import Choice, Form, Grammar, MessageId, Option, Said
from bot.text.words import N_

ASK = "≫ "
"""What the last line begins with."""
LINE = re.compile(r'/\w+ (?P<words>.*?)(?P<fields>(?: [a-z]+="(?:[^"\\]|\\.)*")*) (?P<asked>[a-z]+)=\?')
FIELD = re.compile(r' ([a-z]+)=("(?:[^"\\]|\\.)*")')
WHICH = "which"
"""Asks which of the options is to be changed, where something stands there already."""
PICK = N_("Which of these is to be changed?")
DROPS = {"-", "/cancel"}
"""Answers that end the questions."""
HINT = 64
"""Letters in a field for the answer, before it is filled."""


@dataclass(frozen=True)
class Saved:
    """A command line so far, and what is asked for. What was left out is an empty field."""

    words: str
    fields: Mapping[str, str]
    asked: str


@dataclass(frozen=True)
class Turn:
    """A question to be turned to another page, or taken back."""

    said: Said
    """The command line so far."""
    asked: str
    question: MessageId
    page: int | None = None
    """None: no more questions."""


# ---- asking


@dataclass(frozen=True)
class Question:
    """The next question of a form; `left` are the options that somebody left out, `picked` the one to be changed."""

    form: Form
    left: frozenset[str] = frozenset()
    picked: str = ""

    @property
    def change(self) -> Option | None:
        """The option that is to be changed."""
        return next((each for each in self.form.options if each.name == self.picked), None)

    @property
    def picks(self) -> bool:
        """Whether it asks which one that is: none must be said, and some are."""
        options = self.form.options
        return not self.change and any(each.value for each in options) and not any(each.required for each in options)

    @property
    def option(self) -> Option:
        """What is to be changed, or which one that is; else what must be there and is not.

        Before something that must be written come the choices that may be left out: they cost a tap, and what is
        written then completes the command, so that nothing is left unsaid while somebody looks away.
        """
        if self.change:
            return self.change
        if self.picks:
            fields = tuple(Choice(each.name, each.label or each.name) for each in self.form.options)
            return Option(name=WHICH, kind="choice", help=PICK, required=True, choices=fields)
        needed = [each for each in self._empty if each.required]
        taps = [each for each in self._empty if each.kind == "choice" and not each.required]
        if self.written and taps:
            return taps[0]
        return (needed or self._empty or self.form.options)[0]

    @property
    def written(self) -> Option | None:
        """The first that must be written."""
        return next((each for each in self._empty if each.required and each.kind != "choice"), None)

    @property
    def _empty(self) -> Sequence[Option]:
        return [each for each in self.form.options if not each.value and each.name not in self.left]

    def line(self, root: str) -> str:
        """The command so far, as it is read again by `saved`."""
        option, form = self.option, self.form
        if self.change or self.picks:  # nothing else is said anew
            return f"/{root} {form.words} {option.name}=?"
        known = (each for each in form.options if each is not option and (each.value or each.name in self.left))
        fields = (f"{each.name}={quoted(each.value)}" for each in known)
        return " ".join((f"/{root} {form.words}", *fields, f"{option.name}=?"))

    def hint(self, keys: bool, offered: bool, word: Word) -> str:
        """How it can be answered."""
        option, written = self.option, self.written
        if not keys:
            return word(N_("Answer - to drop it."))
        if not offered and option.kind != "choice":
            return word(N_("Answer with it, or leave it out."))
        if option.kind != "choice":
            return word(N_("Press one, or answer with another."))
        if option.required or written is None:
            return word(N_("Press one."))
        return word(N_("Press one, or answer at once: {help}"), help=written.help)


def quoted(text: str) -> str:
    """A field's value: nothing of it is lost, whatever a message may hold."""
    return BROKEN.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))


def ask(question: Question, root: str, user: User, offers: Sequence[Choice], word: Word) -> Message:
    """The question as a message; `offers` are what its answer may be, for buttons."""
    option = question.option
    keys = choices(offers, 0, word, required=option.required or question.change is not None)
    letters = Letters()
    with letters.marked("text_mention", user=user):
        letters.add(inert(user.full_name))
    hint = question.hint(keys is not None, bool(offers), word)
    help = word(PICK) if question.picks else option.help
    now = word(N_("Now: {value}"), value=option.value) if question.change and option.value else ""
    told = "\n".join(filter(None, (help, now, hint)))
    letters.add(inert(f": {question.form.title}\n{told}\n") + ASK)
    with letters.marked("code"):
        letters.add(question.line(root))
    if letters.length > LONGEST:
        return said(word(N_("That is too long for me to ask on. Please say it in one line.")))
    return letters.message(keys or ForceReply(selective=True, input_field_placeholder=option.help[:HINT]))


# ---- answers


def saved(message: Mapping[str, Any], me: int, by: int) -> Saved | None:
    """What one of our questions carries, if it asked this person."""
    entities: Sequence[Mapping[str, Any]] = message.get("entities") or ({},)
    first, last, text = entities[0], entities[-1], message.get("text", "")
    whom = first.get("user", {}).get("id") if first.get("type") == "text_mention" and not first["offset"] else None
    to_the_end = last.get("type") == "code" and last["offset"] + last["length"] == units(text)
    if message.get("from", {}).get("id") != me or whom != by or not to_the_end:
        return None
    found = LINE.fullmatch(text.rpartition("\n")[2].removeprefix(ASK))
    return Saved(found["words"], _fields(found["fields"]), found["asked"]) if found else None


def _fields(text: str) -> Mapping[str, str]:
    return {name: json.loads(value) for name, value in FIELD.findall(text)}


def drops(text: str) -> bool:
    """Whether an answer ends the questions."""
    return text.strip().lower() in DROPS


def answered(asked: Saved, text: str, grammar: Grammar) -> Mapping[str, str]:
    """The fields, with an answer that was written.

    Who was offered a choice that may be left out, and wrote something else, has answered what comes after it.
    """
    if asked.asked == WHICH:
        return {}  # it is asked again
    verb = grammar.verb(asked.words)
    options = {each.name: each for each in verb.options} if verb else {}
    option = options.get(asked.asked)
    if option and option.kind == "choice" and not option.required and not chosen(option, text):
        needed = (each.name for each in options.values() if each.required and not asked.fields.get(each.name))
        return {**asked.fields, asked.asked: "", next(needed, asked.asked): text}
    return {**asked.fields, asked.asked: text}


def chosen(option: Option, text: str) -> bool:
    """Whether this is one of the choices, as people write them."""
    letters = text.strip().casefold()
    return any(letters in {each.value.casefold(), each.label.casefold()} for each in option.choices)
