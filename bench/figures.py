"""What the benchmarks share in counting: shares of a sample, a table, and a bare commit to compare with."""

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from statistics import median
from time import perf_counter

Row = Sequence[object]


def at(share: float, sample: Iterable[float]) -> float:
    """The value below which so large a share of a sample lies: `at(0.99, seconds)`."""
    ordered = sorted(sample)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def ms(seconds: float) -> str:
    """Milliseconds, three digits that matter."""
    return f"{seconds * 1000:.{2 if seconds < 0.01 else 1 if seconds < 0.1 else 0}f}"


def times(ratio: float) -> str:
    """A ratio."""
    return f"{ratio:.2f}x"


def spread(ratios: Sequence[float]) -> str:
    """The median of the runs' ratios, and the lowest and highest of them: how noisy it was."""
    return f"{median(ratios):.2f}x ({min(ratios):.2f}-{max(ratios):.2f})"


def table(title: str, head: Row, rows: Sequence[Row]) -> None:
    """Print rows in columns: the first to the left, figures to the right."""
    lines = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    print(f"\n{title}")
    for line in lines:
        first, *rest = (cell.rjust(width) for cell, width in zip(line, widths, strict=True))
        print("  " + "  ".join((line[0].ljust(len(first)), *rest)))


class BareCommit:
    """One row in one durable transaction, as SQLite alone does it: in a WAL, synced before it returns."""

    def __init__(self, folder: Path) -> None:
        self._db = sqlite3.connect(folder / "bare.db", isolation_level=None)
        for line in (
            "PRAGMA journal_mode = WAL",
            "PRAGMA synchronous = FULL",
            "CREATE TABLE entries (id INTEGER PRIMARY KEY, body TEXT)",
        ):
            self._db.execute(line)

    def commit(self) -> float:
        """Seconds that it took."""
        begin = perf_counter()
        self._db.execute("BEGIN IMMEDIATE")
        self._db.execute("INSERT INTO entries (body) VALUES (?)", ("x" * 300,))
        self._db.execute("COMMIT")
        return perf_counter() - begin

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()


def rows_of(database: Path, statement: str) -> list[tuple[object, ...]]:
    """What a query finds among what is committed."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
        return db.execute(statement).fetchall()
