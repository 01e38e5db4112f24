"""Sends: a posted update, a copy of what was said elsewhere. Each goes out, or is known and told not to have."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby

import msgspec
import structlog

from bot.book import BookId
from bot.engine.carry import own
from bot.engine.duty import tell_duty
from bot.engine.office import Office
from bot.engine.propose import tell_proposal
from bot.engine.purse import Later, Purse
from bot.engine.show import delay
from bot.engine.tell import tell_notice
from bot.incident.cards import entry_card, notice_card
from bot.incident.ledger import Miss, Undelivered
from bot.incident.secrecy import MadePrivate
from bot.incident.updates import Updated
from bot.ports import Card, ChatError, Copy, MessageId, Mirror, Place, Unreachable
from bot.store.sends import Ended, Sent
from bot.store.transaction import Transaction
from bot.text.rich import Block, Para, bold, line

log = structlog.get_logger()

DEADLINE = 30
"""Seconds that a platform has for one send."""
LEASE = timedelta(seconds=60)
GIVE_UP = timedelta(hours=24)
"""How long something that the platform does not take is tried again."""
TOGETHER = 20
"""What waits is sent together, so many at most, where a budget runs low."""
TELL = {"duty": tell_duty, "proposal": tell_proposal, "notice": tell_notice}
"""How a person is told what is no message of a room."""
ROOMS = frozenset({"entry", "copy"})
"""What goes to a room."""


class Fault(ChatError):
    """A fault of ours: the row is tried again later, and its place takes others meanwhile."""

    retry_in = 300.0


class Sending:
    """Sends what is not a page."""

    def __init__(self, office: Office, purse: Purse) -> None:
        self.office, self.purse = office, purse

    async def send(self, row: Sent) -> datetime | None:
        """Send it once; until when the place is better left.

        `sending` is written before the request, so that a crash is never mistaken for silence.
        """
        try:
            claimed = await self.office.store.write(partial(self._claim, row))
        except Later as later:
            return later.until
        if not claimed:
            return None
        try:
            async with asyncio.timeout(DEADLINE):
                message = await self._send(claimed)
        except Exception as wrong:
            self.office.figures.sent(row.to, row.kind, "failed")
            return await self.office.store.write(partial(self._again, claimed, self._meaning(row, wrong)))
        self.office.figures.sent(row.to, row.kind, "accepted")
        await self.office.store.write(partial(arrived, claimed, message))
        return None

    def _claim(self, row: Sent, tx: Transaction) -> Sequence[Sent]:
        """Take it, and what it costs; where little is left, what waits behind it goes along. Raises `Later`."""
        first = tx.claim(row.id, self.office.me, LEASE)
        place = Place.parse(row.to)
        if first is None or place.platform not in self.office.chats:
            return [first] if first else []
        if first.kind == "copy" and first.repeat:
            ended(first, "unknown", Unreachable("we were interrupted"), self.office, tx)
            return []
        low = self.purse.spend(place.platform, place, row.rank, tx)
        more = tx.following(row, TOGETHER) if low and not alone(row, tx) else []
        return [first, *self._along(first, more, tx)]

    def _along(self, first: Sent, more: Sequence[Sent], tx: Transaction) -> Iterator[Sent]:
        """Those that fit into the same message, in their order."""
        room = self.office.chats[Place.parse(first.to).platform].can.text - length(first)
        for row in more:
            room -= length(row)
            if room < 0 or row.repeat or alone(row, tx):
                return
            if claimed := tx.claim(row.id, self.office.me, LEASE):
                yield claimed

    def _meaning(self, row: Sent, wrong: Exception) -> ChatError:
        """What a failure means for the row: one of ours is told, and tried again like a platform's."""
        if isinstance(wrong, ChatError):
            log.warning("something could not be sent", kind=row.kind, to=row.to, why=str(wrong))
            return wrong
        if isinstance(wrong, TimeoutError):
            return Unreachable(ambiguous=True)
        log.error("something could not be sent", kind=row.kind, to=row.to, exc_info=wrong)
        return Fault(type(wrong).__name__)

    async def _send(self, rows: Sequence[Sent]) -> MessageId:
        if tell := TELL.get(rows[0].kind):
            return await tell(rows[0], self.office)
        place = Place.parse(rows[0].to)
        chat = self.office.chats.get(place.platform)
        if chat is None:
            raise ChatError(f"{place.platform} is not configured any more")
        rows, cards = await self.office.store.read(partial(self._ready, rows, place.platform))
        if not rows:
            return MessageId("")
        key = self.office.key("send", *dict.fromkeys((rows[0].id, rows[-1].id)))
        if rows[0].kind == "copy":
            copy = together([msgspec.convert(row.payload, Copy) for row in rows])
            if isinstance(chat, Mirror):
                return await chat.post(place, copy)
            return await chat.put(place, as_card(copy), None, key)
        return await chat.put(place, joint(cards), None, key) if cards else MessageId("")

    def _ready(self, rows: Sequence[Sent], platform: str, tx: Transaction) -> tuple[Sequence[Sent], Sequence[Card]]:
        """Those that may still go there, and their cards, where they have some: copies are no cards."""
        rows = due(rows, tx)
        entries = [row for row in rows if row.kind != "copy"]
        return rows, [card for row in entries if (card := self._entry(row, platform, tx))]

    def _entry(self, row: Sent, platform: str, tx: Transaction) -> Card | None:
        """The entry's card; None where the answer to whoever said it stands in the room and says the same."""
        id = row.book or BookId("incident", "0")
        entry = tx.entry_of(row)
        chat = self.office.chats[platform]
        if entry.via == row.to and not chat.can.ephemeral and not isinstance(entry.event, Updated):
            return None
        state, voice = tx.load(id).state, self.office.room_voice(self.office.people(tx), platform)
        if follower := next((each for each in state.followers if each.who == row.to), None):
            return notice_card(state, entry, replace(voice, language=follower.language or voice.language))
        return entry_card(state, entry, voice)

    def _again(self, rows: Sequence[Sent], error: ChatError, tx: Transaction) -> datetime | None:
        """It failed: until when the place is left alone."""
        place = Place.parse(rows[0].to)
        until = [again(row, error, self.office, tx) for row in rows]
        self.purse.learn(place.platform, place, error, tx)
        return None if isinstance(error, Fault) else until[0]


def arrived(rows: Sequence[Sent], message: MessageId, tx: Transaction) -> None:
    """The platform took them."""
    for row in rows:
        tx.sent(row.id, row.epoch, state="accepted", message=message, place=row.to)


def again(row: Sent, error: ChatError, office: Office, tx: Transaction) -> datetime | None:
    """It failed: try again later, or know that it was not sent. Chatter that may have arrived is not said twice."""
    if error.ambiguous and row.kind == "copy":
        return ended(row, "unknown", error, office, tx)
    if error.wait is None or tx.now - row.at > GIVE_UP:
        return ended(row, "failed", error, office, tx)
    rest = tx.now + delay(error, row.tries)
    tx.sent(row.id, row.epoch, state="pending", error=str(error)[:200], not_before=rest)
    return rest


def ended(row: Sent, state: Ended, error: ChatError, office: Office, tx: Transaction) -> datetime | None:
    """It will not be tried any more, and its incident is told, once until something arrives there again."""
    book = row.book if row.book and row.book.kind == "incident" else None
    if book:
        tx.lock(book)
    if tx.sent(row.id, row.epoch, state=state, error=str(error)[:200]) and book and not told(row, book, tx):
        own(Miss(row.to, state == "failed", str(error)[:100]), book, office, tx)
    return None if error.wait is None else tx.now + timedelta(seconds=error.wait)


def told(row: Sent, book: BookId, tx: Transaction) -> bool:
    """Whether its incident knows that this place misses something, or need not: of such a line itself nobody is told,
    nor of a room that is not told of the incident any more.
    """
    if row.kind in ROOMS and row.to not in {to for _, to in tx.load(book).state.hearers(True)}:
        return True
    if row.kind == "entry" and isinstance(tx.entry_of(row).event, Undelivered):
        return True
    lines = tx.entries(book, names={"Undelivered"}, last=50)
    last = max((entry.at for entry in lines if getattr(entry.event, "place", "") == row.to), default=None)
    return last is not None and not tx.reached(book, row.to, last)


def due(rows: Sequence[Sent], tx: Transaction) -> Sequence[Sent]:
    """Those that may still go there: what became private says so where it leaves, and then nothing more."""

    def fit(row: Sent) -> bool:
        state = tx.load(row.book).state if row.kind in ROOMS and row.book else None
        if state is None or not state.private or row.to in set(map(str, state.places)):
            return True
        return row.kind == "entry" and isinstance(tx.entry_of(row).event, MadePrivate)

    return [row for row in rows if fit(row)]


# ---- several as one


def alone(row: Sent, tx: Transaction) -> bool:
    """Whether it wants a message of its own: copies and the lines about what happened do not, an update does."""
    if row.kind == "entry" and row.book:
        return isinstance(tx.entry_of(row).event, Updated)
    return row.kind != "copy"


def length(row: Sent) -> int:
    """Letters that it takes in a message, at most."""
    return 200 if row.kind == "entry" else len(msgspec.json.encode(row.payload))


def together(copies: Sequence[Copy]) -> Copy:
    """What several people said, as one message: in its author's name where it was one, else grouped by author."""
    first, last = copies[0], copies[-1]
    if len({copy.author for copy in copies}) == 1:
        text = tuple(block for copy in copies for block in copy.text)
        return msgspec.structs.replace(first, text=text, key=last.key)
    blocks: list[Block] = []
    for author, said in groupby(copies, lambda copy: copy.author):
        blocks += [Para(line(bold(author))), *(block for copy in said for block in copy.text)]
    names = ", ".join(dict.fromkeys(copy.author for copy in copies))
    return Copy(author=names, origin=first.origin, text=tuple(blocks), key=last.key)


def joint(cards: Sequence[Card]) -> Card:
    """Several lines about what happened, as one message."""
    if len(cards) == 1:
        return cards[0]
    return Card(body=tuple(block for card in cards for block in card.body))


def as_card(copy: Copy) -> Card:
    """A copy for a platform that can only speak as the bot."""
    name = Para(line(bold(f"{copy.author} ({copy.origin})")))
    return Card(body=(name, *copy.text))
