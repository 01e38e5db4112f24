"""All that a unit of work can do: books, timers, looks, sends, hearing, leases, buckets, in one transaction."""

from datetime import datetime

from bot.store.books import Books
from bot.store.buckets import Buckets
from bot.store.hand import instant, sql
from bot.store.inbox import Inbox
from bot.store.leases import Leases

NEXT_TRY = sql("""
    SELECT min(at) FROM (
        SELECT min(not_before) AS at FROM shown WHERE have < want
        UNION ALL SELECT min(not_before) FROM sends WHERE state = 'pending'
    ) AS waiting
""")


class Transaction(Books, Inbox, Leases, Buckets):
    """One transaction: everything that it did happens together, or nothing does."""

    def next_try(self) -> datetime | None:
        """The earliest moment at which something that waits, to be shown or sent, may be tried."""
        at = self.rows(NEXT_TRY)[0][0]
        return instant(at) if at else None
