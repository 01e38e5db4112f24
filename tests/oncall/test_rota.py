"""Changing who is on call in chat: taking it over, overrides, swaps, hand-offs that are told, gaps."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.book import Refused, decode, encode, freeze, thaw
from bot.oncall.cards import duty_card
from bot.oncall.handoff import HandOver
from bot.oncall.rota import KEPT, MOST, Change
from bot.oncall.schedule import Layer, Schedule
from bot.text.rich import line, plain
from bot.text.words import LANGUAGES, Voice
from tests.oncall.desk import DAILY, PEOPLE, TURNS, Desk

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_each_hand_off_is_told_to_both_and_to_the_teams_room() -> None:
    desk = Desk()
    assert desk.told() == []
    desk.wait(days=1)
    assert desk.told() == ["slack:C1", "anna", "boris"]
    assert desk.book.state.on == ("boris",)
    desk.wait(days=2)
    assert desk.told() == ["slack:C1", "boris", "carlos", "slack:C1", "carlos", "anna"]


def test_after_an_outage_one_hand_off_is_told_with_who_is_on_call_now() -> None:
    desk = Desk()
    desk.now += 2 * DAY
    desk.do(HandOver())
    assert desk.told() == ["slack:C1", "anna", "carlos"]
    assert desk.do(HandOver()) == []


def test_whoever_takes_over_is_on_call_at_once_and_then_it_is_as_before() -> None:
    desk = Desk()
    assert desk.say("oncall take 2h", by="dana") == ["Changed", "HandedOver"]
    assert desk.told() == ["slack:C1", "anna"]
    assert (desk.on(), desk.on(hours=2)) == (("dana",), ("anna",))
    desk.wait(hours=2)
    assert desk.told() == ["slack:C1", "dana", "anna"]


def test_of_two_who_take_over_the_later_one_has_it() -> None:
    desk = Desk()
    desk.say("oncall take 4h", by="dana")
    desk.say("oncall take 2h", by="carlos")
    assert [desk.on(hours=hours) for hours in (0, 2, 4)] == [("carlos",), ("dana",), ("anna",)]
    desk.say("oncall cancel 2", by="carlos")
    assert desk.on() == ("dana",)


@pytest.mark.parametrize(
    ("said", "now", "tomorrow"),
    [
        ("oncall override dana --until tomorrow 12:00", ("dana",), ("dana",)),
        ("oncall override dana --instead anna --until tomorrow 12:00", ("dana",), ("boris",)),
        ("oncall override dana --how add --until tomorrow 12:00", ("anna", "dana"), ("boris", "dana")),
        ("oncall override anna --how remove --until tomorrow 12:00", (), ("boris",)),
        ("oncall override dana --from tomorrow 9:00 --until tomorrow 12:00", ("anna",), ("dana",)),
        ("oncall temporary dana, Carlos --until tomorrow 12:00", ("dana", "carlos"), ("dana", "carlos")),
        ("oncall temporary nobody --until tomorrow 9:30", (), ("boris",)),
    ],
)
def test_overrides(said: str, now: tuple[str, ...], tomorrow: tuple[str, ...]) -> None:
    desk = Desk()
    desk.say(said, by="boris")
    assert sorted(desk.on()) == sorted(now)
    assert sorted(desk.on(hours=24)) == sorted(tomorrow)
    assert desk.on(days=3) == ("anna",)


def test_what_is_for_later_is_told_now_to_whom_it_concerns() -> None:
    desk = Desk()
    assert desk.say("oncall override dana --from tomorrow 9:00 --until tomorrow 12:00", by="carlos") == ["Changed"]
    assert desk.told() == ["slack:C1", "boris", "dana"]
    assert desk.answer.startswith("✓ Dana: on call for web from 3 Mar 09:00 UTC to 3 Mar 12:00 UTC, instead of")


def test_what_holds_from_now_on_and_changes_a_later_turn_is_told_to_whom_it_concerns() -> None:
    desk = Desk()
    assert desk.say("oncall override dana --instead boris --until 3d", by="carlos") == ["Changed"]
    assert desk.told() == ["slack:C1", "boris", "dana"]
    desk.wait(hours=2)
    assert desk.say("oncall cancel 1", by="carlos") == ["TakenBack"]
    assert desk.told() == ["slack:C1", "boris", "dana"]


def test_whoever_is_not_on_call_later_hears_of_it_beside_the_hand_off_and_nobody_twice() -> None:
    desk = Desk()
    assert desk.say("oncall override dana --until tomorrow 12:00", by="carlos") == ["Changed", "HandedOver"]
    assert sorted(desk.told()) == ["anna", "boris", "dana", "slack:C1"]
    desk.now += HOUR
    assert desk.say("oncall cancel 1", by="carlos") == ["TakenBack", "HandedOver"]
    assert sorted(desk.told()) == ["anna", "boris", "dana", "slack:C1"]


def test_what_was_is_told_to_nobody() -> None:
    desk = Desk()
    desk.say("oncall override dana --until 2d", by="carlos")
    desk.wait(days=1, hours=1)
    desk.told()
    desk.say("oncall cancel 1", by="carlos")
    assert "anna" not in desk.told()


def test_the_gap_that_a_change_opens_is_told_with_it() -> None:
    desk = Desk()
    desk.say("oncall override boris --how remove --from tomorrow 9:00 --until tomorrow 12:00")
    assert "⚠ Nobody is on call from 3 Mar 09:00 UTC to 3 Mar 12:00 UTC." in desk.answer
    desk.say("oncall override dana --how add --from tomorrow 9:00 --until tomorrow 12:00")
    assert "⚠" not in desk.answer


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("oncall override dana --instead boris --until 2h", "change nothing"),
        ("oncall override anna --until 2h", "change nothing"),
        ("oncall override dana --how remove --until 2h", "change nothing"),
        ("oncall override dana --from tomorrow 9:00 --until 2h", "end before it starts"),
        ("oncall override dana --until today 9:00", "end before it starts"),
        ("oncall override dana --from 2028-01-01 9:00 --until 2028-01-02 9:00", "more than a year"),
        ("oncall cancel 7", "no change 7"),
        ("oncall swap anna", "with yourself"),
        ("oncall swap dana", "no such shift"),
        ("oncall accept 1", "no offer 1"),
        ("oncall decline 1", "no offer 1"),
    ],
)
def test_what_makes_no_sense_is_refused(said: str, why: str) -> None:
    desk = Desk()
    before = desk.book
    with pytest.raises(Refused) as no:
        desk.say(said)
    assert why in plain(desk.voice.phrase(no.value.phrase))
    assert desk.book == before


def test_an_override_that_came_by_an_override_is_moved_by_no_other() -> None:
    desk = Desk()
    desk.say("oncall override dana --instead anna --until 5h")
    with pytest.raises(Refused, match="change nothing"):
        desk.say("oncall override carlos --instead dana --until 5h")


def test_changes_do_not_grow_without_bound_and_those_that_are_over_are_let_go() -> None:
    desk = Desk()
    waiting = [Change(desk.now + HOUR, desk.now + 2 * HOUR, id, ("dana",)) for id in range(MOST)]
    desk.book = replace(desk.book, state=desk.book.state.with_changes(*waiting))
    with pytest.raises(Refused, match="waiting already"):
        desk.say("oncall override dana --until 10m")
    desk.wait(days=KEPT.days + 2)
    assert desk.book.state.changes == ()


# ---- swaps


def test_a_swap_is_offered_and_taken_and_is_two_changes_in_one_act() -> None:
    desk = Desk()
    assert desk.say("oncall swap boris", by="anna") == ["Offered"]
    assert desk.told() == ["boris"]
    assert desk.on() == ("anna",)
    card = duty_card(desk.entries[-1], desk.voice)
    assert [button.says for button in card.buttons] == ["oncall accept 1 web", "oncall decline 1 web"]
    with pytest.raises(Refused, match="made to"):
        desk.say(card.buttons[0].says, by="carlos")
    assert desk.say(card.buttons[0].says, by="boris") == ["Swapped", "HandedOver"]
    assert [desk.on(days=days) for days in range(4)] == [("boris",), ("anna",), ("carlos",), ("anna",)]
    with pytest.raises(Refused, match="no offer"):
        desk.say("oncall accept 1", by="boris")


def test_the_shifts_of_a_swap_can_be_named() -> None:
    desk = Desk()
    desk.say("oncall swap carlos --mine thu 12:00 --theirs sat 12:00", by="anna")
    with pytest.raises(Refused, match="no such shift"):
        desk.say("oncall swap carlos --mine fri 12:00", by="anna")
    desk.say("oncall swap carlos --mine thu 12:00 --theirs wed 12:00", by="anna")
    desk.say("oncall accept 2", by="carlos")
    assert [desk.on(days=days) for days in range(4)] == [("anna",), ("boris",), ("anna",), ("carlos",)]


def test_an_offer_is_declined_or_withdrawn_by_either_and_ends_with_the_shift() -> None:
    desk = Desk()
    for number, by in ((1, "boris"), (2, "anna")):
        desk.say("oncall swap boris", by="anna")
        with pytest.raises(Refused, match="between"):
            desk.say(f"oncall decline {number}", by="dana")
        assert desk.say(f"oncall decline {number}", by=by) == ["Withdrawn"]
    desk.say("oncall swap boris", by="anna")
    desk.wait(days=3)
    with pytest.raises(Refused, match="no offer"):
        desk.say("oncall accept 3", by="boris")
    assert desk.book.state.offers == ()


def test_a_swap_that_does_not_work_any_more_is_refused_when_it_is_taken() -> None:
    desk = Desk()
    desk.say("oncall swap boris", by="anna")
    desk.say("oncall override dana --from tomorrow 9:00 --until tomorrow 12:00", by="boris")
    with pytest.raises(Refused, match="cannot be swapped"):
        desk.say("oncall accept 1", by="boris")


# ---- the configuration changes below it


def test_a_new_configuration_is_looked_at_and_its_change_told() -> None:
    desk = Desk()
    desk.schedule = replace(DAILY, layers=(Layer((("dana",),), TURNS),))
    desk.do(HandOver())
    assert desk.told() == ["slack:C1", "anna", "dana"]
    assert plain(duty_card(desk.entries[-1], desk.voice).body).startswith(
        "Dana: on call for web now, for the next 30 days at least. Before: Anna"
    )


def test_a_schedule_that_is_not_configured_any_more_arms_nothing() -> None:
    desk = Desk()
    ask = replace(desk.ask("tocsin"), rules=replace(desk.rules, schedules={}))
    [event] = HandOver().decide(desk.book.state, ask)
    desk.book, _ = desk.book.write(event, now=desk.now, by="tocsin")
    assert list(desk.book.state.due()) == []
    assert list(HandOver().decide(desk.book.state, ask)) == []


def test_a_schedule_of_one_is_looked_at_now_and_then_without_a_word() -> None:
    alone = replace(DAILY, layers=(Layer((("anna",),), TURNS),))
    desk = Desk(alone)
    desk.wait(days=100)
    assert desk.told() == []


# ---- the weekly word on gaps


def test_gaps_are_told_on_monday_morning_and_only_then() -> None:
    desk = Desk(Schedule("web", DAILY.zone, ()))
    desk.wait(days=6, hours=22)
    assert desk.told() == []
    desk.wait(hours=1)
    assert desk.told() == ["slack:C1"]
    assert "⚠ Nobody is on call from" in plain(duty_card(desk.entries[-1], desk.voice).body)
    quiet = Desk()
    quiet.wait(days=8)
    assert "Reviewed" in [type(entry.event).__name__ for entry in quiet.entries]
    assert "quiet" not in quiet.told()


def test_a_gap_that_begins_is_told_loudly() -> None:
    desk = Desk()
    desk.say("oncall override boris --how remove --from tomorrow 9:00 --until tomorrow 12:00")
    desk.wait(days=1)
    card = duty_card(desk.entries[-1], desk.voice)
    assert card.tone == "warn"
    assert plain(card.body).startswith("NOBODY is on call for web now, until 12:00 UTC. Before: Anna")


def test_a_hand_off_names_the_open_incidents() -> None:
    desk = Desk()
    desk.wait(days=1)
    told = plain(duty_card(desk.entries[-1], desk.voice, [line("SEV1 #7 db is down")]).body)
    assert told == (
        "Boris: on call for web now, until 4 Mar 09:00 UTC. Before: Anna\nOpen incidents:\n• SEV1 #7 db is down"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_entry_can_be_kept_and_said(language: str) -> None:
    desk = Desk()
    desk.say("oncall override dana --how add --until 2h")
    desk.say("oncall override anna --how remove --until 1h")
    desk.say("oncall override dana --instead boris --from tomorrow 9:00 --until tomorrow 10:00")
    desk.say("oncall temporary nobody --from tomorrow 10:00 --until tomorrow 11:00")
    desk.say("oncall swap carlos --mine thu 12:00", by="anna")
    desk.say("oncall accept 5", by="carlos")
    desk.say("oncall swap carlos --mine sun 12:00 --theirs sat 12:00", by="anna")
    desk.say("oncall decline 8", by="carlos")
    desk.say("oncall cancel 4")
    desk.wait(days=8)
    voice = Voice(language, name=PEOPLE.name)
    for entry in desk.entries:
        assert decode(type(entry.event).__name__, encode(entry.event)) == entry.event
        assert plain(duty_card(entry, voice).body) or not entry.event.says
    assert thaw("schedule", freeze(desk.book.state)) == desk.book.state
