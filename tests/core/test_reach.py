"""How somebody is reached: whose turn it is, and until when they are left alone."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.book import Refused
from bot.oncall.policy import Hop
from bot.people.reach import Quiet, chain, onward, read_hops, read_quiet, spell
from bot.ports import Handle

HANDLES = [Handle("slack", "U1"), Handle("telegram", "1"), Handle("sms", "+491"), Handle("email", "a@b.c")]
WAYS, CHATS = ("slack", "telegram", "sms", "email"), ("slack", "telegram")
MINUTE = timedelta(minutes=1)


def names(*hops: Hop) -> list[tuple[str, timedelta | None]]:
    return [(turn.handle.platform, turn.after) for turn in chain(HANDLES, hops, WAYS, CHATS)]


def test_without_a_rule_the_next_one_is_for_when_one_fails() -> None:
    assert names() == [(handle.platform, None) for handle in HANDLES]
    assert onward(chain(HANDLES, (), WAYS, CHATS), 0) is None


def test_a_rule_has_its_times_and_what_it_leaves_out_comes_last() -> None:
    assert names(Hop("sms", 2 * MINUTE), Hop("chat")) == [
        ("slack", timedelta(0)), ("telegram", None), ("sms", 2 * MINUTE), ("email", None),
    ]  # fmt: skip


def test_who_takes_it_is_followed_by_the_next_that_has_a_time() -> None:
    turns = chain(HANDLES, (Hop("chat"), Hop("sms", 2 * MINUTE), Hop("email", 5 * MINUTE)), WAYS, CHATS)
    assert onward(turns, 0) == (2, 2 * MINUTE)
    assert onward(turns, 1) == (2, 2 * MINUTE)
    assert onward(turns, 2) == (3, 3 * MINUTE)
    assert onward(turns, 3) is None


def test_what_is_not_configured_has_no_turn() -> None:
    assert [turn.handle.platform for turn in chain(HANDLES, (Hop("sms"),), ("slack",), CHATS)] == ["slack"]


@pytest.mark.parametrize("text", ["chat, sms 2m, email 1h", "chat，sms after 2m、email 60m"])
def test_a_chain_is_read_as_people_write_it(text: str) -> None:
    hops = read_hops(text, WAYS)
    assert hops == (Hop("chat"), Hop("sms", 2 * MINUTE), Hop("email", 60 * MINUTE))
    assert read_hops(spell(hops), WAYS) == hops


@pytest.mark.parametrize("text", ["", ",", "fax", "sms soon", "sms 2m email", ",".join(["sms"] * 13)])
def test_what_is_no_chain_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        read_hops(text, WAYS)


@pytest.mark.parametrize(
    ("hours", "now", "until"),
    [
        ("22:00-07:00", "2026-03-02 23:30", "2026-03-03 07:00"),
        ("22:00-07:00", "2026-03-03 06:59", "2026-03-03 07:00"),
        ("22:00-07:00", "2026-03-03 07:00", None),
        ("22:00-07:00", "2026-03-02 21:59", None),
        ("9-11", "2026-03-02 10:00", "2026-03-02 11:00"),
        ("9-11", "2026-03-02 11:00", None),
        ("22:00-02:30", "2026-03-28 23:00", "2026-03-29 03:00"),
    ],
)
def test_quiet_hours_end_on_ones_own_clock(hours: str, now: str, until: str | None) -> None:
    zone = ZoneInfo("Europe/Berlin")
    here = datetime.fromisoformat(now).replace(tzinfo=zone).astimezone(UTC)
    found = read_quiet(hours).until(here, zone)
    assert (found and f"{found.astimezone(zone):%Y-%m-%d %H:%M}") == until


@pytest.mark.parametrize(
    ("hours", "now", "until"),
    [
        ("22:00-02:30", "2026-10-25T00:10Z", "2026-10-25T01:30Z"),
        ("22:00-02:30", "2026-10-25T00:40Z", "2026-10-25T01:30Z"),
        ("22:00-02:30", "2026-10-25T01:10Z", "2026-10-25T01:30Z"),
        ("22:00-02:30", "2026-10-25T01:30Z", None),
        ("02:30-06:00", "2026-10-25T01:10Z", "2026-10-25T05:00Z"),
        ("22:00-07:00", "2026-10-25T01:10Z", "2026-10-25T06:00Z"),
    ],
)
def test_in_the_repeated_hour_they_begin_the_first_time_and_end_the_last(
    hours: str, now: str, until: str | None
) -> None:
    found = read_quiet(hours).until(datetime.fromisoformat(now), ZoneInfo("Europe/Berlin"))
    assert found == (until and datetime.fromisoformat(until))


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Africa/Casablanca"])
@pytest.mark.parametrize("hours", ["22:00-02:30", "00:00-02:00", "01:45-01:30", "02:30-03:00"])
def test_hours_that_last_end_later(zone: str, hours: str) -> None:
    quiet, start = read_quiet(hours), datetime(2026, 10, 24, tzinfo=UTC)
    for now in (start + nth * 15 * MINUTE for nth in range(4 * 48)):
        until = quiet.until(now, ZoneInfo(zone))
        assert until is None or until > now


@pytest.mark.parametrize("text", ["", "tonight", "25:00-7:00", "7:00-7:00", "22:00"])
def test_what_are_no_hours_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        read_quiet(text)


def test_hours_are_said_as_they_are_typed() -> None:
    assert str(Quiet(time(22), time(7))) == "22:00-07:00"
