"""Calendars at secret addresses: subscribed to, read back by the library that others read them with, and revoked."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import icalendar
import pytest
import recurring_ical_events

from adapters.web import calendar
from adapters.web.server import app
from bot.oncall import ical
from bot.oncall.calendar import KEPT
from bot.oncall.overrides import Shift
from tests.oncall.duty import OnDuty, on_duty

REACHED = {"url": "https://tocsin.test/", "secret": "0123456789abcdef"}
ADDRESS = re.compile(r"https://tocsin\.test(/calendar/[\w-]{32}\.ics)")


async def address(house: OnDuty, by: str, words: str = "oncall calendar") -> str:
    found = ADDRESS.search(await house.say(by, words))
    assert found
    return found[1]


async def fetched(house: OnDuty, path: str) -> httpx.Response:
    transport = httpx.ASGITransport(app(calendar.routes(house.engine)))
    async with httpx.AsyncClient(transport=transport, base_url="https://tocsin.test") as client:
        return await client.get(path)


async def events(house: OnDuty, path: str, days: int = 4) -> list[tuple[Any, ...]]:
    answer = await fetched(house, path)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    parsed = icalendar.Calendar.from_ical(answer.content)
    now = house.clock.now()
    found = recurring_ical_events.of(parsed).between(now, now + timedelta(days=days))
    return sorted((each.start, each.end, str(each["SUMMARY"])) for each in found)


def day(number: int) -> datetime:
    return datetime(2026, 3, number, 9, tzinfo=UTC)


async def test_ones_own_shifts(database_url: str) -> None:
    async with on_duty(database_url) as house:
        await house.start(channels=REACHED)
        mine = await address(house, "boris")
        assert await events(house, mine) == [
            (day(3), day(4), "On call for web"),
            (day(5), day(6), "On call for web"),
        ]
        await house.say("anna", "oncall override carlos --instead boris --from tomorrow 9:00 --until tomorrow 12:00")
        assert (await events(house, mine))[0] == (day(3).replace(hour=12), day(4), "On call for web")


async def test_a_schedule(sqlite_url: str) -> None:
    async with on_duty(sqlite_url) as house:
        await house.start(channels=REACHED)
        shown = await events(house, await address(house, "carlos", "oncall calendar web"), 1)
        assert shown == [(day(2), day(3), "web: Anna"), (day(3), day(4), "web: Boris")]


async def test_a_shift_keeps_its_name_when_it_is_read_again(sqlite_url: str) -> None:
    async with on_duty(sqlite_url) as house:
        await house.start(channels=REACHED)
        path = await address(house, "anna")
        uids = []
        for _ in range(2):
            parsed = icalendar.Calendar.from_ical((await fetched(house, path)).content)
            uids.append({str(each["UID"]) for each in parsed.walk("VEVENT")})
            await house.wait(hours=30)
        assert len(uids[0]) > 90
        assert len(uids[0] ^ uids[1]) <= 4


def test_whatever_is_called_how_its_lines_are_lines() -> None:
    shift = Shift(day(3), day(4), ("anna",))
    written = ical.written("A;b,c\r\nX-EVIL:1", [("web", 'd;e,f\\g\n"h": ' + "数据库👩‍🚒" * 20, shift)], day(2))
    lines = written.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert b"\n" not in b"".join(lines) and not any(line.startswith(b"X-EVIL") for line in lines)
    [event] = icalendar.Calendar.from_ical(written).walk("VEVENT")
    assert str(event["SUMMARY"]) == 'd;e,f\\g\n"h": ' + "数据库👩‍🚒" * 20
    assert set(event) >= {"UID", "DTSTAMP", "DTSTART", "DTEND"}


async def test_an_address_is_revoked_and_only_ones_own(database_url: str) -> None:
    async with on_duty(database_url) as house:
        await house.start(channels=REACHED)
        mine, theirs = await address(house, "anna"), await address(house, "boris")
        assert "revoked 1" in await house.say("anna", "oncall revoke")
        gone, never = await fetched(house, mine), await fetched(house, "/calendar/guessed.ics")
        assert (gone.status_code, gone.text) == (never.status_code, never.text) == (404, gone.text)
        assert (await fetched(house, theirs)).status_code == 200
        assert "no calendar address" in await house.say("anna", "oncall revoke")


async def test_who_left_reads_nothing_and_a_schedule_that_is_gone_is_empty(sqlite_url: str) -> None:
    async with on_duty(sqlite_url) as house:
        await house.start(channels=REACHED)
        left, there = await address(house, "carlos"), await address(house, "anna", "oncall calendar web")
        people = {"anna": {"name": "Anna", "role": "admin", "ink": "a"}}
        await house.start(channels=REACHED, people=people, schedules={}, teams={}, policies={})
        assert (await fetched(house, left)).status_code == 404
        assert await events(house, there) == []


async def test_addresses_do_not_grow_without_bound_and_the_secret_is_not_kept(sqlite_url: str) -> None:
    async with on_duty(sqlite_url) as house:
        await house.start(channels=REACHED)
        first, *others = [await address(house, "anna") for _ in range(KEPT + 1)]
        assert (await fetched(house, first)).status_code == 404
        assert {(await fetched(house, each)).status_code for each in others} == {200}
        books = await house.store.read(lambda tx: tx.books("calendar"))
        assert others[0].split("/")[-1].removesuffix(".ics") not in str(books)


async def test_without_an_address_of_our_own_there_is_none(sqlite_url: str) -> None:
    async with on_duty(sqlite_url) as house:
        await house.start()
        assert "channels.url" in await house.say("anna", "oncall calendar")


@pytest.mark.parametrize(
    "path", ["/calendar/.ics", "/calendar/a/b.ics", "/calendar/%00.ics", f"/calendar/{'x' * 999}.ics"]
)
async def test_strange_addresses(path: str, sqlite_url: str) -> None:
    async with on_duty(sqlite_url) as house:
        await house.start()
        assert (await fetched(house, path)).status_code == 404
