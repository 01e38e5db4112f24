"""A schedule's book on a desk: commands are decided and folded by hand, and time is pushed."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import bot.incident.chapters  # noqa: F401 - the events must be known
from bot.book import Ask, Book, BookId, Command, Entry, Event, Send, blank
from bot.grammar import Reader, build, parse
from bot.oncall.handoff import HandOver
from bot.oncall.policy import Rules
from bot.oncall.rotation import Every, Rotation
from bot.oncall.schedule import Layer, Schedule
from bot.oncall.shifts import who
from bot.oncall.teams import Team
from bot.people.person import People, Person
from bot.ports import Card
from bot.text.rich import plain
from bot.text.words import Voice

START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
"""A Monday, an hour after a hand-off."""
PEOPLE = People(
    Person(id, id.capitalize(), configured=(f"slack:{id}",)) for id in ("anna", "boris", "carlos", "dana")
)  # fmt: skip
TURNS = Rotation(Every.DAY, datetime.fromisoformat("2026-03-02T09:00"))
DAILY = Schedule("web", UTC, (Layer((("anna",), ("boris",), ("carlos",)), TURNS),))
TEAM = Team("web", ("anna", "boris", "carlos"), "web", "slack:C1")


@dataclass
class Desk:
    """One schedule, and the clock beside it."""

    schedule: Schedule = DAILY
    now: datetime = START
    book: Book = field(default_factory=lambda: blank(BookId("schedule", "web")))
    entries: list[Entry] = field(default_factory=list)
    sends: list[Send] = field(default_factory=list)
    card: Card | None = None

    def __post_init__(self) -> None:
        self.do(HandOver())

    @property
    def rules(self) -> Rules:
        """The configuration, as far as a decision asks it."""
        return Rules(schedules={"web": self.schedule}, teams={"web": TEAM})

    def say(self, words: str, by: str = "anna") -> list[str]:
        """Decide a line and fold what follows; the names of the events. Raises `Refused`, and nothing changed."""
        reader = Reader(lambda text: PEOPLE.find(text, by), now=self.now)
        command: Command = build(parse(words).settled(""), reader)
        fresh = self.do(command, by)
        self.card = command.answer(self.book.state, fresh, self.ask(by), self.voice)
        return [type(entry.event).__name__ for entry in fresh]

    def do(self, command: Command, by: str = "tocsin") -> list[Entry]:
        """The same for a command."""
        fresh = []
        for event in list(command.decide(self.book.state, self.ask(by))):
            assert isinstance(event, Event)
            self.book, entry = self.book.write(event, now=self.now, by=by)
            self.sends += event.sends(self.book.state, entry)
            fresh.append(entry)
        self.entries += fresh
        return fresh

    def ask(self, by: str) -> Ask:
        """What is true now."""
        return Ask(now=self.now, by=by, rules=self.rules, people=PEOPLE)

    def wait(self, **length: float) -> None:
        """Let time pass, firing what falls due in its order."""
        until = self.now + timedelta(**length)
        while timers := sorted((each for each in self.book.state.due() if each.at <= until), key=lambda each: each.at):
            self.now = max(self.now, timers[0].at)
            before = self.book.rev
            self.do(timers[0].fires)
            assert self.book.rev > before, f"{timers[0].name} left no entry: it would fire for ever"
        self.now = until

    @property
    def changed(self) -> Schedule:
        """The schedule with what was said."""
        return self.book.state.upon(self.schedule)  # type: ignore[no-any-return]

    def on(self, **later: float) -> tuple[str, ...]:
        """Who is on call, so much later."""
        return who(self.changed, self.now + timedelta(**later))

    def told(self) -> list[str]:
        """To whom and where something was said since this was last asked."""
        to = [send.to for send in self.sends]
        self.sends.clear()
        return to

    @property
    def voice(self) -> Voice:
        """English, in UTC."""
        return Voice(name=PEOPLE.name, now=self.now)

    @property
    def answer(self) -> str:
        """What the last speaker was told."""
        return plain(self.card.body) if self.card else ""
