"""How much memory an idle bot holds, and how soon it is ready: `tocsin run` beside the three bare SDKs in one process.

Both are fresh processes that connect to the playground in this one. Ready means that Slack has a socket, Discord a
session and the slash commands, Telegram a poll: seen at the wire. Ours opens a new database before that, and a
second time one that is there already.
"""

import argparse
import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import NamedTuple

import psutil  # type: ignore[import-untyped]
from figures import spread, table
from town import bare_bots, ready, running, tocsin, until

from adapters.playground.cast import COMPANY
from adapters.playground.server import Playground

MB = 2**20
REST = 1.5
"""Seconds of rest after which a process is idle: what its start left behind is gone by then."""


BOTS = ("tocsin, new database", "tocsin, again", "three bare SDKs")


class Start(NamedTuple):
    """One start: seconds until it was ready, and bytes that it holds when it has nothing to do."""

    ready: float
    memory: int


async def start(bot: Callable[[Playground, Path], list[str]], folder: Path, kept: Mapping[str, str]) -> Start:
    """Start a bot on a playground of its own, and let it come to rest."""
    async with Playground(COMPANY).open() as playground:
        begin = perf_counter()
        async with running(bot(playground, folder), **kept) as process:
            await until(lambda: ready(playground))
            taken = perf_counter() - begin
            await asyncio.sleep(REST)
            return Start(taken, psutil.Process(process.pid).memory_info().rss)


async def one_run(folder: Path, kept: Mapping[str, str]) -> dict[str, Start]:
    """Each bot once, one after the other."""
    bots = zip(BOTS, (tocsin, tocsin, bare_bots), strict=True)
    return {name: await start(bot, folder, kept) for name, bot in bots}


def show(runs: Sequence[Mapping[str, Start]]) -> None:
    """Medians, and the ratios run by run."""
    bare, rows = BOTS[-1], []
    for name in BOTS:
        memory, ready = ([run[name].memory for run in runs], [run[name].ready for run in runs])
        more = spread([run[name].memory / run[bare].memory for run in runs])
        later = spread([run[name].ready / run[bare].ready for run in runs])
        rows.append((name, f"{median(memory) / MB:.0f}", more, f"{median(ready):.2f}", later))
    table(f"Idle, and from the start to ready: {len(runs)} runs", ("", "MB", "ratio", "s", "ratio"), rows)


async def main(runs: int, compiled: bool, folder: Path) -> None:
    """Measure and print. What is run is compiled before, as in an image, unless told otherwise."""
    kept = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(folder / "cache")} if compiled else {}
    if compiled:
        await one_run(folder / "first", kept)
    show([await one_run(folder / f"run-{number}", kept) for number in range(runs)])


def asked() -> argparse.Namespace:
    """The options."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true", help="a few seconds: to see that it runs")
    options.add_argument("--runs", type=int, default=7)
    return options.parse_args()


if __name__ == "__main__":
    given = asked()
    with TemporaryDirectory(prefix="tocsin-bench-") as folder:
        asyncio.run(main(1 if given.quick else given.runs, not given.quick, Path(folder)))
