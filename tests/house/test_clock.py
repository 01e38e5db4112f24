"""Who asks this machine what time it is: nobody who decides anything. Processes go by their database's clock."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ASKED = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns", "localtime"}
MAY = {
    "adapters/mark.py": "about a day is read back",
    "adapters/notify/email.py": "the date on a letter",
    "adapters/notify/links.py": "about a day is a link good for, however far the clocks of two processes are apart",
    "adapters/slack/chat.py": "about ten minutes before the start are looked through",
    "adapters/telegram/groups.py": "about a day is an invitation good for",
    "adapters/telegram/topics.py": "about a day tells Telegram what it did",
    "bot/cli/understudy.py": "the demo has one process",
    "bot/engine/adopt.py": "it is shown when the configuration was read",
    "bot/run/examine.py": "who is on call in the next thirty days, as a person asks it",
    "bot/store/examine.py": "it is held against the database's",
    "bot/store/hand.py": "a database in a file has one process",
}
"""Where the machine's own clock is asked, and what for."""
SOURCES = [
    path
    for folder in ("bot", "adapters")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "playground" not in path.parts
]


def asked(source: str) -> Iterator[str]:
    """What of the clock's a module names."""
    if not any(name in source for name in ASKED):
        return
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute | ast.Name) and (name := ast.unparse(node)) in ASKED:
            yield name


def test_the_machines_own_clock_is_asked_only_where_minutes_do_not_matter() -> None:
    found = {str(path.relative_to(ROOT)) for path in SOURCES if any(asked(path.read_text("utf-8")))}
    assert found == set(MAY)


@pytest.mark.parametrize("source", ["datetime.now(UTC)", "x = time.time", "date.today()", "time.time_ns()"])
def test_it_would_be_found(source: str) -> None:
    assert list(asked(source))
