"""A story's lines, read: who does what where, and who then sees what.

anna@slack > /incident declare db is down --sev 1      types it in the standing room
boris@discord in room > on it                          types it in the war room (`in dm`: to the bot alone)
boris@discord presses Take                             presses the newest such button there
anna@telegram in room answers it came back             replies to the bot's newest question there
anna@slack in room reacts 📌                           to the newest message there that a person typed
carlos@slack fills text = all is well; next = 30m      sends the form that is open before them
slack discord telegram | SEV1 #1 · nobody has it [Take]    a message in the standing room says all of this
slack discord room | Boris has it                      the same in the war room
telegram -> anna | PAGE SEV1 #1 [Take]                 a conversation with the bot says so
mia@slack sees Nobody has it                           only she can see it
slack room keeps Discord · Telegram                    the war room keeps these links at hand
dana@slack does not see PAGE                           nowhere on her screen
nobody is paged                                        no page came since the last line about pages
+5m                                                    time passes
telegram goes down / telegram comes back
discord suffers dm_closed                              one of the playground's faults, until it recovers
discord recovers
the bot restarts
boris has the address b@x.example                      from the beginning, in the configuration
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bot.grammar import span


@dataclass(frozen=True)
class Step:
    """One line: `verb` says which of the fields are filled."""

    line: int
    text: str
    verb: str
    who: str = ""
    platforms: tuple[str, ...] = ()
    place: str = "hall"
    words: str = ""
    parts: tuple[str, ...] = ()
    buttons: tuple[str, ...] = ()
    answers: dict[str, str] = field(default_factory=dict)
    length: timedelta = timedelta(0)


PLATFORM = r"(?:slack|discord|telegram)"
ACT = re.compile(
    rf"(?P<who>\w+)@(?P<on>{PLATFORM})(?: in (?P<place>hall|room|dm))? +"
    r"(?P<verb>>|replies|presses|reacts|fills|answers|sees|does not see) *(?P<words>.*)"
)
SHOWN = re.compile(rf"(?P<on>{PLATFORM}(?: +{PLATFORM})*)(?: +(?P<place>hall|room))? *\| *(?P<words>.*)")
TOLD = re.compile(rf"(?P<on>{PLATFORM}) *-> *(?P<who>\w+) *\| *(?P<words>.*)")
STATE = re.compile(rf"(?P<on>{PLATFORM}) (?P<verb>goes down|comes back|recovers)")
KEEPS = re.compile(rf"(?P<on>{PLATFORM}) room keeps (?P<words>.*)")
ADDRESS = re.compile(r"(?P<who>\w+) has the address (?P<words>\S+)")
SUFFERS = re.compile(rf"(?P<on>{PLATFORM}) suffers (?P<words>\w+)")


def read(story: str) -> Iterator[Step]:
    """A story's steps. Raises `SyntaxError` for a line that means nothing."""
    for number, raw in enumerate(story.splitlines(), 1):
        text = raw.strip()
        if text and not text.startswith("#"):
            yield _step(number, text)


def _step(number: int, text: str) -> Step:
    if text.startswith("+"):
        return Step(number, text, "wait", length=span(text[1:]))
    if text in {"nobody is paged", "the bot restarts"}:
        return Step(number, text, text)
    if found := STATE.fullmatch(text):
        return Step(number, text, found["verb"], platforms=(found["on"],))
    if found := ADDRESS.fullmatch(text):
        return Step(number, text, "address", found["who"], words=found["words"])
    if found := KEEPS.fullmatch(text):
        return Step(number, text, "keeps", "", (found["on"],), "room", **_expected(found["words"]))
    if found := SUFFERS.fullmatch(text):
        return Step(number, text, "suffers", platforms=(found["on"],), words=found["words"])
    if found := TOLD.fullmatch(text):
        return Step(number, text, "told", found["who"], (found["on"],), "dm", **_expected(found["words"]))
    if found := SHOWN.fullmatch(text):
        return Step(
            number, text, "shown", "", tuple(found["on"].split()), found["place"] or "hall", **_expected(found["words"])
        )
    if found := ACT.fullmatch(text):
        return _act(number, text, found)
    raise SyntaxError(f"line {number} means nothing: {text}")


def _act(number: int, text: str, found: re.Match[str]) -> Step:
    where = (found["who"], (found["on"],), found["place"] or "hall")
    if found["verb"] == "fills":
        pairs = (pair.split("=", 1) for pair in found["words"].split(";"))
        return Step(number, text, "fills", *where, answers={name.strip(): value.strip() for name, value in pairs})
    if found["verb"] in {"sees", "does not see"}:
        return Step(number, text, found["verb"], *where, **_expected(found["words"]))
    return Step(number, text, "says" if found["verb"] == ">" else found["verb"], *where, words=found["words"])


def _expected(words: str) -> dict[str, Any]:
    buttons = tuple(re.findall(r"\[([^\]]+)\]", words))
    parts = tuple(part.strip() for part in re.sub(r"\[[^\]]+\]", "", words).split(" · ") if part.strip())
    return {"parts": parts, "buttons": buttons}
