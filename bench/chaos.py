"""Two real processes on a real PostgreSQL, under load, and everything that may befall them: no page may be lost.

`make chaos SEED=7`. Incidents are declared and taken all the while, as on the command line. Processes are killed with
SIGKILL and stand still under SIGSTOP, longer than their claims; the clocks of their machines are minutes apart; the
server of the database is stopped as if the power failed, and started; platforms are away, slow, fail after they did
what they were asked. When all is well again, everything is counted, at the platforms' wire and in the ledger.
"""

import argparse
import asyncio
import logging
import os
import random
import signal
import sys
from asyncio.subprocess import DEVNULL, Process
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import time
from typing import Any

import structlog
from databases import Postgres
from ears import Ears
from figures import at, table
from town import HALLS, PLATFORMS, toml

from adapters.playground.cast import COMPANY
from adapters.playground.demo import company
from adapters.playground.server import Playground
from bot.config import check
from bot.engine.heartbeat import audit
from bot.engine.house import Engine
from bot.engine.page import LEASE
from bot.ports import Handle, Place, Said, Unheard
from bot.run import desk
from bot.store.hand import instant, sql
from bot.store.sends import Sent
from bot.store.transaction import Transaction
from tests.walks.counts import TAKEN, answered, unreached

PAUSE = 1.2
"""Seconds from one incident to the next, on average."""
WRONG = 300.0
"""Seconds by which the clock of a process's machine is wrong, at most: one is ahead, the other behind."""
CALM = 180.0
"""Seconds within which all must come right when nothing fails any more."""
RACE = timedelta(seconds=3)
"""By so much the clocks of two transactions may differ from the order in which they were committed."""
AFTER_COMMIT = ("server_error_after_commit", "dropped_after_commit")
WAITING = sql("SELECT 1 FROM sends WHERE state IN ('pending', 'sending') AND kind = 'page' LIMIT 1")
LEASES = sql("SELECT id, lease FROM sends WHERE kind = 'page'")
SHARES = {"p50": 0.5, "p99": 0.99, "max": 1}


class Replica:
    """One process of Tocsin, and what is done to it."""

    def __init__(self, name: str, config: Path, ahead: float) -> None:
        self.name, self.config = name, config
        self.ahead = ahead
        """Seconds by which its machine's clock is wrong."""
        self.process: Process | None = None

    async def start(self) -> None:
        """Begin, or begin again."""
        clean = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        askew = [str(Path(__file__).with_name("askew.py")), str(self.ahead)]
        command = [sys.executable, *askew, "run", "--config", str(self.config)]
        with self.config.with_name(f"{self.name}.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *command, "--level", "error", env=clean, stdin=DEVNULL, stdout=log, stderr=log
            )

    def signal(self, number: int) -> None:
        """Send it a signal, if it lives."""
        if self.process and self.process.returncode is None:
            self.process.send_signal(number)

    async def end(self) -> None:
        """Kill it, and wait until it is gone."""
        self.signal(signal.SIGKILL)
        if self.process:
            await self.process.wait()


class Chaos:
    """A company with two processes, and what befalls it."""

    def __init__(self, seed: int, playground: Playground, database: Postgres, folder: Path) -> None:
        self.dice = random.Random(seed)
        self.playground, self.database = playground, database
        url = database.copy("")
        settings: dict[str, Any] = {**company(playground, url), "schedules": {}, "teams": {}, "routes": []}
        settings["house"] = {**settings["house"], "web": ""}
        steps = [{"page": ["anna"], "wait": "20s"}, {"page": ["boris"], "wait": "20s"}]
        settings["policies"] = {"default": {"steps": steps, "repeat": 1, "catch_all": ["carlos"]}}
        self.config = check(settings, "the chaos")
        file = folder / "tocsin.toml"
        file.write_text("".join(f"{key} = {toml(value)}\n" for key, value in settings.items()))
        self.replicas = [
            Replica("one", file, self.dice.uniform(60, WRONG)),
            Replica("two", file, -self.dice.uniform(60, WRONG)),
        ]
        self.befell: Counter[str] = Counter()
        self.begun = 0
        self.under_way: set[asyncio.Task[None]] = set()

    # ---- the load

    async def load(self, engine: Engine, until: float) -> None:
        """Incidents, and people who take half of them, soon or late."""
        while time() < until:
            self.begun += 1
            await self.say(engine, f"declare fire {self.begun} --sev 1", f"declare {self.begun}")
            if self.dice.random() < 0.5:
                self._beside(self._take(engine, self.begun, self.dice.uniform(0, 30)))
            await asyncio.sleep(self.dice.expovariate(1 / PAUSE))

    async def _take(self, engine: Engine, number: int, wait: float) -> None:
        await asyncio.sleep(wait)
        await self.say(engine, f"ack #{number}", f"ack {number}")

    async def say(self, engine: Engine, words: str, key: str) -> None:
        """Say it until it is kept: the same delivery, as a platform repeats it."""
        anna = Handle("slack", COMPANY[0].ids["slack"])
        while True:
            with suppress(Unheard):
                await engine.hear(Said(key=f"chaos {key}", by=anna, place=Place("slack", HALLS["slack"]), words=words))
                return
            await asyncio.sleep(0.3)

    def _beside(self, deed: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(deed)
        self.under_way.add(task)
        task.add_done_callback(self.under_way.discard)

    # ---- what befalls them

    async def havoc(self, until: float) -> None:
        """One thing after another."""
        deeds: list[Callable[[], Awaitable[None]]] = [
            self._kill, self._kill, self._freeze, self._freeze, self._power, self._away, self._slow, self._after_commit
        ]  # fmt: skip
        while time() < until:
            deed = self.dice.choice(deeds)
            self.befell[deed.__name__.strip("_")] += 1
            await deed()
            await asyncio.sleep(self.dice.uniform(1, 4))

    async def _kill(self) -> None:
        replica = self.dice.choice(self.replicas)
        await replica.end()
        await asyncio.sleep(self.dice.uniform(0, 2))
        await replica.start()

    async def _freeze(self) -> None:
        replica = self.dice.choice(self.replicas)
        replica.signal(signal.SIGSTOP)
        self._beside(self._thaw(replica, self.dice.choice((3, 8, 36))))

    async def _thaw(self, replica: Replica, wait: float) -> None:
        await asyncio.sleep(wait)
        replica.signal(signal.SIGCONT)

    async def _power(self) -> None:
        await asyncio.to_thread(self.database.fail)
        await asyncio.sleep(self.dice.uniform(0.5, 4))
        await asyncio.to_thread(self.database.start)

    async def _away(self) -> None:
        await self._fault("outage", self.dice.uniform(3, 10))

    async def _slow(self) -> None:
        await self._fault("slow", self.dice.uniform(5, 14), seconds=12.0)

    async def _after_commit(self) -> None:
        await self._fault(self.dice.choice(AFTER_COMMIT), 3.0, times=3)

    async def _fault(self, name: str, length: float, **how: Any) -> None:
        faults = self.playground[self.dice.choice(PLATFORMS)].faults
        faults.switch(name, **how)
        await asyncio.sleep(length)
        faults.mend(name)

    async def calm(self, engine: Engine) -> float:
        """All is well from now on: seconds until nothing waits any more. Raises `TimeoutError`."""
        begin = time()
        for stand in self.playground.stands.values():
            stand.faults.mend()
        await asyncio.gather(*self.under_way)
        for replica in self.replicas:
            replica.signal(signal.SIGCONT)
        async with asyncio.timeout(CALM):
            while await engine.office.store.read(_waiting):  # noqa: ASYNC110 - other processes ring no bell
                await asyncio.sleep(0.5)
        return time() - begin


def _waiting(tx: Transaction) -> bool:
    """Whether a page waits or is under way, or a call still climbs."""
    timers = (timer.name for book in tx.open_books("incident", 10_000) for timer in book.state.due())
    return any(name.startswith("climb") for name in timers) or bool(tx.rows(WAITING))


# ---- counting


@dataclass
class Tally:
    """What became of everything: at the wire, in the ledger, in the log."""

    ears: Ears
    due: int = 0
    accepted: int = 0
    void: int = 0
    failed: int = 0
    """By one channel: the next was tried."""
    claims: int = 0
    copies: int = 0
    """That the platforms took beyond one for each page that they accepted."""
    waits: list[float] = field(default_factory=list)
    """Seconds from when each incident was declared until a platform had taken its first page, alone or in a bundle."""
    wrong: list[str] = field(default_factory=list)

    def count(self, tx: Transaction) -> "Tally":
        """All of it."""
        self.wrong += audit(tx)
        leases: dict[int, datetime] = {id: lease for id, lease in tx.rows(LEASES)}  # noqa: C416 - rows are tuples
        for book in tx.books("incident"):
            rows = [row for row in tx.sends(book.id) if row.kind == "page"]
            self._pages(rows, tx)
            self._wire(book.id.id, rows)
            for row in rows:
                self._in_time(row, instant(leases[row.id]) - LEASE, tx)
        return self

    def _pages(self, rows: Sequence[Sent], tx: Transaction) -> None:
        for row in rows:
            self.due += 1
            self.claims += row.tries
            self.accepted += row.state in TAKEN
            self.void += row.state == "void"
            self.failed += row.state == "failed"
            others = [each for each in rows if (each.to, each.payload) == (row.to, row.payload)]
            had = any(each.state in {*TAKEN, "void"} for each in others)
            if not (had or answered(tx, row) or unreached(tx, row)):
                self.wrong.append(f"a page was lost: {row}")

    def _wire(self, incident: str, rows: Sequence[Sent]) -> None:
        heard = [each.at for each in self.ears.pages if each.incident == incident]
        claims, accepted = sum(row.tries for row in rows), sum(row.state in TAKEN for row in rows)
        self.copies += max(0, len(heard) - accepted)
        if heard:
            self.waits.append(min(heard) - min(row.at for row in rows).timestamp())
        if not accepted <= len(heard) <= claims:
            self.wrong.append(f"#{incident}: {accepted} accepted, {len(heard)} at the wire, {claims} claims")

    def _in_time(self, row: Sent, claimed: datetime, tx: Transaction) -> None:
        """It was claimed before somebody took the incident; nobody gives it back here."""
        assert row.book
        acks = tx.entries(row.book, names={"Acknowledged"}, last=1)
        if row.tries and row.state != "void" and acks and claimed > acks[0].at + RACE:
            self.wrong.append(f"claimed at {claimed}, after {acks[0].at}: {row}")

    def told(self) -> list[tuple[str, object]]:
        """The figures."""
        figures = {name: each for name, each in vars(self).items() if isinstance(each, int)}
        late = {f"first page, s, {name}": f"{at(share, self.waits):.1f}" for name, share in SHARES.items()}
        return [*figures.items(), *late.items(), ("wrong", len(self.wrong))]


async def main(options: argparse.Namespace, folder: Path) -> int:
    """Live through it, count, print; how the process ends."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    print(f"seed {options.seed}: {options.seconds:g} s of load and havoc, two processes on PostgreSQL", flush=True)
    database = Postgres(folder)
    async with Playground(COMPANY).open() as playground:
        ears = Ears(playground)
        chaos = Chaos(options.seed, playground, database, folder)
        try:
            async with desk(chaos.config) as engine:
                await engine.enrol()
                for replica in chaos.replicas:
                    await replica.start()
                until = time() + options.seconds
                await asyncio.gather(chaos.load(engine, until), chaos.havoc(until))
                took = await chaos.calm(engine)
                tally = await engine.office.store.read(Tally(ears).count)
        finally:
            for replica in chaos.replicas:
                await replica.end()
            database.close()
    befell = [(f"befell: {name}", count) for name, count in sorted(chaos.befell.items())]
    table(
        f"all was well again after {took:.0f} s",
        ("what", "count"),
        [*befell, ("incidents", chaos.begun), *tally.told()],
    )
    if tally.wrong:
        print(f"SEED={options.seed}", *tally.wrong, sep="\n", file=sys.stderr)
    return bool(tally.wrong)


def asked() -> argparse.Namespace:
    """The options."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seed", type=int, default=random.randrange(10**6))
    options.add_argument("--seconds", type=float, default=120)
    return options.parse_args()


if __name__ == "__main__":
    with TemporaryDirectory(prefix="tocsin-bench-", ignore_cleanup_errors=True) as folder:
        sys.exit(asyncio.run(main(asked(), Path(folder))))
