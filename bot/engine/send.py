"""Sends: a posted update, a copy of what was said elsewhere. Each goes out, or is known not to have."""

import asyncio
from datetime import datetime, timedelta
from functools import partial

import msgspec
import structlog

from bot.book import BookId
from bot.engine.office import Office
from bot.engine.show import backoff
from bot.incident.cards import entry_card
from bot.incident.updates import Updated
from bot.ports import Card, ChatError, Copy, MessageId, Mirror, Place, Unreachable
from bot.store.sends import Sent
from bot.store.transaction import Transaction
from bot.text.rich import Para, Run, line

log = structlog.get_logger()

DEADLINE = 30
"""Seconds that a platform has for one send."""
LEASE = timedelta(seconds=60)
GIVE_UP = timedelta(hours=24)
"""How long something that the platform does not take is tried again."""


class Sending:
    """Sends what is not a page."""

    def __init__(self, office: Office) -> None:
        self.office = office

    async def send(self, row: Sent) -> datetime | None:
        """Send it once; until when the place is better left.

        `sending` is written before the request, so that a crash is never mistaken for silence.
        """
        claimed = await self.office.store.write(lambda tx: tx.claim(row.id, self.office.me, LEASE))
        if claimed is None:
            return None
        try:
            async with asyncio.timeout(DEADLINE):
                message = await self._send(claimed)
        except Exception as wrong:
            return await self.office.store.write(partial(again, claimed, self._meaning(row, wrong)))
        await self.office.store.write(
            lambda tx: tx.sent(claimed.id, claimed.epoch, state="accepted", message=message, place=claimed.to)
        )
        return None

    def _meaning(self, row: Sent, wrong: Exception) -> ChatError:
        """What a failure means for the row: one of ours is told, and tried again like a platform's."""
        if isinstance(wrong, ChatError):
            log.warning("something could not be sent", kind=row.kind, to=row.to, why=str(wrong))
            return wrong
        if isinstance(wrong, TimeoutError):
            return Unreachable(ambiguous=True)
        log.error("something could not be sent", kind=row.kind, to=row.to, exc_info=wrong)
        return ChatError(type(wrong).__name__, retry_in=300)

    async def _send(self, row: Sent) -> MessageId:
        place = Place.parse(row.to)
        chat = self.office.chats.get(place.platform)
        if chat is None:
            raise ChatError(f"{place.platform} is not configured any more")
        if row.kind == "copy":
            copy = msgspec.convert(row.payload, Copy)
            if isinstance(chat, Mirror):
                return await chat.post(place, copy)
            return await chat.put(place, as_card(copy), None, self.office.key("send", row.id))
        card = await self.office.store.read(partial(self._entry, row, place.platform))
        if card is None:
            return MessageId("")
        return await chat.put(place, card, None, self.office.key("send", row.id))

    def _entry(self, row: Sent, platform: str, tx: Transaction) -> Card | None:
        """The entry's card; None where the answer to whoever said it stands in the room and says the same."""
        id = row.book or BookId("incident", "0")
        entry = tx.entries(id, after=int(row.payload["rev"]) - 1, limit=1)[0]
        chat = self.office.chats[platform]
        if entry.via == row.to and not chat.can.ephemeral and not isinstance(entry.event, Updated):
            return None
        return entry_card(tx.load(id).state, entry, self.office.room_voice(self.office.people(tx), platform))


def again(row: Sent, error: ChatError, tx: Transaction) -> datetime | None:
    """It failed: try again later, or know that it was not sent. Chatter that may have arrived is not said twice."""
    rest = None if error.wait is None else tx.now + timedelta(seconds=error.wait)
    if error.ambiguous and row.kind == "copy":
        tx.sent(row.id, row.epoch, state="unknown", error=str(error)[:200])
    elif error.wait is None or tx.now - row.at > GIVE_UP:
        tx.sent(row.id, row.epoch, state="failed", error=str(error)[:200])
    else:
        wait = backoff(error.wait, row.tries)
        rest = tx.now + wait
        tx.sent(row.id, row.epoch, state="pending", error=str(error)[:200], not_before=rest)
    return rest


def as_card(copy: Copy) -> Card:
    """A copy for a platform that can only speak as the bot."""
    name = Para(line(Run(f"{copy.author} ({copy.origin})", bold=True)))
    return Card(body=(name, *copy.text))
