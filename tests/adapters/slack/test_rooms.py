"""Channels: opened under names that the platform takes, filled, marked, closed; and what befalls them without us."""

from dataclasses import replace
from itertools import islice

import pytest

from adapters.playground.slack.workspace import BOT, HALL, No
from adapters.slack.names import bare_name, channel_name, names
from bot.ports import Bookmarks, Forbidden, Handle, Partly, Place, Room, Rooms
from tests.adapters.slack.conftest import Town
from tests.adapters.slack.test_faults import Fault

HERE = Place("slack", HALL)
MIA = Handle("slack", "U0MIA00003")


async def opened(town: Town, private: bool = False) -> Place:
    place = await town.chat.open(Room(key="incident-1", name="#1 db", topic="SEV1 db", private=private))
    await town.chat.invite(place, [MIA])
    return place


@pytest.mark.parametrize(
    ("title", "name", "bare"),
    [
        ("#42 DB is down!", "inc-42-db-is-down", "inc-42-db-is-down"),
        ("#7 Café – ça brûle", "inc-7-café-ça-brûle", "inc-7-cafe-ca-brule"),
        ("#8 数据库 挂了", "inc-8-数据库-挂了", "inc-8"),
        ("#9 डेटाबेस बंद", "inc-9-डेटाबेस-बंद", "inc-9"),
        ("<!here> @everyone", "inc-here-everyone", "inc-here-everyone"),
        ("🔥🔥", "inc", "inc"),
        ("x" * 200, "inc-" + "x" * 76, "inc-" + "x" * 76),
    ],
)
def test_names(title: str, name: str, bare: str) -> None:
    assert (channel_name(title), bare_name(title)) == (name, bare)
    assert all(len(each) <= 80 for each in names(title))
    assert len(set(names(title))) == len(list(names(title)))


async def test_a_name_that_the_workspace_does_not_take_is_said_in_ascii(town: Town) -> None:
    right = town.stand.api.methods["conversations.create"]

    def strict(at: object, args: dict[str, str]) -> object:
        if not args["name"].isascii():
            raise No("invalid_name_specials")
        return right(at, args)  # type: ignore[arg-type]

    town.stand.api.methods["conversations.create"] = strict  # type: ignore[assignment]
    first = await town.chat.open(Room(key="incident-8", name="#8 数据库", topic=""))
    again = await town.chat.open(Room(key="incident-8", name="#8 数据库", topic=""))
    assert first == again and town.stand.at.channels[first.room].name == "inc-8"


def test_a_taken_name_gets_a_number() -> None:
    assert list(islice(names("#1 db"), 3)) == ["inc-1-db", "inc-1-db-2", "inc-1-db-3"]


async def test_it_does_all_that_rooms_and_bookmarks_promise(town: Town) -> None:
    assert isinstance(town.chat, Rooms) and isinstance(town.chat, Bookmarks)


async def test_a_room_is_found_again_under_another_title(town: Town) -> None:
    first = await town.chat.open(Room(key="k", name="#1 db is slow", topic=""))
    assert await town.chat.open(Room(key="k", name="#1 db is down", topic="SEV1")) == first
    assert town.stand.at.channels[first.room].topic == "SEV1"


@pytest.mark.parametrize("of", [{"creator": "U0CARLOS04"}, {"private": True}])
async def test_no_room_is_taken_for_ours_that_we_did_not_make_or_that_is_not_as_private(
    town: Town, of: dict[str, object]
) -> None:
    room = Room(key="k", name="#1 db", topic="")
    channels = town.stand.at.channels
    first = await town.chat.open(room)
    channels[first.room] = replace(channels[first.room], **of)  # type: ignore[arg-type]
    other = await town.chat.open(room)
    assert other != first and channels[other.room].name != channels[first.room].name
    assert await town.chat.open(room) == other


# ---- closing


@pytest.mark.parametrize("private", [False, True])
async def test_a_room_is_closed_once(town: Town, private: bool) -> None:
    place = await opened(town, private)
    await town.chat.close_room(place)
    await town.chat.close_room(place)
    assert town.stand.at.channels[place.room].archived
    assert place.room not in {room.id for room in town.stand.screen("mia").rooms}
    del town.stand.at.channels[place.room]
    await town.chat.close_room(place)


async def test_a_room_that_the_bot_was_removed_from_is_closed_all_the_same(town: Town) -> None:
    place = await opened(town)
    del town.stand.at.channels[place.room].members[BOT]
    await town.chat.close_room(place)
    assert town.stand.at.channels[place.room].archived


async def test_a_room_that_may_not_be_closed_says_so(town: Town) -> None:
    Fault(town, "conversations.archive", No("restricted_action"))
    with pytest.raises(Forbidden, match="restricted_action"):
        await town.chat.close_room(HERE)


# ---- people


async def test_who_cannot_be_brought_in_keeps_nobody_out(town: Town) -> None:
    place = await town.chat.open(Room(key="k", name="#1 db", topic=""))
    nobody = Handle("slack", "U0NOBODY00")
    with pytest.raises(Partly, match=r"^user_not_found$") as no:
        await town.chat.invite(place, [nobody, MIA, Handle("slack", BOT)])
    assert no.value.whom == (nobody,)
    assert MIA.id in town.stand.at.channels[place.room].members
    await town.chat.invite(place, [MIA, Handle("slack", BOT), Handle("discord", "1")])


async def test_whom_the_workspace_keeps_in_is_named_and_keeps_nobody_else_in(town: Town) -> None:
    place = await opened(town, private=True)
    anna = Handle("slack", "U0ANNA0001")
    await town.chat.invite(place, [anna])
    Fault(town, "conversations.kick", No("restricted_action"), times=1)
    with pytest.raises(Partly, match="restricted_action") as no:
        await town.chat.dismiss(place, [MIA, anna])
    assert (no.value.whom, MIA.id in town.stand.at.channels[place.room].members) == ((MIA,), True)
    assert anna.id not in town.stand.at.channels[place.room].members


async def test_who_is_invited_where_the_bot_is_not_is_brought_in(town: Town) -> None:
    place = await town.chat.open(Room(key="k", name="#1 db", topic=""))
    del town.stand.at.channels[place.room].members[BOT]
    await town.chat.invite(place, [MIA])
    assert MIA.id in town.stand.at.channels[place.room].members


async def test_more_people_than_a_call_takes_come_in_several(town: Town) -> None:
    many = [Handle("slack", f"U{number}") for number in range(150)]
    with pytest.raises(Forbidden, match="user_not_found"):
        await town.chat.invite(HERE, many)
    assert [len(call["users"].split(",")) for call in town.calls("conversations.invite")] == [100, 50]


# ---- bookmarks


async def test_a_bookmark_stands_there_once_and_is_brought_up_to_date(town: Town) -> None:
    for url in ("https://a.example/1", "https://a.example/1", "https://a.example/2"):
        await town.chat.bookmark(HERE, "Status page", url)
    await town.chat.bookmark(HERE, "Runbook", "https://a.example/r")
    kept = [(each["title"], each["link"]) for each in town.stand.at.channels[HALL].bookmarks.values()]
    assert kept == [("Status page", "https://a.example/2"), ("Runbook", "https://a.example/r")]
    assert len(town.calls("bookmarks.edit")) == 1


# ---- what befalls a room


@pytest.mark.parametrize("private", [False, True])
async def test_what_befalls_a_room_is_told(town: Town, private: bool) -> None:
    place = await opened(town, private)
    people = town.stand.client
    people.rename("mia", place.room, "inc-1-disk")
    people.remove_bot("mia", place.room)
    await town.until(lambda: len(town.house.noticed) == 3)
    renamed, left, again = sorted(town.house.noticed, key=lambda each: each.what != "renamed")
    assert (renamed.what, renamed.name, renamed.place) == ("renamed", "inc-1-disk", place)
    assert {left.what, again.what} == {"left"} and left.place == again.place == place
    assert Handle("slack", "U0MIA00003") in (left.by, again.by)
    assert len({each.key for each in town.house.noticed}) == 3


async def test_a_room_that_is_archived_deleted_or_moved_is_told(town: Town) -> None:
    place = await opened(town)
    town.stand.client.move(place.room, "C0ELSEWHERE")
    town.stand.client.archive("mia", "C0ELSEWHERE")
    town.stand.client.delete_room("anna", "C0ELSEWHERE")
    await town.until(lambda: len(town.house.noticed) == 3)
    # Two sockets hear, so that what happens together may be told in any order.
    elsewhere = Place("slack", "C0ELSEWHERE")
    assert {(each.what, each.place, each.by, each.moved) for each in town.house.noticed} == {
        ("moved", place, None, elsewhere),
        ("gone", elsewhere, MIA, None),
        ("gone", elsewhere, Handle("slack", "U0ANNA0001"), None),
    }


async def test_what_we_did_ourselves_is_no_news(town: Town) -> None:
    place = await opened(town)
    await town.chat.close_room(place)
    await town.say("anna", "!ack")
    await town.shown("anna", "heard: ack")
    assert not town.house.noticed


async def test_news_that_could_not_be_kept_is_told_again(town: Town) -> None:
    town.house.down = True
    town.stand.client.rename("mia", HALL, "outages")
    await town.until(lambda: town.stand.board.owed)
    town.house.down = False
    town.clock.push(seconds=3)
    await town.until(lambda: town.house.noticed)
