"""What was said while no socket was open: read back from history, each message once."""

import pytest

from adapters.playground.slack.workspace import BOT, HALL
from adapters.slack.chat import Settings, Slack
from adapters.slack.missed import numbered, stamp
from bot.ports import Place, Room
from tests.adapters.slack.conftest import Town


async def settled(town: Town) -> list[str]:
    """All that was heard, once something said now is heard and answered too."""
    await town.say("anna", "!help")
    await town.shown("anna", "heard: help")
    return [said.words for said in town.house.heard if said.words != "help"]


async def lost(town: Town) -> None:
    """All that nobody acknowledged is given up by the platform."""
    town.clock.push(minutes=10)


async def test_what_was_said_while_the_process_was_gone_is_heard_once(quiet: Town) -> None:
    async with quiet.listening():
        room = (await quiet.chat.open(Room(key="k1", name="#1 db is down", topic="SEV1"))).room
        await quiet.say("anna", "before")
        await quiet.until(lambda: quiet.house.said("before"))
        root = quiet.stand.screen("anna").rooms[0].bubbles[-1].id
    await quiet.chat.close()
    await quiet.say("anna", "meanwhile")
    await quiet.say("mia", "in a thread", reply_to=root)
    await quiet.stand.say("anna", quiet.direct("anna"), "who is on call")
    quiet.stand.at.join(quiet.stand.at.channels[room], quiet.stand.at.actors["anna"].ids["slack"])
    await quiet.say("anna", "!ack", room)
    await lost(quiet)
    quiet.chat = Slack(Settings.model_validate(quiet.playground.settings["slack"]))
    async with quiet.listening():
        await quiet.until(lambda: quiet.house.said("who is on call"))
        assert sorted(await settled(quiet)) == ["ack", "before", "in a thread", "meanwhile", "who is on call"]
    asked, ack = quiet.house.said("who is on call"), quiet.house.said("ack")
    assert asked and ack and (asked.direct, ack.direct, ack.place) == (True, False, Place("slack", room))


async def test_it_is_read_back_when_no_socket_was_open_and_only_then(town: Town) -> None:
    await town.say("anna", "before")
    await town.until(lambda: town.house.said("before"))
    readies = town.readies
    town.stand.faults.switch("refresh")
    await town.until(lambda: town.readies > readies)
    assert not town.calls("users.conversations"), "another one was open"
    town.stand.board.hang_up()
    await town.until(lambda: town.calls("users.conversations"))
    assert await settled(town) == ["before"]


async def test_what_stood_there_before_the_first_start_is_nobodys_business(quiet: Town) -> None:
    await quiet.say("anna", "long ago")
    await lost(quiet)
    async with quiet.listening():
        assert await settled(quiet) == []


async def test_a_room_that_cannot_be_read_keeps_no_other_from_it(quiet: Town) -> None:
    async with quiet.listening():
        await quiet.say("anna", "before")
        await quiet.until(lambda: quiet.house.said("before"))
    quiet.stand.at.channels[HALL].members.pop(BOT)
    await quiet.say("anna", "in the hall")
    await quiet.stand.say("mia", quiet.direct("mia"), "in person")
    await lost(quiet)
    async with quiet.listening():
        await quiet.until(lambda: quiet.house.said("in person"))
        assert not quiet.house.said("in the hall")


async def test_an_app_that_may_not_list_conversations_reads_its_rooms_all_the_same(quiet: Town) -> None:
    async with quiet.listening():
        await quiet.say("anna", "before")
        await quiet.until(lambda: quiet.house.said("before"))
    await quiet.say("anna", "meanwhile")
    await lost(quiet)
    quiet.stand.app.scopes.discard("im:read")
    async with quiet.listening():
        await quiet.until(lambda: quiet.house.said("meanwhile"))
    assert quiet.stand.refused.pop().endswith("missing_scope")


async def test_the_platform_may_want_it_slowly(quiet: Town) -> None:
    async with quiet.listening():
        await quiet.say("anna", "before")
        await quiet.until(lambda: quiet.house.said("before"))
    await quiet.say("anna", "meanwhile")
    await lost(quiet)
    quiet.stand.faults.switch("throttled", where="conversations.history", seconds=1)
    async with quiet.listening():
        await quiet.until(lambda: quiet.house.said("meanwhile"))


@pytest.mark.parametrize(("ts", "number"), [("1772445720.000100", 1772445720000100), ("", 0), ("x.1", 0)])
def test_a_messages_name_is_a_number(ts: str, number: int) -> None:
    assert numbered(ts) == number and (stamp(number) == ts or not number)


async def test_a_reaction_put_meanwhile_is_heard_and_one_that_was_heard_is_the_same_delivery(quiet: Town) -> None:
    async with quiet.listening():
        await quiet.say("anna", "look at this")
        await quiet.until(lambda: quiet.house.said("look at this"))
        bubble = quiet.stand.screen("anna").rooms[0].bubbles[-1].id
        await quiet.stand.react("anna", HALL, bubble, "📌")
        await quiet.until(lambda: quiet.house.said("pin"))
    await quiet.chat.close()
    await quiet.stand.react("mia", HALL, bubble, "📌")
    await lost(quiet)
    quiet.chat = Slack(Settings.model_validate(quiet.playground.settings["slack"]))
    async with quiet.listening():
        await quiet.until(lambda: len(pins(quiet)) == 2)
    assert {said.about.text for said in quiet.house.heard if said.about} == {"look at this"}


def pins(town: Town) -> set[str]:
    """The reactions that were heard, by their deliveries."""
    return {said.key for said in town.house.heard if said.reacted}
