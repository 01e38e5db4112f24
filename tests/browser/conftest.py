"""A real browser, if this machine has one."""

import os
import shutil
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, ViewportSize, async_playwright, expect

from adapters.playground.cast import COMPANY
from adapters.playground.server import Playground
from tests.playground.square import Square

PATIENCE = 60_000
"""Milliseconds: a busy machine takes its time."""
expect.set_options(timeout=PATIENCE)
WIDE: ViewportSize = {"width": 1440, "height": 900}
Tab = tuple[Page, list[str]]
"""A page, and what went wrong in it."""
QUIET = ("--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        if os.environ.get("TOCSIN_BROWSER") == "required":
            pytest.fail("There is no browser: apt-get install chromium")
        pytest.skip("There is no browser: apt-get install chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=[*QUIET, "--no-first-run"])
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def playground() -> AsyncIterator[Playground]:
    lines = (("telegram", "boris", "/vote roll back?"), ("slack", "mia", "thanks"))
    async with Playground(COMPANY, lines=lines, build=Square().side).open() as playground:
        yield playground


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def tab(browser: Browser) -> AsyncIterator[Tab]:
    """One for a whole file: a new one costs more than most of what is tried in it."""
    page = await browser.new_page(viewport=WIDE, timezone_id="Asia/Shanghai")
    page.set_default_timeout(PATIENCE)
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.on("console", lambda said: broken.append(said.text) if "Content Security Policy" in said.text else None)
    yield page, broken
    await page.close()


@pytest_asyncio.fixture(loop_scope="module")
async def page(tab: Tab, playground: Playground) -> AsyncIterator[Page]:
    """The page, seen by Anna. A script that fails, or that the page's own rules forbid, fails the test."""
    page, broken = tab
    broken.clear()
    await page.set_viewport_size(WIDE)
    await page.goto(playground.base + "/?viewer=anna")
    await page.wait_for_selector(".slack .rooms button")
    yield page
    await page.goto("about:blank")
    assert broken == []
