"""The faults that outlast their mending: each befalls a town of its own, one at a time.

Discord's library keeps its addresses in its classes, so that two such towns cannot stand side by side.
"""

import pytest

from adapters.playground.faults import ROWS
from tests.adapters.haste import hurry
from tests.contract.proofs import LASTING, befall
from tests.contract.town import town


@pytest.mark.parametrize(
    ("fault", "platform"), [(fault, platform) for fault in sorted(LASTING) for platform in ROWS[fault].on]
)
async def test_the_adapter_lives_with(fault: str, platform: str, monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch)
    async with town(platform) as made:
        await befall(made, fault)
        assert made.stand.refused == []
