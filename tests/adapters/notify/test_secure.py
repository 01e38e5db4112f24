"""Mail over a real TLS, by STARTTLS and from the first byte; and what an examination of each channel says."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from adapters.notify import wire
from adapters.playground.providers.mail import MailServer
from bot.people.person import People, Person
from bot.ports import ChatError, Finding
from bot.run.examine import addresses
from tests.adapters.notify.conftest import ANNA, PAGE, Town, make
from tests.adapters.tls import AUTHORITY, shown

SECURE = ("starttls", "tls")


@asynccontextmanager
async def mail(town: Town, security: str, certificate: str, **settings: Any) -> AsyncIterator[tuple[MailServer, Any]]:
    """A mail server with a certificate, and the channel that speaks with it."""
    server = MailServer(lambda: None, "tocsin", "word", security, shown(certificate))
    await server.open()
    table = {"host": "localhost", "port": server.port, "security": security, "ca": AUTHORITY, "user": "tocsin"}
    table |= {"password": "word", "sender": "Tocsin <tocsin@example.org>", **settings}
    try:
        yield server, make("email", {**town.providers.settings, "email": table})
    finally:
        await server.close()


@pytest.mark.parametrize("security", SECURE)
async def test_mail_goes_over_a_secured_connection(town: Town, security: str) -> None:
    async with mail(town, security, "here") as (server, channel):
        await channel.tell(ANNA["email"], PAGE, "k")
        assert len(server.to("anna@example.org")) == 1
        [answers, not_tried] = await channel.examine()
    assert (answers.ok, "and lets tocsin in" in answers.what, not_tried.ok) == (True, True, None)
    assert len(server.mails) == 1, "an examination sent something"


@pytest.mark.parametrize("security", SECURE)
@pytest.mark.parametrize(
    ("certificate", "ca", "why"),
    [("elsewhere", AUTHORITY, "Hostname mismatch"), ("here", "", "self-signed|self signed|unable to get local issuer")],
)
async def test_a_server_that_is_not_who_it_says_is_told_nothing(
    town: Town, security: str, certificate: str, ca: str, why: str
) -> None:
    async with mail(town, security, certificate, ca=ca) as (server, channel):
        with pytest.raises(ChatError, match=r"secure|connection"):
            await channel.tell(ANNA["email"], PAGE, "k")
        [found] = await channel.examine()
    assert server.mails == []
    assert found.ok is False
    assert "no good certificate" in found.what and any(each in found.what for each in why.split("|"))
    assert "channels.email.ca" in found.fix


# ---- examinations


def marks(found: Any) -> list[bool | None]:
    return [each.ok for each in found]


@pytest.mark.parametrize("name", ["email", "sms", "call", "push", "apprise"])
async def test_what_is_well_is_found_well_and_nothing_is_sent(town: Town, name: str) -> None:
    found = await town.channels[name].examine()
    assert found[0].ok
    assert False not in marks(found)
    assert (town.mail.mails, town.phones.texts, town.phones.calls, town.ntfy.messages) == ([], [], [], [])


def wrong_password(town: Town) -> None:
    town.remake("email", password="wrong")


def wrong_port(town: Town) -> None:
    town.remake("email", port=1)


def no_starttls(town: Town) -> None:
    town.remake("email", security="starttls")


def wrong_token(town: Town) -> None:
    town.remake("sms", token="wrong")


def suspended(town: Town) -> None:
    town.phones.status = "suspended"


def wrong_ntfy(town: Town) -> None:
    town.remake("push", server=f"{town.providers.base}/nothing")


def wrong_access(town: Town) -> None:
    town.remake("push", token="tk_wrong")


@pytest.mark.parametrize(
    ("name", "make_wrong", "what", "fix"),
    [
        ("email", wrong_password, "does not accept the user", "channels.email.password"),
        ("email", wrong_port, "no connection", "channels.email.host"),
        ("email", no_starttls, "no STARTTLS", "channels.email.security"),
        ("sms", wrong_token, "does not accept the account", "see account and token"),
        ("sms", suspended, "the account is suspended", "console.twilio.com"),
        ("push", wrong_ntfy, "no ntfy server", "channels.push.server"),
        ("push", wrong_access, "it knows the token", "channels.push.token"),
    ],
)
async def test_what_is_wrong_is_found_with_its_fix(
    town: Town, name: str, make_wrong: Callable[[Town], None], what: str, fix: str
) -> None:
    make_wrong(town)
    wrong: list[Finding] = [each for each in await town.channels[name].examine() if each.ok is False]
    assert len(wrong) == 1
    assert what in wrong[0].what and fix in wrong[0].fix


async def test_a_number_that_is_not_the_accounts_own_is_told(town: Town) -> None:
    town.remake("call", sender="+15005550009")
    assert (await town.channels["call"].examine())[-1].ok is None


async def test_addresses_that_are_no_good_are_told_and_not_quoted(town: Town) -> None:
    anna = Person("anna", "Anna", own=("apprise:nosuch://secret", "apprise:json://localhost/good", "email:x"))
    found = list(addresses(People([anna]), town.channels.values()))
    assert marks(found) == [False]
    assert found[0].what.startswith("Anna, apprise: this is no address")
    assert "secret" not in found[0].what + found[0].fix


@pytest.mark.parametrize("name", ["sms", "push"])
async def test_a_provider_that_cannot_be_reached_is_told(
    town: Town, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "PATIENCE", 0.2)
    town.remake(name, **{"api" if name == "sms" else "server": "http://127.0.0.1:1"})
    with pytest.raises(ChatError):
        await town.channels[name].examine()
