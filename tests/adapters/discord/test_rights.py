"""Who may do what on the stand-in, as the platform works it out; and that our invitation is enough for all that we do.

https://docs.discord.com/developers/topics/permissions#permission-overwrites
"""

from typing import Any

import pytest

from adapters.discord.invite import permissions
from adapters.playground.discord.guild import BOT, BOT_ROLE, GUILD, HALL
from adapters.playground.discord.rights import BITS, INVITED, bits, within
from adapters.playground.discord.stand import Discord as StandIn
from bot.ports import Card, Copy, Forbidden, Handle, Place, Room
from bot.text.rich import Para, line
from tests.adapters.discord.conftest import Town
from tests.adapters.discord.test_stand import ask

VIEW, SEND = BITS["VIEW_CHANNEL"], BITS["SEND_MESSAGES"]
CARD = Card(body=(Para(line("fire")),))


def over(id: str, allow: int = 0, deny: int = 0) -> dict[str, Any]:
    return {"id": id, "type": 0, "allow": str(allow), "deny": str(deny)}


@pytest.mark.parametrize(
    ("held", "overwrites", "left"),
    [
        (VIEW | SEND, [], VIEW | SEND),
        (VIEW | SEND, [over("g", deny=SEND)], VIEW),
        (VIEW | SEND, [over("g", deny=SEND), over("r", allow=SEND)], VIEW | SEND),
        (VIEW | SEND, [over("r", deny=SEND), over("s", allow=SEND)], VIEW | SEND),
        (VIEW | SEND, [over("r", allow=SEND), over("u", deny=SEND)], VIEW),
        (VIEW | SEND, [over("other", deny=SEND)], VIEW | SEND),
        (SEND, [], 0),
        (VIEW | SEND, [over("g", deny=VIEW)], 0),
        (BITS["ADMINISTRATOR"], [over("u", deny=VIEW)], sum(BITS.values())),
    ],
)
def test_overwrites_go_in_their_order(held: int, overwrites: list[dict[str, Any]], left: int) -> None:
    assert within(held, overwrites, "g", ["r", "s"], "u") == left


def test_the_bot_has_what_its_invitation_asks_for() -> None:
    assert permissions() == INVITED


async def refusal(town: Town, method: str, path: str, body: Any = None) -> int:
    answer = await ask(town, method, path, body)
    return int(answer.json()["code"]) if answer.status_code >= 400 else 0


async def test_it_refuses_for_want_of_rights(quiet: Town) -> None:
    hall = quiet.guild.channels[HALL]
    hall["permission_overwrites"] = [over(BOT_ROLE, deny=SEND)]
    assert await refusal(quiet, "POST", f"/channels/{HALL}/messages", {"content": "x"}) == 50013
    with pytest.raises(Forbidden):
        await quiet.chat.put(quiet.hall, CARD, None, "k")
    hall["permission_overwrites"] = [over(BOT, deny=bits("READ_MESSAGE_HISTORY"))]
    assert (await ask(quiet, "GET", f"/channels/{HALL}/messages", None)).json() == []
    hall["permission_overwrites"] = [over(GUILD, deny=VIEW)]
    assert await refusal(quiet, "GET", f"/channels/{HALL}") == 50001
    hall["permission_overwrites"] = []
    foreign = {"permission_overwrites": [over(BOT, allow=bits("MENTION_EVERYONE"), deny=bits("MANAGE_MESSAGES"))]}
    assert await refusal(quiet, "PATCH", f"/channels/{HALL}", foreign) == 50013
    quiet.guild.revoke("MANAGE_CHANNELS")
    with pytest.raises(Forbidden):
        await quiet.chat.open(Room(key="k", name="#1", topic=""))


async def test_what_a_server_takes_is_counted(quiet: Town) -> None:
    category = quiet.guild.open({"name": "incidents", "type": 4})["id"]
    for number in range(50):
        quiet.guild.open({"name": f"old {number}", "parent_id": category})
    wanted = {"name": "new", "parent_id": category}
    full = await ask(quiet, "POST", f"/guilds/{GUILD}/channels", wanted)
    assert full.json()["errors"]["parent_id"]["_errors"][0]["code"] == "CHANNEL_PARENT_MAX_CHANNELS"
    for number in range(450):
        quiet.guild.open({"name": f"more {number}"})
    assert await refusal(quiet, "POST", f"/guilds/{GUILD}/channels", {"name": "one too many"}) == 30013
    path = f"/applications/{BOT}/guilds/{GUILD}/commands"
    for number in range(2):
        names = [{"name": f"c{number}-{each}", "description": "x"} for each in range(100)]
        assert not await refusal(quiet, "PUT", path, names)
    assert not await refusal(quiet, "PUT", path, names), "those are not new"
    assert await refusal(quiet, "PUT", path, [{"name": "another", "description": "x"}]) == 30034


async def test_a_thread_is_as_its_channel_and_webhooks_find_it(town: Town) -> None:
    thread = town.guild.thread(HALL, "details")["id"]
    stand: StandIn = town.stand
    await stand.town.gateway.tell("THREAD_CREATE", town.guild.channels[thread])
    copy = Copy(author="Mia", origin="Slack", text=CARD.body, key="c")
    await town.chat.post(Place("discord", HALL, thread), copy)
    assert [post.payload["content"] for post in town.guild.posts[thread].values()] == ["fire"]
    assert not town.guild.posts[HALL]
    hooks = next(iter(town.guild.webhooks.values()))
    wrong = f"/webhooks/{hooks.payload['id']}/{hooks.token}?thread_id=1"
    assert await refusal(town, "POST", wrong, {"content": "x"}) == 10003
    town.guild.channels[HALL]["permission_overwrites"] = [over(BOT, deny=bits("SEND_MESSAGES_IN_THREADS"))]
    with pytest.raises(Forbidden):
        await town.chat.put(Place("discord", HALL, thread), CARD, None, "k")


async def test_a_closed_room_is_silent_for_all_but_the_bot(quiet: Town) -> None:
    place = await quiet.chat.open(Room(key="k", name="#1", topic=""))
    await quiet.chat.close_room(place)
    channel, anna = quiet.guild.channels[place.room], quiet.guild.actors[0].ids["discord"]
    assert not quiet.guild.rights(anna, channel) & SEND and quiet.guild.rights(anna, channel) & VIEW
    await quiet.chat.put(place, CARD, None, "k")
    await quiet.chat.invite(place, [Handle("discord", anna)])
