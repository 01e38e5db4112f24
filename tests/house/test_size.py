"""No file and no function outgrows its reader."""

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]
FILE, FUNCTION = 350, 60
EXCUSED = {
    "bot/ports.py": "all the doors on one page: who writes an adapter reads this file and no other",
    "bot/store/migrations/versions/0001_tables.py:upgrade": "made by Alembic: the tables as they were first released",
}
"""A file or `file:function` that may be longer, and why."""


def sources() -> list[Path]:
    return [path for room in ("bot", "adapters", "scripts", "bench") for path in sorted((ROOT / room).rglob("*.py"))]


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """A file's functions, and how many lines each has."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{path.relative_to(ROOT)}:{node.name}", (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_file_outgrows_its_reader() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in sources()}
    assert not {name: length for name, length in lengths.items() if length > FILE and name not in EXCUSED}


def test_no_function_outgrows_its_reader() -> None:
    lengths = [pair for path in sources() for pair in functions(path)]
    print(f"functions: {len(lengths)}, median {median(length for _, length in lengths)} lines")
    assert not {name: length for name, length in lengths if length > FUNCTION and name not in EXCUSED}
    assert median(length for _, length in lengths) < 10
