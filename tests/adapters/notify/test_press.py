"""A signed link: looking does nothing, a press acts once, and what is old or forged is told kindly."""

import pytest

from adapters.notify.links import Expired, Forged, Links, Public
from bot.ports import Card, Form
from bot.text.rich import Para, line
from tests.adapters.notify.conftest import PAGE, Town


async def take(town: Town) -> str:
    """The link of the first button of a mail."""
    await town.tell("email")
    return town.mail.mails[-1].links()[0]


async def test_looking_shows_what_would_happen_and_does_nothing(town: Town) -> None:
    link = await take(town)
    for _ in range(2):
        looked = await town.web.get(link)
        assert looked.status_code == 200
        assert "Take: ack #42" in looked.text
        assert "Take it." in looked.text, "the command's own help"
        assert "anna@example.org" in looked.text
        assert '<form method="post">' in looked.text
    assert (await town.web.head(link)).status_code == 200
    assert town.house.heard == []


async def test_a_press_acts_in_the_name_of_whoever_got_the_mail(town: Town) -> None:
    town.house.script["ack #42"] = Card(body=(Para(line("✓ Anna took it")),))
    link = await take(town)
    answers = [await town.web.post(link) for _ in range(2)]
    assert all("✓ Anna took it" in answer.text for answer in answers)
    first, second = town.house.heard
    assert (str(first.by), str(first.place), first.words) == (
        "email:anna@example.org", "email:anna@example.org", "ack #42",
    )  # fmt: skip
    assert (first.pressed, first.direct, first.locale) == (True, True, "en")
    assert first.key == second.key, "so the house answers the second as it did the first, and does nothing"


async def test_other_buttons_and_other_mails_are_other_presses(town: Town) -> None:
    await town.tell("email", key="one")
    await town.tell("email", key="two")
    for mail in town.mail.mails:
        for link in mail.links():
            await town.web.post(link)
    assert len({said.key for said in town.house.heard}) == 6


async def test_a_page_may_do_nothing_but_show_itself(town: Town) -> None:
    headers = (await town.web.get(await take(town))).headers
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert (headers["referrer-policy"], headers["cache-control"]) == ("no-referrer", "no-store")


@pytest.mark.parametrize("language", ["zh-CN,zh;q=0.9", "fr"])
async def test_a_forged_link_is_told_kindly(town: Town, language: str) -> None:
    link = await take(town)
    expected = "什么都没有做" if language.startswith("zh") else "Nothing was done"
    for wrong in (link[:-1], link[:-4] + "AAAA", f"{town.providers.house}/notify/email/press/x"):
        for ask in (town.web.get, town.web.post):
            answer = await ask(wrong, headers={"accept-language": language})
            assert (answer.status_code, expected in answer.text) == (404, True)
    assert town.house.heard == []


async def test_a_link_of_one_channel_opens_no_other(town: Town) -> None:
    link = (await take(town)).replace("/notify/email/", "/notify/push/")
    assert (await town.web.post(link)).status_code == 404


async def test_an_old_link_does_nothing(town: Town) -> None:
    link = await take(town)
    town.channels["email"].links.valid = -1
    for ask in (town.web.get, town.web.post):
        answer = await ask(link)
        assert (answer.status_code, "too old" in answer.text) == (410, True)
    assert town.house.heard == []


def test_links_of_another_house_are_forged() -> None:
    ours, theirs = (Links("email", Public.model_validate({"url": "https://t", "secret": word * 20})) for word in "ab")
    token = ours.seal(["x"])
    assert ours.unseal(token) == ["x"]
    with pytest.raises(Forged):
        theirs.unseal(token)
    ours.valid = -1
    with pytest.raises(Expired):
        ours.unseal(token)


async def test_when_nothing_can_be_kept_it_says_so(town: Town) -> None:
    link = await take(town)
    town.house.down = True
    answer = await town.web.post(link)
    assert (answer.status_code, "press again" in answer.text) == (503, True)


async def test_what_needs_more_words_is_said_in_a_chat(town: Town) -> None:
    town.house.script["ack #42"] = Form(title="Ack", words="ack #42", options=(), submit="Send")
    assert "say it in a chat" in (await town.web.post(await take(town))).text


async def test_what_somebody_wrote_is_never_markup(town: Town) -> None:
    town.house.script["ack #42"] = Card(title=line("<script>alert(1)</script>"), language="en")
    answer = await town.web.post(await take(town))
    assert "<script>" not in answer.text
    assert "&lt;script&gt;" in answer.text
    assert PAGE.language == "en"
