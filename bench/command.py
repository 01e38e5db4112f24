"""How long a command takes, from its arrival to its answer on the wire and to the last of three war rooms.

Beside it, in turn with it, in one run: the bare echo bot of each platform's SDK, and one bare durable commit. Ours
should take no longer than one and a half times the two together. Then fifty commands a second, come what may.

What is the same: the stand-ins, their process and clock, the line that is typed and where, the room that answers.
What is not: ours keeps the command, reads the company, shows six cards and posts three lines afterwards; the next
command waits until that is over. Ours and the bare bots are a process each, so that each has its libraries and its
loop for itself; a bot that is not measured just then only listens.
"""

import argparse
import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from figures import BareCommit, at, ms, spread, table, times
from town import PLATFORMS, Town, at_work, bare_bots, empty_town, sparing, tocsin, town

STATES = (("ack", "has it, after"), ("unack", "Nobody has it"))
"""What is said in turn, and what the cards then say."""
AIM, AIM_AT_LOAD = 1.5, 0.050
RATE = 50


@dataclass
class Round:
    """One platform's figures of one run, in seconds; each list has one figure a command."""

    ours: list[float] = field(default_factory=list)
    rooms: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    commit: list[float] = field(default_factory=list)

    @property
    def floor(self) -> list[float]:
        """The bare bot and the bare commit together."""
        return [sum(both) for both in zip(self.bare, self.commit, strict=True)]

    def ratio(self, share: float) -> float:
        """Ours to the two together."""
        return at(share, self.ours) / at(share, self.floor)


def line(platform: str, verb: str, incident: str) -> str:
    """As it is typed there: Discord's menu has room for few verbs at its first level."""
    within = "more " if (platform, verb) == ("discord", "unack") else ""
    return f"/incident {within}{verb} #{incident}"


async def declare(ours: Town, count: int) -> list[str]:
    """So many incidents with their war rooms: low ones, so that nobody is paged. Their numbers."""
    for number in range(count):
        await ours.ask("slack", f"/incident declare Disk {number} is filling up --sev 4")
    await ours.watch()
    return sorted(ours.watched, key=int)


async def obeyed(ours: Town, platform: str, verb: str, incident: str) -> tuple[float, float]:
    """When it arrived and was answered. The answer must not have come before the commit."""
    before = ours.revs()[incident]
    begin, answer = await ours.ask(platform, line(platform, verb, incident))
    assert answer.revs[incident] == before + 1, f"{platform}: answered before it was committed"
    return begin, answer.at


async def one_by_one(ours: Town, bare: Town, incident: str, rounds: int, commits: BareCommit) -> Mapping[str, Round]:
    """One command at a time: ours, the bare bot and a bare commit in turn."""
    run = {name: Round() for name in PLATFORMS}
    for _ in range(rounds):
        for name, figures in run.items():
            for verb, mark in STATES:
                begin, answered = await obeyed(ours, name, verb, incident)
                figures.ours.append(answered - begin)
                figures.rooms.append(await ours.shown(incident, mark) - begin)
                await ours.quiet()
                begin, answer = await bare.ask(name, line(name, verb, incident))
                figures.bare.append(answer.at - begin)
                figures.commit.append(commits.commit())
    return run


def lines(incidents: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Platforms and lines, mixed: each incident is taken and given back in turn."""
    while True:
        for verb, _ in STATES:
            for index, incident in enumerate(incidents):
                platform = PLATFORMS[index % len(PLATFORMS)]
                yield platform, line(platform, verb, incident)


async def open_loop(at_work: Town, incidents: Sequence[str], rate: int, seconds: float) -> list[float]:
    """So many a second, whether the last ones were answered or not: seconds from when each was due to its answer."""
    begin, taken = perf_counter(), []

    async def one(due: float, platform: str, line: str) -> None:
        await asyncio.sleep(max(0, due - perf_counter()))
        _, answer = await at_work.ask(platform, line)
        taken.append(answer.at - due)

    async with asyncio.TaskGroup() as commands:
        for number, (platform, line) in zip(range(int(rate * seconds)), lines(incidents), strict=False):
            commands.create_task(one(begin + number / rate, platform, line))
    return taken


def show_runs(runs: Sequence[Mapping[str, Round]]) -> None:
    """One at a time: medians over the runs."""
    shares = [f"{what} {share}" for what in ("ours", "bare", "commit", "ratio", "3 rooms") for share in ("p50", "p99")]
    head = ("one at a time, ms", *shares)
    rows = []
    for name in PLATFORMS:
        cells = [
            ms(median(at(share, getattr(run[name], what)) for run in runs))
            for what in ("ours", "bare", "commit")
            for share in (0.5, 0.99)
        ]
        ratios = [spread([run[name].ratio(share) for run in runs]) for share in (0.5, 0.99)]
        rooms = [ms(median(at(share, run[name].rooms) for run in runs)) for share in (0.5, 0.99)]
        rows.append((name, *cells, *ratios, *rooms))
    count = len(runs[0]["slack"].ours)
    table(f"To the answer: ours / (bare bot + bare commit), aim {times(AIM)}; {len(runs)} runs of {count}", head, rows)


@dataclass
class Load:
    """What became of a steady load in each run: seconds to the answers, and of work for each command."""

    ours: list[list[float]] = field(default_factory=list)
    bare: list[list[float]] = field(default_factory=list)
    work: list[float] = field(default_factory=list)


async def under_load(ours: Town, bare: Town, incidents: Sequence[str], rate: int, seconds: float, load: Load) -> None:
    """One run: ours, and then the bare bots. What ours still has to show afterwards goes out at the platforms' pace."""
    before = ours.cpu()
    load.ours.append(await open_loop(ours, incidents, rate, seconds))
    load.work.append((ours.cpu() - before) / (rate * seconds))
    load.bare.append(await open_loop(bare, incidents, rate, seconds))


def show_load(loads: Mapping[int, Load]) -> None:
    """Medians over the runs, and the lowest and highest p99."""
    rows = []
    for rate, load in loads.items():
        shares = [ms(median(at(share, run) for run in load.ours)) for share in (0.5, 0.95, 0.99)]
        worst = [at(0.99, run) for run in load.ours]
        bare = [ms(median(at(share, run) for run in load.bare)) for share in (0.5, 0.99)]
        rows.append((rate, *shares, f"{ms(min(worst))}-{ms(max(worst))}", *bare, ms(median(load.work))))
    head = ("commands a second, ms", "ours p50", "p95", "p99", "p99 of the runs", "bare p50", "p99", "CPU a command")
    table(f"A steady load, all platforms mixed; at {RATE} a second the aim is p99 < {ms(AIM_AT_LOAD)}", head, rows)


async def main(options: argparse.Namespace, folder: Path) -> None:
    """Both measurements."""
    commits = BareCommit(folder)
    async with town(tocsin, folder) as ours, town(bare_bots, folder) as bare:
        (incident,) = await declare(ours, 1)
        await one_by_one(ours, bare, incident, min(2, options.rounds), commits)  # warms up, and is not counted
        show_runs([await one_by_one(ours, bare, incident, options.rounds, commits) for _ in range(options.runs)])
    folder = folder / "load"
    async with empty_town(folder) as ours, town(bare_bots, folder) as bare:
        async with at_work(ours, tocsin(ours.playground, folder)):
            incidents = await declare(ours, options.incidents)
        loads = {rate: Load() for rate in options.rates}
        async with at_work(ours, sparing(ours.playground, folder)):
            for rate, load in loads.items():
                for _ in range(options.runs):
                    await under_load(ours, bare, incidents, rate, options.seconds, load)
        show_load(loads)
    commits.close()


def asked() -> argparse.Namespace:
    """The options."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true", help="a few seconds: to see that it runs")
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--rounds", type=int, default=50, help="a run's rounds: two commands on each platform")
    options.add_argument("--seconds", type=float, default=6, help="of steady load, each run")
    options.add_argument("--rates", type=int, nargs="*", default=(10, 25, RATE), help="commands a second")
    options.add_argument("--incidents", type=int, default=12, help="under steady load")
    options.add_argument("--folder", type=Path, help="where the databases are: on the disk that is to be measured")
    given = options.parse_args()
    if given.quick:
        given.runs, given.rounds, given.seconds, given.rates, given.incidents = 1, 1, 1, (10,), 3
    return given


if __name__ == "__main__":
    given = asked()
    with TemporaryDirectory(prefix="tocsin-bench-", dir=given.folder) as folder:
        asyncio.run(main(given, Path(folder)))
