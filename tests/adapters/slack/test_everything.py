"""Whatever Slack delivers, subscribed to or not: it is acknowledged, and only what somebody said is heard, once.

`kinds.json`: the types are those of Slack's own reference, August 2026 (github.com/slack-ruby/slack-api-ref, MIT),
the subtypes those of https://docs.slack.dev/reference/events/message.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from adapters.playground.slack.workspace import HALL
from tests.adapters.slack.conftest import Town

KINDS: Mapping[str, list[str]] = json.loads(Path(__file__).with_name("kinds.json").read_text("utf-8"))
SPOKEN = {"": "plain", "file_share": "with a file", "me_message": "does it", "thread_broadcast": "to all"}
ANNA = "U0ANNA0001"


def event(number: int, kind: str, **more: Any) -> Mapping[str, Any]:
    """One event, as it is delivered; to an app of a whole organisation, about a channel shared with another company."""
    ts = f"1772445720.{number:06}"
    told = {"type": kind, "channel": HALL, "user": ANNA, "ts": ts, "event_ts": ts, "user_team": "T9"}
    if kind.startswith("assistant_"):
        more["assistant_thread"] = {"user_id": ANNA, "channel_id": HALL, "thread_ts": ts, "context": {}}
    grid = {"enterprise_id": "E1", "team_id": None, "user_id": "UBOT", "is_bot": True, "is_enterprise_install": True}
    return {
        "type": "event_callback", "token": "x", "team_id": "T1", "context_team_id": "T1", "context_enterprise_id": "E1",
        "api_app_id": "A1", "event_id": f"Ev{number}", "event_time": 1772445720, "authorizations": [grid],
        "is_ext_shared_channel": True, "event_context": "4-x", "event": told | more,
    }  # fmt: skip


def said(number: int, subtype: str, text: str, **more: Any) -> Mapping[str, Any]:
    kinds = {"subtype": subtype} if subtype else {}
    kind = "im" if str(more.get("channel", "")).startswith("D") else "channel"
    return event(number, "message", channel_type=kind, text=text, **kinds, **more)


def delivered() -> Iterator[Mapping[str, Any]]:
    """Everything."""
    yield from (
        event(number, kind)
        for number, kind in enumerate(KINDS["events"])
        if kind not in ("message", "app_rate_limited")
    )
    yield from (said(200 + number, subtype, "!ack") for number, subtype in enumerate(KINDS["subtypes"]))
    yield from (said(300 + number, subtype, text) for number, (subtype, text) in enumerate(SPOKEN.items()))
    yield said(400, "", "!ack", bot_id="B1", app_id="A9", bot_profile={"id": "B1", "name": "other"})
    yield said(401, "bot_message", "!ack", username="hook", user=None)
    yield said(402, "", "", blocks=[{"type": "hologram"}], attachments=[{"fallback": "!ack", "is_msg_unfurl": True}])
    shared = {"is_share": True, "is_msg_unfurl": True, "text": "!ack passed on", "author_id": "U9", "channel_id": "C9"}
    yield said(404, "", "", attachments=[shared, {"is_share": True, "files": []}])
    yield said(405, "", "", attachments=[shared], channel="D0ANNA0001")
    yield said(403, "", "from abroad", user="W0STRANGER", user_profile={"display_name": "S", "team": "T9"})
    yield {
        "type": "app_rate_limited",
        "token": "x",
        "team_id": "T1",
        "minute_rate_limited": 1772445720,
        "api_app_id": "A1",
    }
    yield {"type": "hologram", "token": "x"}


async def test_it_is_acknowledged_and_only_what_was_said_is_heard_once(town: Town) -> None:
    for payload in delivered():
        for _ in range(2 if payload.get("event", {}).get("type") == "message" else 1):
            town.stand.board.tell(payload)
    await town.until(lambda: not town.stand.board.owed)
    await town.until(lambda: town.house.said("from abroad"))
    heard = [said.words for said in town.house.heard if said.words != "mine"]
    assert sorted(heard) == sorted([*SPOKEN.values(), "↪ !ack passed on", "from abroad"])
    assert not any(said.addressed for said in town.house.heard)


INTERACTIONS: Mapping[str, dict[str, Any]] = {
    "a form that was closed": {"type": "view_closed", "view": {"id": "V1", "callback_id": "x"}, "is_cleared": False},
    "a dialog": {"type": "dialog_submission", "callback_id": "x", "submission": {}, "state": ""},
    "a dialog that was closed": {"type": "dialog_cancellation", "callback_id": "x"},
    "a button of the old kind": {
        "type": "interactive_message",
        "callback_id": "x",
        "actions": [{"name": "a", "value": "b"}],
    },
    "a step of a workflow": {"type": "workflow_step_edit", "callback_id": "x", "workflow_step": {}},
    "a shortcut of somebody else's": {"type": "shortcut", "callback_id": "x", "trigger_id": "1.2"},
    "a kind to come": {"type": "hologram", "shape": "cone"},
}


@pytest.mark.parametrize("name", INTERACTIONS)
async def test_an_interaction_of_no_kind_that_is_heard_is_acknowledged(town: Town, name: str) -> None:
    person = {"id": ANNA, "team_id": "T1", "enterprise_user": {"id": ANNA, "enterprise_id": "E1"}}
    asked = {"user": person, "team": {"id": "T1"}, "channel": {"id": HALL}, **INTERACTIONS[name]}
    assert await town.stand.board.ask("interactive", asked) == {}
    assert not town.house.heard
