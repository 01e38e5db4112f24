"""Late: what was said while the bot or its platform was away, and is heard long after.

It is done as if said now, and tells when it was said. Only what others have overtaken meanwhile is not done.
"""

from datetime import datetime, timedelta

from bot.book import TOCSIN, Ask, Book
from bot.ports import Said
from bot.store.transaction import Transaction
from bot.text.words import N_

LATE = timedelta(minutes=1)
"""What is heard so long after it was said tells when it was."""
STALE = timedelta(minutes=15)
"""What is heard so long after it was said gives way to what others did since."""
LOOKED_AT = 50
"""The last entries in which somebody else's deed is looked for."""
OVERTAKEN = N_(
    "You said that at {at}, I hear it only now, and others did something here since. Nothing was changed: if it"
    " still holds, say it again."
)


def late(said: Said, now: datetime) -> datetime | None:
    """When it was said, where that was long ago."""
    return said.at if said.at and now - said.at > LATE else None


def overtaken(book: Book, ask: Ask, tx: Transaction) -> bool:
    """Whether somebody else did something about it between its saying and its hearing."""
    if ask.said is None or ask.now - ask.said <= STALE:
        return False
    last = tx.entries(book.id, last=LOOKED_AT)
    return any(entry.at > ask.said and entry.by not in (TOCSIN, ask.by) for entry in last)
