"""For each fault, what our adapter makes of it: nothing lost, nothing twice, each failure by its right name."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from adapters.playground.faults import ROWS
from bot.ports import Forbidden, Gone, Unreachable
from tests.contract.town import Town, card

Proof = Callable[[Town], Awaitable[None]]
PROOFS: dict[str, Proof] = {}
LASTING = {"migrated", "throttled", "throttled_globally", "throttled_bare", "dead_ticket"}
"""What outlasts its mending, or must not meet what an earlier fault left: it befalls a town of its own."""


def proves(*names: str) -> Callable[[Proof], Proof]:
    """This is what happens when one of these faults strikes."""

    def keep(proof: Proof) -> Proof:
        PROOFS.update(dict.fromkeys(names, proof))
        return proof

    return keep


async def befall(town: Town, fault: str) -> None:
    """It strikes, and our adapter lives with it."""
    assert fault in PROOFS, "nothing says what our adapters make of it"
    town.meant = fault
    town.faults.switch(fault)
    await PROOFS[fault](town)
    assert town.faults.struck[fault] or not ROWS[fault].times, "it never struck"


def once_where_it_can(town: Town, text: str) -> None:
    """It stands there once; only a platform without any way to tell may have said it twice."""
    assert len(town.telling(text)) <= (2 if town.platform == "telegram" else 1)
    assert town.telling(text)


# ---- the platform is away


@proves("outage")
async def outage(town: Town) -> None:
    town.faults.switch("outage")
    await town.until(lambda: town.failures)
    assert isinstance(await town.refused(town.put("while it was down")), Unreachable)
    town.faults.mend("outage")
    await town.hears_again()


@proves("revoked")
async def revoked(town: Town) -> None:
    town.faults.switch("revoked")
    no = await town.refused(town.put("with a dead token"))
    assert isinstance(no, Forbidden) and no.wait is None
    await town.say("nobody hears this")
    await town.until(lambda: any(isinstance(each, Forbidden) for each in town.failures))
    town.faults.mend("revoked")
    await town.hears_again()


# ---- it asks to wait


@proves("throttled")
async def throttled(town: Town) -> None:
    """Only what was asked for waits, and as long as was asked: a page beside it goes out."""
    town.faults.switch("throttled", where=town.hall.room, seconds=70)
    no = await town.throttled(town.put("too much"))
    assert no.wait is not None and no.wait >= 70
    assert no.scope != "platform" and not no.ambiguous
    town.faults.switch("throttled", 0, where=town.hall.room, seconds=70)
    await town.chat.tell(town.handle("anna"), card("a page"), town.key())
    assert town.telling("a page") and not town.telling("too much")


@proves("throttled_globally")
async def throttled_globally(town: Town) -> None:
    town.faults.switch("throttled_globally", seconds=70)
    no = await town.throttled(town.put("too much"))
    assert no.scope == "platform" and no.wait is not None and no.wait >= 70


@proves("throttled_bare")
async def throttled_bare(town: Town) -> None:
    town.faults.switch("throttled_bare", where=town.hall.room)
    no = await town.refused(town.put("too much"))
    assert no.wait and not no.ambiguous


# ---- it is not known what became of it


@proves("server_error")
async def server_error(town: Town) -> None:
    town.faults.switch("server_error", where=town.hall.room)
    await sent_in_the_end(town, "nothing was done")
    assert len(town.telling("nothing was done")) == 1


@proves("server_error_after_commit", "dropped_after_commit")
async def after_commit(town: Town) -> None:
    """D2: looked for before it is said again, or a number used once; where neither can be, it says so."""
    town.faults.switch(town.meant, where=town.hall.room)
    await sent_in_the_end(town, "it was done")
    once_where_it_can(town, "it was done")


async def sent_in_the_end(town: Town, text: str) -> None:
    """As the core does it: the same send again, with the same key, after a failure that may pass."""
    key = town.key()
    for _ in range(4):
        try:
            await town.put(text, key)
            return
        except Unreachable as no:
            assert no.wait is not None
            assert no.ambiguous or town.platform != "telegram" or not town.telling(text)
    raise AssertionError("it was never sent")


@proves("slow")
async def slow(town: Town) -> None:
    """Who waits for one room keeps nobody else waiting, and nothing is said twice."""
    town.faults.switch("slow", where=town.hall.room, seconds=3600)
    key = town.key()
    waiting = asyncio.get_running_loop().create_task(town.put("at last", key))
    await town.until(lambda: town.faults.struck["slow"])
    await town.chat.tell(town.handle("anna"), card("a page meanwhile"), town.key())
    assert not waiting.done()
    town.faults.mend()
    await asyncio.wait([waiting])
    if waiting.exception() is not None:
        await town.put("at last", key)
    assert len(town.telling("at last")) == 1


# ---- what it tells us


@proves("duplicate")
async def duplicate(town: Town) -> None:
    town.faults.switch("duplicate")
    await town.say("one for the road")
    await town.until(lambda: town.faults.struck["duplicate"])
    await town.say("and another")
    await town.heard("and another")
    assert len({said.key for said in town.house.heard if said.words == "one for the road"}) == 1


@proves("out_of_order")
async def out_of_order(town: Town) -> None:
    town.faults.switch("out_of_order")
    await town.say("first")
    await town.say("second")
    first, second = await town.heard("first"), await town.heard("second")
    assert first.at and second.at and first.at <= second.at


@proves("clock_skew", "unknown_fields")
async def strange(town: Town) -> None:
    await town.say("!help with strange things")
    await town.shown("heard: help with strange things")
    message = await town.put("a card")
    await town.put("the same card", over=message)
    assert len(town.telling("the same card")) == 1


# ---- the connection


@proves(
    "socket_closed", "socket_closed_1000", "socket_closed_4000", "socket_closed_4009", "refresh", "warning",
    "dead_ticket", "invalid_session", "garbled",
)  # fmt: skip
async def connection(town: Town) -> None:
    await town.until(lambda: town.faults.struck[town.meant] >= ROWS[town.meant].times)
    await town.hears_again()


@proves("socket_closed_4014")
async def closed_door(town: Town) -> None:
    await town.until(lambda: any(isinstance(each, Forbidden) for each in town.failures))
    town.faults.mend()
    await town.hears_again()


@proves("conflict")
async def conflict(town: Town) -> None:
    await town.say("the poll ends at once")
    await town.until(lambda: town.failures)
    assert isinstance(town.failures[0], Unreachable) and "Another process" in str(town.failures[0])
    await town.hears_again()


# ---- rooms and people


@proves("migrated")
async def migrated(town: Town) -> None:
    with suppress(Gone):
        await town.put("where is everybody")
    change = await town.until(lambda: next((each for each in town.house.noticed if each.what == "moved"), None))
    assert change and change.moved and change.moved.room != town.hall.room


@proves("blocked", "dm_closed")
async def no_page(town: Town) -> None:
    no = await town.refused(town.chat.tell(town.handle("anna"), card("PAGE"), town.key()))
    assert isinstance(no, Forbidden) and not no.ambiguous
    await town.put("the room is told all the same")
    assert town.telling("the room is told") and not town.telling("PAGE")


@proves("not_in_channel", "archived")
async def shut_out(town: Town) -> None:
    no = await town.refused(town.put("let me in"))
    assert isinstance(no, Forbidden | Gone) and no.wait is None and not no.ambiguous
    await town.chat.tell(town.handle("anna"), card("a page goes out"), town.key())
    assert town.telling("a page goes out") and not town.telling("let me in")


@proves("archived_thread", "message_gone", "edit_window_closed", "edit_limit")
async def no_edit(town: Town) -> None:
    """The core then shows it anew, or knows that it may not."""
    town.faults.mend()
    message = await town.put("as it was")
    town.faults.switch(town.meant)
    no = await town.refused(town.put("as it is", over=message))
    assert not isinstance(no, Unreachable) and not no.ambiguous


@proves("not_modified")
async def not_modified(town: Town) -> None:
    town.faults.mend()
    message = await town.put("as it was")
    town.faults.switch("not_modified")
    assert await town.put("as it was", over=message) == message
