"""A start while a platform is down: the others are there at once, and it catches up when it is back."""

from pathlib import Path

import pytest

from adapters.playground.cast import COMPANY
from adapters.playground.server import Playground
from tests.clock import PushedClock
from tests.stories.script import read
from tests.stories.stage import Stage

WORDS = """
anna@{other} > /incident declare db is down --sev 2
{others} | SEV2 #1 db is down
{down} comes back
+2m
{down} | SEV2 #1 db is down
{others} room | SEV2 #1 db is down
anna@{down} > !ack
{everywhere} | Anna Nowak has it
"""
NAMES = ("slack", "discord", "telegram")


@pytest.mark.parametrize("down", NAMES)
async def test_a_start_without(down: str, tmp_path: Path) -> None:
    others = [name for name in NAMES if name != down]
    clock = PushedClock()
    async with Playground(COMPANY, clock).open() as playground:
        playground[down].outage = True
        made = Stage(playground, clock, f"sqlite:///{tmp_path}/start.db")
        await made.open()
        try:
            words = {"down": down, "other": others[0], "others": " ".join(others), "everywhere": " ".join(NAMES)}
            for step in read(WORDS.format(**words)):
                await made.play(step)
        finally:
            await made.close()


async def test_a_start_without_any(tmp_path: Path) -> None:
    clock = PushedClock()
    async with Playground(COMPANY, clock).open() as playground:
        for name in NAMES:
            playground[name].outage = True
        made = Stage(playground, clock, f"sqlite:///{tmp_path}/start.db")
        await made.open()
        try:
            story = "\n".join(f"{name} comes back" for name in NAMES)
            story += "\nanna@discord > !declare db is down --sev 2\nslack discord telegram | SEV2 #1 db is down"
            for step in read(story):
                await made.play(step)
        finally:
            await made.close()
