"""Links that open a conversation with the bot and say something in it.  (pure)

https://core.telegram.org/bots/features#deep-linking: at most 64 of `[A-Za-z0-9_-]`; `_` stands for a blank.
"""

import re
from dataclasses import dataclass

from bot.ports import Grammar, Said

CODE = re.compile(r"[\w-]*\d[\w-]*", re.ASCII)
"""A one-time code that comes alone."""
PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")
LINK = "account link"
"""What a code alone says."""


@dataclass(frozen=True)
class Knock:
    """Somebody opened a conversation with the bot: `said.words` is what the link says, to be confirmed, or nothing."""

    said: Said


def door(username: str, words: str) -> str:
    """A link that says `words`. Raises `ValueError` for what no link can carry."""
    payload = words.replace(" ", "_")
    if not PAYLOAD.fullmatch(payload):
        raise ValueError(f"A link to a Telegram bot carries 64 of A-Z a-z 0-9 _ - at most, and not {words!r}")
    return f"https://t.me/{username}?start={payload}"


def started(payload: str, grammar: Grammar) -> tuple[str, bool]:
    """What a link says, and whether it may be done at once.

    Anybody can make such a link and have somebody follow it: only what concerns the follower alone is done without
    asking. The words are empty for a link that says nothing.
    """
    words = payload.replace("_", " ").strip()
    if verb := grammar.verb(words):
        return words, verb.private
    if CODE.fullmatch(payload) and (verb := grammar.verb(LINK)):
        return f"{LINK} {payload}", True
    return "", True
