"""How the house is, for whoever watches over it: alive, ready, and in figures."""

import asyncio
from collections.abc import Mapping
from typing import Any

from bot.engine.office import Office
from bot.store.census import census
from bot.store.store import StoreDown

PATIENCE = 5
"""Seconds that the database has to answer."""


class Watch:
    """What one process knows of itself."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.loops: Mapping[str, asyncio.Task[None]] = {}
        """All that must run until the house stops."""

    async def health(self) -> Mapping[str, Any]:
        """Whether it is alive: `loops`; and whether the database and each chat answer."""
        return {"database": await self._database(), "loops": all(self.running().values()), "chats": self.chats()}

    async def ready(self) -> Mapping[str, Any]:
        """Whether it can do its work: the database answers, everything runs, and every chat was tried at least once.

        A chat that is down is told and keeps nobody from working in the others.
        """
        told = await self.health()
        tried = all(state != "not tried yet" for state in told["chats"].values())
        return {
            "ready": told["database"] and told["loops"] and tried,
            **told,
            "loops": self.running(),
            "configuration": self.office.adoption.told(),
        }

    async def figures(self) -> bytes:
        """Everything that is counted, in Prometheus' text format. Raises `StoreDown`."""
        counted = await self.office.store.read(census)
        up = {name: self.office.up.get(name, False) for name in self.office.chats if name not in self.office.elsewhere}
        return self.office.figures.exposed(counted, up, self.running(), self.office.store.queued)

    def running(self) -> Mapping[str, bool]:
        """What must run, and whether it does."""
        return {name: not loop.done() for name, loop in self.loops.items()}

    def chats(self) -> Mapping[str, str]:
        """Each chat: `up`, `down`, `not tried yet`, or that another process listens to it."""
        return {name: self._chat(name) for name in self.office.chats}

    def _chat(self, name: str) -> str:
        if name in self.office.elsewhere:
            return "another process listens"
        up = self.office.up.get(name)
        return "not tried yet" if up is None else "up" if up else "down"

    async def _database(self) -> bool:
        try:
            async with asyncio.timeout(PATIENCE):
                await self.office.store.read(self.office.people)
        except (StoreDown, TimeoutError):
            return False
        return True
