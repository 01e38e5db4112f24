"""What the page asks of the playground, by HTTP."""

import json
from typing import Any

import httpx
import pytest

from adapters.playground.server import Playground

ANNA = {"platform": "slack", "viewer": "anna"}


async def bubbles(web: httpx.AsyncClient, platform: str, viewer: str = "anna") -> list[dict[str, Any]]:
    panes = (await web.get("/screen", params={"viewer": viewer})).json()
    return list(panes[platform]["screen"]["rooms"][0]["bubbles"])


async def test_the_shell_lets_no_foreign_script_in(web: httpx.AsyncClient) -> None:
    page = await web.get("/")
    assert page.status_code == 200
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "unsafe-inline" not in page.headers["content-security-policy"]
    assert "Anna" in page.text
    for static in ("/static/page.js", "/static/page.css"):
        assert (await web.get(static)).status_code == 200


async def test_what_is_said_is_on_every_screen(web: httpx.AsyncClient) -> None:
    said = await web.post("/say", json={**ANNA, "room": "main", "text": "<b>hello</b>"})
    assert said.status_code == 204
    for platform in ("slack", "discord", "telegram"):
        [bubble] = await bubbles(web, platform)
        assert (bubble["author"], bubble["text"]) == ("Anna Nowak", "<b>hello</b>")
        assert bubble["html"] == "&lt;b&gt;hello&lt;/b&gt;"


async def test_each_pane_may_have_a_viewer_of_its_own(web: httpx.AsyncClient) -> None:
    panes = (await web.get("/screen", params={"viewer": "mia", "discord": "boris"})).json()
    assert panes.pop("house") is None
    assert {name: pane["viewer"] for name, pane in panes.items()} == {
        "slack": "mia",
        "discord": "boris",
        "telegram": "mia",
    }


async def test_who_has_no_account_on_a_platform_sees_nothing_there(web: httpx.AsyncClient) -> None:
    panes = (await web.get("/screen", params={"viewer": "boris"})).json()
    assert panes["slack"]["screen"] is None
    assert panes["discord"]["screen"]["rooms"]


async def test_a_button_is_pressed(web: httpx.AsyncClient) -> None:
    await web.post("/say", json={**ANNA, "room": "main", "text": "/vote roll back?"})
    [bubble] = await bubbles(web, "telegram")
    boris = {"platform": "telegram", "viewer": "boris", "room": "main", "bubble": bubble["id"]}
    assert (await web.post("/press", json={**boris, "knob": "yes"})).status_code == 204
    [bubble] = await bubbles(web, "slack")
    assert bubble["text"] == "Boris Petrov voted for it"
    gone = await web.post("/press", json={**boris, "knob": "yes"})
    assert (gone.status_code, gone.json()["error"]) == (404, "That button is not there any more.")


async def test_a_form_is_filled_once(web: httpx.AsyncClient) -> None:
    await web.post("/say", json={**ANNA, "room": "main", "text": "/form"})
    form = {**ANNA, "sheet": "declare", "answers": {"title": "db is down", "sev": "1"}}
    assert (await web.post("/fill", json={**form, "answers": {"colour": "red"}})).status_code == 400
    assert (await web.post("/fill", json=form)).status_code == 204
    assert [bubble["text"] for bubble in await bubbles(web, "discord")] == ["SEV1 db is down"]
    assert (await web.post("/fill", json=form)).status_code == 404


async def test_a_reaction_is_counted(web: httpx.AsyncClient) -> None:
    await web.post("/say", json={**ANNA, "room": "main", "text": "hello"})
    [bubble] = await bubbles(web, "slack")
    reaction = {**ANNA, "room": "main", "bubble": bubble["id"], "emoji": "👀"}
    assert (await web.post("/react", json=reaction)).status_code == 204
    [bubble] = await bubbles(web, "slack")
    assert bubble["reactions"] == {"👀": 1}


async def test_a_platform_is_taken_down_and_brought_back(web: httpx.AsyncClient, playground: Playground) -> None:
    for down in (True, False):
        assert (
            await web.post("/fault", json={"platform": "discord", "fault": "outage", "on": down})
        ).status_code == 204
        assert playground["discord"].outage is down
        panes = (await web.get("/screen", params={"viewer": "anna"})).json()
        assert panes["discord"]["outage"] is down
        said = await web.post("/say", json={**ANNA, "platform": "discord", "room": "main", "text": "hello"})
        assert said.status_code == (409 if down else 204)


@pytest.mark.parametrize(
    ("path", "body", "status", "word"),
    [
        ("/say", "{", 400, "truncated"),
        ("/say", "[]", 400, "Expected `object`"),
        ("/say", '{"platform":"slack"}', 400, "missing required field"),
        ("/say", json.dumps({**ANNA, "room": "main", "text": ""}), 400, "length >= 1"),
        ("/say", json.dumps({**ANNA, "room": "main", "text": "a", "colour": 1}), 400, "unknown field"),
        ("/say", json.dumps({**ANNA, "room": "main", "text": "a" * 70_000}), 413, "65536 bytes"),
        ("/say", json.dumps({**ANNA, "room": "cellar", "text": "a"}), 404, "sees no room 'cellar'"),
        ("/say", '{"platform":"irc","viewer":"anna","room":"main","text":"a"}', 404, "no platform 'irc'"),
        ("/say", '{"platform":"slack","viewer":"eve","room":"main","text":"a"}', 404, "Nobody here"),
        ("/say", '{"platform":"slack","viewer":"boris","room":"main","text":"a"}', 404, "has no account on slack"),
        ("/press", json.dumps({**ANNA, "room": "main", "bubble": "1", "knob": "1"}), 404, "message is not there"),
        ("/react", json.dumps({**ANNA, "room": "main", "bubble": "1", "emoji": ""}), 400, "length >= 1"),
        ("/fill", json.dumps({**ANNA, "sheet": "1", "answers": {}}), 404, "form is not open"),
        ("/fault", '{"platform":"slack","fault":"outage","on":"yes"}', 400, "Expected `bool`"),
        ("/fault", b'{"platform":"\xff","fault":"outage","on":true}', 400, "utf-8"),
    ],
)
async def test_bad_input_is_refused_with_a_word(
    web: httpx.AsyncClient, path: str, body: str | bytes, status: int, word: str
) -> None:
    answer = await web.post(path, content=body)
    assert answer.status_code == status
    assert word.lower() in answer.json()["error"].lower()


async def test_an_unknown_viewer_is_refused(web: httpx.AsyncClient) -> None:
    for path in ("/screen", "/events"):
        assert (await web.get(path, params={"viewer": "eve"})).status_code == 404
        assert (await web.get(path)).status_code == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
async def test_another_web_page_cannot_play(web: httpx.AsyncClient, headers: dict[str, str]) -> None:
    body = {**ANNA, "room": "main", "text": "hello"}
    assert (await web.post("/say", json=body, headers=headers)).status_code == 403
    assert (await web.get("/screen?viewer=anna", headers=headers)).status_code == 403
    assert (await web.get("/slack/ping", headers=headers)).status_code == 403
    assert await bubbles(web, "slack") == []


async def test_the_page_itself_may_play(web: httpx.AsyncClient, playground: Playground) -> None:
    body = {**ANNA, "room": "main", "text": "hello"}
    assert (await web.post("/say", json=body, headers={"Origin": playground.base})).status_code == 204


async def test_a_fault_is_armed_and_mended(web: httpx.AsyncClient, playground: Playground) -> None:
    fault = {"platform": "telegram", "fault": "throttled"}
    assert (await web.post("/fault", json={**fault, "on": True, "times": 0})).status_code == 204
    assert playground["telegram"].faults.strikes("throttled")
    panes = (await web.get("/screen", params={"viewer": "anna"})).json()
    assert (panes["telegram"]["faults"], panes["slack"]["faults"]) == (["throttled"], [])
    await web.post("/fault", json={**fault, "on": False})
    assert not playground["telegram"].faults.active
    nowhere = await web.post("/fault", json={"platform": "telegram", "fault": "invalid_session", "on": True})
    assert (nowhere.status_code, nowhere.json()) == (404, {"error": "Telegram knows no fault 'invalid_session'."})


async def test_real_limits_are_switched(web: httpx.AsyncClient, playground: Playground) -> None:
    assert (await web.post("/limits", json={"platform": "slack", "on": True})).status_code == 204
    assert playground["slack"].limits and not playground["discord"].limits


async def test_a_bot_that_lives_elsewhere_is_not_killed_here(web: httpx.AsyncClient) -> None:
    assert (await web.post("/life", json={"up": False})).status_code == 404
    assert (await web.post("/time", json={"seconds": 60})).status_code == 404
