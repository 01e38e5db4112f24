"""When turns and windows begin and end, where clocks are changed and months end."""

import tomllib
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.oncall.rotation import Every, Rotation
from bot.oncall.windows import Window, within
from bot.text.words import zone

TABLE = tomllib.loads(Path(__file__).with_name("handoffs.toml").read_text("utf-8"))
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def what(case: Any) -> Any:
    return case.get("what")


def rotation(case: dict[str, Any]) -> Rotation:
    return Rotation(Every(case["every"]), datetime.fromisoformat(case["anchor"]), case.get("times", 1))


@pytest.mark.parametrize("case", TABLE["rotation"], ids=what)
def test_turns_begin_when_the_table_says(case: dict[str, Any]) -> None:
    first, *rest = (datetime.fromisoformat(each) for each in case["begins"])
    at, turns = first, rotation(case)
    number, _ = turns.turn(first, zone(case["zone"]))
    for expected in rest:
        turn, until = turns.turn(at, zone(case["zone"]))
        assert until.astimezone(zone(case["zone"])).isoformat() == expected.astimezone(zone(case["zone"])).isoformat()
        assert turn >= number
        number, at = turn, until
    before, until = turns.turn(first - timedelta(microseconds=1), zone(case["zone"]))
    assert until == first
    assert before < turns.turn(first, zone(case["zone"]))[0]


def test_the_anchor_begins_turn_zero() -> None:
    for case in TABLE["rotation"]:
        turns = rotation(case)
        assert (
            turns.turn(datetime(2020, 1, 1, tzinfo=UTC), UTC)[0]
            == turns.turn(datetime(2020, 1, 1, tzinfo=UTC).astimezone(zone("Asia/Tokyo")), UTC)[0]
        )
        begin = turns.begins(0).replace(tzinfo=UTC)
        assert turns.turn(begin, UTC)[0] == 0
        assert turns.turn(begin - timedelta(microseconds=1), UTC)[0] == -1


def window(case: dict[str, Any]) -> Window:
    start, end = time.fromisoformat(case["from"]), time.fromisoformat(case["to"])
    if "until" in case:
        return Window.between(DAYS.index(case["day"]), start, DAYS.index(case["until"]), end)
    return Window.daily(DAYS.index(case["day"]), start, end)


@pytest.mark.parametrize("case", TABLE["window"], ids=what)
def test_windows_open_and_close_when_the_table_says(case: dict[str, Any]) -> None:
    at, local, tick = datetime.fromisoformat(case["at"]), zone(case["zone"]), timedelta(microseconds=1)
    inside, until = within([window(case)], at, local)
    assert inside is bool(case["holds"])
    if inside:
        start, end = (datetime.fromisoformat(each) for each in case["holds"])
        assert until == end
        assert within([window(case)], start, local) == (True, end)
        assert within([window(case)], end - tick, local) == (True, end)
        assert within([window(case)], start - tick, local)[0] is (window(case).over == 7)
        assert within([window(case)], end, local)[0] is (window(case).over == 7)
