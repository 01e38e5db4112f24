"""Random lives of the engine, on both databases, with a death at every commit and around every send."""

import os
import random
from datetime import timedelta
from functools import partial

import pytest
from msgspec.json import encode

from bot.book import BookId
from bot.config import check
from bot.engine.house import Engine
from bot.ports import Card, Handle, Place, Said
from bot.text.rich import plain
from tests.walks.town import Town

HANDLES = [
    Handle("ink", "a1"),
    Handle("lead", "a2"),
    Handle("lead", "b2"),
    Handle("ink", "c1"),
    Handle("ink", "stranger"),
]
LINES = [
    "declare db is down --sev 1", "declare a typo --sev 5", "ack #1", "ack #2 on it", "unack #1",
    "update #1 going well", "update #1 soon --next 10m", "resolve #1", "reopen #1 again", "sev #2 1", "page #1 boris",
    "escalate #1", "assign #1 ic boris", "status #1 monitoring", "summary #1", "list", "show #2", "nonsense",
    "ack #99", "note #1 x",
]  # fmt: skip
FAULTS = ["down", "busy", "lost", "closed"]
WALKS = int(os.environ.get("TOCSIN_WALKS", "6"))
LIVES = [("postgres" if seed % 3 == 2 else "sqlite", seed) for seed in range(WALKS * 3 // 2)]
"""Each its own: what the other database would make of the same life, another one shows as well."""


def fault(dice: random.Random, deed: str) -> str:
    """Now and then something fails; seldom the process dies of it."""
    luck = dice.random()
    return dice.choice(["kill", "killed"]) if luck < 0.01 else dice.choice(FAULTS) if luck < 0.12 else ""


@pytest.mark.parametrize(("database_url", "seed"), LIVES, indirect=["database_url"])
async def test_a_random_life(town: Town, seed: int) -> None:
    dice = random.Random(seed)
    said: list[tuple[Handle, str, str]] = []
    for _ in range(40):
        town.fault = partial(fault, dice) if dice.random() < 0.5 else lambda deed: ""
        town.kill = lambda where: dice.random() < 0.004
        if said and dice.random() < 0.2:
            by, words, key = dice.choice(said)
        else:
            by, words = dice.choice(HANDLES), dice.choice(LINES)
            town.deliveries += 1
            key = f"walk-{town.deliveries}"
            said.append((by, words, key))
        first = await town.say(by, words, key)
        if not words.startswith(("summary", "list", "show")):
            town.kill = lambda where: False
            assert encode(await town.say(by, words, key)) == encode(first), "the same delivery got another answer"
        town.clock.push(seconds=dice.choice([0, 1, 60, 300, 900]))
        await town.rest()
        await town.check()
    await calm(town)
    await town.check()
    await town.everything_shown()


async def calm(town: Town) -> None:
    """The faults end, and every wait passes."""
    town.fault, town.kill = (lambda deed: ""), (lambda where: False)
    for _ in range(4):
        town.clock.push(hours=1, minutes=1)
        await town.store.write(lambda tx: tx.expired())
        await town.rest()


async def test_a_death_around_every_commit_loses_no_page(town: Town) -> None:
    """Declare, with a death at the n-th commit, for every n: Anna is told at least once, whatever happens."""
    for deadly in range(1, 12):
        count = 0

        def dies(where: str, deadly: int = deadly) -> bool:
            nonlocal count
            count += 1
            return count == deadly

        town.kill = dies
        await town.say(HANDLES[0], f"declare fire {deadly} --sev 1", f"death-{deadly}")
        await town.rest()
        town.clock.push(seconds=40)
        await town.store.write(lambda tx: tx.expired())
        await town.rest()
        told = [each for paper in town.papers for each in paper.told if f"fire {deadly}" in plain(each.card.title)]
        assert 1 <= len(told) <= 2, f"a death at commit {deadly}"
        assert len(await town.pages(str(deadly))) == 1
        town.kill = lambda where: False
        await town.say(HANDLES[0], f"resolve #{deadly}")


async def test_no_page_goes_out_after_an_ack(town: Town) -> None:
    town.fault = lambda deed: "down" if deed == "tell" else ""
    await town.say(HANDLES[0], "declare db is down --sev 1")
    await town.rest()
    town.fault = lambda deed: ""
    await town.say(HANDLES[0], "ack #1")
    town.clock.push(hours=2)
    await town.rest()
    assert not [told for paper in town.papers for told in paper.told]
    assert {row.state for row in await town.pages("1")} == {"void"}


async def test_a_closed_channel_passes_to_the_next_at_once(town: Town) -> None:
    town.papers[0].fault = lambda deed: "closed" if deed == "tell" else ""
    await town.say(HANDLES[0], "declare db is down --sev 1")
    await town.rest()
    assert [told.handle for told in town.papers[1].told] == [Handle("lead", "a2")]


async def test_whom_nobody_reaches_is_told_and_the_ladder_climbs_at_once(town: Town) -> None:
    town.papers[0].fault = lambda deed: "closed" if deed == "tell" else ""
    town.papers[1].fault = lambda deed: "closed" if deed == "tell" else ""
    await town.say(HANDLES[0], "declare db is down --sev 1")
    await town.rest()
    entries = await town.store.read(
        lambda tx: [type(each.event).__name__ for each in tx.entries(BookId("incident", "1"))]
    )
    assert entries.count("Unreached") >= 1
    assert entries.count("Paged") >= 2, "nobody to wait for: the ladder climbs at once"


async def test_an_outage_of_an_hour_costs_nothing(town: Town) -> None:
    town.papers[1].fault = lambda deed: "down"
    await town.say(HANDLES[0], "declare db is down --sev 1")
    await town.rest()
    for _ in range(12):
        town.clock.push(minutes=5)
        await town.say(HANDLES[0], "update #1 still looking")
        await town.rest()
    assert len(town.papers[0].rooms) == 1, "the other platform was not slowed down"
    town.papers[1].fault = lambda deed: ""
    town.clock.push(hours=1, minutes=1)
    await town.rest()
    town.clock.push(minutes=10)
    await town.rest()
    await town.everything_shown()
    cards = [card for (place, _), card in town.papers[1].messages.items() if place.room.startswith("room")]
    assert cards


async def test_five_changes_while_away_end_in_one_edit(town: Town) -> None:
    await town.say(HANDLES[0], "declare db is down --sev 1")
    await town.rest()
    puts: list[str] = []
    for severity in (2, 3, 4, 3, 2):
        await town.say(HANDLES[0], f"sev #1 {severity}")
    town.fault = lambda deed: puts.append(deed) or ""  # type: ignore[func-returns-value]
    await town.rest()
    looks = await town.store.read(lambda tx: tx.open_books("incident")[0].state.severity)
    assert looks == 2
    # Two cards on each of two platforms and the page's buttons, once each; and every change is told in both rooms.
    assert puts.count("put") == 5 + 2 * 5


async def test_a_look_that_was_shown_meanwhile_is_not_shown_again(town: Town) -> None:
    """Work that was listed before a lane ended, and begins after it, finds nothing to do."""
    await town.say(HANDLES[0], "declare db is down --sev 5")
    stale = await town.store.read(lambda tx: [row for row in tx.behind("ink") if row.subject == "hall"])
    await town.rest()
    posted = set(town.papers[0].messages)
    await town.engine.delivery.showing.show(stale[0])
    assert set(town.papers[0].messages) == posted


async def test_chatter_reaches_the_other_room_once(town: Town) -> None:
    await town.say(HANDLES[0], "declare db is down --sev 1")
    await town.rest()
    (room,) = town.papers[0].rooms.values()
    for _ in range(2):
        await town.say(HANDLES[3], "chat I see smoke", "chatter-1", room)
        await town.rest()
    assert [(copy.author, copy.origin) for _, copy in town.papers[1].copies] == [("Carlos", "Ink")]
    assert not town.papers[0].copies


async def test_times_run_on_after_a_restart(town: Town) -> None:
    await town.say(HANDLES[0], "declare db is down --sev 1")
    await town.rest()
    await town.start()
    town.clock.at += timedelta(minutes=5)
    await town.rest()
    assert [told.handle.id for told in town.papers[1].told] == ["b2"]


async def test_who_left_the_configuration_may_nothing_any_more(town: Town) -> None:
    """Their name stays in the log; their accounts can be somebody else's."""
    await town.say(HANDLES[0], "declare db is down --sev 1")
    people = {"anna": {"name": "Anna", "role": "admin", "lead": "c1"}, "boris": {"name": "Boris", "ink": "a1"}}
    raw = {"chats": {"ink": {}, "lead": {}}, "people": people}
    town.engine = Engine(check(raw, "later"), town.engine.office.store, town.papers)
    await town.engine.enrol()
    card = await town.engine.hear(said(HANDLES[3], "ack #1", "left"))
    assert isinstance(card, Card)
    assert "I do not know you here yet" in plain(card.body)
    card = await town.engine.hear(said(HANDLES[0], "whoami", "swapped"))
    assert isinstance(card, Card)
    assert plain(card.title) == "Boris"


def said(by: Handle, words: str, key: str) -> Said:
    return Said(key=key, by=by, place=Place(by.platform, "hall"), words=words)
