"""Letting a language model say it: polished, or an answer to what is no command. It is shown, and never done."""

import asyncio
import re
from dataclasses import dataclass, replace
from functools import partial

import structlog

from bot.book import Book, BookId, Entry
from bot.engine.meant import here
from bot.engine.office import Office
from bot.grammar import VERBS, clean, tidy
from bot.incident.cards import headline
from bot.incident.summary import Summary
from bot.people.may import may
from bot.ports import Card, ChatError, Form, Mind, Said, Verb
from bot.store.store import StoreDown
from bot.store.transaction import Transaction
from bot.text.rich import Line, paragraphs, plain
from bot.text.words import LANGUAGES, N_, Voice

log = structlog.get_logger()

SUMMARY = next(name for name, cls in VERBS.items() if cls is Summary)
LONGEST = 3000
"""Letters of an answer."""
READ = 200
"""Entries that are handed over: the last ones."""
POLISH = "Rewrite the summary in SOURCE so that it reads well. Keep every fact, number and name; add nothing."
ANSWER = "Somebody asks: {question}"
CITED = re.compile(r"\s*\[(\d+(?:\s*,\s*\d+)*)\]")


@dataclass(frozen=True)
class Asked:
    """What the model is asked: the task, what it may read, and the entries that it may name."""

    task: str
    source: str
    entries: frozenset[int]
    title: Line
    voice: Voice


class Thinking:
    """Asks the model, where there is one. Whatever goes wrong with it, what the house says itself is shown."""

    def __init__(self, office: Office, mind: Mind | None) -> None:
        self.office, self.mind = office, mind

    async def over(self, said: Said, verb: Verb | None, reply: Card | Form, of: BookId | None) -> Card | Form:
        """The reply, or what the model makes of it; `of` is the book that it tells of.

        Only a summary and what is no command ever wait for it.
        """
        settings = self.office.config.ai
        if self.mind is None or settings is None or isinstance(reply, Form):
            return reply
        if not (reply.refused if verb is None else verb.name == SUMMARY and not reply.refused):
            return reply
        try:
            async with asyncio.timeout(settings.timeout.total_seconds()):
                asked = await self.office.store.read(partial(self._asked, said, None if verb is None else reply, of))
                text = await self._written(self.mind, asked) if asked else ""
        except (ChatError, StoreDown, TimeoutError) as wrong:
            log.info("the language model did not answer", why=str(wrong) or type(wrong).__name__)
            return reply
        return self._card(asked, text, reply) if asked and text else reply

    async def _written(self, mind: Mind, asked: Asked) -> str:
        text = await mind.write(asked.task, asked.source, LANGUAGES[asked.voice.language])
        return clean(cited(text[:LONGEST], asked.entries)) if tidy(text) else ""

    def _card(self, asked: Asked, text: str, reply: Card) -> Card:
        """Letters alone: nothing that the model writes is markup, a mention, a button or a command."""
        footer = asked.voice.say(N_("Written by a language model from the log; the numbers are its entries."))
        return Card(title=asked.title, body=paragraphs(text), footer=footer, tone=reply.tone, to="speaker")

    def _asked(self, said: Said, told: Card | None, of: BookId | None, tx: Transaction) -> Asked | None:
        """What to ask; None where the speaker may not know, or the model may not."""
        people = self.office.people(tx)
        person = people.by_handle.get(str(said.by))
        books = [tx.load(of)] if of else self._questioned(said, tx)
        if person is None or not books or not may(person, "read", books[0].state):
            return None
        if any(may(person, "read", book.state) and book.state.private for book in books) and not self._private():
            return None
        id, state = books[0].id, books[0].state
        voice = replace(self.office.voice(people, person, said), now=tx.now)
        if told is not None:
            numbers = frozenset(map(int, re.findall(r"\d+", " ".join(CITED.findall(plain(told.body))))))
            return Asked(POLISH, plain(told.body), numbers, told.title, voice)
        entries = [entry for entry in tx.entries(id, last=READ) if entry.event.says]
        lines = (f"[{each.rev}] {each.at:%Y-%m-%d %H:%M} UTC {spoken(each, voice)}" for each in entries)
        task = ANSWER.format(question=said.words[:500])
        return Asked(task, "\n".join(lines), frozenset(each.rev for each in entries), headline(state), voice)

    def _private(self) -> bool:
        return self.office.config.ai is not None and self.office.config.ai.private

    def _questioned(self, said: Said, tx: Transaction) -> list[Book]:
        """The incident that a question is about, by its number or by the room, and whatever else its words may tell of:
        those that it names too, and the one in whose room it is asked."""
        numbers = (*re.findall(r"#([0-9]{1,9})\b", said.words), here(said.place, tx))
        found = [tx.load(BookId("incident", number.lstrip("0"))) for number in numbers if number]
        return [book for book in found if book.rev]


def spoken(entry: Entry, voice: Voice) -> str:
    """An entry in a line."""
    aside = f" — {entry.event.aside}" if entry.event.aside else ""
    return plain(voice.phrase(entry.event.phrase(entry))) + aside


def cited(text: str, entries: frozenset[int]) -> str:
    """The text with the citations of entries that exist; others are dropped."""

    def kept(found: re.Match[str]) -> str:
        real = [number for number in re.findall(r"\d+", found[1]) if int(number) in entries]
        return f" [{', '.join(real)}]" if real else ""

    return CITED.sub(kept, text)
