"""Hearing: parse, load, decide, evolve, in one transaction, and the answer that is kept with it."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from types import MappingProxyType
from typing import Literal

import msgspec

from bot.book import Ask, Book, BookId, Command, Refused
from bot.engine.bundle import Named, members
from bot.engine.carry import carry_out
from bot.engine.chatter import mentions, worded
from bot.engine.late import OVERTAKEN, late, overtaken
from bot.engine.meant import here, hidden, meant, only
from bot.engine.office import Office
from bot.engine.propose import ASKED, proposed
from bot.engine.see import ReadingDesk
from bot.grammar import Line, Reader, build, missing, options, parse, title
from bot.incident.cards import headline, standing
from bot.people.account import STRANGER
from bot.people.codes import unveiled, veiled
from bot.people.may import called, may
from bot.people.person import People, Person
from bot.ports import Card, Form, Said
from bot.store.books import UNREADABLE
from bot.store.transaction import Transaction
from bot.text.rich import Block, Para
from bot.text.words import N_, Voice

Reply = Card | Form


class Unseen(Exception):
    """An incident that the speaker does not see, or that only newer code can read: nothing is said of it."""


CARD = msgspec.json.Decoder(Card)
"""Made before there are threads: see `bot.book.prepare`."""
EMPTY: Mapping[str, str] = MappingProxyType({})


class Hearing:
    """Everything that is asked comes through here, whichever door it used."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def at_once(self, said: Said) -> Line | Reply:
        """The line to act on; or what can be said from the words alone: a form, or that they mean nothing."""
        people = self.office.known_people
        person = people.by_handle.get(str(said.by))
        voice = self.office.voice(people, person, said)
        try:
            line = parse(said.words, said.fields)
            settled = line if line.maybe else line.settled("?")
            if self._openly(said, line) and missing(settled) and may(person, line.cls.deed, None):
                return self.form(replace(settled, incident=settled.incident.strip("?")), voice)
        except Refused as no:
            return refusal(no, voice)
        return line

    def _openly(self, said: Said, line: Line) -> bool:
        """Whether a form can be shown at once: not where all read it, before it is known whether they may."""
        chat = self.office.chats.get(said.place.platform)
        return not line.maybe and (not line.incident or chat is None or chat.can.ephemeral)

    def obey(self, said: Said, line: Line, tx: Transaction) -> Reply:
        """Do what was asked, once: a repeat of the same delivery gets the same answer, a refusal included."""
        if kept := tx.heard(said.key):
            return CARD.decode(unveiled(kept, self.office.seal, said.key))
        people, person, voice = self._speaker(said, tx)
        try:
            reply = self._act(said, line, tx, people, person, voice)
        except Refused as no:
            reply = refusal(no, voice)
        if isinstance(reply, Card):
            tx.answer(said.key, veiled(msgspec.json.encode(reply), self.office.seal, said.key))
        return reply

    def read(self, said: Said, line: Line, tx: Transaction) -> tuple[Reply, BookId | None]:
        """Answer a query, and of which book it tells: nothing is written, nobody waits."""
        people, person, voice = self._speaker(said, tx)
        place, book = here(said.place, tx), None
        try:
            line = line.settled(place)
            book = meant(line, tx, person) if line.cls.on == "incident" else None
            asked = build(line, self._reader(said, tx, people, person, voice))
            state = book.state if book else None
            desk = ReadingDesk(tx, voice, person, said, people, self.office, book.id if book else None, state)
            return asked.answer(desk), desk.book
        except Refused as no:
            no.alone |= book is not None and hidden(place, book)
            return refusal(no, voice), None

    def _speaker(self, said: Said, tx: Transaction) -> tuple[People, Person | None, Voice]:
        """Everybody, who of them speaks, and how to answer."""
        people = self.office.people(tx)
        person = people.by_handle.get(str(said.by))
        return people, person, replace(self.office.voice(people, person, said), now=tx.now)

    def _act(
        self, said: Said, line: Line, tx: Transaction, people: People, person: Person | None, voice: Voice
    ) -> Reply:
        place = here(said.place, tx)
        line = line.settled(place or only(line, tx, person))
        if not may(person, line.cls.deed, None):
            raise self._not_allowed(person, line, said, tx)
        if line.cls.several and line.incident.startswith("b"):
            return self._each(said, line, tx, people, person, voice)
        if missing(line) or (line.cls.asks and not line.raw):
            return self._questions(place, line, tx, person, voice)
        command: Command = build(line, self._reader(said, tx, people, person, voice))
        ask = self.office.ask(
            tx,
            by=person.id if person else "",
            delivery=said.key,
            via="" if said.pressed else str(said.place),
            place=str(said.place),
            handle=str(said.by),
            said=late(said, tx.now),
            about=worded(said, people),
            books=self._touched(command, line, tx, person),
        )
        book = self._target(command, line, ask, tx, person)
        alone = hidden(place, book, *ask.books.values())
        try:
            if not may(person, line.cls.deed, book.state):
                raise self._not_allowed(person, line, said, tx)
            if not command.holds and overtaken(book, ask, tx):
                raise Refused(OVERTAKEN, at=ask.said)
            book, entries = carry_out(command, book, ask, tx)
        except Refused as no:
            no.alone = alone
            raise
        reply = command.answer(book.state, entries, ask, voice)
        return msgspec.structs.replace(reply, to="speaker") if alone or hidden(place, book) else reply

    def _questions(self, place: str, line: Line, tx: Transaction, person: Person | None, voice: Voice) -> Form:
        """The form for what is still to be said, or could be. Of a private incident it asks the speaker alone."""
        if not line.incident and not line.cls.asks:
            return self.form(line, voice)
        book = meant(line, tx, person)
        alone = hidden(place, book)
        # Asked elsewhere, it is not the place any more that says which incident is meant.
        line = replace(line, incident=book.id.id) if alone else line
        return msgspec.structs.replace(self.form(line, voice, line.cls().given(book.state)), alone=alone)

    def _each(
        self, said: Said, line: Line, tx: Transaction, people: People, person: Person | None, voice: Voice
    ) -> Card:
        """Ask it of every incident that one page named and that still rings; of the others it says how they stand."""
        told: dict[int, tuple[Block, ...]] = {}
        named = members(line.incident, tx)
        for one in sorted(named, key=lambda one: one.incident):  # as books are locked everywhere
            with suppress(Unseen):
                told[int(one.incident)] = self._member(one, said, line, tx, people, person, voice)
        if not told:
            text = N_("I do not remember a page called {name}. Say it of each incident: `list` shows the open ones.")
            raise Refused(text, name=line.incident)
        alone = hidden(here(said.place, tx), *(tx.load(BookId("incident", str(id))) for id in told))
        body = tuple(block for _, blocks in sorted(told.items()) for block in blocks)
        return Card(body=body, to="speaker" if alone else "quiet")

    def _member(
        self, one: Named, said: Said, line: Line, tx: Transaction, people: People, person: Person | None, voice: Voice
    ) -> tuple[Block, ...]:
        """What came of it for one incident. Raises `Unseen`."""
        id = BookId("incident", one.incident)
        try:
            state = tx.load(id).state
        except UNREADABLE as unknown:
            raise Unseen from unknown
        if not may(person, "read", state):
            raise Unseen
        if not state.rings(one.call):
            return Para(headline(state)), Para(standing(state, voice))
        try:
            reply = self._act(said, replace(line, incident=one.incident), tx, people, person, voice)
        except Refused as no:
            return (Para(voice.phrase(no.phrase)),)
        return Para(headline(tx.load(id).state)), *(reply.body if isinstance(reply, Card) else ())

    def _touched(self, command: Command, line: Line, tx: Transaction, person: Person | None) -> Mapping[BookId, Book]:
        """The other books that it touches and that the speaker may see; all are locked, its own too, in their order."""
        if not command.touches():
            return {}
        own_book = [BookId("incident", line.incident)] if line.incident else []
        tx.lock(*command.touches(), *own_book)
        books = [tx.load(id) for id in command.touches()]
        return {book.id: book for book in books if book.rev and may(person, "read", book.state)}

    def _reader(self, said: Said, tx: Transaction, people: People, person: Person | None, voice: Voice) -> Reader:
        def find(text: str) -> str:
            return people.find(text, person.id if person else "")

        def target(text: str) -> str:
            name = text.strip().removeprefix("@").casefold()
            rules = self.office.rules
            for kind, known in (("policy", rules.policies), ("team", rules.teams), ("schedule", rules.schedules)):
                if found := next((each for each in known if each.casefold() == name), ""):
                    return f"{kind} {found}"
            return f"person {find(text)}"

        return Reader(find, target, tx.now, voice.zone, lambda text: mentions(text, people, said.named))

    def _target(self, command: Command, line: Line, ask: Ask, tx: Transaction, person: Person | None) -> Book:
        if command.new:
            return tx.load(BookId(command.on, str(tx.number(command.on))))
        if found := command.book(ask, tx.find):
            return tx.load(found)
        if command.on == "incident":
            return meant(line, tx, person)
        raise Refused(STRANGER, root=self.office.rules.root)

    def _not_allowed(self, person: Person | None, line: Line, said: Said, tx: Transaction) -> Refused:
        if person is None:
            return Refused(ASKED if proposed(said, self.office, tx) else STRANGER, root=self.office.rules.root)
        text = N_("You are a {role}, and `{name}` wants more. An administrator can change that in the configuration.")
        return Refused(text, role=called(person.role), name=line.cls.names[0])

    def form(self, line: Line, voice: Voice, given: Mapping[str, str] = EMPTY) -> Form:
        """What is still to be said; `given` is what stands there so far."""
        name = line.cls.names[0]
        asked = tuple(
            msgspec.structs.replace(each, value=line.raw.get(each.name) or given.get(each.name, ""))
            for each in options(line.cls, voice)
            if each.name != "incident"
        )
        number = f" #{line.incident}" if line.incident else ""
        head = title(line.cls, voice) + number
        return Form(title=head, words=name + number, options=asked, submit=voice.word(N_("Send")))

    def broken(self, voice: Voice) -> Card:
        """What somebody is told when we broke."""
        said = voice.say(
            N_("Something broke on our side, and nothing was changed. It is in the log; please try again.")
        )
        return Card(body=(Para(said),), tone="warn", to="quiet")

    def spoilt(self, said: Said, card: Card, why: str, tx: Transaction) -> None:
        """Keep a hearing that broke, with what was said and why, and its answer for a repeat of it."""
        tx.keep("spoilt", "", {said.key: msgspec.json.encode({"said": said, "why": why})})
        if tx.heard(said.key) is None:
            tx.answer(said.key, msgspec.json.encode(card))


def refusal(no: Refused, voice: Voice) -> Card:
    """A no: why, and what to do instead."""
    to: Literal["speaker", "quiet"] = "speaker" if no.alone else "quiet"
    return Card(body=(Para(voice.phrase(no.phrase)),), tone="warn", to=to, refused=True)
