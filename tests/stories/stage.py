"""A stage for a story: the playground, the house at work, and a clock that is pushed."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pytest import MonkeyPatch

from adapters.playground.cast import COMPANY
from adapters.playground.demo import company
from adapters.playground.server import Playground
from adapters.playground.stage import Bubble, Room
from bot.config import check
from bot.engine import attend
from bot.engine.house import Engine
from bot.run import house
from tests.clock import PushedClock
from tests.stories.script import Step

EMPTY: Mapping[str, str] = MappingProxyType({})


class Stage:
    """Plays the steps of a story, and looks at the screens as a person would."""

    def __init__(
        self, playground: Playground, clock: PushedClock, database: str, addresses: Mapping[str, str] = EMPTY
    ) -> None:
        self.playground, self.clock, self.database, self.addresses = playground, clock, database, addresses
        self.engine: Engine
        self.pages_seen: set[tuple[str, str, str]] = set()
        self._house = AsyncExitStack()

    async def open(self) -> None:
        """Set the house to work, and wait until it is heard on every platform that is up."""
        # The clock stands still between two pushes, and whoever waits for a budget would wait for ever.
        wide: dict[str, Any] = {"paces": {name: [] for name in self.playground.settings}}
        raw = {**company(self.playground, self.database), **wide}
        people = {key: {**each, "email": self.addresses.get(key, "")} for key, each in raw["people"].items()}
        config = check({**raw, "people": people}, "the story")
        # Each try that fails doubles the wait for the next, by the clock on the wall.
        patch = self._house.enter_context(MonkeyPatch.context())
        patch.setattr(attend, "FIRST", 0.1)
        patch.setattr(attend, "MOST", 0.5)
        self.engine = await self._house.enter_async_context(house(config, self.clock))
        names = {name for name, stand in self.playground.stands.items() if not stand.outage}
        await self.playground.until(lambda: {name for name, up in self.engine.office.up.items() if up} == names)

    async def close(self) -> None:
        await self._house.aclose()

    async def play(self, step: Step) -> None:
        """Do it, or see it. Raises `AssertionError` with what stood there instead."""
        await getattr(self, "_" + step.verb.replace(" ", "_"))(step)

    # ---- doing

    async def _says(self, step: Step) -> None:
        stand = self.playground[step.platforms[0]]
        await stand.say(step.who, self.room(step).id, step.words)

    async def _presses(self, step: Step) -> None:
        stand = self.playground[step.platforms[0]]

        def find() -> tuple[str, str, str] | None:
            for room in self._rooms(step, step.who):
                for bubble in reversed(room.bubbles):
                    for knob in (knob for row in bubble.buttons for knob in row):
                        if knob.label == step.words:
                            return room.id, bubble.id, knob.id
            return None

        found = await self._until(find, step)
        await stand.press(step.who, *found)

    async def _replies(self, step: Step) -> None:
        room, bubble = await self._typed(step)
        await self.playground[step.platforms[0]].say(step.who, room, step.words, bubble)

    async def _reacts(self, step: Step) -> None:
        room, bubble = await self._typed(step)
        await self.playground[step.platforms[0]].react(step.who, room, bubble, step.words)

    async def _typed(self, step: Step) -> tuple[str, str]:
        """The last message there that a person typed."""

        def typed() -> tuple[str, str] | None:
            room = self.room(step)
            return next(((room.id, each.id) for each in reversed(room.bubbles) if not each.bot), None)

        found: tuple[str, str] = await self._until(typed, step)
        return found

    async def _address(self, step: Step) -> None:
        """It was so from the beginning."""

    async def _answers(self, step: Step) -> None:
        def asked() -> str | None:
            bubbles = reversed(self.room(step).bubbles)
            return next((bubble.id for bubble in bubbles if bubble.bot and "≫" in bubble.text), None)

        question = await self._until(asked, step)
        await self.playground[step.platforms[0]].say(step.who, self.room(step).id, step.words, question)

    async def _fills(self, step: Step) -> None:
        stand = self.playground[step.platforms[0]]
        sheet = await self._until(lambda: stand.screen(step.who).sheet, step)
        by_id = {each.id.rpartition(".")[2].rpartition(":")[2]: each.id for each in sheet.inputs}
        await stand.fill(step.who, sheet.id, {by_id[name]: value for name, value in step.answers.items()})

    async def _wait(self, step: Step) -> None:
        self.clock.push(seconds=step.length.total_seconds())
        await self.engine.settled()

    async def _goes_down(self, step: Step) -> None:
        stand: Any = self.playground[step.platforms[0]]
        stand.outage = True
        await self._until(lambda: self.engine.office.up.get(step.platforms[0]) is False, step)

    async def _comes_back(self, step: Step) -> None:
        stand: Any = self.playground[step.platforms[0]]
        stand.outage = False
        await self._until(lambda: self.engine.office.up.get(step.platforms[0]), step)

    async def _suffers(self, step: Step) -> None:
        self.playground[step.platforms[0]].faults.switch(step.words, 0)

    async def _recovers(self, step: Step) -> None:
        self.playground[step.platforms[0]].faults.mend()

    async def _the_bot_restarts(self, step: Step) -> None:
        await self._house.aclose()
        await self.open()

    # ---- seeing

    async def _shown(self, step: Step) -> None:
        for platform in step.platforms:
            viewer = next(actor.key for actor in COMPANY if platform in actor.ids)
            await self._find(step, lambda: self._rooms_of(platform, viewer, step.place), platform)

    async def _keeps(self, step: Step) -> None:
        channels = self.playground.slack.at.channels.values()
        rooms = [channel for channel in channels if channel.purpose.startswith("Tocsin")]
        await self._until(lambda: {each["title"] for each in rooms[-1].bookmarks.values()} >= set(step.parts), step)

    async def _told(self, step: Step) -> None:
        await self._find(step, lambda: self._rooms_of(step.platforms[0], step.who, "dm"), step.platforms[0])
        self._count_pages()

    async def _sees(self, step: Step) -> None:
        def private() -> Iterator[Bubble]:
            for room in self.playground[step.platforms[0]].screen(step.who).rooms:
                yield from (bubble for bubble in room.bubbles if bubble.ephemeral or room.kind == "direct")

        await self._until(lambda: any(says(bubble, step) for bubble in private()), step)

    async def _does_not_see(self, step: Step) -> None:
        await self.engine.settled()
        rooms = self.playground[step.platforms[0]].screen(step.who).rooms
        found = [bubble.text for room in rooms for bubble in room.bubbles if says(bubble, step)]
        assert not found, f"line {step.line}: {step.who} sees {found}"

    async def _nobody_is_paged(self, step: Step) -> None:
        await self.engine.settled()
        fresh = self._count_pages()
        assert not fresh, f"line {step.line}: paged all the same: {fresh}"

    def _count_pages(self) -> set[tuple[str, str, str]]:
        found = {
            (actor.key, platform, bubble.id)
            for actor in COMPANY
            for platform in actor.ids
            if platform in self.playground.stands
            for room in self._rooms_of(platform, actor.key, "dm")
            for bubble in room.bubbles
            if bubble.bot
        }
        fresh, self.pages_seen = found - self.pages_seen, self.pages_seen | found
        return fresh

    # ---- where

    def room(self, step: Step) -> Room:
        """The room that a step happens in."""
        rooms = self._rooms(step, step.who)
        assert rooms, f"line {step.line}: {step.who} sees no {step.place} on {step.platforms[0]}"
        return rooms[-1]

    def _rooms(self, step: Step, viewer: str) -> list[Room]:
        return self._rooms_of(step.platforms[0], viewer, step.place)

    def _rooms_of(self, platform: str, viewer: str, place: str) -> list[Room]:
        rooms = self.playground[platform].screen(viewer).rooms
        if place == "dm":
            return [room for room in rooms if room.kind == "direct"]
        open_rooms = [room for room in rooms if room.kind not in ("direct", "home")]
        return open_rooms[:1] if place == "hall" else open_rooms[1:]

    async def _find(self, step: Step, rooms: Callable[[], list[Room]], where: str) -> None:
        def there() -> bool:
            return any(says(bubble, step) for room in rooms() for bubble in room.bubbles)

        await self._until(
            there, step, seen=lambda: f"{where}: " + "\n---\n".join(b.text for r in rooms() for b in r.bubbles)
        )

    async def _until(self, what: Callable[[], Any], step: Step, *, seen: Callable[[], str] = str) -> Any:
        try:
            return await self.playground.until(what)
        except TimeoutError:
            raise AssertionError(f"line {step.line}: {step.text}\nis not so. There is:\n{seen()}") from None


def says(bubble: Bubble, step: Step) -> bool:
    """Whether a message says all that is expected."""
    labels = {knob.label for row in bubble.buttons for knob in row}
    letters = bubble.text.casefold()
    return all(part.casefold() in letters for part in step.parts) and set(step.buttons) <= labels


@asynccontextmanager
async def stage(folder: Path, addresses: Mapping[str, str] = EMPTY) -> AsyncIterator[Stage]:
    """An open stage with nothing said on it; `addresses` are people's, as the configuration has them."""
    clock = PushedClock()
    async with Playground(COMPANY, clock).open() as playground:
        made = Stage(playground, clock, f"sqlite:///{folder}/story.db", addresses)
        await made.open()
        try:
            yield made
        finally:
            await made.close()
