"""Time that passes when a test says so, and processes whose own clocks are wrong."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from types import ModuleType
from typing import Any

real_time = time.time
OWN = ContextVar("OWN", default=0.0)
"""By how many seconds the machine's clock is ahead of the world's, for whoever runs in this context."""


class PushedClock:
    """A clock that stands still until it is pushed; engine, store and playground share it."""

    def __init__(self, at: datetime = datetime(2026, 3, 2, 10, 2, tzinfo=UTC)) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    __call__ = now

    def push(self, **length: float) -> None:
        """Let time pass."""
        self.at += timedelta(**length)


class Askew(datetime):
    """What `datetime` is to a module on a machine whose clock is wrong."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Any:
        """The machine's time."""
        return datetime.now(tz) + timedelta(seconds=OWN.get())


def askew(put: Callable[[ModuleType, str, Any], None] = setattr) -> None:
    """From now on whatever is loaded and asks its machine's clock is told what `OWN` makes of it.

    But for the store: it is given a clock, or asks the database.
    """
    put(time, "time", lambda: real_time() + OWN.get())
    for name, module in list(sys.modules.items()):
        if name.startswith(("bot.", "adapters.")) and name != "bot.store.hand" and _asks(module):
            put(module, "datetime", Askew)


def _asks(module: ModuleType) -> bool:
    file = getattr(module, "__file__", None)
    return bool(file) and "datetime.now(" in Path(str(file)).read_text("utf-8")


@contextmanager
def ahead(seconds: float) -> Iterator[None]:
    """Within, what is begun runs on a machine whose clock is so much ahead; behind, where it is below zero."""
    before = OWN.set(seconds)
    try:
        yield
    finally:
        OWN.reset(before)
