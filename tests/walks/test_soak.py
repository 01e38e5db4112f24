"""A few minutes of the busy day that `make soak` lives for an hour."""

import pytest

from tests.walks.soak import live


@pytest.mark.timeout(300)
async def test_nothing_is_lost_on_a_busy_day(database_url: str) -> None:
    counts = await live(database_url, 12, 200)
    print(counts)
    assert counts.incidents
    assert counts.pages_sent
    assert counts.faults
    assert not counts.wrong()
