"""Every `.story` beside this file is played."""

from pathlib import Path

import pytest

from tests.stories.script import read
from tests.stories.stage import stage

STORIES = sorted(Path(__file__).parent.glob("*.story"))


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
async def test_story(path: Path, tmp_path: Path) -> None:
    steps = list(read(path.read_text("utf-8")))
    async with stage(tmp_path, {step.who: step.words for step in steps if step.verb == "address"}) as on:
        for step in steps:
            await on.play(step)
