"""What was said while nobody listened: read back, each message once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from adapters.discord.chat import Discord
from adapters.playground.discord.guild import BOT, HALL
from bot.ports import Place, Room
from tests.adapters.discord.conftest import Town


@asynccontextmanager
async def listening(town: Town) -> AsyncIterator[None]:
    """The adapter listens, until the end of the block."""
    before, task = town.readies, town.listen()
    await town.until(lambda: town.readies > before)
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def hide(town: Town, room: str) -> None:
    """The bot may not look into it any more."""
    town.guild.channels[room]["permission_overwrites"] = [{"id": BOT, "type": 1, "allow": "0", "deny": "1024"}]


async def settled(town: Town) -> list[str]:
    """All that was heard, once something said now is heard too."""
    await town.say("anna", "!help")
    await town.shown("anna", "heard: help")
    return [said.words for said in town.house.heard if said.words != "help"]


async def test_what_was_said_between_two_sessions_is_heard_once(steady: Town) -> None:
    await steady.say("anna", "before")
    await steady.until(lambda: steady.house.said("before"))
    room = await steady.chat.open(Room(key="k1", name="#1 db is down", topic="SEV1"))
    steady.stand.faults.switch("socket_closed_4009")
    for text, where in (("meanwhile", HALL), ("!ack", HALL), ("in the war room", room.room)):
        await steady.say("anna", text, where)
    await steady.until(lambda: steady.house.said("in the war room"))
    assert await settled(steady) == ["before", "meanwhile", "ack", "in the war room"]
    ack = steady.house.said("ack")
    assert ack and ack.addressed and not ack.direct and ack.place == Place("discord", HALL)
    await steady.shown("boris", "heard: ack")


async def test_what_a_session_replays_is_not_read_back(steady: Town) -> None:
    steady.stand.faults.switch("socket_closed_4000")
    await steady.say("anna", "meanwhile")
    await steady.until(lambda: steady.house.said("meanwhile"))
    assert await settled(steady) == ["meanwhile"]
    assert not [path for _, path, _ in steady.stand.api.calls if path.endswith("/messages") and "after" in path]


async def test_what_was_said_while_the_process_was_gone_is_heard(quiet: Town) -> None:
    async with listening(quiet):
        await quiet.say("boris", "hello", quiet.direct("boris"))
        await quiet.shown("boris", "heard: hello", quiet.direct("boris"))
    await quiet.chat.close()
    await quiet.say("anna", "meanwhile")
    await quiet.say("boris", "who is on call", quiet.direct("boris"))
    quiet.chat = Discord(quiet.chat.settings)
    async with listening(quiet):
        await quiet.until(lambda: quiet.house.said("who is on call"))
        assert await settled(quiet) == ["hello", "meanwhile", "who is on call"]
        asked = quiet.house.said("who is on call")
        assert asked and asked.direct and asked.addressed


async def test_what_is_older_than_a_day_is_left_alone(quiet: Town) -> None:
    async with listening(quiet):
        await quiet.say("anna", "before")
        await quiet.until(lambda: quiet.house.said("before"))
    await quiet.say("anna", "too old")
    quiet.clock.push(hours=25)
    await quiet.say("anna", "meanwhile")
    async with listening(quiet):
        await quiet.until(lambda: quiet.house.said("meanwhile"))
        assert await settled(quiet) == ["before", "meanwhile"]


async def test_what_stood_there_before_the_first_start_is_nobodys_business(quiet: Town) -> None:
    await quiet.say("anna", "long ago")
    async with listening(quiet):
        assert await settled(quiet) == []


async def test_a_room_that_cannot_be_read_keeps_no_other_from_it(steady: Town) -> None:
    rooms = [await steady.chat.open(Room(key=f"k{n}", name=f"#{n}", topic="")) for n in (1, 2)]
    hide(steady, rooms[0].room)
    steady.stand.faults.switch("socket_closed_4009")
    for number, room in enumerate(rooms):
        await steady.say("anna", f"in {number}", room.room)
    await steady.until(lambda: steady.house.said("in 1"))
    assert await settled(steady) == ["in 1"]
