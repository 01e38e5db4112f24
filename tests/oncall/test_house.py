"""Schedules in the house: commands in chat, hand-offs that are told, pages that go to whoever is on call."""

from bot.config import check
from bot.ports import Handle, Place, Said
from tests.oncall.duty import CONFIG, WEB, on_duty


async def test_a_hand_off_is_told_to_both_and_to_the_room_with_what_is_open(database_url: str) -> None:
    async with on_duty(database_url) as house:
        await house.start()
        await house.say("anna", "declare db is down --sev 1")
        await house.wait(days=1)
        [told] = house.heard("web")
        assert told.startswith("Boris: on call for web now, until")
        assert "#1" in told
        assert told in house.heard("dm-a")
        assert told in house.heard("dm-b")
        assert told not in house.heard("dm-c")


async def test_whoever_took_over_is_paged(database_url: str) -> None:
    async with on_duty(database_url) as house:
        await house.start()
        assert "✓ Carlos: on call for web now" in await house.say("carlos", "oncall take 2h web")
        assert "Carlos until 12:02 UTC, then Anna" in await house.say("boris", "oncall")
        await house.say("boris", "declare db is down --sev 1")
        assert [page.handle.id for page in house.paper.told if "db is down" in str(page.card.title)] == ["c"]


async def test_a_swap_by_offer_and_button(database_url: str) -> None:
    async with on_duty(database_url) as house:
        await house.start()
        assert "Anna asks Boris to swap" in await house.say("anna", "oncall swap @ink:b")
        offer = house.paper.told[-1]
        assert (offer.handle.id, [button.label for button in offer.card.buttons]) == ("b", ["Swap", "No"])
        assert "swapped shifts" in await house.say("boris", offer.card.buttons[0].says, "dm-b")
        assert "web: Boris until" in await house.say("anna", "oncall web at 30m")
        assert "Anna until" in await house.say("anna", "oncall now web --at tomorrow 12:00")


async def test_changes_and_who_was_on_call_outlive_a_restart(database_url: str) -> None:
    async with on_duty(database_url) as house:
        await house.start()
        await house.say("anna", "oncall override carlos --from tomorrow 8:00 --until tomorrow 10:00")
        await house.start()
        assert "change 1" in await house.say("anna", "oncall next")
        await house.wait(hours=23)
        assert house.heard("web")[-1].startswith("Carlos: on call for web now")


async def test_what_the_configuration_changed_is_told_when_it_is_read(database_url: str) -> None:
    async with on_duty(database_url) as house:
        await house.start()
        turns = [{"participants": ["boris"], "from": "2026-03-02 09:00"}]
        await house.start(schedules={"web": {**WEB, "layers": turns}})
        assert house.heard("web")[-1].startswith("Boris: on call for web now")
        await house.start(schedules={}, teams={}, policies={})
        assert "No schedule is configured" in await house.say("anna", "oncall")
        await house.wait(days=40)
        assert len(house.heard("web")) == 1


async def test_a_configuration_that_leaves_the_present_turn_alone_shows_in_those_to_come(sqlite_url: str) -> None:
    async with on_duty(sqlite_url) as house:
        await house.start()
        assert "Boris" in await house.say("anna", "oncall next")
        turns = [{"participants": ["anna", "carlos"], "rotation": "daily", "from": "2026-03-02 09:00"}]
        await house.engine.adopt(check({**CONFIG, "schedules": {"web": {**WEB, "layers": turns}}}, "the test"))
        told = await house.say("anna", "oncall next")
        assert ("Carlos" in told, "Boris" in told) == (True, False)


async def test_questions(database_url: str) -> None:
    async with on_duty(database_url) as house:
        await house.start()
        assert await house.say("boris", "oncall gaps") == "Somebody is on call all the time."
        assert "Anna, until" in await house.say("boris", "oncall next")
        assert "There is no schedule or team “wbe”. There is: web." in await house.say("boris", "oncall wbe")
        assert "3 Mar" in await house.say("boris", "oncall at tomorrow 12:00")
        await house.say("boris", "oncall temporary nobody --until 2h")
        assert "⚠ Nobody is on call from 10:02 UTC to 12:02 UTC." in await house.say("boris", "oncall gaps web")


async def test_a_team_and_a_schedule_can_be_paged_by_name(sqlite_url: str) -> None:
    async with on_duty(sqlite_url) as house:
        await house.start(policies={})
        await house.say("carlos", "declare db is down --sev 1")
        await house.wait(days=1)
        await house.say("carlos", "page #1 @web")
        assert [page.handle.id for page in house.paper.told if "db is down" in str(page.card.title)] == ["b"]


async def test_teams_are_suggested(sqlite_url: str) -> None:
    async with on_duty(sqlite_url) as house:
        await house.start()
        said = Said(
            key="s", by=Handle("ink", "a"), place=Place("ink", "hall"), words="oncall take", fields={"team": "w"}
        )
        assert [each.value for each in await house.engine.suggest(said, "team")] == ["web"]
