"""What everybody who works in the house shares: the configuration, the store, the chats, who people are."""

import asyncio
import hmac
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from hashlib import sha256
from secrets import token_hex
from typing import TYPE_CHECKING, Any

import structlog

import bot.incident.chapters  # noqa: F401 - whoever works here knows every chapter
from bot.book import Ask
from bot.config import Config
from bot.engine.adopt import Adoption
from bot.engine.courtesy import Courtesy
from bot.engine.figures import Figures
from bot.engine.memory import Memory
from bot.incident.paging import named_in
from bot.oncall.policy import Rules
from bot.oncall.rota import Duties
from bot.oncall.teams import on_call
from bot.people import codes
from bot.people.account import WORDS
from bot.people.following import Sub
from bot.people.person import People, Person
from bot.ports import Called, Channel, Chat, ChatError, Doors, Place, Rooms, Said, Webhooks
from bot.store.store import Store
from bot.store.transaction import Transaction
from bot.text.words import Voice, known, zone

if TYPE_CHECKING:
    from bot.incident.call import Call
    from bot.incident.incident import Incident

log = structlog.get_logger()

MUTE = 60.0
"""Seconds in which a platform is not asked for a link again."""
INITIALS = {"sms"}
"""Channels whose name is read letter by letter."""


@dataclass
class Office:
    """Shared by hearing, ticking and delivering. `me` is this process's name, where it holds a lease."""

    config: Config
    store: Store
    chats: Mapping[str, Chat]
    channels: Mapping[str, Channel] = field(default_factory=dict)
    """Ways to people that are no chats."""
    webhooks: Webhooks | None = None
    me: str = field(default_factory=lambda: token_hex(6))
    house: str = ""
    """This database's own name: it begins every key, so that no other database's messages are taken for ours."""
    seal: bytes = field(default=b"", repr=False)
    """The house's own key: every code is made with it."""
    up: dict[str, bool] = field(default_factory=dict)
    """Which platforms answer: absent until the first connection."""
    elsewhere: set[str] = field(default_factory=set)
    """Platforms that another process listens to."""
    changed: bool = False
    """A platform went or came back, and the cards do not say so yet."""
    bells: list[asyncio.Event] = field(default_factory=list)
    courtesy: Courtesy = field(default_factory=Courtesy)
    figures: Figures = field(default_factory=Figures)
    adoption: Adoption = field(default_factory=Adoption)

    rooms: dict[str, tuple[str, str]] = field(default_factory=dict)
    """The names and links of rooms that are no incident's own."""
    unnamed: set[str] = field(default_factory=set)
    """Those that were needed, and are not known."""
    doors: dict[str, str] = field(default_factory=dict)
    """Addresses that open a conversation with the bot, by the platforms' labels, as far as they are known."""

    def __post_init__(self) -> None:
        self.adopt(self.config)
        self._people = Memory("person", _people, People(()))
        self._duties = Memory("schedule", _duties, Duties({}, {}))
        self._subs: Memory[Sequence[Sub]] = Memory("following", _subs, ())
        self._links: dict[str, str] = {}
        self._mute: dict[str, float] = {}

    def adopt(self, config: Config) -> None:
        """Go by this configuration from now on."""
        self.config = config
        self.rules: Rules = config.rules()
        steps = (each for policy in self.rules.policies.values() for each in named_in(policy.steps))
        self.unnamed |= {each for each in steps if each.partition(":")[0] in self.chats}

    @property
    def ways(self) -> Mapping[str, Channel]:
        """Everything by which a person is told something: the chats and the channels."""
        return {**self.chats, **self.channels}

    def wake(self) -> None:
        """Something changed: whoever waits for work looks again."""
        for bell in self.bells:
            bell.set()

    def bell(self) -> asyncio.Event:
        """A bell of one's own, rung by `wake`."""
        self.bells.append(asyncio.Event())
        return self.bells[-1]

    def named(self, tx: Transaction) -> str:
        """The house's name: given once, whoever else starts at this moment."""
        tx.number("naming")  # its row makes a second process wait until the first has named the house
        if not tx.cursor("house"):
            tx.keep("house", token_hex(4), {})
        return tx.cursor("house")

    def sealed(self, tx: Transaction) -> bytes:
        """The house's own key: a random word that this database keeps, and what the configuration alone knows.

        With `channels.secret` set, whoever reads the database can make none of the house's codes.
        """
        tx.number("naming")
        if not tx.cursor("seal"):
            tx.keep("seal", token_hex(32), {})
        return hmac.digest(tx.cursor("seal").encode(), self.config.channels.secret.get_secret_value().encode(), sha256)

    def key(self, *parts: object) -> str:
        """A key for a send: the same for every try of it, and no other house's."""
        return "-".join(map(str, (self.house, *parts)))

    # ---- people and their language

    def people(self, tx: Transaction) -> People:
        """Everybody, as of this transaction."""
        return self._people.of(tx)

    def duties(self, tx: Transaction) -> Duties:
        """Every schedule as it is configured and as it was changed in chat, as of this transaction."""
        return self._duties.of(tx, self.rules)

    def following(self, tx: Transaction) -> Sequence[Sub]:
        """Every subscription that is not to one incident: the configuration's rooms, and who said so in a chat."""
        return (*self.config.subs(), *self._subs.of(tx))

    def ask(self, tx: Transaction, *, by: str, delivery: str = "", **more: Any) -> Ask:
        """What is true in this transaction, as a decision may know it. Without a delivery there are no codes."""
        if delivery:
            more |= {"token": codes.token(self.seal, delivery), "secret": codes.secret(self.seal, delivery)}
        return Ask(
            now=tx.now, by=by, rules=self.rules, people=self.people(tx), schedules=self.duties(tx).schedules,
            following=self.following(tx), doors=self.doors, key=self.seal, **more,
        )  # fmt: skip

    @property
    def known_people(self) -> People:
        """Everybody, as of the last transaction: for what must be said at once."""
        return self._people.last

    def voice(self, people: People, person: Person | None, said: Said | None = None) -> Voice:
        """How to speak to somebody: their setting, else their platform's locale, else the room's, else the house's."""
        platform = said.by.platform if said else ""
        told = person.language if person else ""
        language = known(told) or known(said.locale if said else "") or self.language(platform)
        return Voice(language, self._zone(person.zone if person else ""), people.name, room=self.room)

    def language(self, platform: str) -> str:
        """What a platform's rooms speak."""
        return known(self.config.languages.get(platform, "")) or self.config.house.language

    def room_voice(self, people: People, platform: str) -> Voice:
        """How to speak to a room."""
        return Voice(self.language(platform), self._zone(""), people.name, room=self.room)

    def _zone(self, name: str) -> tzinfo:
        try:
            return zone(name or self.config.house.zone)
        except KeyError:
            return zone(self.config.house.zone)

    def called(self, call: "Call | None", platform: str, tx: Transaction) -> tuple[Called, ...]:
        """Whoever a call's steps page, as they are on call now, and has an account on a platform."""
        people, schedules = self.people(tx), self.duties(tx).schedules
        named = named_in(call.steps if call else ())
        ids = (id for each in named for id in on_call(each, self.rules, schedules, tx.now))
        found = (people.by_id[id] for id in dict.fromkeys(ids) if id in people)
        return tuple(Called(handle, each.name) for each in found if (handle := each.on(platform)))

    # ---- where the rooms are

    async def find_door(self, chat: Chat) -> None:
        """Learn how a link opens a conversation with the bot, where a platform has such links."""
        if isinstance(chat, Doors) and chat.can.label not in self.doors:
            with suppress(ChatError, TimeoutError):
                async with asyncio.timeout(5):
                    self.doors[chat.can.label] = await chat.door(WORDS)

    async def links(self, incident: "Incident") -> Mapping[str, str]:
        """The war rooms' links by the platforms' labels; what a platform does not tell now is left out."""
        found = [(label, await self.link(place)) for label, place in self._rooms(incident)]
        return {label: url for label, url in found if url}

    async def link(self, place: Place) -> str:
        """A link that opens a place, or an empty string; whoever could not tell one is not asked for a while."""
        chat, now = self.chats.get(place.platform), asyncio.get_running_loop().time()
        if str(place) not in self._links and isinstance(chat, Rooms) and self._mute.get(place.platform, now) <= now:
            try:
                async with asyncio.timeout(5):
                    self._links[str(place)] = await chat.link(place)
            except (ChatError, TimeoutError):
                self._mute[place.platform] = now + MUTE
        return self._links.get(str(place), "")

    def room(self, id: str) -> tuple[str, str, str] | None:
        """A room's platform, the name that everybody may know it by, and its link; None for what is no room of a chat.

        What is not known yet is asked for, and then known the next time.
        """
        chat = self.chats.get(id.partition(":")[0]) if ":" in id else None
        if chat is None:
            return None
        if id not in self.rooms:
            self.unnamed.add(id)
        return chat.can.label, *self.rooms.get(id, ("", ""))

    def links_at_once(self, incident: "Incident") -> Mapping[str, str]:
        """The same, as far as they were told before: for what must wait for nobody."""
        found = ((label, self._links.get(str(place), "")) for label, place in self._rooms(incident))
        return {label: url for label, url in found if url}

    def _rooms(self, incident: "Incident") -> Sequence[tuple[str, Place]]:
        """The war rooms by the platforms' labels, in the order in which the platforms are configured."""
        places = {place.platform: place for place in incident.places}
        return [(chat.can.label, places[name]) for name, chat in self.chats.items() if name in places]

    @property
    def known_links(self) -> Mapping[str, str]:
        """Every link that a platform told, by place."""
        return self._links

    def label(self, platform: str) -> str:
        """A platform's or channel's name, as people write it."""
        chat = self.chats.get(platform)
        return chat.can.label if chat else platform.upper() if platform in INITIALS else platform.capitalize()


def downs(names: Iterable[str], tx: Transaction) -> Mapping[str, datetime]:
    """Since when which of these platforms do not answer."""
    found = {name: tx.cursor(f"down {name}") for name in names}
    return {name: datetime.fromisoformat(since) for name, since in found.items() if since}


def _people(tx: Transaction, _: None) -> People:
    return People(book.state for book in tx.books("person"))


def _duties(tx: Transaction, rules: Rules) -> Duties:
    return Duties({book.id.id: book.state for book in tx.books("schedule")}, rules.schedules)


def _subs(tx: Transaction, _: None) -> Sequence[Sub]:
    return tuple(sub for book in tx.books("following") for sub in book.state.subs)
