"""The purse: what may be sent where just now, spent in the transaction that goes before the request."""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from bot.engine.office import Office
from bot.engine.pace import LOW, Bucket, edited, left, refused, rest, take, wait
from bot.ports import ChatError, Pace, Place, Throttled
from bot.store.looks import Shown
from bot.store.transaction import Transaction

BUCKET = msgspec.json.Decoder(Bucket)
"""Made before there are threads: see `bot.book.prepare`."""
CHATTER = 4
"""The rank from which on nothing is taken of what a platform's pace keeps for replies and cards."""


class Later(Exception):
    """Nothing may be sent there before `until`."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


class Purse:
    """The budgets of every platform, each in three scopes: the place, its room, the whole platform."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def paces(self, platform: str) -> Sequence[Pace]:
        """What a platform takes: as the configuration says, else as its adapter knows."""
        told = self.office.config.paces.get(platform)
        return self.office.chats[platform].can.paces if told is None else [limit.pace for limit in told]

    def spend(self, platform: str, place: Place | None, rank: int, tx: Transaction) -> bool:
        """Take one message of every budget that it counts in; whether they run low. Raises `Later`."""
        now, paces, names = tx.now.timestamp(), self.paces(platform), scopes(platform, place)
        spare = rank >= CHATTER
        held = {name: _read(body) for name, body in tx.buckets(names).items()}
        known = {name: [pace for pace in paces if pace.scope == scope] for name, scope in names.items()}
        longest = max(wait(held[name], known[name], now, spare=spare) for name in names)
        if longest > 0:
            raise Later(datetime.fromtimestamp(now + longest, UTC))
        low = min(left(held[name], known[name], now, spare=spare) for name in names) < LOW
        tx.fill({name: _written(take(held[name], known[name], now)) for name in names if known[name]})
        return low

    def learn(self, platform: str, place: Place | None, error: ChatError, tx: Transaction) -> None:
        """A platform that asked us to wait is left alone in the scope that it named, and in no other."""
        if not isinstance(error, Throttled):
            return
        names = {scope: name for name, scope in scopes(platform, place).items()}
        name = names.get(error.scope, f"platform {platform}")
        bucket = _read(tx.buckets([name])[name])
        tx.fill({name: _written(refused(bucket, error.wait or 0, tx.now.timestamp()))})

    def rests(self, row: Shown, low: bool, now: datetime) -> dict[str, datetime]:
        """After an edit: until when a card is tired, and when it may be edited again."""
        before = row.tired.timestamp() if row.tired else 0.0
        tired, again = edited(before, rest(self.paces(row.platform)), now.timestamp(), low=low)
        return {"tired": datetime.fromtimestamp(tired, UTC), "again": datetime.fromtimestamp(again, UTC)}


def scopes(platform: str, place: Place | None) -> dict[str, str]:
    """The buckets that a message to a place counts in, and the scope of each. A room still to be opened has no own."""
    whole = {f"platform {platform}": "platform"}
    if place is None:
        return whole
    return {f"place {place}": "place", f"room {platform}:{place.room}": "room"} | whole


def _read(body: str) -> Bucket:
    return BUCKET.decode(body) if body else Bucket()


def _written(bucket: Bucket) -> str:
    return msgspec.json.encode(bucket).decode()
