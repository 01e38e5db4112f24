"""What was said while nobody listened: read back, each message once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from adapters.discord.chat import Discord
from adapters.playground.discord.api import reply
from adapters.playground.discord.guild import BOT, HALL
from adapters.playground.discord.refusal import unknown
from bot.ports import Card, Place, Room
from bot.text.rich import Para, line
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


def pins(town: Town) -> list[tuple[str, str]]:
    """The reactions that were heard: whose, and under what."""
    return [(said.name, said.about.text) for said in town.house.heard if said.reacted and said.about]


async def test_a_pin_put_meanwhile_is_heard_once_and_nobody_is_answered(quiet: Town) -> None:
    quiet.house.script["pin"] = Card(body=(Para(line("pinned it")),), to="room")
    async with listening(quiet):
        await quiet.say("anna", "look at this")
        await quiet.until(lambda: quiet.house.said("look at this"))
        old = quiet.bubbles("anna")[-1].id
        await quiet.stand.react("anna", HALL, old, "📌")
        await quiet.shown("anna", "pinned it")
    await quiet.say("carlos", "and at this")
    new = quiet.bubbles("anna")[-1].id
    for who, bubble, emoji in (("carlos", old, "📌"), ("anna", new, "📌"), ("boris", new, "👍")):
        await quiet.stand.react(who, HALL, bubble, emoji)
    async with listening(quiet):
        await quiet.until(lambda: ("Anna Nowak", "and at this") in pins(quiet))
    assert set(pins(quiet)) == {
        ("Anna Nowak", "look at this"),
        ("Carlos Diaz", "look at this"),
        ("Anna Nowak", "and at this"),
    }
    assert len({said.key for said in quiet.house.heard if said.reacted}) == 3, "the one that was heard has its old key"
    assert len([each for each in quiet.bubbles("anna") if "pinned it" in each.text]) == 1


async def test_a_pin_in_a_room_where_nothing_was_said_meanwhile_is_heard(quiet: Town) -> None:
    async with listening(quiet):
        room = (await quiet.chat.open(Room(key="k1", name="#1 db is down", topic="SEV1"))).room
        await quiet.say("anna", "look at this", room)
        await quiet.until(lambda: quiet.house.said("look at this"))
    await quiet.stand.react("carlos", room, quiet.bubbles("anna", room)[-1].id, "📌")
    async with listening(quiet):
        await quiet.until(lambda: pins(quiet))
    said = quiet.house.heard[-1]
    assert said.place == Place("discord", room) and not said.direct


async def test_what_only_we_put_and_what_is_gone_pins_nothing(quiet: Town) -> None:
    async with listening(quiet):
        for text in ("ours", "gone", "theirs"):
            await quiet.say("anna", text)
        await quiet.until(lambda: quiet.house.said("theirs"))
    ours, gone, theirs = quiet.bubbles("anna")[-3:]
    quiet.guild.posts[HALL][ours.id].reactions["📌"] = {BOT}
    for bubble in (gone, theirs):
        await quiet.stand.react("carlos", HALL, bubble.id, "📌")
    quiet.stand.api.faults.append((f"{gone.id}/reactions", reply(unknown(10008, "Message").body, 404)))
    async with listening(quiet):
        await quiet.until(lambda: pins(quiet))
    assert pins(quiet) == [("Carlos Diaz", "theirs")]
    assert not [path for _, path, _ in quiet.stand.api.calls if f"{ours.id}/reactions" in path]
