"""Weeks of a town's life on a clock that is pushed, with faults from a seed: what became of every page.

`make simulate SEED=7 WEEKS=4` lives the same weeks again. The clock and the chats are played, the rest is real: the
engine, twice, as two processes would be, and the store. Fails, and says its seed, when anything was lost, late,
doubled without a fault, or is not what the log says.
"""

import argparse
import asyncio
import logging
import random
import sys
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import structlog
from databases import Postgres

from tests.walks.weeks import live


def main(options: argparse.Namespace, folder: Path) -> int:
    """Live, count, print; how the process ends."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    made = Postgres(folder) if options.postgres else None
    name = made.name if made else "SQLite"
    print(f"seed {options.seed}: {options.weeks:g} weeks on {name}, {options.calls} incidents a day", flush=True)
    begin = perf_counter()
    try:
        length = timedelta(weeks=options.weeks)
        counts = asyncio.run(live(made.copy("") if made else "sqlite://", options.seed, length, options.calls))
    except BaseException:
        print(f"it broke: SEED={options.seed} WEEKS={options.weeks:g}", file=sys.stderr)
        raise
    finally:
        if made:
            made.close()
    print(f"{counts}\n  lived in {perf_counter() - begin:.0f} s")
    if wrong := counts.wrong():
        print(f"SEED={options.seed} WEEKS={options.weeks:g}", *wrong, sep="\n", file=sys.stderr)
    return bool(wrong)


def asked() -> argparse.Namespace:
    """The options."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seed", type=int, default=random.randrange(10**6))
    options.add_argument("--weeks", type=float, default=2)
    options.add_argument("--calls", type=int, default=6, help="incidents a day")
    options.add_argument("--postgres", action="store_true", help="on PostgreSQL instead of SQLite")
    return options.parse_args()


if __name__ == "__main__":
    with TemporaryDirectory(prefix="tocsin-bench-", ignore_cleanup_errors=True) as folder:
        sys.exit(main(asked(), Path(folder)))
