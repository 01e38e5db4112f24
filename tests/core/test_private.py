"""Private incidents that meet others: whoever may read one reads no other by it."""

import pytest

from bot.book import BookId, Refused
from bot.incident.rooms import OpenRoom
from tests.core.desk import Desk

ROOM, TWO = "slack:C1", BookId("incident", "2")


def desk(words: str, private: bool = False) -> Desk:
    made = Desk()
    made.say(words)
    made.do(OpenRoom(ROOM, private))
    return made


def test_who_is_in_a_private_duplicate_reads_no_other_private_incident_by_a_merge() -> None:
    one = desk("declare a leak --sev 5 --private", private=True)
    one.say("invite carlos")
    two = one.other("2", "declare another leak --sev 5 --private")
    with pytest.raises(Refused, match="would read") as no:
        one.say("merge 2")
    assert no.value.phrase.values["who"] == ("carlos",)
    two.say("invite carlos")
    one.others[TWO] = two.book
    one.say("merge 2")
    assert one.others[TWO].state.annexes == (ROOM,)


def test_what_absorbed_another_leaves_both_their_rooms_when_it_becomes_private() -> None:
    one = desk("declare db is down --sev 5")
    two = one.other("2", "declare checkout is down --sev 5")
    one.say("merge 2")
    two.book = one.others[TWO]
    two.say("private on")
    assert (two.book.state.places, two.book.state.old_rooms) == ((), (ROOM,))
