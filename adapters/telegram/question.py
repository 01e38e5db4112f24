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

from telegram import ForceReply, InlineKeyboardButton, InlineKeyboardMarkup, User

from adapters.telegram.letters import Letters, Message, inert, units
from adapters.telegram.show import rows_of
from bot.ports import Form, Option

CHOICE = "="
"""What the button of a choice begins with; its value follows."""
ASK = "≫ "
"""What the last line begins with."""
LINE = re.compile(r'/\w+ (?P<words>.*?)(?P<fields>(?: [a-z]+="(?:[^"\\]|\\.)*")*) (?P<asked>[a-z]+)=\?')
FIELD = re.compile(r' ([a-z]+)=("(?:[^"\\]|\\.)*")')
LONGEST = 3000
"""Letters of an answer that the next question can carry."""


@dataclass(frozen=True)
class Saved:
    """A command line so far, and what is asked for."""

    words: str
    fields: Mapping[str, str]
    asked: str


def ask(form: Form, root: str, user: User) -> Message:
    """The next question of a form."""
    option = missing(form)
    letters = Letters()
    with letters.marked("text_mention", user=user):
        letters.add(inert(user.full_name))
    letters.add(f": {form.title}\n{option.help}\n{ASK}")
    with letters.marked("code"):
        letters.add(saved_line(form, root, option))
    return letters.message(_choices(option) or ForceReply(selective=True, input_field_placeholder=option.help[:64]))


def missing(form: Form) -> Option:
    """What is asked next: what must be there and is not."""
    empty = [each for each in form.options if not each.value]
    return next((each for each in empty if each.required), (empty or form.options)[0])


def saved_line(form: Form, root: str, asked: Option) -> str:
    """The command so far, as it is read again by `saved`."""
    filled = (each for each in form.options if each.value and each is not asked)
    fields = (f"{each.name}={json.dumps(each.value[:LONGEST], ensure_ascii=False)}" for each in filled)
    return " ".join((f"/{root} {form.words}", *fields, f"{asked.name}=?"))


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


def _choices(option: Option) -> InlineKeyboardMarkup | None:
    """A choice's buttons, if they are short enough to be some."""
    datas = [CHOICE + each.value for each in option.choices]
    if not datas or max(len(data.encode()) for data in datas) > 64:
        return None
    pairs = zip(option.choices, datas, strict=True)
    return InlineKeyboardMarkup(
        list(rows_of(InlineKeyboardButton(each.label, callback_data=data) for each, data in pairs))
    )
