"""The demo's bot: a process of its own, so that it can be killed in the middle of anything and started again.

It is told on standard input: first one line with its configuration, then a line for each push of its clock. When
nothing more can come, it stops.
"""

import asyncio
import sys
from datetime import UTC, datetime, timedelta

import msgspec

from bot.cli.plainly import go

LONGEST = 1 << 20
"""Bytes in a line, at most."""


class Pushed:
    """The machine's clock, and as much more as somebody pushed it."""

    ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


def understudy() -> None:
    """The demo's bot, in a process of its own: what it must know comes in on standard input."""
    go(_understudy())


async def _understudy() -> None:
    """Be the bot, until standard input ends. Says `awake` on standard output once it is at work."""
    from bot.config import check
    from bot.run import house, logs

    told = asyncio.StreamReader(limit=LONGEST)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(told), sys.stdin)
    first = msgspec.json.decode(await told.readline())
    logs(first["log"])
    clock = Pushed()
    clock.ahead = timedelta(seconds=first["ahead"])
    async with house(check(first["settings"], "the demo"), clock) as engine:
        print("awake", flush=True)
        while line := await told.readline():
            clock.ahead = timedelta(seconds=float(line))
            engine.office.wake()
