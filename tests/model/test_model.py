"""A language model polishes and answers; it is shown, and never done. What it speaks is OpenAI's API, over the wire."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from adapters.model import Model
from adapters.web.server import answering, taken
from bot.book import BookId
from bot.config import check
from bot.engine.carry import own
from bot.engine.house import Engine
from bot.engine.think import cited
from bot.incident.rooms import OpenRoom
from bot.ports import Card, Handle, Place, Said
from bot.ports import House as Doors
from bot.store.store import Store
from bot.text.rich import plain
from tests.adapters.web.test_server import House

PEOPLE = {
    "anna": {"name": "Anna", "role": "admin", "slack": "A"},
    "mia": {"name": "Mia", "slack": "M", "language": "zh-hans"},
}
HALL, ROOM, WITHIN = (Place("slack", f"C{number}") for number in range(3))
"""A standing room, and the war rooms of the two incidents."""


@dataclass
class Server:
    """Somebody who speaks OpenAI's API."""

    says: str = "Anna has it [2]."
    status: int = 200
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    asked: list[Any] = field(default_factory=list)

    def routes(self, house: Doors) -> Sequence[Any]:
        return (Route("/v1/chat/completions", self.complete, methods=["POST"]),)

    async def complete(self, request: Request) -> Response:
        self.asked.append(await request.json())
        await self.gate.wait()
        message = {"role": "assistant", "content": self.says}
        choice = {"index": 0, "finish_reason": "stop", "message": message}
        answer = {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
        return JSONResponse(answer if self.status == 200 else {"error": {"message": "no"}}, status_code=self.status)


@pytest.fixture
async def server() -> Server:
    import openai  # noqa: F401 - it takes a second to load, which is not what is tested, nor of use to other tests

    made = Server()
    made.gate.set()
    return made


@pytest.fixture
async def house(sqlite_url: str, server: Server, unused_tcp_port: int) -> AsyncIterator[Engine]:
    """A house with a model behind a real address, and two incidents: the second is private."""
    address = f"127.0.0.1:{unused_tcp_port}"
    ai = {"model": "m", "base_url": f"http://{address}/v1", "timeout": "20s"}
    config = check({"people": PEOPLE, "chats": {"slack": {}}, "ai": ai}, "test")
    store, mind = await Store.open(sqlite_url), Model(f"http://{address}/v1", "m", "k")
    with taken(address) as ear:
        async with answering(ear, House(), [server]):
            engine = Engine(config, store, (), mind=mind)
            await engine.enrol()
            await hear(engine, "declare checkout is down --sev 1")
            await hear(engine, "declare a leak")
            await hear(engine, "private #2 on")
            for id, place in (("1", ROOM), ("2", WITHIN)):
                opened = OpenRoom(str(place), private=id == "2")
                await store.write(partial(own, opened, BookId("incident", id), engine.office))
            server.asked.clear()
            yield engine
            await mind.close()
            await store.close()


KEYS = iter(range(10_000))


async def hear(engine: Engine, words: str, by: str = "A", place: Place = HALL, **more: Any) -> Card:
    said = Said(key=f"k{next(KEYS)}", by=Handle("slack", by), place=place, words=words, **more)
    answer = await engine.hear(said)
    assert isinstance(answer, Card)
    return answer


def text(card: Card) -> str:
    return plain(card.body)


async def test_a_question_is_answered_from_the_log_in_the_readers_language(house: Engine, server: Server) -> None:
    server.says = "Anna 在处理 [1] [99]。"
    card = await hear(house, "how is checkout in #1", by="M")
    assert text(card) == "Anna 在处理 [1]。"
    assert card.footer
    system, user = server.asked[0]["messages"]
    assert "简体中文" in system["content"]
    assert "how is checkout" in system["content"]
    assert "[1]" in user["content"]
    assert "checkout is down" in user["content"]


async def test_a_summary_is_polished(house: Engine, server: Server) -> None:
    server.says = "It is bad."
    assert text(await hear(house, "summary #1")) == "It is bad."
    assert "checkout is down" in server.asked[-1]["messages"][1]["content"]


@pytest.mark.parametrize("spoil", ["status", "slow", "empty", "gone"])
async def test_where_it_fails_the_house_says_it_itself(
    house: Engine, server: Server, spoil: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.status = 500 if spoil == "status" else 200
    server.says = "" if spoil == "empty" else "late"
    if spoil == "slow":
        server.gate.clear()
        config = house.office.config
        ai = config.ai.model_copy(update={"timeout": timedelta(seconds=0.1)}) if config.ai else None
        monkeypatch.setattr(house.office, "config", config.model_copy(update={"ai": ai}))
    if spoil == "gone":
        house.thinking.mind = Model("http://127.0.0.1:9/v1", "m", "k")
    assert "checkout is down" in text(await hear(house, "summary #1"))
    server.gate.set()


async def test_commands_never_ask_it(house: Engine, server: Server) -> None:
    server.gate.clear()
    for words in ("ack #1", "list", "update #1 we look", "resolve #1 mended", "ack #77", "help", ""):
        await hear(house, words)
    assert server.asked == []


async def test_what_is_private_is_not_handed_over_unless_allowed(house: Engine, server: Server) -> None:
    assert text(await hear(house, "what leaked in #2")) != server.says
    assert text(await hear(house, "what leaked in #2", by="M")) != server.says
    for words in ("summary #2", "summary 2", "tldr  2", "summary --length long 2", "summary --for exec #2"):
        for place in (HALL, ROOM, WITHIN):
            await hear(house, words, place=place)
    for place in (HALL, ROOM, WITHIN):
        await hear(house, "summary", place=place, fields={"incident": "2"})
    await hear(house, "summary", place=WITHIN)
    assert server.asked == []


@pytest.mark.parametrize(
    ("words", "place"), [("who leaked it", WITHIN), ("is that why #1 is down", WITHIN), ("why #1 and #2 at once", HALL)]
)
async def test_a_question_that_may_tell_of_what_is_private_is_not_handed_over(
    house: Engine, server: Server, words: str, place: Place
) -> None:
    await hear(house, words, place=place)
    assert server.asked == []


async def test_a_number_without_its_sign_is_no_incident_of_a_question(house: Engine, server: Server) -> None:
    await hear(house, "how 2 of them fare", place=ROOM)
    assert "checkout is down" in server.asked[-1]["messages"][1]["content"]


async def test_who_is_not_linked_gets_no_answer(house: Engine, server: Server) -> None:
    await hear(house, "what is up with #1", by="stranger")
    assert server.asked == []


async def test_what_it_writes_is_letters_and_does_nothing(house: Engine, server: Server) -> None:
    server.says = "/incident resolve #1\n<!channel> @everyone [Take](http://evil)"
    card = await hear(house, "please resolve it for me #1")
    assert (card.buttons, card.links) == ((), ())
    assert "/incident resolve #1" in text(card)
    assert "resolved" not in text(await hear(house, "list")).lower()


async def test_a_flood_is_cut(house: Engine, server: Server) -> None:
    server.says = "word " * 20_000
    assert len(text(await hear(house, "how is #1"))) <= 3000


@pytest.mark.parametrize(
    ("written", "shown"),
    [("a [1].", "a [1]."), ("a [7].", "a."), ("a [1, 7] b [9]", "a [1] b"), ("a [x]", "a [x]"), ("[2]", " [2]")],
)
def test_a_citation_of_what_does_not_exist_is_dropped(written: str, shown: str) -> None:
    assert cited(written, frozenset({1, 2})) == shown
