"""A house that writes down what it hears, and answers from a script."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from bot.ports import Card, Choice, Form, Grammar, Option, Receipt, RoomChange, Said, Unheard, Verb
from bot.text.rich import Para, line

PERSON = Option(name="person", kind="person", help="Whom.", required=True)
SEVERITIES = (Choice("1", "SEV1"), Choice("2", "SEV2"))
GRAMMAR = Grammar(
    root="incident",
    verbs=(
        Verb(name="declare", aliases=("new",), help="Begin an incident.", rank=1, options=(
            Option(name="title", kind="text", help="What is wrong.", required=True),
            Option(name="sev", kind="choice", help="How bad it is.", choices=SEVERITIES),
        )),
        Verb(name="ack", aliases=("take",), help="Take it.", rank=2, options=(
            Option(name="incident", kind="incident", help="Which one."),
        )),
        Verb(name="page", help="Page somebody.", rank=3, options=(PERSON,)),
        Verb(name="summary", help="What happened.", rank=4, private=True),
        Verb(name="pin", help="Keep a message.", rank=7, about=True),
        Verb(name="account link", help="Link an account.", rank=5, private=True),
        Verb(name="help", help="What there is.", rank=6),
    ),
)  # fmt: skip


class House:
    """Hears everything; `script` says what is answered to a line, else it is `echo`."""

    def __init__(self) -> None:
        self.heard: list[Said] = []
        self.script: dict[str, Card | Form | None] = {}
        self.down = False
        """True: nothing can be kept."""
        self.gate = asyncio.Event()
        """Cleared: hearings wait for it."""
        self.gate.set()
        self.cursors: dict[str, str] = {}
        self.raw: dict[str, dict[str, Any]] = {}
        self.choices: dict[str, Sequence[Choice]] = {}
        """What is suggested for an option."""
        self.suggested: list[tuple[Said, str]] = []
        self.noticed: list[RoomChange] = []
        self.receipts: list[Receipt] = []

    def grammar(self, language: str = "") -> Grammar:
        return GRAMMAR

    def languages(self) -> Sequence[str]:
        return ("en", "zh-hans")

    async def hear(self, said: Said) -> Card | Form | None:
        self.heard.append(said)
        await self.gate.wait()
        if self.down:
            raise Unheard
        if not said.addressed:
            return None
        return self.script.get(said.words, Card(body=(Para(line("heard: ", said.words)),), to="quiet"))

    async def suggest(self, said: Said, option: str) -> Sequence[Choice]:
        self.suggested.append((said, option))
        typed = said.fields.get(option, "")
        return [each for each in self.choices.get(option, ()) if typed in each.label]

    async def notice(self, change: RoomChange) -> None:
        if self.down:
            raise Unheard
        self.noticed.append(change)

    async def receipt(self, receipt: Receipt) -> None:
        if self.down:
            raise Unheard
        self.receipts.append(receipt)

    async def kept(self, source: str) -> str:
        return self.cursors.get(source, "")

    async def keep(self, source: str, cursor: str, deliveries: Mapping[str, Any]) -> Mapping[str, Any]:
        if self.down:
            raise Unheard
        self.cursors[source] = cursor
        self.raw.setdefault(source, {}).update(deliveries)
        return dict(self.raw[source])

    async def done(self, source: str, key: str) -> None:
        self.raw.get(source, {}).pop(key, None)

    async def health(self) -> Mapping[str, Any]:
        return {"database": not self.down, "chats": {}}

    def said(self, words: str) -> Said | None:
        """The last that was said in these words."""
        return next((said for said in reversed(self.heard) if said.words == words), None)
