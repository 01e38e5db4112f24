"""What was said while the bot was away is heard late: it tells when it was said, and overtakes nobody."""

from datetime import datetime, timedelta

import pytest

from bot.book import BookId, Refused
from bot.engine.carry import own
from bot.people.person import Enroll
from bot.ports import Card, Handle, Place, Said
from bot.store.store import Store
from bot.store.transaction import Transaction
from bot.text.rich import plain
from tests.walks.town import Town

ANNA, CARLOS = Handle("ink", "a1"), Handle("ink", "c1")
FIRST = BookId("incident", "1")


async def hear(town: Town, words: str, at: datetime, by: Handle = ANNA, place: str = "hall") -> str:
    """The answer to what was said at a time."""
    said = Said(key=words, by=by, place=Place("ink", place), words=words, at=at, addressed=place == "hall", name="Anna")
    answer = await town.engine.hear(said)
    return plain(answer.body) if isinstance(answer, Card) else ""


async def test_what_was_said_long_ago_tells_when(town: Town) -> None:
    then = town.clock.now()
    town.clock.push(hours=2)
    await hear(town, "declare fire --sev 4", then)
    await hear(town, "note #1 fresh", town.clock.now() - timedelta(seconds=20))
    timeline = await hear(town, "timeline #1", town.clock.now())
    assert timeline.count(f"said at {then:%H:%M}") == 1
    [entry, *_] = await town.store.read(lambda tx: tx.entries(FIRST))
    assert (entry.said, entry.at) == (then, then + timedelta(hours=2))
    await town.check()


async def test_nobody_is_overtaken_by_what_was_said_long_ago(town: Town) -> None:
    await town.say(ANNA, "declare fire --sev 4")
    then = town.clock.now() + timedelta(seconds=1)
    town.clock.push(minutes=20)
    await town.say(CARLOS, "ack #1")
    assert "say it again" in await hear(town, "resolve #1 it was nothing", then)
    assert "⚠" not in await hear(town, "note #1 smoke on the third floor", then)
    state = (await town.store.read(lambda tx: tx.load(FIRST))).state
    assert state.open and state.note.text == "smoke on the third floor"
    assert state.acked.by == "carlos"


async def test_where_nobody_did_anything_since_it_is_done(town: Town) -> None:
    await town.say(ANNA, "declare fire --sev 1")
    then = town.clock.now() + timedelta(seconds=1)
    town.clock.push(minutes=20)
    await town.rest()
    await hear(town, "ack #1", then, CARLOS)
    assert (await town.store.read(lambda tx: tx.load(FIRST))).state.acked.by == "carlos"


async def test_chatter_that_comes_late_tells_when_it_was_said(town: Town) -> None:
    await town.say(ANNA, "declare fire --sev 4")
    await town.rest()
    room = next(place for place in town.papers[0].rooms.values())
    then = town.clock.now()
    town.clock.push(minutes=5)
    await hear(town, "it smells of smoke", then, place=room.room)
    await town.rest()
    [(_, copy)] = town.papers[1].copies
    assert copy.origin.endswith(f", {then:%H:%M} UTC")


async def test_what_is_rolled_back_is_not_remembered(store: Store, town: Town) -> None:
    office = town.engine.office

    def enroll(name: str, tx: Transaction) -> None:
        own(Enroll(name), BookId("person", name), office, tx)
        assert name in office.people(tx).by_id

    def broken(tx: Transaction) -> None:
        enroll("dora", tx)
        raise Refused("no")

    with pytest.raises(Refused):
        await store.write(broken)
    assert "dora" not in office.known_people.by_id
    await store.write(lambda tx: enroll("egon", tx))
    known = await store.read(office.people)
    assert "egon" in known.by_id and "dora" not in known.by_id
