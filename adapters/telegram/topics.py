"""Topics that the bot tried to open, until it is known what became of each try.

The platform tells no bot which topics there are, and opens a second one of the same name without a word. But it tells
the bot, as an update, of each one that the bot itself opened. So every try is kept before the request goes out. What
one opened that was never answered is found again by the update, and none is made again before everything was heard that
the platform has to tell of it.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import Any

from adapters.telegram.native import TELEGRAM
from bot.ports import House, Place, Unheard, Unreachable

GRACE = 10.0
"""Seconds after which the platform does nothing any more of what it did not answer."""
QUEUED = timedelta(hours=24)
"""How long it keeps an update for the bot."""
KEPT = timedelta(days=2)
"""How long a try is remembered."""


@dataclass
class Try:
    """One request for a topic: `key` is the room's, `since` the loop's time from which on it is waited for."""

    key: str
    name: str
    group: str
    at: datetime
    since: float
    place: Place | None = None


class Topics:
    """The tries of the process that listens: whoever does not hear cannot know what became of them."""

    def __init__(self, account: str) -> None:
        self.source = f"{TELEGRAM} {account} topics"
        self.heard = 0.0
        """Until when, of the loop's time, all that the platform tells was heard."""
        self._house: House | None = None
        self._tries: dict[str, Try] = {}

    async def remember(self, house: House) -> None:
        """Know again what earlier runs tried. Raises `Unheard`."""
        kept = await house.keep(self.source, "", {})
        self._tries = {id: self._tries.get(id) or tried(row) for id, row in kept.items() if "name" in row}
        for row in kept.values():
            if each := self._tries.get(row.get("of", "")):
                each.place = Place.parse(row["place"])
        self._house = house

    def find(self, key: str) -> Place | None:
        """Where the topic of this room stands, as far as that is known."""
        return next((each.place for each in self._tries.values() if each.key == key and each.place), None)

    async def doubt(self, key: str) -> bool:
        """Whether an earlier try may have opened one all the same, of which the platform tells nothing any more.

        Raises `Unreachable` while it may still tell.
        """
        open = {id: each for id, each in self._tries.items() if each.key == key and not each.place}
        if any(self.heard < each.since + GRACE for each in open.values()):
            raise Unreachable("It is not known yet whether Telegram opened the topic: its updates tell.")
        for id in open:
            await self.drop(id)
        return any(datetime.now(UTC) - each.at > QUEUED for each in open.values())

    async def begin(self, key: str, name: str, group: str) -> str:
        """A request goes out. Raises `Unreachable` where that could not be kept, or where nobody listens."""
        await self._forget()
        id, now = token_hex(6), datetime.now(UTC)
        await self._keep({id: {"key": key, "name": name, "group": group, "at": now.isoformat()}})
        self._tries[id] = Try(key, name, group, now, float("inf"))
        return id

    def unanswered(self, id: str) -> None:
        """The request ended without an answer."""
        if each := self._tries.get(id):
            each.since = asyncio.get_running_loop().time()

    def answered(self, id: str, place: Place) -> None:
        """The platform answered: here it is."""
        for other in self._tries.values():
            if other.place == place:
                other.place = None
        if each := self._tries.get(id):
            each.place = place

    async def drop(self, id: str) -> None:
        """Nothing came of it."""
        self._tries.pop(id, None)
        if self._house:
            try:
                await self._house.done(self.source, id)
            except Unheard:
                raise Unreachable("What became of a topic could not be kept.") from None

    def echo(self, name: str, group: str, thread: str) -> Mapping[str, Any]:
        """The platform tells of a topic that the bot opened; what is to be kept of that, by its key."""
        place = Place(TELEGRAM, group, thread)
        waiting = (
            id for id, each in self._tries.items() if each.place in (None, place) and folded(each.name) == folded(name)
        )
        if id := next(waiting, ""):
            self._tries[id].place = place
        return {f"{id} stands": {"of": id, "place": str(place)}} if id else {}

    async def _keep(self, rows: Mapping[str, Any]) -> None:
        if self._house is None:
            raise Unreachable("Topics are opened by the process that listens to Telegram.")
        try:
            await self._house.keep(self.source, "", rows)
        except Unheard:
            raise Unreachable("What is tried could not be kept.") from None

    async def _forget(self) -> None:
        """Drop what is long known to stand."""
        before = datetime.now(UTC) - KEPT
        for id in [id for id, each in self._tries.items() if each.place and each.at < before]:
            await self.drop(id)
            await self.drop(f"{id} stands")


def tried(row: Mapping[str, Any]) -> Try:
    """A try of an earlier run: it has ended, whatever became of it."""
    at = datetime.fromisoformat(row["at"])
    return Try(row["key"], row["name"], row["group"], at, asyncio.get_running_loop().time())


def folded(name: str) -> str:
    """A name's letters and digits: what stands between them the platform may write otherwise."""
    return "".join(filter(str.isalnum, name)) or name
