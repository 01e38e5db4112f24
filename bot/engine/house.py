"""The house: what the world may see of the core, and everything that runs in it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any, TypeVar

import msgspec
import structlog

from bot.book import BookId
from bot.config import BadConfig, Config
from bot.engine.about import about
from bot.engine.adopt import Adoption, weighed
from bot.engine.attend import attend, retell
from bot.engine.calendars import calendar_at
from bot.engine.carry import own
from bot.engine.chatter import copies, copy
from bot.engine.clockwork import clockwork
from bot.engine.deliver import Delivery
from bot.engine.feeds import Feeds, Fetch
from bot.engine.hear import Hearing
from bot.engine.naming import naming
from bot.engine.notice import noticed
from bot.engine.office import Office
from bot.engine.page import Paging
from bot.engine.prove import Proving
from bot.engine.suggest import suggest
from bot.engine.think import Thinking
from bot.engine.tick import Ticking
from bot.engine.watch import Watch
from bot.grammar import Line, Query, grammar, tidy
from bot.incident.readiness import Report
from bot.oncall.handoff import HandOver
from bot.people.person import Enroll, Leave
from bot.ports import Card, Channel, Chat, Choice, Form, Grammar, Mind, Receipt, RoomChange, Said, Unheard, Webhooks
from bot.store.store import Store, StoreDown, Taken
from bot.store.transaction import Transaction
from bot.text.words import LANGUAGES, Voice, known

log = structlog.get_logger()
T = TypeVar("T")
AFTER = 0.004
"""Seconds that an answer is ahead of what follows from it."""


class Engine:
    """The core at work. It is the `House` that the adapters are given."""

    def __init__(
        self,
        config: Config,
        store: Store,
        chats: Sequence[Chat],
        channels: Sequence[Channel] = (),
        fetch: Fetch | None = None,
        mind: Mind | None = None,
        webhooks: Webhooks | None = None,
    ) -> None:
        named = {channel.name: channel for channel in channels}
        self.office = Office(config, store, {chat.name: chat for chat in chats}, named, webhooks)
        self.hearing = Hearing(self.office)
        self.ticking = Ticking(self.office)
        self.delivery = Delivery(self.office)
        self.paging = Paging(self.office)
        self.proving = Proving(self.office)
        self.feeds = Feeds(self.office, fetch)
        self.watch = Watch(self.office)
        self.thinking = Thinking(self.office, mind)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Engine"]:
        """Everything at work, until left; what is under way then ends or is marked as it stands."""
        await self.enrol()
        scheduler = clockwork(self.office, self.ticking)
        loops = {
            "timers": self.ticking.run(),
            "delivery": self.delivery.run(),
            "paging": self.paging.run(),
            "proving": self.proving.run(),
            "feeds": self.feeds.run(),
            "outages": retell(self.office),
            "names": naming(self.office),
        } | {f"listen {chat.name}": attend(self.office, self, chat) for chat in self.office.chats.values()}
        begin = asyncio.get_running_loop().create_task
        self.watch.loops = {name: begin(loop, name=name) for name, loop in loops.items()}
        scheduler.start()
        try:
            yield self
        finally:
            scheduler.shutdown(wait=False)
            for loop in self.watch.loops.values():
                loop.cancel()
            await asyncio.gather(*self.watch.loops.values(), return_exceptions=True)
            with suppress(StoreDown):
                await self.office.store.write(lambda tx: tx.release_all(self.office.me))
            for way in self.office.ways.values():
                await way.close()
            if self.office.webhooks:
                await self.office.webhooks.close()

    async def enrol(self) -> None:
        """Take over what the configuration says of people, and show everything open as this version shows it.

        Raises `BadConfig` when an account belongs to somebody who linked it themselves.
        """
        self.office.house = await self.office.store.write(self.office.named)
        self.office.seal = await self.office.store.write(self.office.sealed)
        wanted = self.office.config.enrolments()
        for book in await self.office.store.read(lambda tx: tx.books("person")):
            enroll = wanted.get(book.id.id)
            if enroll is None or enroll.handles != book.state.configured:
                # First everybody lets go of what is not theirs any more: so two can swap accounts.
                await self._ask_of(book.id, Leave(back=enroll is not None))
        for id, enroll in wanted.items():
            await self._ask_of(BookId("person", id), enroll)
        for schedule in await self.office.store.read(self._schedules):
            await self.office.store.write(partial(own, HandOver(), schedule, self.office))
        await self.office.store.write(partial(own, Report(), BookId("readiness", "main"), self.office))
        await self.office.store.write(lambda tx: tx.want())
        await self.office.store.read(self.office.people)

    def _schedules(self, tx: Transaction) -> list[BookId]:
        """Those that are configured, and those that were."""
        return [
            BookId("schedule", name) for name in sorted({*self.office.rules.schedules, *self.office.duties(tx).rotas})
        ]

    async def adopt(self, config: Config, webhooks: Webhooks | None = None) -> Adoption:
        """Go by another configuration from now on, as far as that can be done without a restart.

        `webhooks` are the ones that it names. Raises `BadConfig` and `StoreDown`: the house goes by the one before.
        """
        before, called = self.office.config, self.office.webhooks
        goes, adoption = weighed(before, config)
        self.office.adopt(goes)
        self.office.webhooks = webhooks or called
        try:
            await self.enrol()
        except (BadConfig, StoreDown) as wrong:
            self.office.adopt(before)
            self.office.webhooks = called
            if isinstance(wrong, BadConfig):
                await self.enrol()
            raise
        self.office.adoption = adoption
        return adoption

    def distrust(self, fault: str) -> None:
        """The configuration as it stands now cannot be used: it is told, and the house goes by the one before."""
        self.office.adoption = replace(self.office.adoption, fault=fault)

    async def acquaint(self) -> None:
        """Know the people as the database has them; take over the configuration only where there are none yet."""
        self.office.seal = await self.office.store.write(self.office.sealed)
        people = await self.office.store.read(self.office.people)
        if not people.by_id:
            await self.enrol()

    async def _ask_of(self, id: BookId, command: Enroll | Leave) -> None:
        try:
            await self.office.store.write(partial(own, command, id, self.office))
        except Taken:
            accounts = ", ".join(getattr(command, "handles", ()))
            said = f"people.{id.id}: somebody else linked one of these accounts: {accounts}"
            raise BadConfig(said) from None

    # ---- the way in

    def grammar(self, language: str = "") -> Grammar:
        """Every command and query, in a language."""
        return _grammar(self.office.rules.root, known(language) or self.office.config.house.language)

    def languages(self) -> Sequence[str]:
        """The languages there are words in."""
        return tuple(LANGUAGES)

    async def hear(self, said: Said) -> Card | Form | None:
        """Do what was asked, once, after it is safely kept. Raises `Unheard` when it could not be kept."""
        said = tidied(said)
        try:
            if not said.addressed:
                await self._overhear(said)
                return None
            if said.reacted and not await self.office.store.read(partial(copies, said)):
                return None
            verb = self.grammar().verb(said.words)
            with self.office.figures.heard(verb.name if verb else "") as outcome:
                with self.office.courtesy.answering():
                    answer, of = await self._hear(said)
                reply = await self.thinking.over(said, verb, answer, of)
                outcome.append(meaning(reply))
                return reply
        except StoreDown as down:
            log.warning("something could not be kept", key=said.key, why=str(down))
            raise Unheard from down

    async def _hear(self, said: Said) -> tuple[Card | Form, BookId | None]:
        """The answer, and of which book it tells, where it was a query of one."""
        line = self.hearing.at_once(said)
        if not isinstance(line, Line):
            return line, None
        try:
            if issubclass(line.cls, Query):
                return await self.office.store.read(partial(self.hearing.read, said, line))
            reply = await self.office.store.write(partial(self.hearing.obey, said, line), urgent=True)
        except StoreDown:
            raise
        except Exception as wrong:
            reply = await self._spoilt(said, wrong)
        # The answer leaves first: what follows from it would only get in its way.
        asyncio.get_running_loop().call_later(AFTER, self.office.wake)
        return reply, None

    async def _overhear(self, said: Said) -> None:
        """Chatter: only a war room's is kept, for its other rooms."""
        if await self.office.store.read(partial(copies, said)):
            await self.office.store.write(partial(copy, self.office, said))
            self.office.wake()

    async def _spoilt(self, said: Said, wrong: Exception) -> Card:
        """A fault of ours: it was rolled back; it is kept with what was said, told, and not tried for ever."""
        # Not what was said: it may be a code or an address. It is kept with the rest.
        log.error("a hearing broke", key=said.key, by=str(said.by), exc_info=wrong)
        people = self.office.known_people
        voice = self.office.voice(people, people.by_handle.get(str(said.by)), said)
        card = self.hearing.broken(voice)
        await self.office.store.write(partial(self.hearing.spoilt, said, card, repr(wrong)))
        return card

    async def suggest(self, said: Said, option: str) -> Sequence[Choice]:
        """What an option may be, cut to the speaker; nothing where the database does not answer."""
        try:
            return await self.office.store.read(partial(suggest, self.office, said, option))
        except StoreDown:
            return ()

    async def about(self, said: Said) -> Card | None:
        """What it would be about; nothing where the database does not answer."""
        with suppress(StoreDown):
            return await self.office.store.read(partial(about, said, self.office))
        return None

    async def notice(self, change: RoomChange) -> None:
        """Something befell a room: it is told in the others, once. Raises `Unheard` when it could not be kept."""
        await self._keeping(partial(noticed, change, self.office), write=True)
        self.office.wake()

    async def receipt(self, receipt: Receipt) -> None:
        """What became of a page."""
        await self._keeping(partial(self.paging.turns.receive, receipt), write=True)
        self.office.wake()

    async def calendar(self, secret: str) -> bytes | None:
        """The iCalendar at a secret address; None where there is none (any more)."""
        return await calendar_at(secret, self.office)

    # ---- a stream that is resumed

    async def kept(self, source: str) -> str:
        """Where a stream stands."""
        return await self._keeping(lambda tx: tx.cursor(source))

    async def keep(self, source: str, cursor: str, deliveries: Mapping[str, Any]) -> Mapping[str, Any]:
        """Keep raw deliveries and the cursor behind them in one transaction; what is not done yet, oldest first."""
        raw = {key: msgspec.json.encode(each) for key, each in deliveries.items()}

        def together(tx: Transaction) -> list[tuple[str, bytes]]:
            tx.keep(source, cursor, raw)
            return tx.undone(source)

        return {key: msgspec.json.decode(body) for key, body in await self._keeping(together, write=True)}

    async def done(self, source: str, key: str) -> None:
        """This kept delivery was dealt with."""
        await self._keeping(lambda tx: tx.done(source, key), write=True)

    async def _keeping(self, fn: Callable[[Transaction], T], *, write: bool = False) -> T:
        try:
            return await (self.office.store.write(fn) if write else self.office.store.read(fn))
        except StoreDown as down:
            raise Unheard from down

    # ---- for whoever watches over it

    async def settled(self) -> None:
        """When nothing is due and nothing is under way: for tests, which never sleep to wait."""
        errands = (self.paging, self.proving, self.delivery)
        moved = -1
        # What ended between two looks may have left something to do that no look has seen.
        while moved != (moved := sum(each.moved for each in errands)) or any(each.tasks for each in errands):
            await self.ticking.tick()
            for each in errands:
                await each.look()
            for each in errands:
                await each.settled()

    async def health(self) -> Mapping[str, Any]:
        """Whether it is alive, and what answers."""
        return await self.watch.health()

    async def ready(self) -> Mapping[str, Any]:
        """Whether it can do its work, and what keeps it from that."""
        return await self.watch.ready()

    async def figures(self) -> bytes:
        """Everything that is counted, in Prometheus' text format."""
        try:
            return await self.watch.figures()
        except StoreDown as down:
            raise Unheard from down


def meaning(reply: Card | Form) -> str:
    """What became of a hearing, in the figures' word."""
    return "form" if isinstance(reply, Form) else "refused" if reply.refused else "done"


def tidied(said: Said) -> Said:
    """What was said, without letters that no database takes or that only pretend."""
    fields = {name: tidy(value) for name, value in said.fields.items()}
    return msgspec.structs.replace(said, words=tidy(said.words), fields=fields, name=tidy(said.name))


@lru_cache(maxsize=16)
def _grammar(root: str, language: str) -> Grammar:
    return grammar(root, Voice(language))
