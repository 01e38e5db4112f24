"""Rooms on Telegram: a pool of groups, invitations, what befalls them, and the examination."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from adapters.playground.telegram.cloud import GROUP, Cloud
from adapters.playground.telegram.shapes import No
from adapters.telegram.chat import Settings, Telegram
from bot.ports import (
    Card,
    ChatError,
    Doors,
    Examined,
    Forbidden,
    Gone,
    Handle,
    MessageId,
    Place,
    Room,
    RoomChange,
    Throttled,
    Unreachable,
)  # fmt: skip
from bot.text.rich import Para, line
from tests.adapters.telegram.conftest import HALL, Town

ANNA, BORIS = "504210001", "504210002"
OTHER = -1001900000002
TOPICS = "telegram 7000000001 topics"
CARD = Card(body=(Para(line("fire")),))


@pytest.fixture
async def pool(deaf: Town) -> AsyncIterator[Town]:
    """Two groups to open topics in."""
    deaf.stand.cloud.found(OTHER, "More incidents")
    deaf.chat = Telegram(deaf.chat_settings.model_copy(update={"rooms": (str(OTHER),)}))
    async with deaf.listening():
        yield deaf


def test_the_capabilities_are_there(town: Town) -> None:
    assert isinstance(town.chat, Doors) and isinstance(town.chat, Examined)
    assert {(pace.scope, pace.count, pace.seconds, pace.kept) for pace in town.chat.can.paces} == {
        ("room", 3, 3.0, 0), ("room", 18, 60.0, 5), ("platform", 25, 1.0, 0),
    }  # fmt: skip


async def test_a_room_is_opened_in_the_group_least_used(pool: Town) -> None:
    first = await pool.chat.open(Room(key="1", name="#1", topic=""))
    second = await pool.chat.open(Room(key="2", name="#2", topic="", used=(HALL,)))
    third = await pool.chat.open(Room(key="3", name="#3", topic="", used=(HALL, str(OTHER), str(OTHER))))
    assert [place.room for place in (first, second, third)] == [HALL, str(OTHER), HALL]


async def test_a_group_that_refuses_is_passed_by(pool: Town) -> None:
    pool.stand.cloud.chats[GROUP].rights.clear()
    assert (await pool.chat.open(Room(key="1", name="#1", topic=""))).room == str(OTHER)
    pool.stand.faults.switch("throttled", 0, where=str(OTHER), seconds=9)
    with pytest.raises(Throttled) as found:
        await pool.chat.open(Room(key="2", name="#2", topic=""))
    assert found.value.wait == 9, "that one may still do it"


async def test_a_topic_that_may_stand_already_is_opened_in_no_other_group(pool: Town) -> None:
    pool.stand.faults.switch("server_error_after_commit", where="createForumTopic")
    with pytest.raises(Unreachable) as found:
        await pool.chat.open(ROOM)
    assert found.value.ambiguous
    place = await opened(pool, ROOM)
    assert place.room == HALL and topics(pool) == ["General", "#1"] and len(pool.stand.cloud.chats[OTHER].topics) == 1


async def test_a_room_is_closed_once_and_for_all(town: Town) -> None:
    place = await town.chat.open(Room(key="1", name="#1", topic=""))
    await town.chat.close_room(place)
    await town.chat.close_room(place)
    group = town.stand.cloud.chats[GROUP]
    assert group.closed == {int(place.thread)}
    group.drop_topic(int(place.thread))
    await town.chat.close_room(place)
    with pytest.raises(Gone):
        await town.chat.put(place, CARD, None, "k")
    await town.chat.close_room(Place("telegram", HALL))
    assert not town.house.noticed, "nobody else did it"


async def test_who_is_outside_is_invited_once_in_their_language_and_gets_in(town: Town) -> None:
    cloud = town.stand.cloud
    await town.say("mia", "hello", "Tocsin")
    await town.heard()
    mia = Handle("telegram", "504210003")
    cloud.chats[GROUP].members -= {504210001, 504210003}
    cloud.started.discard(504210001)
    place = await town.chat.open(Room(key="1", name="#1", topic=""))
    with pytest.raises(Forbidden, match=rf"press Start: telegram:{ANNA}$"):
        await town.chat.invite(place, [Handle("telegram", ANNA), mia, Handle("telegram", BORIS)])
    await town.chat.invite(place, [mia])
    (invitation,) = [each for each in town.bubbles("mia", "Tocsin") if each.bot and each.buttons]
    assert invitation.text.startswith("有一起事件需要你")
    await town.press("mia", invitation, "加入群组", "Tocsin")
    assert 504210003 in cloud.chats[GROUP].members


async def test_a_missing_right_to_invite_is_the_groups_and_not_somebodys_fault(town: Town) -> None:
    town.stand.cloud.chats[GROUP].members.discard(504210001)
    town.stand.cloud.chats[GROUP].rights.discard("invite_users")
    with pytest.raises(Forbidden, match="rights"):
        await town.chat.invite(Place("telegram", HALL), [Handle("telegram", ANNA)])


async def test_what_befalls_a_room_is_noticed(town: Town) -> None:
    cloud, place = town.stand.cloud, await town.chat.open(Room(key="1", name="#1", topic=""))
    group, boris, topic = cloud.chats[GROUP], cloud.users[int(BORIS)], int(place.thread)
    cloud.rename_topic(group, topic, "#1 solved?", boris)
    cloud.close_topic(group, topic, boris)
    cloud.reopen_topic(group, topic, boris)
    cloud.throw_out(group, boris)
    await town.until(lambda: len(town.house.noticed) == 3)
    by = Handle("telegram", BORIS)
    assert [(change.what, change.place, change.name, change.by) for change in town.house.noticed] == [
        ("renamed", place, "#1 solved?", by), ("gone", place, "", by), ("left", Place("telegram", HALL), "", by),
    ]  # fmt: skip
    with pytest.raises(Forbidden, match="kicked"):
        await town.chat.put(place, CARD, None, "k")


async def test_a_group_that_moved_goes_on(town: Town) -> None:
    place = await town.chat.open(Room(key="1", name="#1", topic=""))
    id = await town.chat.put(place, CARD, None, "k")
    town.stand.faults.switch("migrated")
    new = str(town.stand.cloud.groups[0].id)
    await town.chat.put(place, Card(body=(Para(line("out")),)), id, "k")
    await town.chat.pin(place, id)
    assert (await town.chat.open(Room(key="2", name="#2", topic=""))).room == new
    await town.until(lambda: len({change.key for change in town.house.noticed}) == 1)
    assert isinstance(town.house.noticed[0], RoomChange)
    assert (town.house.noticed[0].what, town.house.noticed[0].moved) == ("moved", Place("telegram", new))
    await town.chat.close()
    town.chat = Telegram(town.chat_settings)
    async with town.listening():
        calls = len(town.calls("sendMessage"))
        await town.chat.put(place, CARD, None, "k")
        assert [each["chat_id"] for each in town.calls("sendMessage")[calls:]] == [int(new)], "known after a restart"


async def refused(town: Town, room: str) -> Throttled:
    with pytest.raises(Throttled) as found:
        await town.chat.put(Place("telegram", room), CARD, None, "k")
    return found.value


async def test_a_limit_is_a_chats_unless_two_refuse_at_once(town: Town) -> None:
    town.stand.faults.switch("throttled", 0, seconds=245)
    first, again, other = await refused(town, HALL), await refused(town, HALL), await refused(town, ANNA)
    assert [(each.scope, each.wait) for each in (first, again, other)] == [
        ("room", 245), ("room", 245), ("platform", 245),
    ]  # fmt: skip


# ---- a topic is never opened twice

ROOM = Room(key="1", name="#1", topic="")


def topics(town: Town) -> list[str]:
    return list(town.stand.cloud.chats[GROUP].topics.values())


async def opened(town: Town, room: Room) -> Place:
    """As the core does it: again, until the platform answers."""
    while True:
        with suppress(Unreachable):
            return await town.chat.open(room)
        await town.say("anna", "the poll ends")
        await asyncio.sleep(0)


@pytest.mark.parametrize("fault", ["server_error_after_commit", "dropped_after_commit"])
async def test_a_try_that_was_not_answered_is_found_by_its_update(town: Town, fault: str) -> None:
    town.stand.faults.switch(fault, where="createForumTopic")
    with pytest.raises(Unreachable):
        await town.chat.open(ROOM)
    place = await opened(town, ROOM)
    assert topics(town) == ["General", "#1"]
    assert await town.chat.open(ROOM) == place, "and by any later try with its key"
    assert await town.chat.open(Room(key="1-1", name="#1", topic="")) != place, (
        "another room of the same name is not it"
    )


async def test_a_try_that_a_crash_cut_off_is_found_after_it(deaf: Town) -> None:
    async with deaf.listening():
        deaf.stand.faults.switch("dropped_after_commit", 2, where="createForumTopic")
        with pytest.raises(Unreachable):
            await deaf.chat.open(ROOM)
        await deaf.until(lambda: any("place" in row for row in deaf.house.raw[TOPICS].values()))
    with pytest.raises(Unreachable):
        await deaf.chat.open(Room(key="2", name="#2", topic=""))  # the platform tells of it after the crash only
    await deaf.chat.close()
    deaf.chat = Telegram(deaf.chat_settings)
    with pytest.raises(Unreachable, match="listens"):
        await deaf.chat.open(ROOM)
    async with deaf.listening():
        assert await deaf.chat.open(ROOM) != await deaf.chat.open(Room(key="2", name="#2", topic=""))
    assert topics(deaf) == ["General", "#1", "#2"]


async def test_a_try_of_which_nothing_came_is_made_again_once_that_is_known(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.stand.faults.switch("server_error", where="createForumTopic")
    with pytest.raises(Unreachable):
        await town.chat.open(ROOM)
    with pytest.raises(Unreachable, match="not known yet"):
        await town.chat.open(ROOM)
    monkeypatch.setattr("adapters.telegram.topics.GRACE", 0.0)
    await opened(town, ROOM)
    assert topics(town) == ["General", "#1"]


async def test_where_nothing_can_be_known_any_more_that_is_told(deaf: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.telegram.topics.GRACE", 0.0)
    at = (datetime.now(UTC) - timedelta(hours=25)).isoformat()
    deaf.house.raw[TOPICS] = {"x": {"key": "1", "name": "#1", "group": HALL, "at": at}}
    async with deaf.listening():
        await opened(deaf, msgspec.structs.replace(ROOM, language="zh-hans"))
    assert "另一个" in deaf.bubbles("anna", "#1")[0].text


async def test_nothing_is_opened_where_the_try_cannot_be_kept(town: Town) -> None:
    town.house.down = True
    with pytest.raises(Unreachable):
        await town.chat.open(ROOM)
    assert topics(town) == ["General"]


# ---- the examination


async def findings(town: Town) -> Mapping[str, bool | None]:
    found = await town.chat.examine()
    assert all(each.fix for each in found if each.ok is not True)
    return {each.what: each.ok for each in found}


async def test_all_is_well(town: Town) -> None:
    found = await findings(town)
    assert set(found.values()) == {True}
    assert "“Incidents” has topics." in found and "There it has the right “Manage topics”." in found


async def test_each_thing_that_is_missing_is_found(deaf: Town) -> None:
    cloud = deaf.stand.cloud
    cloud.reads_all, cloud.webhook = False, "https://example.org"
    cloud.chats[GROUP].rights.discard("pin_messages")
    cloud.chats[GROUP].native = {**cloud.chats[GROUP].native, "is_forum": False}
    wrong = {what for what, ok in (await findings(deaf)).items() if ok is False}
    assert wrong == {
        "The bot hears everything that is said in its groups.",
        "No webhook takes the updates away.",
        "“Incidents” has topics.",
        "There it has the right “Pin messages”.",
    }
    cloud.webhook = ""
    cloud.chats[GROUP].rights.clear()
    deaf.stand.faults.switch("conflict")
    wrong = {what for what, ok in (await findings(deaf)).items() if ok is False}
    assert {"Only one process listens with this token.", "The bot is an administrator of “Incidents”."} <= wrong


async def test_what_cannot_be_looked_at_is_said_to_be(deaf: Town) -> None:
    deaf.stand.outage = True
    assert set((await findings(deaf)).values()) == {None}
    deaf.stand.outage = False
    deaf.stand.faults.switch("revoked")
    assert False in (await findings(deaf)).values()


async def test_a_group_where_the_bot_is_not_is_told_with_its_number(deaf: Town) -> None:
    chat = Telegram(deaf.chat_settings.model_copy(update={"rooms": ("-1005",)}))
    found = [each for each in await chat.examine() if each.ok is False]
    assert len(found) == 1 and "-1005" in found[0].what and "-1005" in found[0].fix
    await chat.close()


@pytest.mark.parametrize("change", [{"rooms": ["-5"]}, {"pins": ["✅"]}, {"pins": ["pin"]}])
def test_settings_that_telegram_would_not_take_are_refused(deaf: Town, change: Mapping[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"expected|knows no"):
        Settings.model_validate({**deaf.playground.settings["telegram"], **change})


def test_an_emoji_may_be_written_as_keyboards_write_it(deaf: Town) -> None:
    told = dict(deaf.playground.settings["telegram"]) | {"pins": ["✍\ufe0f", "🔥"], "rooms": [OTHER, HALL]}
    settings = Settings.model_validate(told)
    assert settings.pins == ("✍", "🔥") and settings.groups == (HALL, str(OTHER))


# ---- what the platform says of messages


@pytest.mark.parametrize(
    ("why", "kind"),
    [
        ("message to edit not found", Gone),
        ("message can't be edited", Gone),
        ("message thread not found", Gone),
        ("TOPIC_DELETED", Gone),
        ("TOPIC_CLOSED", Forbidden),
        ("CHAT_ADMIN_REQUIRED", Forbidden),
    ],
)
async def test_what_cannot_be_changed_any_more_is_told(deaf: Town, why: str, kind: type[ChatError]) -> None:
    def refuse(cloud: Cloud, args: Mapping[str, Any]) -> Any:
        raise No(400, f"Bad Request: {why}")

    deaf.stand.api.methods["editMessageText"] = refuse
    with pytest.raises(ChatError) as found:
        await deaf.chat.put(Place("telegram", HALL), CARD, MessageId("5"), "k")
    assert type(found.value) is kind
