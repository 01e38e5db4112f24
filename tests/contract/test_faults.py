"""The fault menu, fault by fault, on every platform that has it; and the list of both."""

import pytest

from adapters.playground.faults import ALL, MENU, ROWS
from tests.contract.proofs import LASTING, PROOFS, befall
from tests.contract.town import Town


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("fault", [fault.name for fault in MENU if fault.on and fault.name not in LASTING])
async def test_the_adapter_lives_with(town: Town, fault: str) -> None:
    if town.platform not in ROWS[fault].on:
        return
    await befall(town, fault)


def test_every_fault_is_tried_or_says_why_not(capsys: pytest.CaptureFixture[str]) -> None:
    """Prints the list of faults by platforms; fails where one is missing."""
    table = [f"{'fault':<28}" + "".join(f"{platform:<10}" for platform in ALL)]
    for fault in MENU:
        marks = [mark(fault.name, platform) for platform in ALL]
        why = " ".join(sorted(set(fault.not_on.values())))
        table.append(f"{fault.name:<28}" + "".join(f"{each:<10}" for each in marks) + why)
    with capsys.disabled():
        print("\n" + "\n".join(table))
    assert "missing" not in "\n".join(table)
    assert set(PROOFS) <= set(ROWS)


def mark(fault: str, platform: str) -> str:
    """Done, missing, or that it never happens there."""
    if platform not in ROWS[fault].on:
        return "-"
    return "done" if fault in PROOFS else "missing"
