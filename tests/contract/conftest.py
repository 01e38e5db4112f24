"""One town a platform for a whole file: its state is new before each promise, its connection stays."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from adapters.playground.faults import ALL
from tests.adapters.haste import hurry
from tests.contract import town as towns
from tests.contract.town import Town


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=ALL)
async def platform(request: pytest.FixtureRequest) -> AsyncIterator[Town]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
            patch.setenv(name, "http://127.0.0.1:9")  # loopback must not go there
        hurry(patch)
        async with towns.town(request.param) as made:
            yield made


@pytest_asyncio.fixture(loop_scope="module")
async def town(platform: Town) -> AsyncIterator[Town]:
    """As new. In the end, nothing that the adapter asked was refused for its form."""
    platform.fresh()
    yield platform
    refused = list(platform.stand.refused)
    platform.faults.mend()
    assert refused == []
