"""The demo as a newcomer meets it: the lines that the page suggests, one after the other, in a real browser."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from adapters.playground import demo
from bot.config import check
from bot.run import house
from tests.browser.conftest import PATIENCE

pytestmark = pytest.mark.asyncio(loop_scope="module")

PLATFORMS = ("slack", "discord", "telegram")


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser, tmp_path: Path) -> AsyncIterator[Page]:
    async with demo.playground(0) as playground:
        # Edits are not spared: what is tried here is the page, and nobody waits for a platform's limits.
        paces: dict[str, Any] = {"paces": {name: [] for name in PLATFORMS}}
        settings = check({**demo.company(playground, f"sqlite:///{tmp_path}/tocsin.db"), **paces}, "the demo")
        async with house(settings) as engine:
            await playground.until(lambda: all(engine.office.up.get(name) for name in PLATFORMS))
            page = await browser.new_page(viewport={"width": 1440, "height": 900})
            page.set_default_timeout(PATIENCE)
            await page.goto(playground.base)
            await page.wait_for_selector(".slack .rooms button")
            yield page
            await page.close()


async def suggested(page: Page, number: int) -> None:
    """Take the page's suggestion, and send it."""
    suggestion = page.locator(".tour button").nth(number)
    platform = await suggestion.get_attribute("data-platform")
    await suggestion.click()
    box = page.locator(f".{platform} .composer textarea")
    await expect(box).to_have_value(str(await suggestion.get_attribute("data-line")))
    await box.press("Enter")


async def shown(page: Page, words: str) -> None:
    """These words stand in the open room of every pane."""
    for platform in PLATFORMS:
        await expect(page.locator(f".{platform} .messages")).to_contain_text(words)


async def test_the_main_job(page: Page) -> None:
    await suggested(page, 0)
    await shown(page, "Checkout is down")
    for platform in PLATFORMS:
        await expect(page.locator(f".{platform} .pin")).to_contain_text("Checkout is down")
    await suggested(page, 1)
    await shown(page, "Boris Petrov has it")
    await suggested(page, 2)
    await shown(page, "Rolled back the release")
    await suggested(page, 3)
    mine = page.locator(".slack .message.ephemeral").last
    await expect(mine).to_contain_text("Rolled back the release")
    await expect(page.locator(".slack .me")).to_contain_text("Mia")
    await page.locator(".slack .rooms .home").click()
    await expect(page.locator(".slack .composer")).to_be_hidden()


async def test_a_cards_links_lead_to_the_other_panes_and_its_buttons_do_what_they_say(page: Page) -> None:
    await suggested(page, 0)
    await shown(page, "Rooms: ")
    for platform, other in (("slack", "discord"), ("discord", "telegram"), ("telegram", "slack")):
        where = page.locator(f".{platform} .where h2")
        war_room = await where.inner_text()
        await page.locator(f".{platform} .rooms button").first.click()
        await expect(where).not_to_have_text(war_room)
        await page.locator(f".{other} .messages").get_by_role("link", name=platform.title()).first.click()
        await expect(where).to_have_text(war_room)
    await shown(page, "Nobody has it")
    await page.locator(".discord .messages .knob", has_text="Take").click()
    await shown(page, "Anna Nowak has it")
    await page.locator(".slack .messages .knob", has_text="Update").click()
    sheet = page.locator(".slack .sheet")
    await sheet.locator("textarea, input").first.fill("The disk is full, we make room")
    await sheet.locator(".submit").click()
    await shown(page, "The disk is full, we make room")
