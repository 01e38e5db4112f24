"""The page as a person meets it: in a real browser, with the keyboard and the mouse."""

import asyncio
import sys
from pathlib import Path

import pytest
from playwright.async_api import Page, Route, expect

from adapters.playground.bot import Bot
from adapters.playground.server import Playground
from tests.playground.test_bot import PARROT

pytestmark = pytest.mark.asyncio(loop_scope="module")

PLATFORMS = ("slack", "discord", "telegram")


async def say(page: Page, platform: str, text: str) -> None:
    box = page.locator(f".{platform} .composer textarea")
    await box.fill(text)
    await box.press("Enter")


@pytest.mark.parametrize("spoken", PLATFORMS)
async def test_what_is_typed_in_one_pane_is_shown_in_all(page: Page, spoken: str) -> None:
    await say(page, spoken, "<img src=x onerror=alert(1)> db is <down> & out")
    for platform in PLATFORMS:
        await expect(page.locator(f".{platform} .message .text")).to_have_text(
            "<img src=x onerror=alert(1)> db is <down> & out"
        )
        await expect(page.locator(f".{platform} .message .author")).to_have_text("Anna Nowak")
    await expect(page.locator(f".{spoken} textarea")).to_have_value("")


async def test_a_button_pressed_in_one_pane_changes_the_others(page: Page) -> None:
    await say(page, "slack", "/vote roll back?")
    await page.locator(".discord .knob").click()
    for platform in PLATFORMS:
        await expect(page.locator(f".{platform} .message .text")).to_have_text("Anna Nowak voted for it")
        await expect(page.locator(f".{platform} .knob")).to_have_count(0)
        await expect(page.locator(f".{platform} .pin")).to_contain_text("Anna Nowak voted for it")


async def test_a_form_is_filled_with_the_keyboard(page: Page) -> None:
    await say(page, "telegram", "/form")
    await expect(page.locator(".telegram .sheet input")).to_be_focused()
    await expect(page.locator(".slack .sheet")).to_have_count(0)
    await page.keyboard.press("Enter")
    await expect(page.locator(".telegram .sheet")).to_be_visible()
    await page.keyboard.type("db is down")
    await page.locator(".telegram .sheet select").select_option("1")
    await page.locator(".telegram .sheet .submit").click()
    await expect(page.locator(".telegram .sheet")).to_have_count(0)
    await expect(page.locator(".telegram .composer textarea")).to_be_focused()
    for platform in PLATFORMS:
        await expect(page.locator(f".{platform} .message .text")).to_have_text("SEV1 db is down")


async def test_a_form_is_closed_by_escape(page: Page, playground: Playground) -> None:
    await say(page, "discord", "/form")
    await page.locator(".discord .sheet input").press("Escape")
    await expect(page.locator(".discord .sheet")).to_have_count(0)
    assert playground["discord"].screen("anna").sheet is None


async def test_commands_are_offered_while_a_slash_is_typed(page: Page) -> None:
    box = page.locator(".slack .composer textarea")
    await box.press_sequentially("/")
    await expect(page.locator(".slack .hints li")).to_have_count(3)
    await box.press_sequentially("v")
    await expect(page.locator(".slack .hints li")).to_have_text("/voteShows a button")
    await box.press("ArrowDown")
    await box.press("Enter")
    await expect(box).to_have_value("/vote ")
    await box.press("Escape")
    await expect(page.locator(".slack .hints")).to_be_hidden()


async def test_what_only_one_person_sees_is_marked_and_nobody_elses(page: Page) -> None:
    await say(page, "slack", "/whisper for Anna alone")
    await expect(page.locator(".slack .ephemeral .note")).to_have_text("Only visible to you")
    await page.locator("[data-actor=mia]").click()
    await expect(page.locator(".slack .me")).to_contain_text("Mia")
    await expect(page.locator(".slack .message")).to_have_count(0)


async def test_an_update_leaves_the_typed_line_and_its_focus_alone(page: Page, playground: Playground) -> None:
    box = page.locator(".slack .composer textarea")
    await box.press_sequentially("I am still typ")
    for number in range(5):
        await playground["discord"].say("carlos", "main", f"line {number}")
    await expect(page.locator(".slack .message")).to_have_count(5)
    await page.keyboard.type("ing")
    await expect(box).to_have_value("I am still typing")


async def test_the_list_stays_where_a_person_reads_and_else_at_its_end(page: Page, playground: Playground) -> None:
    messages = page.locator(".slack .messages")
    at_end = "list => list.scrollHeight - list.scrollTop - list.clientHeight < 5"
    for number in range(60):
        await playground["slack"].say("anna", "main", f"line {number}")
    await expect(page.locator(".slack .message")).to_have_count(60)
    assert await messages.evaluate(at_end)
    await messages.evaluate("list => list.scrollTop = 100")
    await playground["slack"].say("carlos", "main", "one more")
    await expect(page.locator(".slack .message")).to_have_count(61)
    assert await messages.evaluate("list => list.scrollTop") == 100
    await say(page, "slack", "my own")
    await expect(page.locator(".slack .message")).to_have_count(62)
    assert await messages.evaluate(at_end)
    await playground["slack"].say("anna", "main", "a line that is wrapped where there is less room " * 9)
    await expect(page.locator(".slack .message")).to_have_count(63)
    await page.set_viewport_size({"width": 950, "height": 700})
    await page.wait_for_function(f"({at_end})(document.querySelector('.slack .messages'))")


async def test_a_new_war_room_is_entered_gently(page: Page) -> None:
    await page.locator(".discord .composer textarea").fill("half a sent")
    await say(page, "slack", "/room")
    await expect(page.locator(".slack .rooms [aria-current] .name")).to_have_text("war")
    await expect(page.locator(".slack .message .text")).to_have_text("This is the war room")
    await expect(page.locator(".discord .rooms [aria-current] .name")).to_have_text("main")
    await expect(page.locator(".discord .rooms .unread")).to_contain_text("war")
    await page.locator(".discord .rooms button", has_text="war").click()
    await expect(page.locator(".discord .rooms .unread")).to_have_count(0)
    await expect(page.locator(".discord .composer textarea")).to_have_value("")
    await page.locator(".discord .rooms button", has_text="main").click()
    await expect(page.locator(".discord .composer textarea")).to_have_value("half a sent")


async def test_a_link_to_a_room_opens_it_in_its_pane(page: Page) -> None:
    await say(page, "slack", "/room")
    await expect(page.locator(".slack .where h2")).to_have_text("war")
    await page.locator(".slack .rooms button", has_text="main").click()
    await say(page, "slack", "/link https://example.slack.com/archives/war/p1764000000")
    await page.locator(".slack .text a").click()
    await expect(page.locator(".slack .where h2")).to_have_text("war")
    assert len(page.context.pages) == 1


async def test_an_instant_is_shown_in_the_readers_own_zone(page: Page) -> None:
    await say(page, "slack", "/noon")
    await expect(page.locator(".discord .text time")).to_have_text("24 Nov 20:00")


async def test_a_person_looks_with_somebody_elses_eyes(page: Page) -> None:
    await page.locator("[data-actor=boris]").click()
    await expect(page.locator(".slack .away")).to_contain_text("Boris Petrov has no account on Slack.")
    await page.locator(".slack .away button", has_text="Mia").click()
    await say(page, "slack", "hello from Mia")
    await say(page, "telegram", "hello from Boris")
    await expect(page.locator(".discord .author")).to_have_text(["Mia Chen", "Boris Petrov"])
    await page.locator(".telegram .me").click()
    await page.locator(".telegram .others button", has_text="Anna").click()
    await expect(page.locator(".telegram .me")).to_contain_text("Anna")
    await page.reload()
    await expect(page.locator(".slack .me")).to_contain_text("Mia")
    await expect(page.locator(".discord .me")).to_contain_text("Boris")
    await expect(page.locator(".telegram .me")).to_contain_text("Anna")


async def test_a_suggested_line_waits_to_be_sent_by_its_speaker(page: Page) -> None:
    await page.locator(".tour button").first.click()
    box = page.locator(".telegram .composer textarea")
    await expect(box).to_have_value("/vote roll back?")
    await expect(box).to_be_focused()
    await expect(page.locator(".telegram .me")).to_contain_text("Boris")
    await box.press("Enter")
    await expect(page.locator(".slack .knob")).to_have_text("Vote")


async def test_a_platform_is_taken_down_and_brought_back(page: Page, playground: Playground) -> None:
    power = page.get_by_role("switch", name="Discord is up")
    await power.click()
    await expect(page.locator(".discord .composer textarea")).to_be_disabled()
    assert playground["discord"].outage
    await page.get_by_role("switch", name="Discord is down").click()
    await expect(page.locator(".discord .composer textarea")).to_be_enabled()
    assert not playground["discord"].outage


async def test_a_reaction_is_put_and_counted(page: Page) -> None:
    await say(page, "slack", "hello")
    await page.locator(".slack .message").hover()
    await page.get_by_label("React with 👀").first.click()
    await page.locator(".slack .reaction").click()
    await expect(page.locator(".slack .reaction span")).to_have_text("2")


async def test_a_reply_shows_what_it_answers(page: Page) -> None:
    await say(page, "discord", "how is it going?")
    await page.locator(".discord .message").hover()
    await page.locator(".discord .tools .answer").click()
    await page.keyboard.type("better")
    await page.keyboard.press("Enter")
    await expect(page.locator(".discord .quote")).to_have_text("Anna Nowak how is it going?")


async def test_on_a_phone_the_panes_are_tabs(page: Page, playground: Playground) -> None:
    await page.set_viewport_size({"width": 400, "height": 800})
    await expect(page.locator(".pane:visible")).to_have_count(1)
    await page.get_by_role("button", name="Telegram", exact=True).click()
    await expect(page.locator(".telegram .messages")).to_be_visible()
    await say(page, "telegram", "from the train")
    await expect(page.locator(".telegram .message")).to_be_visible()
    await playground["discord"].say("carlos", "main", "from the office")
    await expect(page.locator("[data-tab=slack] .dot")).to_be_visible()
    await page.get_by_role("button", name="Slack", exact=True).click()
    await expect(page.locator(".slack .message", has_text="from the office")).to_be_visible()
    await expect(page.locator("[data-tab=slack] .dot")).to_be_hidden()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_the_page_says_that_the_playground_has_stopped(page: Page, playground: Playground) -> None:
    await page.route("**/events*", lambda route: route.abort())
    await page.locator("[data-actor=mia]").click()
    await expect(page.locator(".lost")).to_be_visible()
    await page.unroute("**/events*")
    await page.locator("[data-actor=anna]").click()
    await expect(page.locator(".lost")).to_be_hidden()


async def test_trouble_is_made_and_mended(page: Page, playground: Playground) -> None:
    trouble = page.locator(".telegram .trouble")
    await trouble.click()
    await page.locator(".telegram [data-fault=throttled]").click()
    await page.locator(".telegram [data-fault=duplicate]").click()
    await page.locator(".telegram [data-limits]").click()
    await expect(page.locator(".telegram .state")).to_have_text("Throttle · Deliver twice · Real limits")
    await expect(trouble.locator("b")).to_have_text("2")
    assert playground["telegram"].limits and playground["telegram"].faults.active["throttled"].left == 0
    assert playground["telegram"].faults.strikes("duplicate")
    await expect(page.locator(".telegram .state")).to_have_text("Throttle · Real limits")
    await page.locator(".telegram .mend").click()
    await expect(page.locator(".telegram .state")).to_have_text("")
    await expect(page.locator(".telegram .faults")).to_be_hidden()
    assert not playground["telegram"].faults.active and not playground["telegram"].limits


async def test_trouble_is_found_with_the_keyboard(page: Page, playground: Playground) -> None:
    await page.locator(".slack .trouble").press("Enter")
    await expect(page.locator(".slack [data-limits]")).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.locator(".slack .trouble b")).to_have_text("1")
    await page.keyboard.press("Escape")
    await expect(page.locator(".slack .faults")).to_be_hidden()
    await expect(page.locator(".slack .trouble")).to_be_focused()


async def test_a_bot_that_lives_elsewhere_has_no_switch(page: Page) -> None:
    await expect(page.locator(".life")).to_be_hidden()


async def test_the_bot_is_killed_and_started(page: Page, playground: Playground, tmp_path: Path) -> None:
    command = (sys.executable, "-c", PARROT, str(tmp_path / "told"))
    async with Bot({}, playground.bell.ring, command=command).running() as bot:
        playground.switches.bot = bot
        playground.bell.ring()
        how = page.locator(".life .how")
        await expect(how).to_have_text("The bot is up")
        await page.locator(".life .end").click()
        await expect(how).to_have_text("The bot is dead")
        await page.locator(".life .end").click()
        await expect(how).to_have_text("The bot is up")
        await page.locator("[data-push='3600']").click()
        await page.locator("[data-push='300']").click()
        await expect(page.locator(".life .ahead")).to_have_text("clock +1 h 5 min")
        assert bot.ahead == 3900


async def test_a_line_is_completed_while_it_is_typed(page: Page) -> None:
    box = page.locator(".discord .composer textarea")
    await box.press_sequentially("/vote ro")
    await expect(page.locator(".discord .hints li")).to_have_text("/vote roll back?the release")
    await box.press("ArrowDown")
    await box.press("Enter")
    await expect(box).to_have_value("/vote roll back? ")


async def test_what_is_still_being_looked_for_is_not_offered_after_escape(page: Page) -> None:
    asked, answered = asyncio.Event(), asyncio.Event()

    async def hold(route: Route) -> None:
        asked.set()
        await answered.wait()
        await route.continue_()

    await page.route("**/typing", hold)
    box = page.locator(".discord .composer textarea")
    await box.press_sequentially("/vote ro")
    await asked.wait()
    await box.press("Escape")
    async with page.expect_response("**/typing"):
        answered.set()
    await page.unroute("**/typing")
    await page.evaluate("new Promise(requestAnimationFrame)")
    assert await page.locator(".discord .hints").is_hidden()


async def test_a_messages_own_menu(page: Page) -> None:
    await say(page, "slack", "/vote roll back?")
    message = page.locator(".slack .message")
    await message.hover()
    await message.locator(".dots").click()
    await message.get_by_role("menuitem", name="Vote for it").click()
    await expect(page.locator(".telegram .message .text")).to_have_text("Anna Nowak voted for it")
