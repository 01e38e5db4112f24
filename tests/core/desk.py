"""A book on a desk: commands are decided and folded by hand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import bot.incident.chapters  # noqa: F401 - the events must be known
from bot.book import Ask, Book, BookId, Command, Elsewhere, Entry, blank
from bot.grammar import Reader, build, parse
from bot.oncall.policy import Policy, Rules, Step
from bot.oncall.rota import Rota
from bot.oncall.schedule import Schedule
from bot.people.following import Sub
from bot.people.person import People, Person
from bot.ports import Remark
from bot.text.words import Voice

START = datetime(2026, 3, 2, 10, 2, tzinfo=UTC)
ANNA = Person("anna", "Anna Nowak", "admin", configured=("slack:U1", "telegram:1"))
BORIS = Person("boris", "Boris Petrov", configured=("discord:2",))
CARLOS = Person("carlos", "Carlos Diaz", configured=("slack:U3",))
PEOPLE = People((ANNA, BORIS, CARLOS))
LADDER = Policy(
    "default", (Step(("anna",), timedelta(minutes=5)), Step(("boris",), timedelta(minutes=10))), 1, ("carlos",)
)
RULES = Rules({"default": LADDER}, platforms=("slack", "discord", "telegram"))


@dataclass
class Desk:
    """One incident, and the clock beside it."""

    now: datetime = START
    rules: Rules = RULES
    people: People = PEOPLE
    book: Book = field(default_factory=lambda: blank(BookId("incident", "1")))
    entries: list[Entry] = field(default_factory=list)
    others: dict[BookId, Book] = field(default_factory=dict)
    following: tuple[Sub, ...] = ()

    def say(self, words: str, by: str = "anna") -> list[Entry]:
        """Decide a line and fold what follows. Raises `Refused`, and then nothing changed."""
        line = parse(words).settled("1")
        return self.do(build(line, self.reader(by)), by)

    def reader(self, by: str) -> Reader:
        """How the speaker's words are read."""

        def target(text: str) -> str:
            return f"policy {text}" if text in self.rules.policies else f"person {self.people.find(text, by)}"

        return Reader(lambda text: self.people.find(text, by), target, self.now)

    def do(self, command: Command, by: str = "tocsin", about: Remark | None = None) -> list[Entry]:
        """The same for a command. What is for another book is written there."""
        ask = Ask(
            now=self.now, by=by, rules=self.rules, people=self.people, about=about, place="slack:C1",
            books=self.others, following=self.following,
        )  # fmt: skip
        fresh = []
        for event in list(command.decide(self.book.state, ask)):
            if isinstance(event, Elsewhere):
                self.others[event.book], _ = self.others[event.book].write(event.event, now=self.now, by=by)
                continue
            self.book, entry = self.book.write(event, now=self.now, by=by)
            fresh.append(entry)
        self.entries += fresh
        return fresh

    def pin(self, about: Remark, by: str = "anna") -> list[Entry]:
        """Pin a message."""
        return self.do(build(parse("pin"), self.reader(by)), by, about)

    def other(self, id: str, words: str) -> "Desk":
        """Another incident, declared beside this one: this one's commands may touch it."""
        beside = Desk(now=self.now, book=blank(BookId("incident", id)))
        beside.say(words)
        self.others[beside.book.id] = beside.book
        return beside

    def wait(self, length: timedelta) -> None:
        """Let time pass, firing what falls due in its order."""
        until = self.now + length
        while timers := sorted((each for each in self.book.state.due() if each.at <= until), key=lambda each: each.at):
            self.now = max(self.now, timers[0].at)
            before = self.book.rev
            self.do(timers[0].fires)
            assert self.book.rev > before, f"{timers[0].name} left no entry: it would fire for ever"
        self.now = until

    @property
    def names(self) -> list[str]:
        """The events so far, by name."""
        return [type(entry.event).__name__ for entry in self.entries]

    def paged(self) -> list[str]:
        """Whom the entries so far page, in order."""
        return [
            send.to
            for entry in self.entries
            for send in entry.event.sends(self.book.state, entry)
            if send.kind == "page"
        ]


@dataclass
class Reading:
    """What a query of the house reads from."""

    rules: Rules = RULES
    people: People = PEOPLE
    now: datetime = START
    viewer: Person | None = ANNA
    said: Any = None
    state: Any = None

    @property
    def voice(self) -> Voice:
        """English, in UTC."""
        return Voice(name=self.people.name, now=self.now)

    @property
    def schedules(self) -> Mapping[str, Schedule]:
        return self.rules.schedules

    @property
    def rotas(self) -> Mapping[str, Rota]:
        return {}
