"""A few hours of the weeks that `make simulate` lives."""

from datetime import timedelta

from tests.walks.weeks import live


async def test_nothing_is_lost_late_or_wrong(database_url: str) -> None:
    hours = 1 if database_url.startswith("postgres") else 3
    counts = await live(database_url, 12, timedelta(hours=hours), calls=60)
    print(counts)
    assert counts.incidents
    assert counts.sent
    assert counts.faults + counts.deaths + counts.stood_still
    assert not counts.wrong()
