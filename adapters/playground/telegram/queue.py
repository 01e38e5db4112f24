"""The bot's queue: what it is told, how long that waits, and how it is fetched."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any

from adapters.playground.faults import Faults
from adapters.playground.telegram.shapes import Update

DAY, PRESS = 86400, 150
"""Seconds that an update waits for the bot, and that a press does."""
EXTRA = ("message_reaction", "message_reaction_count", "chat_member")
"""What only a bot that asks for it is told."""
MOST = 100
"""Updates at a time."""
NEWER = {"is_holographic": True, "hologram": {"shape": "cone", "of": [1, 2, 3]}}
"""What nobody knows yet."""


class Queue:
    """Updates in the order of their numbers, until they are confirmed or too old."""

    def __init__(self, now: Callable[[], int], faults: Faults) -> None:
        self.now, self.faults = now, faults
        # As new, and yet never the same twice: who kept the last run's ids must not meet them again.
        self._ids = count(now())
        self.wanted: Sequence[str] = ()
        self.arrived = asyncio.Event()
        self.polls = 0
        self.rows: list[tuple[int, Update]] = []

    def tell(self, kind: str, content: Mapping[str, Any]) -> None:
        """Queue an update, if the bot wants that kind."""
        if not ((kind in self.wanted) if self.wanted else (kind not in EXTRA)):
            return
        newer = NEWER if self.faults.strikes("unknown_fields") else {}
        row = (self.now(), {"update_id": next(self._ids), kind: {**content, **newer} if newer else content, **newer})
        self.rows += [row, row] if self.faults.strikes("duplicate") else [row]
        self.arrived.set()

    def garble(self) -> None:
        """Queue what cannot be read."""
        self.put({"message": {"message_id": "seven", "chat": [], "from": 5, "entities": {"offset": "x"}}})

    def foretell(self) -> None:
        """Queue an update of a kind that nobody knows yet."""
        self.put({"hologram_update": NEWER})

    def put(self, update: Update) -> None:
        """Queue an update of any shape, wanted or not."""
        self.rows.append((self.now(), {"update_id": next(self._ids), **update}))
        self.arrived.set()

    def waiting(self, offset: int, limit: int) -> list[Update]:
        """What the bot has not had yet; what lies before the offset is forgotten, and what is too old."""
        if offset < 0:
            self.rows = self.rows[offset:]
        self.rows = [
            (at, update) for at, update in self.rows if update["update_id"] >= offset and self._new(at, update)
        ]
        return [update for _, update in self.rows[: max(1, min(limit or MOST, MOST))]]

    def _new(self, at: int, update: Update) -> bool:
        return self.now() - at <= (PRESS if "callback_query" in update else DAY)
