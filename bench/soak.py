"""A busy hour, compressed: three chats full of people, one bot, and platforms that fail. Nothing said may be lost.

`make soak SEED=7`. Everything goes over the wire: the bot is a process of its own with the real SDKs, killed now and
then; faults of the menu strike each platform. The clock is pushed, a minute every few seconds. When the hour is over
and all is well again, everything is counted: what stands in each room against what was said in the others, what the
log holds against what was typed, what each card says against the log.
"""

import argparse
import asyncio
import logging
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import psutil  # type: ignore[import-untyped]
import structlog
from figures import rows_of, table
from town import HALLS, PLATFORMS, ready, until

from adapters.playground import demo
from adapters.playground.bot import Bot
from adapters.playground.cast import ANNA, BORIS, CARLOS
from adapters.playground.faults import ROWS
from adapters.playground.server import Playground
from adapters.playground.stage import Bubble
from bot.engine.house import Engine  # noqa: F401 - with it come all kinds of books
from bot.store.store import Store
from bot.store.transaction import Transaction

PEOPLE = (ANNA, BORIS, CARLOS)
PINS = {"slack": "📌", "discord": "📌", "telegram": "✍"}
NOT_NOW = {"revoked", "blocked", "dm_closed", "not_in_channel", "archived", "archived_thread", "socket_closed_4014",
           "message_gone", "migrated", "edit_window_closed"}  # fmt: skip
"""What somebody would have to mend by hand, or what takes a room away: the stories have those."""
CALM = 420.0
"""Seconds within which all must come right when nothing fails any more."""
UNDONE = """
    SELECT 'behind', book, subject, platform, place, not_before, error FROM shown WHERE have < want
    UNION ALL SELECT state, book, kind, dest, '', not_before, error FROM sends WHERE state IN ('pending', 'sending')
    UNION ALL SELECT 'open', id, '', '', '', at, '' FROM books WHERE kind = 'incident' AND open
"""
ROOMS = "SELECT book, place FROM shown WHERE kind = 'incident' AND subject = 'card' AND place <> ''"
WORDS = "SELECT body FROM entries WHERE event IN ('Noted', 'Updated')"
PINNED = "SELECT 1 FROM entries WHERE event = 'Pinned'"
TITLES = "SELECT json_extract(state, '$.title'), id FROM books WHERE kind = 'incident'"
COPIES = "SELECT payload, dest, state FROM sends WHERE kind = 'copy'"


@dataclass(frozen=True)
class Line:
    """Something that was typed: what kind it is, a word that stands in nothing else, and where."""

    kind: str
    mark: str
    platform: str
    room: str


class Hour:
    """The company on its busy day."""

    def __init__(self, seed: int, playground: Playground, bot: Bot, database: Path) -> None:
        self.dice = random.Random(seed)
        self.playground, self.bot, self.database = playground, bot, database
        self.lines: list[Line] = []
        self.befell: Counter[str] = Counter()
        self.did: Counter[str] = Counter()

    async def live(self, minutes: int, seconds: float) -> None:
        """So many minutes, each in so many seconds of the machine's."""
        for minute in range(minutes):
            begin = perf_counter()
            self._mend()
            if minute % 6 == 0 or self.dice.random() < 0.1:
                await self._say("declare", HALLS, "!declare fire {} --sev " + self.dice.choice("1234"))
            for _ in range(self.dice.randrange(2, 9)):
                await self._deed()
            if self.dice.random() < 0.5:
                self._fault()
            await asyncio.sleep(max(0.0, begin + seconds - perf_counter()))
            self._push(60)

    async def _deed(self) -> None:
        """Somebody says or does something in a war room."""
        rooms = self.rooms()
        if not rooms:
            return
        room = self.dice.choice(list(rooms.values()))
        kind = self.dice.choices(list(DEEDS), [share for share, _ in DEEDS.values()])[0]
        self.did[kind] += 1
        if words := DEEDS[kind][1]:
            await self._say(kind, room, words)
        else:
            await (self._pin(room) if kind == "pin" else self._press(room))

    async def _say(self, kind: str, rooms: Mapping[str, str], words: str) -> None:
        person = self.dice.choice(PEOPLE)
        platform = self.dice.choice([each for each in PLATFORMS if each in person.ids and each in rooms])
        line = Line(kind, f"{kind}{len(self.lines)}x", platform, rooms[platform])
        self.lines.append(line)
        with suppress(KeyError):  # the room is not open to them yet
            await self.playground[platform].say(person.key, line.room, words.format(line.mark))

    async def _pin(self, rooms: Mapping[str, str]) -> None:
        """Somebody pins what somebody said."""
        said = [each for each in self.lines if each.kind == "chat" and each.room in rooms.values()]
        if said and (line := self.dice.choice(said)) and line.platform in ANNA.ids:
            for bubble in self.bubbles(line.platform, line.room):
                if line.mark in bubble.text and not bubble.bot:
                    await self.playground[line.platform].react("anna", line.room, bubble.id, PINS[line.platform])

    async def _press(self, rooms: Mapping[str, str]) -> None:
        """Somebody presses a button of a card; a form that opens is closed."""
        platform = self.dice.choice([each for each in rooms if each in ANNA.ids])
        stand, room = self.playground[platform], rooms[platform]
        knobs = [
            (bubble.id, knob.id)
            for bubble in self.bubbles(platform, room)
            for row in bubble.buttons
            for knob in row
            if not knob.url and "resolve" not in knob.label.lower()
        ]
        if knobs:
            with suppress(KeyError):
                await stand.press("anna", room, *self.dice.choice(knobs))
            if sheet := stand.screen("anna").sheet:
                await stand.fill("anna", sheet.id, {})

    # ---- what befalls them

    def _fault(self) -> None:
        if self.dice.random() < 0.2:
            self.befell["bot killed"] += 1
            if self.bot.up:
                psutil.Process(self.bot.pid).kill()
            return
        platform = self.dice.choice(PLATFORMS)
        fault = self.dice.choice([each for each in ROWS.values() if platform in each.on and each.name not in NOT_NOW])
        self.befell[fault.name] += 1
        self.playground[platform].faults.switch(fault.name)

    def _mend(self) -> None:
        """What went on for a minute ends."""
        for stand in self.playground.stands.values():
            stand.faults.mend()

    def _push(self, seconds: float) -> None:
        self.playground.switches.clock.push(seconds)  # type: ignore[attr-defined]
        self.bot.push(seconds)

    async def calm(self) -> float:
        """All is well from now on, and everything is resolved: seconds until nothing is left to do."""
        begin = perf_counter()
        self._mend()
        await until(lambda: self.bot.up and ready(self.playground))
        told: set[object] = set()
        while (undone := rows_of(self.database, UNDONE)) and perf_counter() < begin + CALM:
            # One that was declared while nobody listened is heard late.
            for number in {number for state, number, *_ in undone if state == "open"} - told:
                told.add(number)
                await self.playground.slack.say("anna", HALLS["slack"], f"!resolve #{number} it was the disk")
            self._push(30)
            await asyncio.sleep(1)
        return perf_counter() - begin

    # ---- what stands there

    def rooms(self) -> Mapping[str, Mapping[str, str]]:
        """The war rooms of each incident by platform, as far as they are open."""
        rooms: dict[str, dict[str, str]] = {}
        for book, place in rows_of(self.database, ROOMS):
            platform, _, room = str(place).partition(":")
            rooms.setdefault(str(book), {})[platform] = room
        return rooms

    def bubbles(self, platform: str, room: str) -> Sequence[Bubble]:
        shown = self.playground[platform].screen("anna").rooms
        return next((each.bubbles for each in shown if each.id == room), ())

    def said(self, line: Line) -> bool:
        """Whether it stands where it was typed: a platform that was down took nothing."""
        return any(line.mark in each.text and not each.bot for each in self.bubbles(line.platform, line.room))


DEEDS: Mapping[str, tuple[int, str]] = {
    "chat": (45, "what about {}"),
    "note": (12, "!note {}"),
    "update": (8, "!update {}"),
    "ack": (6, "!ack"),
    "unack": (3, "!unack"),
    "sev": (4, "!sev 3"),
    "status": (4, "!status identified"),
    "show": (4, "!show"),
    "pin": (6, ""),
    "press": (8, ""),
}
"""What is done in a war room: how often of a hundred times, and what is typed."""


@dataclass
class Tally:
    """What became of everything that was said."""

    hour: Hour
    declared: int = 0
    commands: int = 0
    """Notes and updates that stand where they were typed."""
    chatter: int = 0
    copies: int = 0
    """That should stand in other rooms."""
    uncertain: int = 0
    """Copies that did not arrive: the ledger says that nobody knows, and their rooms were told so."""
    pinned: int = 0
    cards: int = 0
    wrong: list[str] = field(default_factory=list)

    def count(self) -> "Tally":
        """All of it."""
        database, rooms = self.hour.database, self.hour.rooms()
        titles = Counter(re.sub(r"^fire ", "", str(title)) for title, _ in rows_of(database, TITLES))
        kept = Counter(found for (body,) in rows_of(database, WORDS) for found in re.findall(r"\w+\d+x", str(body)))
        self.pinned = len(rows_of(database, PINNED))
        ledger = {
            (mark, str(dest)): str(state)
            for payload, dest, state in rows_of(database, COPIES)
            for mark in re.findall(r"chat\d+x", str(payload))
        }
        homes = {room: id for id, of in rooms.items() for room in of.values()}
        for line in filter(self.hour.said, self.hour.lines):
            if line.kind == "declare":
                self.declared += 1
                self._once(line, titles[line.mark], "incidents")
            elif line.kind in ("note", "update"):
                self.commands += 1
                self._once(line, kept[line.mark], "entries")
            elif line.kind == "chat" and not kept[line.mark]:  # or it answered what the bot had asked
                self.chatter += 1
                self._copied(line, rooms[homes[line.room]], ledger)
        self.wrong += [f"undone: {row}" for row in rows_of(database, UNDONE)]
        for id, of in rooms.items():
            self._cards(id, of)
        return self

    def _once(self, line: Line, count: int, of: str) -> None:
        if count != 1:
            self.wrong.append(f"{count} {of} of {line}")

    def _copied(self, line: Line, rooms: Mapping[str, str], ledger: Mapping[tuple[str, str], str]) -> None:
        """It stands once in each other room; or it is known, and told, that it may not."""
        for platform, room in rooms.items():
            if platform == line.platform:
                continue
            self.copies += 1
            texts = [each.text.splitlines() for each in self.hour.bubbles(platform, room) if each.bot]
            count = sum(text.count(f"what about {line.mark}") for text in texts)
            state = ledger.get((line.mark, f"{platform}:{room}"), "never queued")
            if count == 0 and state in ("unknown", "failed"):
                self.uncertain += 1
            elif count != 1:
                self.wrong.append(f"{count} copies on {platform} ({state}) of {line}")

    def _cards(self, id: str, rooms: Mapping[str, str]) -> None:
        for platform, room in rooms.items():
            self.cards += 1
            card = [each.text for each in self.hour.bubbles(platform, room) if each.bot and each.pinned]
            if len(card) != 1 or "resolved" not in card[0].lower():
                self.wrong.append(f"#{id} on {platform}: {len(card)} pinned cards, {card}")

    def figures(self) -> Iterator[tuple[str, object]]:
        """What is printed."""
        yield from ((name, each) for name, each in vars(self).items() if isinstance(each, int))
        yield "wrong", len(self.wrong)


async def main(options: argparse.Namespace, folder: Path) -> int:
    """Live through it, count, print; how the process ends."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    print(f"seed {options.seed}: {options.minutes} minutes, each in {options.seconds:g} s", flush=True)
    database = folder / "soak.db"
    async with (
        demo.playground(0) as playground,
        demo.bot(playground, f"sqlite:///{database}", "critical") as bot,
    ):
        await until(lambda: ready(playground))
        hour = Hour(options.seed, playground, bot, database)
        await hour.live(options.minutes, options.seconds)
        took = await hour.calm()
        tally = Tally(hour).count()
        weight = psutil.Process(bot.pid).memory_info().rss // 2**20
    tally.wrong += await unsound(database)
    befell = [(f"befell: {name}", count) for name, count in sorted(hour.befell.items())]
    did = [(f"did: {name}", count) for name, count in sorted(hour.did.items())]
    refused = [f"{name} refused {each}" for name, stand in playground.stands.items() for each in stand.refused]
    tally.wrong += refused
    rows = [*befell, *did, *tally.figures()]
    table(f"all was well again after {took:.0f} s, with {weight} MB", ("what", "count"), rows)
    if tally.wrong:
        print(f"SEED={options.seed}", *tally.wrong, sep="\n", file=sys.stderr)
    return bool(tally.wrong)


async def unsound(database: Path) -> list[str]:
    """The incidents whose log is not whole, or whose state is not what their log says."""
    store = await Store.open(f"sqlite:///{database}")

    def look(tx: Transaction) -> list[str]:
        books = tx.books("incident")
        return [f"{book.id} is unsound" for book in books if not tx.verify(book.id) or tx.fold(book.id) != book]

    try:
        return await store.read(look)
    finally:
        await store.close()


def asked() -> argparse.Namespace:
    """The options."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seed", type=int, default=random.randrange(10**6))
    options.add_argument("--minutes", type=int, default=60)
    options.add_argument("--seconds", type=float, default=5.0, help="that each minute takes")
    return options.parse_args()


if __name__ == "__main__":
    with TemporaryDirectory(prefix="tocsin-bench-", ignore_cleanup_errors=True) as folder:
        sys.exit(asyncio.run(main(asked(), Path(folder))))
