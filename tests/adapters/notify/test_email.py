"""Mail: what stands in it, what its links do, and what goes wrong."""

import re

import pytest
from pydantic import ValidationError

from adapters.notify import wire
from adapters.notify.email import Settings
from bot.ports import Card, Forbidden, Handle, Unreachable
from bot.text.rich import Run, line
from tests.adapters.notify.conftest import ANNA, PAGE, Town


async def test_a_page_is_a_mail_that_reads_well_everywhere(town: Town) -> None:
    place, message = await town.tell("email")
    [mail] = town.mail.to("anna@example.org")
    assert str(place) == "email:anna@example.org"
    assert mail.letter["Message-ID"] == message
    assert mail.letter["Subject"] == "PAGE SEV1 #42 db is down"
    assert mail.letter["From"] == "Tocsin <tocsin@playground.example>"
    assert mail.letter["Auto-Submitted"] == "auto-generated"
    assert mail.letter["Importance"] == "high"
    assert "> it began <b>at</b> ten\n- read only\n\nStatus: triage" in mail.part("plain").replace("\r", "")
    html = mail.part("html")
    assert '<html lang="en">' in html
    assert "it began &lt;b&gt;at&lt;/b&gt; ten" in html
    assert [re.sub(r".*/notify/email/press/.*", "signed", link) for link in mail.links()] == ["signed"] * 3


async def test_the_same_send_has_the_same_name_and_an_incident_is_one_conversation(town: Town) -> None:
    names = [(await town.tell("email", key=key))[1] for key in ("one", "one", "two")]
    assert names[0] == names[1] != names[2]
    assert len({mail.letter["References"] for mail in town.mail.mails}) == 1


@pytest.mark.parametrize(
    "title", ["db\r\nBcc: eve@example.org", "db\u2028Bcc: eve@example.org", "x" * 900, "数据库\n挂了"]
)
async def test_no_title_writes_another_header(town: Town, title: str) -> None:
    await town.tell("email", Card(title=line(Run(title))))
    [mail] = town.mail.mails
    assert mail.letter["Bcc"] is None
    assert "\n" not in mail.letter["Subject"]
    assert len(mail.letter["Subject"]) <= 150
    assert (mail.to, len(town.mail.mails)) == ("anna@example.org", 1)


async def test_a_dot_that_stands_alone_ends_no_mail(town: Town) -> None:
    await town.tell("email", Card(title=line(Run("dots")), body=PAGE.body, footer=line(Run("a\n.\r\n.\r\nb"))))
    assert town.mail.mails[0].part("plain").replace("\r", "").endswith("a\n.\n.\nb\n")


@pytest.mark.parametrize(
    "address", ["", "anna", "anna@", "a b@example.org", "anna@example.org>\r\nRCPT TO:<eve@example.org", "a..b@x.org"]
)
async def test_what_is_no_address_is_refused_before_anything_is_sent(town: Town, address: str) -> None:
    assert isinstance(await town.refused("email", Handle("email", address)), Forbidden)
    assert not town.mail.mails


@pytest.mark.parametrize(
    ("command", "answer", "kind", "again", "ambiguous"),
    [
        ("RCPT", "550 5.1.1 <anna@example.org>: no such user", Forbidden, None, False),
        ("RCPT", "450 4.2.0 greylisted", Unreachable, 60, False),
        ("MAIL", "452 4.3.1 insufficient storage", Unreachable, 60, False),
        ("MAIL", "553 5.7.1 not your address", Forbidden, None, False),
        ("DATA", "554 5.7.1 rejected", Forbidden, None, False),
        ("END", "554 5.7.1 looks like spam", Forbidden, None, False),
        ("END", "451 4.3.0 not now", Unreachable, 60, False),
        ("AUTH", "535 5.7.8 authentication failed", Forbidden, None, False),
    ],
)
async def test_a_refusal_says_whether_to_try_again(
    town: Town, command: str, answer: str, kind: type, again: float | None, ambiguous: bool
) -> None:
    town.mail.answers[command] = answer
    error = await town.refused("email")
    assert (type(error), error.wait, error.ambiguous) == (kind, again, ambiguous)
    assert "example.org" not in str(error)


@pytest.mark.parametrize(("command", "ambiguous"), [("RCPT", False), ("END", True)])
async def test_silence_is_ambiguous_once_the_mail_was_on_its_way(
    town: Town, monkeypatch: pytest.MonkeyPatch, command: str, ambiguous: bool
) -> None:
    # Of a busy machine: by then what comes before must have been said.
    monkeypatch.setattr("adapters.notify.email.PATIENCE", 3.0 if ambiguous else 0.2)
    town.mail.answers[command] = ""
    error = await town.refused("email")
    assert (type(error), error.ambiguous) == (Unreachable, ambiguous)


async def test_a_server_that_is_not_there_is_not_ambiguous(town: Town) -> None:
    town.remake("email", port=1)
    error = await town.refused("email")
    assert (type(error), error.ambiguous) == (Unreachable, False)


async def test_a_password_is_not_sent_in_the_clear_unless_told_so(town: Town) -> None:
    town.remake("email", security="starttls")
    error = await town.refused("email")
    assert isinstance(error, Forbidden)
    assert "security" in str(error)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"sender": "nobody"}, "expected an address such as Tocsin"),
        ({"url": "https://t.example.org"}, r"links need channels\.secret"),
        ({"url": "tocsin.example.org", "secret": "x" * 16}, "expected an address such as https"),
        ({"security": "ssl"}, "starttls"),
    ],
)
def test_bad_settings_are_told(wrong: dict[str, str], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Settings.model_validate({"host": "mail", "sender": "a@example.org", **wrong})


async def test_without_a_public_address_there_are_no_links(town: Town) -> None:
    town.providers.house = ""
    town.remake("email")
    await town.tell("email")
    assert town.mail.mails[0].links() == []
    assert wire.PATIENCE < 10
    assert ANNA["email"].id == town.mail.mails[0].to
