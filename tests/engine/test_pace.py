"""Pace: limits kept, spread, learned and forgotten, on a clock that is a number."""

import random
from itertools import pairwise

import pytest

from bot.engine.pace import EDITS, Bucket, dared, edited, left, refused, rest, take, wait
from bot.ports import Pace

GROUP = Pace(scope="room", count=18, seconds=60, kept=5)
CHAT = Pace(scope="place", count=1, seconds=1)


def spend(
    bucket: Bucket, paces: list[Pace], until: float, *, spare: bool, now: float = 0
) -> tuple[Bucket, list[float]]:
    """Take as often as it may be taken: the bucket then, and when that was."""
    taken: list[float] = []
    while (now := now + wait(bucket, paces, now, spare=spare)) < until:
        bucket = take(bucket, paces, now)
        taken.append(now)
    return bucket, taken


def most(taken: list[float], seconds: float) -> int:
    """The fullest window of so many seconds."""
    return max(sum(start <= at < start + seconds for at in taken) for start in taken)


@pytest.mark.parametrize("spare", [True, False])
@pytest.mark.parametrize(
    "pace", [GROUP, CHAT, Pace(scope="place", count=5, seconds=5), Pace(scope="room", count=3, seconds=7)]
)
def test_no_window_holds_more_than_the_pace(pace: Pace, spare: bool) -> None:
    _, taken = spend(Bucket(), [pace], 600, spare=spare)
    assert most(taken, pace.seconds) == pace.count - (pace.kept if spare else 0)
    wanted = 600 / pace.seconds * (pace.count - (pace.kept if spare else 0))
    assert wanted * 0.95 <= len(taken) <= wanted + pace.count, "what may be taken is taken"


def test_the_narrowest_of_several_paces_holds() -> None:
    paces = [Pace(scope="room", count=5, seconds=2), Pace(scope="room", count=30, seconds=60)]
    _, taken = spend(Bucket(), paces, 300, spare=False)
    assert (most(taken, 2), most(taken, 60)) == (5, 30)


def test_chatter_leaves_what_is_kept() -> None:
    bucket, _ = spend(Bucket(), [GROUP], 60, spare=True)
    now = 59.9
    assert wait(bucket, [GROUP], now, spare=True) > 0
    _, cards = spend(bucket, [GROUP], now + 0.1, spare=False, now=now)
    assert len(cards) >= GROUP.kept


def test_chatter_is_spread_once_little_is_left() -> None:
    """The first at once, and then never a silence of most of a minute."""
    _, taken = spend(Bucket(), [GROUP], 600, spare=True)
    assert taken[8] == 0
    assert max(later - sooner for sooner, later in pairwise(taken)) <= 15


def test_how_full_it_is() -> None:
    bucket = Bucket()
    assert left(bucket, [GROUP], 0, spare=False) == 1
    for _ in range(9):
        bucket = take(bucket, [GROUP], 0)
    assert left(bucket, [GROUP], 1, spare=False) == 0.5
    assert left(bucket, [GROUP], 1, spare=True) == pytest.approx(4 / 13)
    assert left(bucket, [GROUP, CHAT], 0.5, spare=False) == 0
    assert left(bucket, [GROUP], 60, spare=False) == 1
    assert left(bucket, [], 1, spare=True) == 1


def test_a_refusal_freezes_halves_and_is_forgotten() -> None:
    bucket = refused(Bucket(), 7, 100)
    assert wait(bucket, [GROUP], 100, spare=False) == 7
    assert wait(bucket, [], 103, spare=False) == 4, "it freezes what has no known limit, too"
    assert left(bucket, [GROUP], 103, spare=False) == 0
    _, taken = spend(bucket, [GROUP], 110, spare=False, now=107)
    assert len(taken) == 9
    assert dared(bucket, 100 + 60) == pytest.approx(0.6)
    assert dared(bucket, 100 + 300) == 1
    assert dared(refused(refused(bucket, 1, 100), 1, 100), 100) == 0.125
    assert refused(bucket, 1, 100).until == 107, "a shorter wait does not undo a longer one"


def test_something_is_always_dared() -> None:
    bucket = Bucket()
    for _ in range(20):
        bucket = refused(bucket, 0, 0)
    assert wait(bucket, [GROUP, CHAT], 0, spare=True) == 0


def test_a_clock_that_jumped_back_holds_nobody_up() -> None:
    bucket, _ = spend(Bucket(), [GROUP], 10_000, spare=False)
    assert wait(bucket, [GROUP], 5_000, spare=False) == 0


def test_random_lives_keep_the_limits() -> None:
    dice = random.Random(3)
    for _ in range(50):
        pace = Pace(scope="room", count=dice.randint(1, 20), seconds=dice.choice([1, 2, 60]), kept=dice.randint(0, 3))
        bucket, now, taken = Bucket(), 0.0, []
        for _ in range(200):
            now += dice.expovariate(pace.count / pace.seconds)
            if not wait(bucket, [pace], now, spare=dice.random() < 0.5):
                bucket = take(bucket, [pace], now)
                taken.append(now)
            if dice.random() < 0.02:
                bucket = refused(bucket, dice.random() * 5, now)
        assert most(taken, pace.seconds) <= pace.count
        assert len(bucket.taken) <= pace.count


# ---- cards


def test_a_card_rests_for_five_messages_of_its_room() -> None:
    assert rest([CHAT]) == 5
    assert rest([Pace(scope="room", count=20, seconds=60), CHAT]) == 15
    assert rest([Pace(scope="platform", count=1, seconds=60)]) == 0


def test_the_first_changes_show_at_once_and_then_one_a_rest() -> None:
    tired, again, shown = 0.0, 0.0, []
    for tenth in range(1000):
        now = 1000 + tenth / 10
        if now >= again:
            tired, again = edited(tired, 5, now, low=False)
            shown.append(now - 1000)
    assert shown[: EDITS + 1] == pytest.approx([0, 0.1, 0.2, 0.3])
    assert len(shown) <= EDITS + 1 + 100 / 5


def test_where_little_is_left_each_edit_is_followed_by_a_rest() -> None:
    _, again = edited(0, 5, 1000, low=True)
    assert again == 1005
