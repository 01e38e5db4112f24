"""What the adapter finds out about itself, and what it says to do."""

from collections.abc import Callable

import pytest

from adapters.playground.slack.workspace import BOT, HALL, No
from adapters.slack.chat import Settings, Slack
from adapters.slack.manifest import EVENTS, SCOPES
from bot.ports import Examined, Finding
from tests.adapters.slack.conftest import Town
from tests.adapters.slack.test_faults import Fault


async def found(town: Town, what: str) -> Finding:
    """The finding that speaks of this."""
    (finding,) = [each for each in await town.chat.examine() if what in each.what]
    return finding


async def test_where_all_is_well_only_what_no_token_shows_is_left_open(town: Town) -> None:
    assert isinstance(town.chat, Examined)
    findings = await town.chat.examine()
    assert [each.ok for each in findings] == [True, True, True, True, True, None]
    assert all(not each.fix for each in findings[:-1])
    assert all(event in findings[-1].fix for event in EVENTS)


async def test_a_missing_scope_is_named(town: Town) -> None:
    town.stand.app.scopes -= {"bookmarks:write", "users:read.email"}
    finding = await found(town, "scopes")
    assert finding.ok is False
    assert "Add bookmarks:write, users:read.email at https://api.slack.com/apps" in finding.fix
    assert finding.what.startswith(f"{len(SCOPES) - 2} of {len(SCOPES)}")


@pytest.mark.parametrize(("token", "what"), [("bot_token", "bot's token"), ("app_token", "app's token")])
async def test_a_wrong_token_is_told_and_never_quoted(town: Town, token: str, what: str) -> None:
    chat = Slack(Settings.model_validate({**town.playground.settings["slack"], token: "xoxb-secret"}))
    findings = await chat.examine()
    await chat.close()
    (finding,) = [each for each in findings if what in each.what]
    assert finding.ok is False and "invalid_auth" in finding.what and f"chats.slack.{token}" in finding.fix
    assert "secret" not in str(findings)


def archived(town: Town) -> None:
    town.stand.at.channels[HALL].archived = True


def removed(town: Town) -> None:
    del town.stand.at.channels[HALL].members[BOT]


def gone(town: Town) -> None:
    del town.stand.at.channels[HALL]


@pytest.mark.parametrize(
    ("spoil", "fix"),
    [(archived, "Unarchive"), (removed, "/invite @Tocsin` in #incidents"), (gone, "chats.slack.room")],
)
async def test_the_standing_room(town: Town, spoil: Callable[[Town], None], fix: str) -> None:
    spoil(town)
    finding = await found(town, "standing room")
    assert finding.ok is False and fix in finding.fix


async def test_without_a_room_and_without_sockets(town: Town) -> None:
    chat = Slack(Settings.model_validate({**town.playground.settings["slack"], "room": ""}))
    findings = {each.what: each.ok for each in await chat.examine()}
    await chat.close()
    assert findings["There is no standing incident room."] is False
    assert findings["The sockets."] is None


async def test_what_does_not_answer_could_not_be_looked_at(town: Town) -> None:
    town.stand.outage = True
    findings = await town.chat.examine()
    assert not [each for each in findings if each.ok is True]
    assert all(each.fix for each in findings)
    town.stand.outage = False


async def test_a_right_that_one_call_lacks_is_named_by_it(town: Town) -> None:
    Fault(town, "conversations.info", No("missing_scope", needed="channels:read"))
    assert "channels:read" in (await found(town, "standing room")).what
    town.stand.refused.clear()
