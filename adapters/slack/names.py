"""Names for channels."""

import unicodedata
from collections.abc import Iterator

MOST = 80
TRIES = 5
"""How many names a room is tried under before it is given up."""


def names(title: str) -> Iterator[str]:
    """The names under which a room is tried: its own, with a number where that is taken, and in bare ASCII at last."""
    name = channel_name(title)
    yield name
    yield from (f"{name[: MOST - 4]}-{number}" for number in range(2, TRIES + 1))
    # A workspace may take no letters but these; with the number that the title begins with it is still told apart.
    bare = bare_name(title)
    if bare != name:
        yield bare
        yield from (f"{bare[: MOST - 4]}-{number}" for number in range(2, TRIES + 1))


def channel_name(title: str) -> str:
    """A title as the platform allows it for a channel: `#42 DB is down!` becomes `inc-42-db-is-down`.

    At most 80 lower-case letters of any script, digits, hyphens and underscores.
    """
    return _slug(unicodedata.normalize("NFKC", title).lower())


def bare_name(title: str) -> str:
    """The same in ASCII alone: `#42 база упала` becomes `inc-42`, `#7 Café` becomes `inc-7-cafe`."""
    letters = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    return _slug(letters.lower())


def _slug(letters: str) -> str:
    # Marks are kept: many scripts write their vowels with them.
    kept = "".join(each if unicodedata.category(each)[0] in "LNM" else " " for each in letters)
    return "-".join(("inc", *kept.split()))[:MOST].rstrip("-")
