"""The stand-in is as strict as the platform, in its own words."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.playground.cast import COMPANY
from adapters.playground.server import Playground
from adapters.playground.slack.api import BOT_TOKEN
from adapters.playground.slack.mrkdwn import mrkdwn
from adapters.playground.slack.workspace import BOT, HALL
from tests.clock import PushedClock


@pytest.fixture
def clock() -> PushedClock:
    return PushedClock()


@pytest.fixture
async def playground(clock: PushedClock) -> AsyncIterator[Playground]:
    async with Playground(COMPANY, clock, platforms=("slack",)).open() as playground:
        yield playground


@pytest.fixture
async def web(playground: Playground) -> AsyncIterator[AsyncWebClient]:
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(BOT_TOKEN, playground.settings["slack"]["api"], session=session, retry_handlers=[])
        client.proxy = None
        yield client


def text(letters: str) -> Mapping[str, str]:
    return {"type": "plain_text", "text": letters}


def button(**more: Any) -> Mapping[str, Any]:
    return {"type": "button", "action_id": "a", "text": text("Go"), **more}


def blocks(*inside: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"channel": HALL, "text": "x", "blocks": list(inside)}


def rich(*runs: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(runs)}]}


VIEW = {"type": "modal", "title": text("T"), "blocks": []}
REFUSED: list[tuple[str, Mapping[str, Any], str]] = [
    ("chat.postMessage", {"channel": HALL}, "no_text"),
    ("chat.postMessage", {"channel": "C0", "text": "x"}, "channel_not_found"),
    ("chat.postMessage", {"text": "x"}, "invalid_arguments"),
    ("chat.postMessage", {"channel": HALL, "text": "x", "thread_ts": "1.0"}, "cannot_reply_to_message"),
    ("chat.postMessage", {"channel": HALL, "text": "x", "metadata": {"event_type": "x"}}, "invalid_metadata_format"),
    ("chat.postMessage", blocks(*[{"type": "divider"}] * 51), "invalid_blocks"),
    ("chat.postMessage", blocks({"type": "hologram"}), "invalid_blocks"),
    ("chat.postMessage", blocks({"type": "header", "text": text("x" * 151)}), "invalid_blocks"),
    ("chat.postMessage", blocks({"type": "section"}), "invalid_blocks"),
    ("chat.postMessage", blocks({"type": "section", "fields": [text("x")] * 11}), "invalid_blocks"),
    ("chat.postMessage", blocks({"type": "actions", "elements": [button(text=text("x" * 76))]}), "invalid_blocks"),
    ("chat.postMessage", blocks({"type": "actions", "elements": [button(), button()]}), "invalid_blocks"),
    ("chat.postMessage", blocks({"type": "actions", "elements": [button(style="grey")]}), "invalid_blocks"),
    ("chat.postMessage", blocks(rich({"type": "text", "text": ""})), "invalid_blocks"),
    ("chat.postMessage", blocks(rich({"type": "text", "text": "x" * 13_300})), "msg_blocks_too_long"),
    ("chat.update", {"channel": HALL, "ts": "1.0", "text": "x"}, "message_not_found"),
    ("chat.postEphemeral", {"channel": HALL, "user": "U0NOBODY00", "text": "x"}, "user_not_in_channel"),
    ("conversations.create", {"name": "Big Name"}, "invalid_name_specials"),
    ("conversations.create", {"name": "x" * 81}, "invalid_name_maxlength"),
    ("conversations.create", {"name": "incidents"}, "name_taken"),
    ("conversations.setTopic", {"channel": HALL, "topic": "x" * 251}, "too_long"),
    ("conversations.invite", {"channel": HALL, "users": BOT}, "cant_invite_self"),
    ("conversations.invite", {"channel": HALL, "users": "U0MIA00003"}, "already_in_channel"),
    ("conversations.open", {"users": "U0NOBODY00"}, "user_not_found"),
    ("conversations.history", {"channel": "D0"}, "channel_not_found"),
    ("pins.add", {"channel": HALL, "timestamp": "1.0"}, "message_not_found"),
    ("users.info", {"user": "U0NOBODY00"}, "user_not_found"),
    ("views.open", {"trigger_id": "1.2.3", "view": VIEW}, "invalid_trigger_id"),
    ("views.open", {"trigger_id": "1", "view": {**VIEW, "title": text("x" * 25)}}, "invalid_arguments"),
    ("no.such", {}, "unknown_method"),
]


@pytest.mark.parametrize(("method", "args", "code"), REFUSED)
async def test_what_the_platform_refuses(web: AsyncWebClient, method: str, args: Mapping[str, Any], code: str) -> None:
    with pytest.raises(SlackApiError) as no:
        await web.api_call(method, json=dict(args))
    assert (no.value.response["error"], no.value.response.status_code) == (code, 200)


@pytest.mark.parametrize(("shown", "code"), [("", "not_authed"), ("xoxb-other", "invalid_auth")])
async def test_who_may_not_come_in(web: AsyncWebClient, shown: str, code: str) -> None:
    web.token = shown
    with pytest.raises(SlackApiError) as no:
        await web.auth_test()
    assert no.value.response["error"] == code


async def test_a_form_is_opened_once_and_soon(web: AsyncWebClient, playground: Playground, clock: PushedClock) -> None:
    view = {**VIEW, "blocks": [{"type": "divider"}]}
    trigger = playground.slack.at.trigger("U0MIA00003")
    await web.views_open(trigger_id=trigger, view=view)
    with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
        await web.views_open(trigger_id=trigger, view=view)
    late = playground.slack.at.trigger("U0MIA00003")
    clock.push(seconds=4)
    with pytest.raises(SlackApiError, match="expired_trigger_id"):
        await web.views_open(trigger_id=late, view=view)


async def test_a_humans_message_cannot_be_edited(web: AsyncWebClient, playground: Playground) -> None:
    await playground.slack.say("mia", HALL, "mine")
    ts = playground.slack.screen("mia").rooms[0].bubbles[0].id
    with pytest.raises(SlackApiError, match="cant_update_message"):
        await web.chat_update(channel=HALL, ts=ts, text="yours")


async def test_an_edit_takes_the_borrowed_name_away(web: AsyncWebClient, playground: Playground) -> None:
    sent = await web.chat_postMessage(channel=HALL, text="x", username="Boris")
    assert "user" not in sent["message"]
    await web.chat_update(channel=HALL, ts=sent["ts"], text="y")
    (bubble,) = playground.slack.screen("mia").rooms[0].bubbles
    assert (bubble.text, bubble.edited) == ("y", True)


async def test_history_is_newest_first_with_metadata_only_if_asked(web: AsyncWebClient) -> None:
    tag = {"event_type": "t", "event_payload": {"k": "v"}}
    first = await web.chat_postMessage(channel=HALL, text="1", metadata=tag)
    await web.chat_postMessage(channel=HALL, text="2")
    bare = await web.conversations_history(channel=HALL)
    assert [each["text"] for each in bare["messages"]] == ["2", "1"]
    assert "metadata" not in bare["messages"][1]
    full = await web.conversations_history(channel=HALL, include_all_metadata=True, oldest="0", limit=5)
    assert full["messages"][1]["metadata"] == tag
    assert not (await web.conversations_history(channel=HALL, latest=first["ts"]))["messages"]


async def test_commands_are_for_apps_that_have_them(playground: Playground) -> None:
    await playground.slack.say("mia", HALL, "/nonsense")
    await playground.slack.say("mia", HALL, "/incident ack")
    bubbles = playground.slack.screen("mia").rooms[0].bubbles
    assert [each.author for each in bubbles] == ["Slackbot", "Slackbot"]
    assert "not a valid command" in bubbles[0].text
    assert "dispatch_failed" in bubbles[1].text, "nobody is connected"
    assert all(each.ephemeral for each in bubbles)
    assert not playground.slack.screen("anna").rooms[0].bubbles


async def test_reactions_and_a_fresh_start(playground: Playground) -> None:
    await playground.slack.say("mia", HALL, "look")
    bubble = playground.slack.screen("anna").rooms[0].bubbles[0]
    await playground.slack.react("anna", HALL, bubble.id, "👍")
    assert playground.slack.screen("mia").rooms[0].bubbles[0].reactions == {"👍": 1}
    await playground.slack.react("anna", HALL, bubble.id, "👍")
    assert playground.slack.screen("mia").rooms[0].bubbles[0].reactions == {}
    playground.slack.reset()
    assert not playground.slack.screen("mia").rooms[0].bubbles


@pytest.mark.parametrize(
    ("native", "html"),
    [
        ("*b* _i_ ~s~ `c*x*`", "<b>b</b> <i>i</i> <s>s</s> <code>c*x*</code>"),
        ("snake_case_name 2*3*4", "snake_case_name 2*3*4"),
        ("&lt;script&gt;", "&lt;script&gt;"),
        ("<https://x.example|x>", '<a href="https://x.example">x</a>'),
        ("<javascript:alert(1)|x>", "x"),
        ("<@U0MIA00003>", '<span class="mention">@Mia Chen</span>'),
        ("<!here>", '<span class="mention">@here</span>'),
        ("<#C0INCIDENT|x>", '<span class="mention">#incidents</span>'),
        ("&gt; said\nx", "<blockquote>said</blockquote><br>x"),
        ("```a *b*```", "<pre>a *b*</pre>"),
        ("<!date^1772445720^{date_short} {time}|x>", '<time datetime="2026-03-02T10:02:00+00:00">Mar 2 10:02</time>'),
        (
            "<!date^1772442120^{date_pretty}, {ago}|x>",
            '<time datetime="2026-03-02T09:02:00+00:00">today, 1 hour ago</time>',
        ),
    ],
)
def test_its_markup(playground: Playground, native: str, html: str) -> None:
    assert mrkdwn(native, playground.slack.at) == html
