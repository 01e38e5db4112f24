"""What was heard: the reply that a repeat gets again, and the streams that are resumed."""

from collections.abc import Mapping
from datetime import datetime

from bot.store.hand import Hand, Row, sql

HEARD = sql("SELECT reply FROM heard WHERE key = :key")
HEARD_LOCKED = sql("SELECT reply FROM heard WHERE key = :key {FOR UPDATE}")
HEAR = sql("INSERT INTO heard (key, at) VALUES (:key, :at) ON CONFLICT DO NOTHING")
ANSWER = sql("""
    INSERT INTO heard (key, at, reply) VALUES (:key, :at, :reply)
    ON CONFLICT (key) DO UPDATE SET reply = excluded.reply
""")
CURSOR = sql("SELECT cursor FROM cursors WHERE source = :source")
MOVE = sql("""
    INSERT INTO cursors (source, cursor) VALUES (:source, :cursor)
    ON CONFLICT (source) DO UPDATE SET cursor = excluded.cursor
""")
KEEP = sql("""
    INSERT INTO inbox (source, key, body, at, done) VALUES (:source, :key, :body, :at, :done)
    ON CONFLICT DO NOTHING
""")
UNDONE = sql("SELECT key, body FROM inbox WHERE source = :source AND NOT done ORDER BY id")
DONE = sql("UPDATE inbox SET done = :done WHERE source = :source AND key = :key")
FORGET_HEARD = sql("DELETE FROM heard WHERE at < :before")
FORGET_DONE = sql("DELETE FROM inbox WHERE done AND at < :before")


class Inbox(Hand):
    """Hearing a delivery once."""

    def heard(self, key: str) -> bytes | None:
        """The reply that was kept for this delivery, or None: it is new, or was never answered.

        In a write the key is this transaction's until it ends: who hears it at the same time waits for the reply.
        """
        if not (self.writes and self._postgres):
            return self.answered(key)
        if self.do(HEAR, key=key, at=self.now):
            return None
        return _reply(self.row(HEARD_LOCKED, key=key))

    def answered(self, key: str) -> bytes | None:
        """The same, without laying a hand on it: for what nobody hears twice."""
        return _reply(self.row(HEARD, key=key))

    def answer(self, key: str, reply: bytes) -> None:
        """Keep the reply for a repeat of this delivery."""
        self.do(ANSWER, key=key, at=self.now, reply=reply)

    def cursor(self, source: str) -> str:
        """Where a stream stands; an empty string before its first delivery."""
        found = self.row(CURSOR, source=source)
        return found[0] if found else ""

    def keep(self, source: str, cursor: str, deliveries: Mapping[str, bytes]) -> None:
        """Keep raw deliveries, those that are kept already once, and the cursor behind them."""
        common = {"source": source, "at": self.now, "done": False}
        self.each(KEEP, ({**common, "key": key, "body": body} for key, body in deliveries.items()))
        self.do(MOVE, source=source, cursor=cursor)

    def undone(self, source: str) -> list[tuple[str, bytes]]:
        """What is kept and was not dealt with yet, oldest first."""
        return [(key, bytes(body)) for key, body in self.rows(UNDONE, source=source)]

    def done(self, source: str, key: str) -> None:
        """This kept delivery was dealt with."""
        self.do(DONE, source=source, key=key, done=True)

    def forget(self, before: datetime) -> None:
        """Drop replies, and deliveries that were dealt with, older than this."""
        self.do(FORGET_HEARD, before=before)
        self.do(FORGET_DONE, before=before)


def _reply(row: Row | None) -> bytes | None:
    return bytes(row[0]) if row and row[0] is not None else None
