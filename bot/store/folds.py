"""Which code folded a state: another version folds the entries anew."""

import sys
from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from bot.book import EVENTS, STATES


def fold_version() -> str:
    """A digest of the source of every package that defines a state or an event."""
    return _digest(frozenset(cls.__module__ for cls in (*EVENTS.values(), *STATES.values())))


@lru_cache
def _digest(modules: frozenset[str]) -> str:
    sources = sorted({path for module in modules for path in _sources(module)})
    return sha256(b"\0".join(path.read_bytes() for path in sources)).hexdigest()[:16]


def _sources(module: str) -> Iterable[Path]:
    # The whole package: what an event is made of stands beside it, in modules that define no event.
    file = sys.modules[module].__file__ if module in sys.modules else None
    if file and "." in module:
        return Path(file).parent.glob("*.py")
    return [Path(file)] if file else []
