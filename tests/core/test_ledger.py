"""The delivery ledger, as people read it."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.incident.ledger import STATES, THINGS, Delivery, Ledger
from bot.text.rich import plain
from bot.text.words import LANGUAGES, Voice, catalogue

NOW = datetime(2026, 3, 2, 10, 2, 11, tzinfo=UTC)


def at(ago: float) -> datetime:
    return NOW - timedelta(seconds=ago)


FULL = Ledger(
    [
        Delivery("hall", "Slack", "accepted", at(40)),
        Delivery("card", "Slack", "accepted", at(0)),
        Delivery("card", "Telegram", "accepted", at(40)),
        Delivery("entry", "Telegram", "pending", at(12), why="asked to wait"),
        Delivery("copy", "Telegram", "pending", at(3)),
        Delivery("card", "Discord", "pending", at(200)),
        Delivery("page", "Telegram", "accepted", at(30), to="anna", tries=2, why="slack:U1: closed"),
        Delivery("page", "", "pending", at(5), to="boris"),
        Delivery("copy", "Discord", "unknown", at(100), why="no answer"),
    ],
    {"Discord": at(251)},
)


def lines(ledger: Ledger, language: str = "en") -> list[str]:
    return plain(ledger.text(Voice(language, name=str.capitalize, now=NOW), NOW)).split("\n")


def test_by_platform_page_and_what_was_lost() -> None:
    assert lines(FULL) == [
        "• Slack ✓ 10:02:11",
        "• Telegram: waiting 12 sec, 2 to go (asked to wait)",
        "• Discord: down since 09:58:00, 1 waiting",
        "• page to Anna by Telegram: accepted 10:01:41, 2 tries (slack:U1: closed)",
        "• page to Boris: waiting 10:02:06",
        "• what somebody said to Discord: it may have arrived 10:00:31 (no answer)",
    ]


def test_another_day_is_named() -> None:
    ledger = Ledger([Delivery("card", "Slack", "accepted", at(86_400 * 2))])
    assert lines(ledger) == ["• Slack ✓ 2026-02-28 10:02:11"]


def test_nothing_yet() -> None:
    assert lines(Ledger()) == ["Nothing was sent yet."]


@pytest.mark.parametrize("language", [each for each in LANGUAGES if each != "en"])
def test_every_state_has_a_word(language: str) -> None:
    said = "\n".join(lines(FULL, language))
    assert not set(said) & set("abcdefghijklmnopqrstuvwxyz") - set(
        "SlackTelegramDiscordAnnaBoris asked to wait no answer slack:U1: closed"
    )
    assert {*STATES.values(), *THINGS.values()} <= set(catalogue(language))
