"""The house at work with a schedule, one chat on paper, and a clock that is pushed."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from bot.config import check
from bot.engine.feeds import Fetch
from bot.engine.house import Engine
from bot.ports import Card, Handle, Place, Said
from bot.store.store import Store
from bot.text.rich import plain
from tests.clock import PushedClock
from tests.walks.paper import Paper

PEOPLE = {
    "anna": {"name": "Anna", "role": "admin", "ink": "a"},
    "boris": {"name": "Boris", "ink": "b"},
    "carlos": {"name": "Carlos", "ink": "c"},
}
WEB = {
    "zone": "UTC",
    "layers": [{"participants": ["anna", "boris"], "rotation": "daily", "from": "2026-03-02 09:00"}],
}
CONFIG: Mapping[str, Any] = {
    "chats": {"ink": {}},
    "people": PEOPLE,
    "schedules": {"web": WEB},
    "teams": {"web": {"members": ["anna", "boris"], "room": "ink:web"}},
    "policies": {"default": {"steps": [{"page": ["web"]}], "catch_all": ["carlos"]}},
}


class OnDuty:
    """One house."""

    def __init__(self, store: Store, clock: PushedClock) -> None:
        self.store, self.clock = store, clock
        self.paper = Paper("ink", clock.now)
        self.count = 0

    async def start(self, fetch: Fetch | None = None, **config: Any) -> None:
        """A process with this configuration."""
        self.engine = Engine(check({**CONFIG, **config}, "the test"), self.store, [self.paper], fetch=fetch)
        await self.engine.enrol()
        await self.engine.settled()

    async def look(self) -> None:
        """Read the other calendars."""
        await self.engine.feeds.look()
        await self.engine.settled()

    async def say(self, by: str, words: str, place: str = "hall") -> str:
        """What somebody is answered, in letters."""
        self.count += 1
        said = Said(key=f"ink-{self.count}", by=Handle("ink", by[0]), place=Place("ink", place), words=words)
        card = await self.engine.hear(said)
        await self.engine.settled()
        assert isinstance(card, Card), card
        return plain(card.title) + plain(card.body)

    async def wait(self, **length: float) -> None:
        """Time passes."""
        self.clock.push(**length)
        await self.engine.settled()

    def heard(self, room: str) -> list[str]:
        """What stands in a room: `web`, or `dm-a` for a conversation with Anna."""
        return [plain(card.body) for (place, _), card in self.paper.messages.items() if place.room == room]


@asynccontextmanager
async def on_duty(url: str) -> AsyncIterator[OnDuty]:
    """A house on a database, not started yet."""
    clock = PushedClock()
    store = await Store.open(url, clock)
    try:
        yield OnDuty(store, clock)
    finally:
        await store.close()
