"""What people follow: one spelling wherever it is written, and nothing there that no incident could be held against."""

import pytest

from bot.book import Ask, BookId, Refused, blank
from bot.incident.follow import Subscribe
from bot.people.following import Following, Sub, subject
from tests.core.desk import PEOPLE, RULES, START, Desk

STRANGE = ["sev²", "sev٣", "sev一", "sev9", "sev0", "sev", "sev-2", "SEV 22"]


def following(what: str) -> Sub:
    """What stands in the book after somebody subscribed. Raises `Refused`."""
    book = blank(BookId("following", "main"))
    ask = Ask(now=START, by="carlos", rules=RULES, people=PEOPLE)
    for event in Subscribe(what).decide(book.state, ask):
        book, _ = book.write(event, now=START, by="carlos")
    state: Following = book.state
    return state.subs[0]


@pytest.mark.parametrize("what", STRANGE)
def test_there_is_no_such_severity(what: str) -> None:
    with pytest.raises(Refused):
        following(what)
    with pytest.raises(ValueError, match="sev1 to sev5"):
        subject(what)


@pytest.mark.parametrize("what", STRANGE)
def test_whatever_is_followed_an_incident_can_be_declared(what: str) -> None:
    desk = Desk(following=(Sub(what.casefold(), "boris"), Sub("sev2", "carlos")))
    desk.say("declare db is down --sev 1")
    assert [each.who for each in desk.book.state.followers] == ["carlos"]


@pytest.mark.parametrize("what", ["Check Out", "check out", "CHECKOUT", " checkout "])
def test_a_service_is_followed_however_it_is_spelled(what: str) -> None:
    for sub in (following(what), Sub(subject(what), "carlos")):
        assert sub.fits(3, "Check Out")
        assert sub.fits(3, "checkout")
        assert not sub.fits(3, "")


@pytest.mark.parametrize("what", ["sevenrooms", "severance pay"])
def test_a_service_may_begin_like_a_severity(what: str) -> None:
    assert following(what).fits(5, what)


def test_what_is_public_again_is_followed_by_whoever_did_and_by_whoever_follows_its_kind() -> None:
    desk = Desk(following=(Sub("all", "carlos"), Sub("sev1", "boris")))
    desk.say("declare a leak --private")
    desk.say("subscribe", by="boris")
    desk.say("private off")
    assert [each.who for each in desk.book.state.followers] == ["boris", "carlos"]
    for words in ("private on", "private off"):
        desk.say(words)
    assert [each.who for each in desk.book.state.followers] == ["boris", "carlos"]
