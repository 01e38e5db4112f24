"""Other calendars: what Google, Outlook and Apple write is read, and what a hostile one does it does to nobody."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from adapters.web.fetch import MOST, fetch, outside
from bot.engine import apart
from bot.engine.apart import read_apart
from bot.oncall.away import named_in
from bot.oncall.busy import BadFeed, Reading
from bot.oncall.feed import read
from bot.people.person import People, Person
from bot.ports import ChatError, Forbidden, Gone, Unreachable
from bot.text.words import zone
from tests.oncall.duty import WEB, on_duty

CALENDARS = Path(__file__).with_name("calendars")
BERLIN = zone("Europe/Berlin")
START, END = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 30, tzinfo=UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def found(name: str) -> list[tuple[str, str, str]]:
    """The events of a recorded calendar, on Berlin's clock."""
    busy = read((CALENDARS / name).read_bytes(), BERLIN, START, END).events
    return [
        (f"{each.start.astimezone(BERLIN):%m-%d %H:%M}", f"{each.end.astimezone(BERLIN):%m-%d %H:%M}", each.names[0])
        for each in busy
    ]


def test_google_repeats_leaves_out_moves_and_cancels() -> None:
    assert found("google.ics") == [
        ("03-02 09:00", "03-03 09:00", "Anna Nowak on call"),
        ("03-05 09:00", "03-05 19:00", "Day shift"),
        ("03-10 12:00", "03-11 12:00", "Boris Petrov on call, for Anna"),
        ("03-23 09:00", "03-24 09:00", "Anna Nowak on call"),
        ("03-30 09:00", "03-31 09:00", "Anna Nowak on call"),
    ]
    shift = read((CALENDARS / "google.ics").read_bytes(), BERLIN, START, END).events[1]
    assert shift.names == ("Day shift", "Mia Chen", "mia@example.com")


def test_outlook_names_zones_its_own_way() -> None:
    assert found("outlook.ics") == [
        ("03-03 00:00", "03-05 00:00", "Away: Boris Petrov"),
        ("03-27 09:00", "03-27 10:30", "Dentist (Anna Nowak)"),
        ("04-03 09:00", "04-03 10:30", "Dentist (Anna Nowak)"),
    ]


def test_apple_has_days_durations_and_times_without_a_zone() -> None:
    assert found("apple.ics") == [
        ("03-07 00:00", "03-09 00:00", "Urlaub"),
        ("03-09 07:30", "03-09 09:30", "Flug ✈️ nach Hause"),
        ("03-10 10:00", "03-10 11:00", "floating"),
    ]


def test_pagerduty_tells_who_by_their_address() -> None:
    busy = read((CALENDARS / "pagerduty.ics").read_bytes(), BERLIN, START, END).events
    assert [named_in(each.names, PEOPLE) for each in busy] == [("anna",), ("boris",)]


PEOPLE = People(
    (
        Person("anna", "Anna Nowak", configured=("email:anna.nowak@example.com",)),
        Person("boris", "Boris Petrov", configured=("email:boris.petrov@example.com",)),
        Person("sam", "Sam"),
    )
)


@pytest.mark.parametrize(
    ("summary", "people"),
    [
        # As PagerDuty, Grafana OnCall, GoAlert, Opsgenie and people in Google's and Outlook's calendars write it.
        ("On Call - Anna Nowak - Web", ("anna",)),
        ("[L1] boris", ("boris",)),
        ("[L2] @Boris", ("boris",)),
        ("ANNA.NOWAK@EXAMPLE.COM", ("anna",)),
        ("On-Call Shift: Boris Petrov", ("boris",)),
        ("On call: anna.nowak@example.com, boris.petrov@example.com", ("anna", "boris")),
        ("anna/boris", ("anna", "boris")),
        ("Primary (sam)", ("sam",)),
        # Not everybody whose address begins so, or holds it, is ours.
        ("sam@customer.example", ()),
        ("On call: anna@elsewhere.example", ()),
        ("anna.nowak@example.com.au", ()),
        ("xanna.nowak@example.com", ()),
        ("Samantha, Borissov", ()),
    ],
)
def test_whom_an_event_names(summary: str, people: tuple[str, ...]) -> None:
    assert named_in((summary,), PEOPLE) == people


def event(rule: str, more: str = "") -> bytes:
    lines = ("BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", "UID:1", "DTSTART:20260302T090000Z", rule, more)
    return "\r\n".join([*filter(None, lines), "SUMMARY:Anna", "END:VEVENT", "END:VCALENDAR", ""]).encode()


# ---- hostile ones


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "no iCalendar"),
        (b"<html>please sign in</html>", "no iCalendar"),
        (b"\xff\xfe\x00BEGIN", "no iCalendar"),
        (event("RRULE:FREQ=SECONDLY"), "every minute or second"),
        (event("RRULE:FREQ=MINUTELY;INTERVAL=1"), "every minute or second"),
        (
            b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT\r\n" * 6000 + b"END:VCALENDAR\r\n",
            "more than 5000",
        ),
    ],
)
def test_a_hostile_calendar_is_refused(body: bytes, why: str) -> None:
    with pytest.raises(BadFeed, match=why):
        read(body, BERLIN, START, END)


@pytest.mark.parametrize(("body", "why"), [(b"", "no iCalendar"), (b"BEGIN:VCALENDAR\r\n" * 50_000, ".")])
async def test_what_is_refused_apart_is_refused_here(body: bytes, why: str) -> None:
    with pytest.raises(BadFeed, match=why):
        await read_apart(body, BERLIN, START, END)


async def test_a_rule_that_takes_for_ever_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "SECONDS", 0.5)
    every = ",".join(map(str, range(60)))
    body = event(f"RRULE:FREQ=DAILY;BYHOUR={','.join(map(str, range(24)))};BYMINUTE={every};BYSECOND={every}")
    with pytest.raises(BadFeed, match="too much time or memory"):
        await read_apart(body, BERLIN, START, END)


async def test_a_rule_without_an_end_is_read_as_far_as_is_needed() -> None:
    body = event("DTEND:20260302T100000Z", "RRULE:FREQ=DAILY")
    assert len((await read_apart(body, BERLIN, START, END)).events) == 59
    assert len((await read_apart(event("DURATION:PT10M", "RRULE:FREQ=HOURLY"), BERLIN, START, END)).events) == 1000


async def test_what_is_read_apart_is_what_is_read() -> None:
    body = (CALENDARS / "google.ics").read_bytes()
    assert await read_apart(body, BERLIN, START, END) == read(body, BERLIN, START, END)
    ended = event("RRULE:FREQ=DAILY;UNTIL=20260302T090000Z")
    assert await read_apart(ended, BERLIN, END, END + timedelta(1)) == Reading([])


# ---- fetching


INSIDE = (
    "127.0.0.1", "10.1.2.3", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.1", "224.0.0.1",
    "::", "::1", "fe80::1%eth0", "fd00::1", "ff02::1", "::ffff:127.0.0.1",
)  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_addresses_inside(address: str) -> None:
    assert not outside(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:8.8.8.8"])
def test_addresses_outside(address: str) -> None:
    assert outside(address)


@asynccontextmanager
async def serving() -> AsyncIterator[str]:
    """A web server on loopback."""

    async def answer(request: web.Request) -> web.StreamResponse:
        match request.path:
            case "/google.ics":
                return web.FileResponse(CALENDARS / "google.ics")
            case "/moved":
                return web.Response(status=302, headers={"location": "/google.ics"})
            case "/inside":
                return web.Response(status=302, headers={"location": "http://169.254.169.254/latest/meta-data"})
            case "/circle":
                return web.Response(status=307, headers={"location": "/circle"})
            case "/file":
                return web.Response(status=302, headers={"location": "file:///etc/passwd"})
            case "/huge":
                return web.Response(body=b"x" * (MOST + 1))
            case "/broken":
                return web.Response(status=500)
        return web.Response(status=404)

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


def here(address: str) -> bool:
    """Loopback is outside enough for a test, and nothing else that is inside."""
    return address == "127.0.0.1" or outside(address)


async def test_what_is_fetched() -> None:
    async with serving() as base:
        body = (CALENDARS / "google.ics").read_bytes()
        assert await fetch(f"{base}/google.ics", here) == body
        assert await fetch(f"{base}/moved", here) == body


@pytest.mark.parametrize(
    ("path", "error", "why"),
    [
        ("/gone", Gone, "404"),
        ("/broken", Unreachable, "500"),
        ("/inside", Forbidden, "inside"),
        ("/circle", Gone, "circle"),
        ("/file", Forbidden, "no http"),
        ("/huge", ChatError, "larger"),
    ],
)
async def test_what_is_not_fetched(path: str, error: type[ChatError], why: str) -> None:
    async with serving() as base:
        with pytest.raises(error, match=why) as wrong:
            await fetch(f"{base}{path}?secret=word", here)
        assert "word" not in str(wrong.value)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "127.1", "①②⑦.0.0.1", "user@127.0.0.1"]
)
async def test_nothing_inside_is_fetched_however_it_is_written(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as ear:
        ear.setblocking(False)
        with pytest.raises(ChatError):
            await fetch(f"http://{host}:{ear.getsockname()[1]}/calendar.ics")
        with pytest.raises(BlockingIOError):
            ear.accept()


async def test_an_address_that_is_none() -> None:
    for url in ("ftp://example.org/x", "file:///etc/passwd", "http://", "https://[", "gopher"):
        with pytest.raises(ChatError):
            await fetch(url)


# ---- in the house


async def test_shifts_are_taken_over_and_hide_what_is_below_them(database_url: str) -> None:
    async with on_duty(database_url) as house:
        await house.start(schedules={"web": {**WEB, "shifts": str(CALENDARS / "google.ics")}})
        await house.look()
        assert "Boris until 11 Mar 11:00 UTC, then" in await house.say("carlos", "oncall at 2026-03-10 12:00")
        assert "Boris until 10 Mar 09:00 UTC, then Anna" in await house.say("carlos", "oncall at 2026-03-09 12:00")


async def test_a_shift_over_time_off_is_told_ahead_and_once(database_url: str) -> None:
    async with on_duty(database_url) as house:
        await house.start(schedules={"web": {**WEB, "time_off": {"*": str(CALENDARS / "outlook.ics")}}})
        for _ in range(2):
            await house.look()
        warning = "⚠ Boris: on call from 3 Mar 09:00 UTC to 4 Mar 09:00 UTC, and away then."
        assert [warning in told for told in house.heard("web")] == [True]
        assert any(warning in told for told in house.heard("dm-b"))
        assert warning in await house.say("anna", "oncall gaps")
        await house.say("anna", "oncall override carlos --instead boris --from tomorrow 9:00 --until wed 9:00")
        assert warning not in await house.say("anna", "oncall gaps")


async def test_in_ones_own_calendar_every_event_is_ones_own(sqlite_url: str) -> None:
    async with on_duty(sqlite_url) as house:
        await house.start(schedules={"web": {**WEB, "time_off": {"anna": str(CALENDARS / "apple.ics")}}})
        await house.look()
        assert "⚠ Anna: on call from 8 Mar 09:00 UTC to 9 Mar 00:00 UTC, and away then." in await house.say(
            "anna", "oncall gaps"
        )


async def test_a_zone_that_nobody_knows_is_logged(sqlite_url: str, tmp_path: Path) -> None:
    file = tmp_path / "shifts.ics"
    file.write_bytes((CALENDARS / "outlook.ics").read_bytes().replace(b"TZID=", b"TZID=Moon/"))
    async with on_duty(sqlite_url) as house:
        await house.start(schedules={"web": {**WEB, "shifts": str(file)}})
        with capture_logs() as logs:
            await house.look()
        assert len([each for each in logs if each.get("zones")]) == 1


async def test_one_that_cannot_be_read_is_told_once_and_what_it_said_holds(database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "shifts.ics"
    file.write_bytes((CALENDARS / "google.ics").read_bytes())
    async with on_duty(database_url) as house:
        await house.start(schedules={"web": {**WEB, "shifts": str(file)}})
        await house.look()
        before = await house.say("carlos", "oncall at 2026-03-10 12:00")
        for text in ("hello", "RRULE"):
            file.write_text(text)
            await house.look()
        assert await house.say("carlos", "oncall at 2026-03-10 12:00") == before
        assert [told for told in house.heard("web") if "cannot be read" in told] == [
            "the calendar “shifts” of web cannot be read: it is no iCalendar (ValueError). "
            "What it said before still holds"
        ]
        await house.say("boris", "declare db is down --sev 1")
        assert [page.handle.id for page in house.paper.told if "db is down" in str(page.card.title)]


async def test_many_are_read_while_the_house_goes_on(sqlite_url: str) -> None:
    async with on_duty(sqlite_url) as house:
        slow = asyncio.Event()

        async def never(url: str) -> bytes:
            await slow.wait()
            return b""

        await house.start(never, schedules={"web": {**WEB, "shifts": "https://example.org/x.ics"}})
        looking = asyncio.get_running_loop().create_task(house.engine.feeds.look())
        assert "Anna until" in await house.say("boris", "oncall web")
        slow.set()
        await looking
