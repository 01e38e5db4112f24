"""What is shown, and what is sent."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from bot.book import BookId, Look, Send
from bot.store.hand import sql
from bot.store.looks import Shown
from bot.store.sends import Sent, Way
from bot.store.store import Store, Transaction
from tests.clock import PushedClock
from tests.store.toy import TOY, ToyCounted, ToySaid, ToySet, soon, write

SHOWN = ToySet(places=(("slack", ""), ("discord", "")))
MINUTE = timedelta(minutes=1)


# ---- looks


async def behind(store: Store, platform: str = "slack") -> list[Shown]:
    return await store.read(lambda tx: tx.behind(platform))


def stands(look: Shown, **but: int) -> Callable[[Transaction], None]:
    """It was shown as it was wanted."""
    have = but.get("have", look.want)
    return lambda tx: tx.shown(look.id, have=have, place="slack:C1", message="m1", digest="d")


async def test_a_look_is_behind_until_it_stands(store: Store) -> None:
    await store.write(write(SHOWN))
    [look] = await behind(store)
    assert (look.book, look.subject, look.platform, look.want, look.have) == (TOY, "card", "slack", 1, 0)
    await store.write(stands(look))
    assert await behind(store) == []
    assert len(await behind(store, "discord")) == 1
    looks = await store.read(lambda tx: tx.looks(TOY))
    assert [(look.place, look.message, look.digest) for look in looks] == [("slack:C1", "m1", "d"), ("", "", "")]


async def test_five_changes_are_one_edit(store: Store) -> None:
    await store.write(write(SHOWN))
    for _ in range(5):
        await store.write(write(ToyCounted(), ToyCounted()))
    [look] = await behind(store)
    assert look.want == 6
    await store.write(stands(look))
    assert await behind(store) == []


async def test_a_change_while_it_is_being_shown_is_shown_too(store: Store) -> None:
    await store.write(write(SHOWN))
    [look] = await behind(store)
    await store.write(write(ToyCounted()))
    await store.write(stands(look))
    [look] = await behind(store)
    assert (look.want, look.have, look.message) == (2, 1, "m1")
    await store.write(stands(look))
    await store.write(stands(look, have=1))  # a slow one, late
    assert await behind(store) == []


async def test_the_longest_behind_comes_first(store: Store, clock: PushedClock) -> None:
    ids = [BookId("toy", str(n)) for n in range(3)]
    for id in ids:
        await store.write(write(SHOWN, id=id))
        clock.push(seconds=1)
    await store.write(stands((await behind(store))[0]))
    await store.write(write(ToyCounted(), id=ids[1]))  # behind already: it keeps its turn
    await store.write(write(ToyCounted(), id=ids[0]))
    assert [look.book for look in await behind(store)] == [ids[1], ids[2], ids[0]]
    assert len(await store.read(lambda tx: tx.behind("slack", limit=2))) == 2


async def test_what_failed_is_tried_later(store: Store, clock: PushedClock) -> None:
    await store.write(write(ToySet(places=(("slack", ""),))))
    [look] = await behind(store)
    later = clock.at + MINUTE
    await store.write(lambda tx: tx.unshown(look.id, not_before=later, error="slack is down"))
    assert await behind(store) == []
    assert await store.read(lambda tx: tx.next_try()) == later
    clock.push(minutes=1)
    [look] = await behind(store)
    assert (look.tries, look.error) == (1, "slack is down")
    await store.write(stands(look))
    [look] = await store.read(lambda tx: tx.looks(TOY))
    assert (look.tries, look.error) == (0, "")
    assert await store.read(lambda tx: tx.next_try()) is None


async def test_a_look_that_is_listed_no_more_is_gone(store: Store) -> None:
    await store.write(write(SHOWN))
    await store.write(write(ToySet(places=(("slack", ""),))))
    assert [look.platform for look in await store.read(lambda tx: tx.looks(TOY))] == ["slack"]


async def test_a_look_that_moved_begins_anew(store: Store) -> None:
    await store.write(write(ToySet(places=(("slack", "slack:C1"),))))
    [old] = await behind(store)
    assert old.place == "slack:C1"
    await store.write(stands(old))
    await store.write(write(ToySet(places=(("slack", "slack:C2"),))))
    await store.write(stands(old))  # whoever still showed the old one
    [new] = await behind(store)
    assert (new.place, new.message, new.have) == ("slack:C2", "", 0)


async def test_a_place_that_was_found_by_showing_stays(store: Store) -> None:
    await store.write(write(ToySet(places=(("slack", ""),))))
    await store.write(stands((await behind(store))[0]))
    await store.write(write(ToySet(places=(("slack", "slack:C1"),))))
    [look] = await behind(store)
    assert (look.place, look.message) == ("slack:C1", "m1")


async def test_a_message_that_is_not_listed_is_kept_true_as_well(store: Store) -> None:
    """A page that was sent: its button goes when somebody answers."""
    page = Look("page 7", "slack", "slack:D1", "m7")
    await store.write(write(ToyCounted()))
    await store.write(lambda tx: tx.look(TOY, page, "as sent"))
    [look] = await behind(store)
    assert look.digest == "as sent"
    await store.write(stands(look))
    assert await behind(store) == []
    await store.write(write(ToyCounted()))
    await store.write(lambda tx: tx.do(sql("UPDATE books SET fold = 'old'")))
    await store.write(lambda tx: tx.load(TOY))
    [look] = await behind(store)
    assert (look.subject, look.message, look.want) == ("page 7", "m1", 3)


async def test_what_else_may_change_a_look(store: Store) -> None:
    closed = BookId("toy", "2")
    await store.write(write(SHOWN))
    await store.write(write(ToySet(places=SHOWN.places, closed=True), id=closed))

    def looks(tx: Transaction) -> list[Shown]:
        return [*tx.looks(TOY), *tx.looks(closed)]

    async def wants(raise_it: Callable[[Transaction], Any]) -> list[tuple[str, str]]:
        before, _, after = [await store.write(fn) for fn in (looks, raise_it, looks)]
        wanted = {look.id: look.want for look in before}
        return [(look.book.id, look.platform) for look in after if look.want > wanted[look.id]]

    assert await wants(lambda tx: tx.want(platform="slack")) == [("1", "slack")]
    assert await wants(lambda tx: tx.want()) == [("1", "slack"), ("1", "discord")]
    assert await wants(lambda tx: tx.want(book=closed)) == [("2", "slack"), ("2", "discord")]


# ---- sends


async def ready(store: Store, way: Way = "page") -> list[Sent]:
    return await store.read(lambda tx: tx.ready(way))


def take(send: Sent, holder: str = "a") -> Callable[[Transaction], Sent | None]:
    return lambda tx: tx.claim(send.id, holder, MINUTE)


async def test_an_event_sends_once(store: Store, clock: PushedClock) -> None:
    await store.write(write(ToyCounted(3), ToySaid(), ToyCounted()))
    [send] = await ready(store)
    assert (send.book, send.rev, send.kind, send.to, send.rank) == (TOY, 2, "page", "anna", 0)
    assert send.payload == {"count": 3, "at": "2026-03-02T10:02:00Z"}
    assert (send.state, send.tries, send.epoch, send.repeat, send.at) == ("pending", 0, 0, False, clock.at)
    assert await store.read(lambda tx: tx.sends(TOY)) == [send]


async def test_the_better_rank_goes_first_each_by_its_way(store: Store) -> None:
    await store.write(write(ToySaid("copy", 4), ToySaid("update", 3), ToySaid("page", 0), ToySaid("update", 3)))
    await store.write(lambda tx: tx.send(Send("reply", "slack:C1", 1)))
    await store.write(lambda tx: tx.send(Send("code", "email:a@b.c", 1)))
    assert [send.kind for send in await ready(store)] == ["page"]
    assert [send.kind for send in await ready(store, "proof")] == ["code"]
    assert [send.kind for send in await ready(store, "lane")] == ["reply", "update", "update", "copy"]
    assert [send.kind for send in await store.read(lambda tx: tx.ready("lane", limit=2))] == ["reply", "update"]


async def test_only_one_claims(store: Store) -> None:
    await store.write(write(ToySaid()))
    [send] = await ready(store)
    claims = await asyncio.gather(*(store.write(take(send, str(n))) for n in range(8)))
    [claim] = [claim for claim in claims if claim]
    assert (claim.state, claim.epoch, claim.tries) == ("sending", 1, 1)
    assert await ready(store) == []


async def test_what_became_of_it(store: Store) -> None:
    await store.write(write(ToySaid()))
    claim = await store.write(take((await ready(store))[0]))
    assert claim
    assert await store.write(
        lambda tx: tx.sent(claim.id, claim.epoch, state="accepted", place="slack:D1", message="m1")
    )
    [sent] = await store.read(lambda tx: tx.sends(TOY))
    assert (sent.state, sent.place, sent.message) == ("accepted", "slack:D1", "m1")
    assert not await store.write(lambda tx: tx.sent(claim.id, claim.epoch, state="failed"))
    assert await store.write(take(sent)) is None


async def test_what_failed_goes_by_the_next_channel(store: Store, clock: PushedClock) -> None:
    await store.write(write(ToySaid()))
    claim = await store.write(take((await ready(store))[0]))
    assert claim
    later = clock.at + MINUTE
    await store.write(
        lambda tx: tx.sent(claim.id, claim.epoch, state="pending", error="no DM", not_before=later, channel=1)
    )
    assert await ready(store) == []
    assert await store.read(lambda tx: tx.next_try()) == later
    clock.push(minutes=1)
    [send] = await ready(store)
    assert (send.channel, send.tries, send.error, send.repeat) == (1, 1, "no DM", False)


async def test_a_claim_that_ran_out_is_fenced(store: Store, clock: PushedClock) -> None:
    await store.write(write(ToySaid()))
    first = await store.write(take((await ready(store))[0], "a"))
    assert await store.write(lambda tx: tx.expired()) == 0
    clock.push(minutes=1)
    assert await store.write(lambda tx: tx.expired()) == 1
    [send] = await ready(store)
    assert send.repeat
    second = await store.write(take(send, "b"))
    assert first
    assert second
    assert second.repeat
    assert not await store.write(lambda tx: tx.sent(first.id, first.epoch, state="accepted"))
    assert await store.write(lambda tx: tx.sent(second.id, second.epoch, state="accepted"))


async def test_no_page_is_claimed_while_its_book_is_written(postgres_url: str) -> None:
    """The claim waits for the command that may answer the call, and then looks again."""
    store = await Store.open(postgres_url)
    await store.write(write(ToySaid(), ToySaid("update")))
    [page], [update] = await ready(store), await ready(store, "lane")
    running, done = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def answer(tx: Transaction) -> None:
        write(ToyCounted())(tx)
        loop.call_soon_threadsafe(running.set)
        asyncio.run_coroutine_threadsafe(done.wait(), loop).result(60)

    def claim(tx: Transaction) -> int:
        assert tx.claim(page.id, "a", MINUTE)
        return int(tx.load(TOY).state.count)

    answering = soon(store.write(answer))
    await running.wait()
    claiming = soon(store.write(claim))
    assert await store.write(take(update))  # what is no page does not wait
    assert not claiming.done()
    done.set()
    assert await claiming == 1
    await answering
    await store.close()
