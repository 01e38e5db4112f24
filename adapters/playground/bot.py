"""The bot as the demo runs it: a process of its own, which may be killed in the middle of anything."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import msgspec

COMMAND = (sys.executable, "-c", "from bot.cli import app; app()", "understudy")
REST = 1.0
"""Seconds after which a bot that died by itself, or by somebody else's hand, is started again."""
PARTING = 20.0
"""Seconds that it has to end in peace."""


class Unborn(OSError):
    """The bot did not start: what it said of it stands above."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class Bot:
    """One bot, again and again on the same database. `changed` is called when it lives, and when it is dead."""

    def __init__(
        self,
        settings: Mapping[str, Any],
        changed: Callable[[], None],
        log: str = "error",
        command: Sequence[str] = COMMAND,
    ) -> None:
        self.settings, self.changed, self.log, self.command = settings, changed, log, command
        self.ahead = 0.0
        """Seconds by which its clock was pushed."""
        self.up = False
        self.deaths = 0
        self.pid = 0
        self._process: Process | None = None
        self._wanted = asyncio.Event()

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Bot"]:
        """At work, and started again whenever it dies, until left. Raises `Unborn`."""
        process = await self._born()
        self._wanted.set()
        watching = asyncio.get_running_loop().create_task(self._watch(process))
        try:
            yield self
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            await self._part()

    async def kill(self) -> None:
        """Kill it, as `kill -9` does; it stays dead until it is started."""
        self._wanted.clear()
        if self._alive:
            self._alive.kill()
            await self._alive.wait()

    def start(self) -> None:
        """Start it again."""
        self._wanted.set()

    def push(self, seconds: float) -> None:
        """Let time pass for it."""
        self.ahead += seconds
        if self._alive and self._alive.stdin:
            self._alive.stdin.write(b"%f\n" % self.ahead)

    @property
    def _alive(self) -> Process | None:
        return self._process if self._process is not None and self._process.returncode is None else None

    async def _watch(self, process: Process) -> None:
        while True:
            await process.wait()
            self.up, self.deaths = False, self.deaths + 1
            self.changed()
            if self._wanted.is_set():
                await asyncio.sleep(REST)
            await self._wanted.wait()
            with suppress(Unborn):
                process = await self._born()

    async def _born(self) -> Process:
        """A bot at work."""
        # A group of its own: Ctrl-C ends the demo, and the demo ends its bot.
        self._process = process = await asyncio.create_subprocess_exec(
            *self.command, stdin=PIPE, stdout=PIPE, process_group=0
        )
        if process.stdin is None or process.stdout is None:
            raise Unborn
        first = {"settings": self.settings, "log": self.log, "ahead": self.ahead}
        process.stdin.write(msgspec.json.encode(first) + b"\n")
        if await process.stdout.readline() != b"awake\n":
            await process.wait()
            raise Unborn
        self.up, self.pid = True, process.pid
        self.changed()
        return process

    async def _part(self) -> None:
        """Nothing more is said to it: it ends in peace, or is ended."""
        if (alive := self._alive) is None or alive.stdin is None:
            return
        alive.stdin.close()
        try:
            await asyncio.wait_for(alive.wait(), PARTING)
        except TimeoutError:
            alive.kill()
            await alive.wait()
