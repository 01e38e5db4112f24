"""Where a key stands in a TOML file. The parser itself is asked: nothing here reads TOML by other rules."""

import tomllib
from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

ENDS = ("", "]", "}", "}]", "]}", "]}]", "}}", '"""', "'''", '"""]', "''']", "]]", '"""}', "'''}")
"""What may be missing where a file is cut after one of its lines."""


def line_of(text: str, path: Sequence[Any]) -> int:
    """The line, from 1, in which a key appears: the nearest table around it where the key itself is missing.

    `path` holds keys and positions in lists, as pydantic names a place.
    """
    for end in range(len(path), 0, -1):
        if found := _first(text, path[:end]):
            return found
    return 1


def _first(text: str, path: Sequence[Any]) -> int:
    """The first line up to which the file holds this; 0 where it does not. A key that is there stays there."""
    lines = text.splitlines()
    if not _holds(lines, path):
        return 0
    return bisect_left(range(1, len(lines) + 1), True, key=lambda count: _holds(lines[:count], path)) + 1


def _holds(lines: Sequence[str], path: Sequence[Any]) -> bool:
    value: Any = _read(lines)
    for key in path:
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            return False
    return True


def _read(lines: Sequence[str]) -> Any:
    """What the lines say; those at the end that say nothing by themselves are left out."""
    for count in range(len(lines), 0, -1):
        for end in ENDS:
            try:
                return tomllib.loads("\n".join(lines[:count]) + end)
            except tomllib.TOMLDecodeError:
                continue
    return {}
