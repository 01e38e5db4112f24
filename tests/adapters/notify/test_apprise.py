"""Apprise: whatever it reaches, off the loop, and never a word of the address."""

import logging

import pytest

from bot.ports import Forbidden, Handle, Unreachable
from tests.adapters.notify.conftest import Town

SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture(autouse=True)
def loopback_is_near(monkeypatch: pytest.MonkeyPatch) -> None:
    """Apprise takes the environment's proxy for this machine, too."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


async def test_a_page_is_handed_over_with_its_links(town: Town) -> None:
    place, message = await town.tell("apprise")
    [taken] = town.target.taken
    assert (taken["title"], taken["type"]) == ("PAGE SEV1 #42 db is down", "failure")
    assert "Take: http" in taken["message"]
    link = next(word for word in taken["message"].split() if "/notify/apprise/press/" in word)
    await town.web.post(link)
    [said] = town.house.heard
    assert (said.by, said.words) == (town.handle("apprise"), "ack #42")
    assert town.providers.base.removeprefix("http://") not in f"{place}{message}"


async def test_what_the_provider_does_not_take_fails(
    town: Town, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    town.target.status = 403
    error = await town.refused("apprise")
    assert isinstance(error, Unreachable)
    ours = [each.getMessage() for each in caplog.records if not each.name.startswith("uvicorn")]
    assert "/apprise/anna" not in f"{error}{ours}{capfd.readouterr()}"


@pytest.mark.parametrize(
    "url", ["", "nonsense", f"bogus://{SECRET}", "feishu://", "tgram://", "\x00://x", f"://{SECRET}"]
)
async def test_a_bad_address_is_refused_and_never_quoted(
    town: Town, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], url: str
) -> None:
    caplog.set_level(logging.DEBUG)
    error = await town.refused("apprise", Handle("apprise", url))
    assert isinstance(error, Forbidden)
    assert "Apprise" in str(error)
    assert SECRET not in f"{error}{caplog.text}{capfd.readouterr()}"


@pytest.mark.parametrize(
    "url", ["json://10.0.0.1/x", "gotify://metadata.internal/token", "xml://localhost", "form://h"]
)
async def test_an_address_that_names_a_machine_wants_permission(town: Town, url: str) -> None:
    town.remake("apprise", machines=False)
    error = await town.refused("apprise", Handle("apprise", url))
    assert isinstance(error, Forbidden)
    assert "machines" in str(error)


@pytest.mark.parametrize(
    "url", [f"feishu://{SECRET}", f"lark://{SECRET}", f"dingtalk://{SECRET}", f"wecombot://{SECRET}"]
)
async def test_the_services_of_the_far_east_are_among_it(town: Town, url: str) -> None:
    town.remake("apprise", machines=False)
    assert town.channels["apprise"].service(url)


async def test_a_provider_that_is_silent_keeps_nobody_waiting(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.notify.apprise.PATIENCE", 0.0)
    error = await town.refused("apprise")
    assert (type(error), error.ambiguous) == (Unreachable, True)
