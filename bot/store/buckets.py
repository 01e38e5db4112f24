"""Buckets: what was taken of each platform's limits, so that it is known after a restart and to every process."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from bot.store.hand import Hand, sql

BUCKET = sql("SELECT body FROM buckets WHERE name = :name {FOR UPDATE}")
PLACE = sql("INSERT INTO buckets (name, at, body) VALUES (:name, :now, :body) ON CONFLICT DO NOTHING")
FILL = sql("UPDATE buckets SET at = :now, body = :body WHERE name = :name")
FORGET_BUCKETS = sql("DELETE FROM buckets WHERE at < :before")


class Buckets(Hand):
    """What they hold is the engine's to read."""

    def buckets(self, names: Iterable[str]) -> dict[str, str]:
        """What they hold; an empty string for a new one. They are this transaction's until it ends."""
        return {name: self._bucket(name) for name in sorted(names)}

    def fill(self, buckets: Mapping[str, str]) -> None:
        """Keep what they hold now."""
        self.each(FILL, ({"name": name, "body": body, "now": self.now} for name, body in sorted(buckets.items())))

    def forget_buckets(self, before: datetime) -> None:
        """Drop those that nobody touched since."""
        self.do(FORGET_BUCKETS, before=before)

    def _bucket(self, name: str) -> str:
        if found := self.row(BUCKET, name=name):
            return str(found[0])
        # Who makes it at the same moment waits for the other, and then reads what that one took.
        self.do(PLACE, name=name, now=self.now, body="")
        return str(self.rows(BUCKET, name=name)[0][0])
