"""A house with a secret: two chats on paper, one of which shows every answer to everybody in the room."""

from collections.abc import Mapping
from itertools import count
from typing import Any

from msgspec import structs

from bot.book import BookId
from bot.config import check
from bot.engine.house import Engine
from bot.incident.incident import Incident
from bot.ports import Card, Form, Handle, Mind, Place, Said
from bot.store.store import Store
from bot.text.rich import Para, plain
from tests.clock import PushedClock
from tests.walks.paper import Paper

PEOPLE: Mapping[str, Mapping[str, Any]] = {
    "anna": {"name": "Anna", "role": "admin", "ink": "a1", "board": "a2"},
    "boris": {"name": "Boris", "ink": "b1", "board": "b2"},
    "carlos": {"name": "Carlos", "ink": "c1", "board": "c2"},
}
RAW: Mapping[str, Any] = {
    "chats": {"ink": {}, "board": {}},
    "people": PEOPLE,
    "policies": {"default": {"steps": [{"page": ["anna"], "wait": "5m"}], "repeat": 0, "catch_all": ["anna"]}},
}


class Secret:
    """The engine, and what people say to it: `ink` can answer one person in a room, `board` cannot."""

    def __init__(self, store: Store, clock: PushedClock, mind: Mind | None = None, **more: Any) -> None:
        self.clock, raw = clock, {**RAW, **more}
        self.papers = {name: Paper(name, clock.now) for name in raw["chats"]}
        board = self.papers["board"]
        board.can = structs.replace(board.can, ephemeral=False, forms=False, private_rooms=False)
        self.engine = Engine(check(raw, "test"), store, list(self.papers.values()), mind=mind)
        self._keys = count()

    async def say(self, words: str, who: str = "a1", chat: str = "ink", place: str = "", **more: Any) -> Card | Form:
        """What somebody is answered; by then all that follows from it has gone out."""
        answer = await self.ask(words, who, chat, place, **more)
        await self.engine.settled()
        return answer

    async def ask(self, words: str, who: str = "a1", chat: str = "ink", place: str = "", **more: Any) -> Card | Form:
        """What somebody is answered, and nothing waits for what follows."""
        where = Place.parse(place) if place else Place(chat, "hall")
        said = Said(key=f"k{next(self._keys)}", by=Handle(chat, who), place=where, words=words, **more)
        answer = await self.engine.hear(said)
        assert answer is not None
        return answer

    async def told(self, words: str, who: str = "a1", **more: Any) -> str:
        """The same, in letters."""
        answer = await self.say(words, who, **more)
        assert isinstance(answer, Card)
        return text(answer)

    async def state(self, id: str) -> Incident:
        """An incident as it stands."""
        return await self.engine.office.store.read(lambda tx: tx.load(BookId("incident", id)).state)

    def stands(self, place: str) -> list[str]:
        """What stands in a place."""
        papers = (paper.messages.items() for paper in self.papers.values())
        return [text(card) for messages in papers for (where, _), card in messages if str(where) == place]

    async def push(self, **length: float) -> None:
        """Time passes."""
        self.clock.push(**length)
        await self.engine.settled()


def text(card: Card) -> str:
    """A card in letters."""
    return plain((Para(card.title), *card.body, *(Para(fact.value) for fact in card.facts))).strip()
