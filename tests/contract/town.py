"""One platform, its real adapter, and a house that writes down what it hears."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from importlib import import_module
from itertools import count
from typing import Any, TypeVar

import pytest

from adapters.playground.cast import COMPANY
from adapters.playground.faults import Faults
from adapters.playground.server import Playground
from adapters.playground.stage import Actor, Bubble, Room, Sheet
from bot.ports import Card, Chat, ChatError, Handle, MessageId, Place, Said, Throttled
from bot.text.rich import Para, line
from tests.adapters.house import House
from tests.clock import PushedClock

T = TypeVar("T")


def card(text: str) -> Card:
    """A card that says this."""
    return Card(title=line(text), body=(Para(line("as it stands")),))


class Town:
    """Everything that a promise touches. Whoever stops listening is asked to listen again, as the core does it."""

    def __init__(self, playground: Playground, platform: str, clock: PushedClock) -> None:
        self.playground, self.platform, self.clock = playground, platform, clock
        module = import_module(f"adapters.{platform}.chat")
        self.chat: Chat = module.open_chat(module.Settings.model_validate(playground.settings[platform]))
        self.stand = playground[platform]
        self.house = House()
        self.readies = 0
        self.failures: list[Exception] = []
        """What ended listening."""
        self.meant = ""
        """The fault that is tried."""
        self._keys = count(1)
        self._ears: asyncio.Task[None]

    @property
    def faults(self) -> Faults:
        return self.stand.faults

    @property
    def hall(self) -> Place:
        assert self.chat.hall
        return self.chat.hall

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """It listens, until the end of the block or while it is deaf."""
        await self._begin()
        try:
            yield
        finally:
            await self._end()

    @asynccontextmanager
    async def deaf(self) -> AsyncIterator[None]:
        """It does not listen, until the end of the block."""
        await self._end()
        yield
        await self._begin()

    async def _begin(self) -> None:
        before = self.readies
        self._ears = asyncio.get_running_loop().create_task(self._attend())
        await self.until(lambda: self.readies > before)

    async def _end(self) -> None:
        self._ears.cancel()
        await asyncio.gather(self._ears, return_exceptions=True)

    async def _attend(self) -> None:
        """Listen, and again whenever that ends."""
        while True:
            try:
                await self.chat.listen(self.house, self._ready)
            except* Exception as wrong:
                self.failures += wrong.exceptions
            await asyncio.sleep(0.05)

    def _ready(self) -> None:
        self.readies += 1

    def fresh(self) -> None:
        """As new, for the next promise; the connection stays."""
        self.playground.reset()
        self.stand.limits = False
        self.house.__init__()  # type: ignore[misc]
        self.failures.clear()

    def key(self) -> str:
        """A key that no other send has."""
        return f"k{next(self._keys)}"

    async def until(self, what: Callable[[], T], within: float = 60.0) -> T:
        return await self.playground.until(what, within)

    # ---- people

    @property
    def actors(self) -> Sequence[Actor]:
        """Two people with accounts here: Anna, and another."""
        return [actor for actor in COMPANY if self.platform in actor.ids][:2]

    def handle(self, viewer: str) -> Handle:
        actor = next(each for each in COMPANY if each.key == viewer)
        return Handle(self.platform, actor.ids[self.platform])

    def rooms(self, viewer: str = "anna") -> Sequence[Room]:
        return self.stand.screen(viewer).rooms

    def room(self, viewer: str = "anna") -> Room:
        """The standing room as somebody sees it."""
        return next(each for each in self.rooms(viewer) if each.kind in ("channel", "topic"))

    def direct(self, viewer: str = "anna") -> Room:
        """Their conversation with the bot."""
        return next(each for each in self.rooms(viewer) if each.kind == "direct")

    def bubbles(self, viewer: str = "anna") -> list[Bubble]:
        """All the bot's messages that somebody sees."""
        kinds = ("channel", "topic", "direct")
        return [bubble for room in self.rooms(viewer) if room.kind in kinds for bubble in room.bubbles if bubble.bot]

    def telling(self, text: str, viewer: str = "anna") -> list[Bubble]:
        """The bot's messages that say this."""
        return [bubble for bubble in self.bubbles(viewer) if text in bubble.text]

    async def say(self, text: str, viewer: str = "anna", room: str = "", reply_to: str = "") -> None:
        await self.stand.say(viewer, room or self.room(viewer).id, text, reply_to)

    async def shown(self, text: str, viewer: str = "anna") -> Bubble:
        """Wait for a message of the bot's with these words on somebody's screen."""
        return (await self.until(lambda: self.telling(text, viewer)))[-1]

    async def heard(self, words: str) -> Said:
        """Wait until these words were heard."""
        said = await self.until(lambda: self.house.said(words))
        assert said
        return said

    async def sheet(self, viewer: str = "anna") -> Sheet:
        """Wait for a form that opens before somebody."""
        sheet = await self.until(lambda: self.stand.screen(viewer).sheet)
        assert sheet
        return sheet

    # ---- what is tried

    async def put(self, text: str, key: str = "", over: MessageId | None = None) -> MessageId:
        """A card in the standing room."""
        return await self.chat.put(self.hall, card(text), over, key or self.key())

    async def hears_again(self) -> None:
        """Whatever befell it: soon it hears people again, and answers."""
        mark = self.key()

        async def answered() -> bool:
            """One more try; an answer to an earlier one is one, too."""
            await self.say(f"!help {mark}")
            try:
                await self.until(lambda: self.telling(f"heard: help {mark}"), 0.4)
            except TimeoutError:
                return False
            return True

        async with asyncio.timeout(60):
            while not await answered():
                continue

    async def refused(self, what: Any) -> ChatError:
        """How something fails. Raises `AssertionError` where it does not."""
        try:
            await what
        except ChatError as no:
            return no
        raise AssertionError("it was done")

    async def throttled(self, what: Any) -> Throttled:
        """The same, of what the platform asks us to wait with."""
        no = await self.refused(what)
        assert isinstance(no, Throttled), no
        return no


@asynccontextmanager
async def town(platform: str) -> AsyncIterator[Town]:
    """A platform to which its adapter listens."""
    clock = PushedClock()
    async with Playground(COMPANY, clock, platforms=(platform,)).open() as playground:
        made = Town(playground, platform, clock)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("adapters.mark.now", lambda: clock.now().timestamp())
            async with made.listening():
                await made.hears_again()
                yield made
            await made.chat.close()
