"""What RFC 5545 says, and what calendars in the field write instead: each vector is an event, and when it takes place.

Most are of the RFC's own sections and of the test suites of icalendar, recurring-ical-events, ical.js and Grafana
OnCall. All times are Berlin's, where the clocks go forward on 29 March 2026 and back on 25 October.
"""

from datetime import UTC, datetime

import pytest

from bot.oncall import feed
from bot.oncall.busy import BadFeed, Reading
from bot.oncall.feed import read
from bot.oncall.outlook import zone_of
from bot.text.words import zone

BERLIN = zone("Europe/Berlin")
START, END = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 11, 30, tzinfo=UTC)
AT = ";TZID=Europe/Berlin:202603"
HOUR = (f"DTSTART{AT}27T090000", f"DTEND{AT}27T100000")
DAILY = (*HOUR, "RRULE:FREQ=DAILY;COUNT=3")
GOOD = ("UID:good", *HOUR, "SUMMARY:Anna")


def calendar(*events: tuple[str, ...], head: tuple[str, ...] = ()) -> bytes:
    """A calendar of these events."""
    lines = [line for event in events for line in ("BEGIN:VEVENT", *event, "END:VEVENT")]
    whole = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//T//T//EN", *head, *lines, "END:VCALENDAR", "")
    return "\r\n".join(whole).encode()


def taken(body: bytes) -> Reading:
    return read(body, BERLIN, START, END)


def shown(body: bytes) -> list[str]:
    """When something is, by the day of its month, and for how many hours."""
    return [
        f"{each.start.astimezone(BERLIN):%d %H:%M} {(each.end - each.start).total_seconds() / 3600:g}h"
        for each in taken(body).events
    ]


HELD = {
    # Durations: days are nominal and hours are exact (3.3.6), whatever the clock does meanwhile.
    "twelve hours over the spring change": ((f"DTSTART{AT}28T200000", "DURATION:PT12H"), "28 20:00 12h"),
    "twelve hours over the autumn change": (
        ("DTSTART;TZID=Europe/Berlin:20261024T200000", "DURATION:PT12H"), "24 20:00 12h",
    ),
    "a day over the spring change": ((f"DTSTART{AT}28T200000", "DURATION:P1D"), "28 20:00 23h"),
    "hours of a day over the spring change": ((f"DTSTART{AT}28T200000", "DURATION:PT24H"), "28 20:00 24h"),
    "hours of a day over the autumn change": (
        ("DTSTART;TZID=Europe/Berlin:20261024T200000", "DURATION:PT24H"), "24 20:00 24h",
    ),
    "a day and hours of a day": ((f"DTSTART{AT}28T200000", "DURATION;X-A=b:P1DT24H"), "28 20:00 47h"),
    "hours of two days, repeated": (
        (f"DTSTART{AT}27T200000", "DURATION:PT48H", "RRULE:FREQ=DAILY;COUNT=2"),
        "27 20:00 48h, 28 20:00 48h",
    ),
    "a day and a half": ((f"DTSTART{AT}27T200000", "DURATION:P1DT12H"), "27 20:00 36h"),
    "a week": ((f"DTSTART{AT}27T090000", "DURATION:P1W"), "27 09:00 167h"),
    "an hour that begins in the gap": ((f"DTSTART{AT}29T023000", "DURATION:PT1H"), "29 03:30 1h"),
    "each repetition has the duration": (
        (f"DTSTART{AT}28T200000", "DURATION:PT12H", "RRULE:FREQ=DAILY;COUNT=2"),
        "28 20:00 12h, 29 20:00 12h",
    ),
    # An end on the clock stays there, as Google, Outlook and Apple show it: hand-offs at nine are at nine.
    "an end on the clock": (
        (f"DTSTART{AT}28T090000", f"DTEND{AT}29T090000", "RRULE:FREQ=DAILY;COUNT=2"),
        "28 09:00 23h, 29 09:00 24h",
    ),
    # Whole days.
    "a day without an end": (("DTSTART;VALUE=DATE:20260327",), "27 00:00 24h"),
    "a day that ends on its own date": (
        ("DTSTART;VALUE=DATE:20260327", "DTEND;VALUE=DATE:20260327"), "27 00:00 24h",
    ),
    "a day without its kind": (("DTSTART:20260327", "DTEND:20260327"), "27 00:00 24h"),
    "days that repeat": (
        ("DTSTART;VALUE=DATE:20260327", "RRULE:FREQ=WEEKLY;BYDAY=FR;COUNT=2"),
        "27 00:00 24h, 03 00:00 24h",
    ),
    "a moment is nobody's shift": ((f"DTSTART{AT}27T090000",), ""),
    # Rules and exceptions.
    "until, in UTC": ((*HOUR, "RRULE:FREQ=DAILY;UNTIL=20260328T080000Z"), "27 09:00 1h, 28 09:00 1h"),
    "until, on the clock": ((*HOUR, "RRULE:FREQ=DAILY;UNTIL=20260328T090000"), "27 09:00 1h, 28 09:00 1h"),
    "without one, in UTC": ((*DAILY, "EXDATE:20260328T080000Z"), "27 09:00 1h, 29 09:00 1h"),
    "without two, in one line": ((*DAILY, f"EXDATE{AT}28T090000,20260329T090000"), "27 09:00 1h"),
    "without one, as a date": ((*DAILY, "EXDATE;VALUE=DATE:20260328"), "27 09:00 1h, 29 09:00 1h"),
    "and one more": ((*HOUR, f"RDATE{AT}31T120000"), "27 09:00 1h, 31 12:00 1h"),
    "and a period more": (
        (*HOUR, "RDATE;VALUE=PERIOD:20260331T120000Z/PT3H"), "27 09:00 1h, 31 14:00 3h",
    ),
    "the last weekday of each month": (
        (*HOUR, "RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=1"),
        "27 09:00 1h, 31 09:00 1h",
    ),
    "the 31st of the months that have one": (
        (f"DTSTART{AT}31T090000", f"DTEND{AT}31T100000", "RRULE:FREQ=MONTHLY;COUNT=2"),
        "31 09:00 1h, 31 09:00 1h",
    ),
    # Zones.
    "Windows' names": (("DTSTART;TZID=W. Europe Standard Time:20260327T090000", "DURATION:PT1H"), "27 09:00 1h"),
    "Outlook's names": (
        ('DTSTART;TZID="(UTC-05:00) Eastern Time (US & Canada)":20260327T090000', "DURATION:PT1H"), "27 14:00 1h",
    ),
    "Outlook's older names": (
        ('DTSTART;TZID="(GMT+09.00) Osaka, Sapporo, Tokyo":20260327T090000', "DURATION:PT1H"), "27 01:00 1h",
    ),
    "Mozilla's names": (
        ("DTSTART;TZID=/mozilla.org/20050126_1/America/New_York:20260327T090000", "DURATION:PT1H"), "27 14:00 1h",
    ),
    "a zone that nobody knows": (("DTSTART;TZID=Nowhere/Land:20260327T090000", "DURATION:PT1H"), "27 09:00 1h"),
    "no zone": (("DTSTART:20260327T090000", "DURATION:PT1H"), "27 09:00 1h"),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:Timezone .* is a globally unique")
@pytest.mark.parametrize("name", HELD)
def test_when_an_event_is(name: str) -> None:
    event, expected = HELD[name]
    assert ", ".join(shown(calendar(("UID:1", *event)))) == expected


ODD = ("Nowhere/Land", "Europe", "../x", "x" * 150, "(UTC-05:00) Amsterdam, Berlin", "(UTC+01:00) Atlantis", "Berlin")


@pytest.mark.parametrize("name", ODD)
def test_a_zone_that_nobody_knows_is_told(name: str) -> None:
    event = ("UID:1", f'DTSTART;TZID="{name}":20260327T090000', "DURATION:PT1H")
    assert shown(calendar(event)) == ["27 09:00 1h"]
    assert taken(calendar(event)).zones == (name,)
    assert taken(calendar(("UID:1", *HOUR))).zones == ()


@pytest.mark.parametrize(
    ("shown", "zone"),
    [
        ("(UTC-08:00) Pacific Time (US and Canada)", "America/Los_Angeles"),
        ("(UTC-07:00) Chihuahua, La Paz, Mazatlan", "America/Mazatlan"),
        ("(UTC-04:00) Georgetown, La Paz, Manaus, San Juan", "America/La_Paz"),
        ("(UTC-03:30) Newfoundland", "Canada/Newfoundland"),
        ("(UTC) Coordinated Universal Time", "Etc/UTC"),
        ("(UTC+00:00) Dublin, Edinburgh, Lisbon, London", "Europe/Dublin"),
        ("(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi", "Asia/Kolkata"),
        ("(UTC+10:00) Canberra, Melbourne, Sydney", "Australia/Canberra"),
        ("(UTC+13:00) Samoa", "Pacific/Apia"),
        ("(GMT-11:00) Midway Island, Samoa", "Pacific/Samoa"),
        ("Eastern Time (US & Canada)", "America/New_York"),
        ("(UTC+99:99) Berlin", None),
        ("()", None),
    ],
)
def test_what_outlook_means(shown: str, zone: str | None) -> None:
    assert zone_of(shown, 2026) == zone


def test_a_rule_of_what_is_left_out_is_refused_where_it_matters() -> None:
    with pytest.raises(BadFeed, match="EXDATE"):
        taken(calendar(("UID:1", *DAILY, "EXRULE:FREQ=DAILY;INTERVAL=2"), GOOD))
    over = ("UID:1", "DTSTART:20200101T090000Z", "DURATION:PT1H", "EXRULE:FREQ=DAILY", "RRULE:FREQ=DAILY;COUNT=3")
    assert [each.names for each in taken(calendar(over, GOOD)).events] == [("Anna",)]


MOVED = (f"DTSTART{AT}28T150000", f"DTEND{AT}28T160000")
CHANGED = {
    "one is moved": ((f"RECURRENCE-ID{AT}28T090000", *MOVED), "27 09:00 1h, 28 15:00 1h, 29 09:00 1h"),
    "one is moved, by its time in UTC": (
        ("RECURRENCE-ID:20260328T080000Z", *MOVED), "27 09:00 1h, 28 15:00 1h, 29 09:00 1h",
    ),
    "one is cancelled": ((f"RECURRENCE-ID{AT}28T090000", *MOVED, "STATUS:CANCELLED"), "27 09:00 1h, 29 09:00 1h"),
    "all from one on are moved": (
        (f"RECURRENCE-ID;RANGE=THISANDFUTURE{AT}28T090000", *MOVED), "27 09:00 1h, 28 15:00 1h, 29 15:00 1h",
    ),
    "all of it, later": (("SEQUENCE:1", *MOVED), "28 15:00 1h"),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGED)
def test_what_a_later_event_of_the_same_name_says_holds(name: str) -> None:
    change, expected = CHANGED[name]
    assert ", ".join(shown(calendar(("UID:1", *DAILY), ("UID:1", *change)))) == expected


def test_a_zone_that_the_calendar_defines_and_one_for_all_that_has_none() -> None:
    own = (
        "BEGIN:VTIMEZONE", "TZID:Customized Time Zone",
        "BEGIN:STANDARD", "DTSTART:16010101T020000", "TZOFFSETFROM:-0400", "TZOFFSETTO:-0500",
        "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU", "END:STANDARD", "BEGIN:DAYLIGHT",
        "DTSTART:16010101T020000", "TZOFFSETFROM:-0500", "TZOFFSETTO:-0400", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU",
        "END:DAYLIGHT", "END:VTIMEZONE",
    )  # fmt: skip
    event = ("UID:1", "DTSTART;TZID=Customized Time Zone:20260327T090000", "DURATION:PT1H")
    assert shown(calendar(event, head=own)) == ["27 14:00 1h"]
    floating = ("UID:1", "DTSTART:20260327T090000", "DURATION:PT1H")
    assert shown(calendar(floating, head=("X-WR-TIMEZONE:America/New_York",))) == ["27 14:00 1h"]
    assert shown(calendar(floating, head=("CALSCALE:Gregorian",))) == ["27 09:00 1h"]


# ---- letters


WORDS = calendar(("UID:1", *HOUR, "SUMMARY:Jörg 日本"))


@pytest.mark.parametrize(
    "body",
    [
        WORDS.replace(b"\r\n", b"\n"),
        b"\xef\xbb\xbf" + WORDS,
        b"\r\n" + WORDS + b"\r\n\r\n",
        WORDS.replace("日".encode(), b"\xe6\r\n \x97\xa5"),
        WORDS.replace(b"SUMMARY:", b"SUMMARY:\r\n\t"),
        WORDS.replace(b"SUMMARY:", b"SUMMARY\n\n :"),
        WORDS.replace(b"BEGIN", b"begin").replace(b"SUMMARY", b"Summary"),
        WORDS.replace(b"\r\n", b"\r"),
        WORDS.replace(b"SUMMARY:", b"SUMMARY:\r\n ").replace(b"\r\n", b"\r"),
        WORDS.replace(b"SUMMARY:", b"SUMMARY:\r\n ").replace(b"\r\n", b"\r\r\n"),
        WORDS.decode().encode("utf-16"),
        WORDS.decode().encode("utf-16-be"),
        WORDS.decode().encode("utf-16-le"),
    ],
    ids=[
        "LF",
        "BOM",
        "empty lines",
        "folded in a letter",
        "folded with a tab",
        "folded twice",
        "small letters",
        "CR",
        "folded with CR",
        "written twice by Windows",
        "UTF-16",
        "UTF-16BE",
        "UTF-16LE",
    ],
)
def test_however_its_lines_are_written(body: bytes) -> None:
    assert [each.names for each in taken(body).events] == [("Jörg 日本",)]


def test_letters_of_an_older_time() -> None:
    body = WORDS.decode().replace("日本", "(Büro)").encode("latin-1")
    assert [each.names for each in taken(body).events] == [("Jörg (Büro)",)]


# ---- what cannot be read


BAD = {
    "no start": ("SUMMARY:when?",),
    "two starts": ("DTSTART:20260327T090000Z", "DTSTART:20260327T100000Z"),
    "a start of letters": ("DTSTART:tomorrow",),
    "semicolons": ("DTSTART;;VALUE=DATE-TIME:20260327T090000",),
    "a rule of no kind": ("DTSTART:20260327T090000Z", "RRULE:FREQ=NEVER"),
    "a weekday with a blank": ("DTSTART:20260327T090000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;BYDAY=MO, TU"),
    "times of the day": ("DTSTART:20260327T090000Z", "RDATE;VALUE=TIME:083000"),
}


@pytest.mark.parametrize("name", BAD)
def test_one_event_that_cannot_be_read_is_counted_and_hides_no_other(name: str) -> None:
    found = taken(calendar(("UID:bad", *BAD[name]), GOOD))
    assert ([each.names for each in found.events], found.unread) == ([("Anna",)], 1)
    with pytest.raises(BadFeed, match="none of its events"):
        taken(calendar(("UID:bad", *BAD[name])))


def test_a_zone_for_all_that_is_a_folder_is_told() -> None:
    with pytest.raises(BadFeed, match="cannot be read"):
        taken(calendar(GOOD, head=("X-WR-TIMEZONE:Europe",)))


def test_a_calendar_that_is_cut_off_is_none_and_an_empty_one_is_empty() -> None:
    with pytest.raises(BadFeed, match="no iCalendar"):
        taken(calendar(GOOD).removesuffix(b"END:VCALENDAR\r\n"))
    assert taken(calendar()) == Reading([])


def test_the_first_in_the_range_are_read_whatever_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "MOST", 2)
    late = [(f"UID:{each}", f"DTSTART{AT}30T090000", "DURATION:PT1H") for each in range(3)]
    assert shown(calendar(*late, GOOD)) == ["27 09:00 1h", "30 09:00 1h"]
