"""The desk: hears what comes in, one after the other in each room, and has it answered."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import suppress
from typing import Any
from weakref import WeakValueDictionary

import structlog

from adapters.telegram.befell import befell, opened, pinned
from adapters.telegram.doors import Knock
from adapters.telegram.masks import Masked
from adapters.telegram.native import Me, Strange, Update, place
from adapters.telegram.question import Turn
from adapters.telegram.read import Heard, enclosed, met, read, see
from adapters.telegram.reply import Reply, dismiss
from adapters.telegram.stream import AGAIN
from adapters.telegram.topics import Topics
from adapters.telegram.wire import Wire
from bot.ports import Card, ChatError, Form, Grammar, House, MessageId, Place, RoomChange, Said, Unheard

log = structlog.get_logger()

PATIENCE = 1.0
"""Seconds after which somebody who waits is shown that they were heard."""
NOW_AND_THEN = 60.0
"""Seconds in which a room is told once that nobody knows who spoke: its 20 messages a minute are for the incident."""


class Desk:
    """Deals with deliveries. What is under way when a poll fails goes on; `close` ends it."""

    def __init__(self, wire: Wire, topics: Topics, source: str) -> None:
        self.wire, self.topics, self.source = wire, topics, source
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._lanes: WeakValueDictionary[Place, asyncio.Lock] = WeakValueDictionary()
        self._unmasked: dict[str, float] = {}

    def take(self, me: Me, house: House, deliveries: Mapping[str, Update]) -> None:
        """Deal with all of this that is not under way."""
        for key, update in deliveries.items():
            if key not in self._tasks:
                self._start(key, self._deal(key, update, me, house, self._echo(update, me)))
            elif self._tasks[key].done():
                self._start(key, self._done(key, house))

    def _echo(self, update: Update, me: Me) -> Mapping[str, Any]:
        """Know at once who speaks, and of a topic of ours; what is to be kept of that."""
        with suppress(Strange):
            met(update, me)
            if topic := opened(update, me):
                return self.topics.echo(*topic)
        return {}

    async def unkept(self, me: Me, house: House, updates: Sequence[Update]) -> None:
        """Say that something cannot be kept just now, to whoever waits for an answer."""
        for update in updates:
            with suppress(ChatError, Strange):
                said = read(update, me, grammar(house, update))
                if isinstance(said, Said) and said.addressed:
                    await Reply(self.wire, me, house, said, update).later()

    async def close(self) -> None:
        """Drop what is under way: it is kept, and dealt with by the next run."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    def _start(self, key: str, work: Coroutine[Any, Any, None]) -> None:
        self._tasks[key] = asyncio.get_running_loop().create_task(work, name=f"telegram {key}")

    async def _deal(self, key: str, update: Update, me: Me, house: House, echo: Mapping[str, Any]) -> None:
        try:
            if echo:
                await self._keep(house, echo)
            elif pinned(update, me):
                await self._tidy(update)
            elif change := befell(update, me):
                await self.notice(house, change)
            else:
                await self._answer(read(update, me, grammar(house, update)), update, me, house)
        except ChatError as wrong:
            log.warning("an answer could not be given", chat="telegram", key=key, why=str(wrong))
        except Strange as wrong:
            log.warning("a delivery in no shape that we know", chat="telegram", key=key, why=str(wrong))
        except Exception as wrong:
            log.error("a delivery broke", chat="telegram", key=key, exc_info=wrong)
        await self._done(key, house)

    async def _answer(self, heard: Heard | None, update: Update, me: Me, house: House) -> None:
        match heard:
            case Said():
                try:
                    await self._hear(heard, update, me, house)
                finally:
                    # Also where an answer could not be given.
                    if also := enclosed(heard, update):
                        await self._hear(also, update, me, house)
            case Masked():
                await self._unmask(heard, update, me, house)
            case Turn():
                await Reply(self.wire, me, house, heard.said, update).turn(heard)
            case Knock():
                await Reply(self.wire, me, house, heard.said, update).hello()
            case None if press := update.get("callback_query"):
                await dismiss(self.wire, press)

        if "edited_message" in update:
            see(update["edited_message"], me)

    async def _unmask(self, heard: Masked, update: Update, me: Me, house: House) -> None:
        """Say that nobody knows who that was; in a room not more often than now and then, whoever asks for it."""
        now = asyncio.get_running_loop().time()
        room = heard.said.place.room
        self._unmasked = {each: at for each, at in self._unmasked.items() if now - at < NOW_AND_THEN}
        if heard.said.pressed or room not in self._unmasked:
            if not heard.said.pressed:
                self._unmasked[room] = now
            await Reply(self.wire, me, house, heard.said, update).unmask()

    async def _hear(self, said: Said, update: Update, me: Me, house: House) -> None:
        lane = self._lanes.setdefault(said.place, asyncio.Lock())
        reply = Reply(self.wire, me, house, said, update)
        async with lane:
            answer = await self._heard(said, house, reply)
        if said.addressed:
            await reply.give(answer)

    async def _heard(self, said: Said, house: House, reply: Reply) -> Card | Form | None:
        """What the house answers. It is tried until it could be kept: it stands in the inbox already."""
        async with asyncio.TaskGroup() as both:
            waiting = both.create_task(self._wait(said, reply))
            answer = await self._try(said, house, reply)
            waiting.cancel()
        return answer

    async def _try(self, said: Said, house: House, reply: Reply) -> Card | Form | None:
        told = not said.addressed
        while True:
            try:
                return await house.hear(said)
            except Unheard:
                if not told:
                    await reply.later()
                told = True
                await asyncio.sleep(AGAIN)

    async def notice(self, house: House, change: RoomChange) -> None:
        """Tell the house what befell a room, until it could be kept; and write to where the room is now."""
        if change.moved:
            self.wire.moved[change.place.room] = change.moved.room
        while True:
            try:
                return await house.notice(change)
            except Unheard:
                await asyncio.sleep(AGAIN)

    async def _keep(self, house: House, echo: Mapping[str, Any]) -> None:
        """Keep where a topic stands, until that could be done."""
        while True:
            try:
                await house.keep(self.topics.source, "", echo)
                return
            except Unheard:
                await asyncio.sleep(AGAIN)

    async def _wait(self, said: Said, reply: Reply) -> None:
        await asyncio.sleep(PATIENCE)
        if said.addressed:
            await reply.soon()

    async def _tidy(self, update: Update) -> None:
        """Take the platform's line about our own pin away again, if we may."""
        message = update["message"]
        with suppress(ChatError):
            await self.wire.delete(place(message), MessageId(str(message["message_id"])))

    async def _done(self, key: str, house: House) -> None:
        """It was dealt with. Where that cannot be kept, it comes again, and this is all that is done with it."""
        with suppress(Unheard):
            await house.done(self.source, key)
            self._tasks.pop(key, None)


def grammar(house: House, update: Update) -> Grammar:
    """The commands as the speaker's own client shows them."""
    for told in (update.get("message"), update.get("callback_query")):
        if isinstance(told, Mapping) and isinstance(by := told.get("from"), Mapping):
            return house.grammar(str(by.get("language_code", "")))
    return house.grammar()
