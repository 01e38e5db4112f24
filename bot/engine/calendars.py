"""What stands at a calendar's secret address."""

import asyncio
from functools import partial

from bot.engine.office import Office
from bot.oncall.calendar import calendar, digest_of, key
from bot.store.transaction import Transaction


async def calendar_at(secret: str, office: Office) -> bytes | None:
    """The calendar; None where the secret is no address, was revoked, or is somebody's who left."""
    make = await office.store.read(partial(_found, digest_of(secret), office))
    return await asyncio.to_thread(make) if make else None


def _found(digest: str, office: Office, tx: Transaction) -> "partial[bytes] | None":
    """How to make it, with all that must be known; it is made without the database, for it may take a while."""
    id, people = tx.find(key(digest)), office.people(tx)
    if id is None or id.kind != "calendar" or id.id not in people:
        return None
    feed = tx.load(id).state.feed(digest)
    voice = office.voice(people, people.by_id[id.id])
    return partial(calendar, feed, id.id, office.duties(tx).schedules, people.name, voice, tx.now) if feed else None
