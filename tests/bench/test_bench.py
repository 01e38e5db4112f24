"""Every benchmark still runs and prints its figures; what they are is nobody's business here."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[2] / "bench"


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", ["command", "growth", "memory", "pages", "schedule", "timers"])
def test_a_benchmark_prints_its_figures(name: str, request: pytest.FixtureRequest) -> None:
    if name == "timers":
        request.getfixturevalue("postgres_server")  # run by root, the first one makes a user: one at a time
    done = subprocess.run(
        [sys.executable, BENCH / f"{name}.py", "--quick"], check=False, capture_output=True, text=True, timeout=290
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"^  \w.* \d+\.\d+x", done.stdout, re.MULTILINE), done.stdout
