"""The chapters beside the main one: each command, what it does, what it refuses."""

from datetime import timedelta

import pytest

from bot.book import BookId, Event, Refused, event
from bot.incident.rooms import NoticeRoom, OpenRoom
from bot.incident.severity import Audience, Status
from bot.people.following import Sub
from bot.people.may import may
from bot.ports import Handle, MessageId, Remark
from tests.core.desk import ANNA, BORIS, CARLOS, START, Desk

ROOM = "slack:C1"


def fire(words: str = "declare db is down --sev 1") -> Desk:
    desk = Desk()
    desk.say(words)
    return desk


# ---- ends


def test_closing_comes_after_resolving_and_puts_the_rooms_away_later() -> None:
    desk = fire()
    desk.do(OpenRoom(ROOM))
    with pytest.raises(Refused, match="still open"):
        desk.say("close")
    desk.say("resolve it was the disk")
    desk.say("close")
    assert desk.book.state.status is Status.CLOSED
    desk.wait(timedelta(hours=23))
    assert not desk.book.state.shut
    desk.wait(timedelta(hours=1))
    assert desk.book.state.shut
    assert [(look.subject, look.place) for look in desk.book.state.looks() if look.platform == "slack"][-1] == (
        "shut",
        ROOM,
    )


def test_a_reopened_incident_gets_rooms_of_its_own_again() -> None:
    desk = fire()
    desk.do(OpenRoom(ROOM))
    for line in ("resolve", "close", "room close", "reopen it came back"):
        desk.say(line)
    state = desk.book.state
    assert (state.rooms, state.old_rooms, state.shut, state.era) == ({}, (ROOM,), False, 1)
    assert state.open


def test_a_cancelled_incident_pages_nobody_and_can_be_opened_again() -> None:
    desk = fire()
    desk.say("cancel a test fired it")
    desk.wait(timedelta(hours=2))
    assert desk.paged() == ["anna"]
    with pytest.raises(Refused, match="was cancelled"):
        desk.say("ack")
    desk.say("reopen it is real")
    assert desk.paged() == ["anna", "anna"]


def test_a_merged_incident_goes_on_in_the_other_with_its_rooms() -> None:
    desk = fire()
    desk.do(OpenRoom(ROOM))
    desk.other("2", "declare checkout is down --sev 4")
    desk.say("merge 2")
    other = desk.others[BookId("incident", "2")].state
    assert desk.book.state.status is Status.MERGED
    assert not list(desk.book.state.keys())
    assert f"place {ROOM}" in list(other.keys())
    assert other.live, "it was being paged for: whoever goes on is paged for, too"
    for line in ("ack", "reopen why not", "update still here"):
        with pytest.raises(Refused, match="was merged into"):
            desk.say(line)


@pytest.mark.parametrize(("sev", "calls"), [("4", ["default", "Carlos Diaz"]), ("1", ["default", "Carlos Diaz"])])
def test_whoever_was_asked_for_by_name_is_asked_in_the_other_too(sev: str, calls: list[str]) -> None:
    desk = fire()
    desk.say("page carlos")
    desk.other("2", f"declare checkout is down --sev {sev}")
    desk.say("merge 2")
    other = desk.others[BookId("incident", "2")].state
    assert [call.policy for call in other.live] == calls
    assert len({call.id for call in other.live}) == 2
    assert [timer.name for timer in other.due() if "climb" in timer.name] == ["climb 1", "climb 2"]


def test_who_answered_is_not_asked_in_the_other() -> None:
    desk = fire()
    for line in ("page carlos", "ack"):
        desk.say(line)
    desk.other("2", "declare checkout is down --sev 4")
    desk.say("merge 2")
    assert desk.others[BookId("incident", "2")].state.live == ()


def test_merging_is_refused_where_it_makes_no_sense() -> None:
    desk = fire("declare a secret --private")
    with pytest.raises(Refused, match="There is no incident"):
        desk.say("merge 9")
    desk.others[desk.book.id] = desk.book
    with pytest.raises(Refused, match="into itself"):
        desk.say("merge #1 1")
    desk.other("2", "declare in the open")
    with pytest.raises(Refused, match="is private"):
        desk.say("merge 2")


def test_an_open_room_never_speaks_for_a_private_incident() -> None:
    desk = fire()
    desk.do(OpenRoom(ROOM))
    desk.other("2", "declare a secret --private")
    desk.say("merge 2")
    assert desk.others[BookId("incident", "2")].state.annexes == ()


def test_incidents_and_pages_that_belong_together_are_linked() -> None:
    desk = fire()
    desk.other("7", "declare the disk is full")
    desk.say("link #7")
    assert (desk.book.state.related, desk.others[BookId("incident", "7")].state.related) == (("7",), ("1",))
    desk.say("link https://dash.example.org/db The dashboard")
    assert desk.book.state.links == {"https://dash.example.org/db": "The dashboard"}
    with pytest.raises(Refused, match="neither"):
        desk.say("link javascript:alert(1)")


# ---- snoozing


def test_a_snooze_holds_the_ladder_where_it_stands() -> None:
    desk = fire()
    desk.wait(timedelta(minutes=5))
    assert desk.paged() == ["anna", "boris"]
    desk.say("snooze 2h")
    desk.wait(timedelta(minutes=119))
    assert desk.paged() == ["anna", "boris"]
    desk.wait(timedelta(minutes=1))
    assert desk.paged() == ["anna", "boris", "boris"]


def test_whoever_is_asked_for_during_a_snooze_is_paged_until_they_answer() -> None:
    desk = fire()
    desk.say("snooze 2h")
    desk.say("page carlos")
    assert desk.paged() == ["anna", "carlos"]
    assert not desk.book.state.sleeps(desk.book.state.calls[-1])
    assert [timer.name for timer in desk.book.state.due() if timer.name.startswith("climb")] == ["climb 2"]
    desk.say("snooze 3h")
    assert not [timer for timer in desk.book.state.due() if timer.name.startswith("climb")]


def test_a_snooze_of_what_somebody_has_pages_when_it_is_over() -> None:
    desk = fire()
    desk.say("ack")
    desk.say("snooze tomorrow 9:00")
    desk.wait(timedelta(hours=22, minutes=59))
    assert desk.paged() == ["anna", "anna"]
    assert desk.book.state.acked is None


@pytest.mark.parametrize("line", ["escalate", "sev 1"])
def test_what_gets_worse_ends_a_snooze(line: str) -> None:
    desk = fire("declare db is slow --sev 3")
    desk.say("snooze 2h")
    desk.say(line)
    assert desk.book.state.snoozed is None
    assert len(desk.paged()) == 2


@pytest.mark.parametrize("when", ["8d", "2026-01-01"])
def test_a_snooze_ends_within_a_week(when: str) -> None:
    with pytest.raises(Refused, match="within a week"):
        fire().say(f"snooze {when}")


# ---- people


def test_handing_off_pages_whoever_takes_it_until_they_answer() -> None:
    desk = fire()
    desk.say("ack")
    desk.say("assign ic me")
    desk.say("handoff boris you know the disk")
    state = desk.book.state
    assert (state.acked.by, state.roles["commander"]) == ("boris", "boris")
    assert desk.paged() == ["anna", "boris"]
    desk.wait(timedelta(minutes=5))
    assert desk.paged() == ["anna", "boris", "boris"]
    desk.say("ack", by="boris")
    desk.wait(timedelta(hours=1))
    assert desk.paged() == ["anna", "boris", "boris"]


def test_taking_over_pages_nobody() -> None:
    desk = fire()
    desk.say("ack")
    desk.say("handoff me", by="boris")
    assert (desk.book.state.acked.by, desk.paged()) == ("boris", ["anna"])


def test_who_joins_is_in_it_and_who_leaves_is_not() -> None:
    desk = fire("declare quiet --sev 5")
    desk.say("join", by="carlos")
    desk.say("assign scribe carlos")
    assert "carlos" in desk.book.state.members
    desk.say("leave", by="carlos")
    assert "carlos" not in desk.book.state.members
    with pytest.raises(Refused, match="not in it"):
        desk.say("leave", by="carlos")
    desk.say("ack")
    with pytest.raises(Refused, match="handoff"):
        desk.say("leave")


def test_a_policy_can_be_paged_by_its_name() -> None:
    desk = fire("declare quiet --sev 5")
    desk.say("page default the database")
    assert desk.paged() == ["anna"]
    desk.wait(timedelta(minutes=5))
    assert desk.paged() == ["anna", "boris"]


# ---- what is written


def test_a_message_is_pinned_once_with_its_author_and_time() -> None:
    desk = fire()
    said = Remark(message=MessageId("17"), text="the disk is full", by=Handle("slack", "U3"), name="carlos", at=START)
    desk.pin(said)
    event = desk.entries[-1].event
    assert (event.author, event.text, event.said_at) == ("carlos", "the disk is full", START)  # type: ignore[attr-defined]
    with pytest.raises(Refused, match="already"):
        desk.pin(said)
    with pytest.raises(Refused, match="Which message"):
        desk.say("pin")
    with pytest.raises(Refused, match="do not know that message"):
        desk.pin(Remark(message=MessageId("18"), link="https://t.me/c/1/18"))
    desk.pin(Remark(message=MessageId("19"), by=Handle("slack", "U3"), name="carlos"))  # a picture has no words


def test_tasks_are_added_assigned_and_done() -> None:
    desk = fire()
    desk.say("task add fail over to Frankfurt --for boris")
    desk.say("todo call the customer")
    desk.say("task assign 2 me")
    desk.say("task done 1")
    assert [(task.id, task.owner, task.done) for task in desk.book.state.tasks] == [
        (1, "boris", True),
        (2, "anna", False),
    ]
    for wrong in ("task done 1", "task done 9"):
        with pytest.raises(Refused, match="no open task"):
            desk.say(wrong)


def test_finished_tasks_do_not_pile_up_in_the_state() -> None:
    desk = fire()
    for number in range(1, 41):
        desk.say(f"task add thing {number}")
        desk.say(f"task done {number}")
    assert len(desk.book.state.tasks) == 20


# ---- private


def test_a_private_incident_is_seen_by_who_is_in_it_and_by_administrators() -> None:
    desk = fire("declare a leak --sev 5 --private")
    seen = [person for person in (ANNA, BORIS, CARLOS) if may(person, "read", desk.book.state)]
    assert seen == [ANNA]
    assert not may(None, "read", desk.book.state)
    desk.say("invite boris")
    assert may(BORIS, "read", desk.book.state)
    desk.say("page carlos")
    assert may(CARLOS, "read", desk.book.state), "who is paged must see what for"


def test_what_becomes_private_leaves_its_open_rooms() -> None:
    desk = fire()
    desk.do(OpenRoom(ROOM))
    desk.say("subscribe", by="carlos")
    entry = desk.say("private on")[0]
    state = desk.book.state
    assert (state.rooms, state.old_rooms) == ({}, (ROOM,))
    assert [send.to for send in entry.event.sends(state, entry)] == [ROOM]
    assert {look.subject for look in state.looks()} == {"hall", "room", f"left {ROOM}"}
    assert ROOM not in [str(place) for place in state.places]


# ---- following


def test_who_follows_a_severity_hears_of_what_is_declared() -> None:
    desk = Desk(following=(Sub("sev2", "carlos"), Sub("checkout", "slack:C9", "exec", "zh-hans"), Sub("sev1", "boris")))
    desk.say("declare it is slow --sev 2 --service Checkout")
    assert {each.who: each.view for each in desk.book.state.followers} == {
        "carlos": Audience.RESPONDER, "slack:C9": Audience.EXEC,
    }  # fmt: skip
    told = [send.to for send in desk.entries[0].event.sends(desk.book.state, desk.entries[0]) if send.kind == "notice"]
    assert told == ["carlos"]
    desk.say("sev 1")
    assert "boris" in {each.who for each in desk.book.state.followers}


def test_a_private_incident_is_followed_by_nobody() -> None:
    desk = Desk(following=(Sub("all", "carlos"),))
    desk.say("declare a leak --private")
    desk.say("sev 1")
    assert desk.book.state.followers == ()


def test_executives_hear_only_what_everybody_should_know() -> None:
    desk = Desk(following=(Sub("all", "slack:C9", "exec"),))
    desk.say("declare it is slow")
    for line, told in (("ack", False), ("task add look", False), ("update better now", True), ("resolve", True)):
        entry = desk.say(line)[-1]
        sends = entry.event.sends(desk.book.state, entry)
        assert ("slack:C9" in [send.to for send in sends]) is told, line


# ---- rooms


@pytest.mark.parametrize(("what", "says"), [("gone", "is gone"), ("left", "was taken out")])
def test_a_room_that_is_gone_is_told_in_the_others_and_opened_again_when_asked(what: str, says: str) -> None:
    desk = fire()
    for place in (ROOM, "discord:5"):
        desk.do(OpenRoom(place))
    entry = desk.do(NoticeRoom(ROOM, what))[0]
    assert says in entry.event.phrase(entry).text
    assert [send.to for send in entry.event.sends(desk.book.state, entry)] == ["discord:5"]
    assert not [look for look in desk.book.state.looks() if (look.subject, look.platform) == ("room", "slack")]
    desk.say("room open")
    assert [look for look in desk.book.state.looks() if (look.subject, look.platform) == ("room", "slack")]
    with pytest.raises(Refused, match="No war room is missing"):
        desk.say("room open")


def test_a_room_that_moved_is_followed() -> None:
    desk = fire()
    desk.do(OpenRoom(ROOM))
    desk.do(NoticeRoom(ROOM, "moved", now="slack:C2"))
    assert list(desk.book.state.keys()) == ["place slack:C2"]


def test_no_two_events_have_one_name() -> None:
    with pytest.raises(TypeError, match="two events"):

        @event
        class Declared(Event):
            """Another."""
