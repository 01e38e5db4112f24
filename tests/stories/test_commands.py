"""Every command on every platform, over its wire: `/incident ...`, `!...`, and by mentioning the bot."""

from pathlib import Path

import pytest

import bot.incident.chapters  # noqa: F401 - the verbs must be known
from bot.grammar import VERBS
from tests.stories.stage import Stage, stage

PLATFORMS = ("slack", "discord", "telegram")
LINES = {
    "declare": ("declare a small fire --sev 4", "declared SEV4"),
    "ack": ("ack", "took it"),
    "unack": ("unack", "gave it back"),
    "status": ("status identified a bad disk", "to identified"),
    "sev": ("sev 3", "to SEV3"),
    "edit": ("edit --impact nobody", "changed what is written"),
    "update": ("update half of it is back", "half of it is back"),
    "note": ("note the disk is old", "noted: the disk is old"),
    "assign": ("assign ic me", "is incident commander"),
    "page": ("page boris", "paged"),
    "escalate": ("escalate", "paged"),
    "resolve": ("resolve a new disk", "resolved it"),
    "reopen": ("reopen it is full again", "opened it again"),
    "summary": ("summary", "Summary of #"),
    "list": ("list", "Open incidents"),
    "show": ("show", "Declared"),
    "who": ("who", "Nobody has it"),
    "timeline": ("timeline", "declared SEV"),
    "help": ("help ack", "Take the incident"),
    "account link": ("account link", "show it to nobody"),
    "whoami": ("whoami", "Role: admin"),
}
ORDER = list(LINES)
TYPED = {"/": "/incident {}", "!": "!{}", "@": "@Tocsin {}"}


async def answered(on: Stage, platform: str, room: str, line: str, expected: str) -> bool:
    """Whether Anna, typing this in a room, is told what is expected: there, or for her eyes alone."""

    def told() -> list[str]:
        rooms = on.playground[platform].screen("anna").rooms
        return [bubble.text for room in rooms for bubble in room.bubbles if bubble.bot and expected in bubble.text]

    before = len(told())
    await on.playground[platform].say("anna", room, line)
    try:
        await on.playground.until(lambda: len(told()) > before, 5)
    except TimeoutError:
        return False
    return True


def fresh(on: Stage, platform: str, seen: set[str]) -> str:
    """The war room that was not there before, once its card stands in it."""
    rooms = on._rooms_of(platform, "anna", "room")
    return next((room.id for room in rooms if room.id not in seen and any(each.buttons for each in room.bubbles)), "")


def test_every_command_is_tried() -> None:
    assert set(LINES) == set(VERBS)


@pytest.mark.timeout(240)
async def test_every_command_on_every_platform(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Prints the list of commands by platforms; fails unless every one is done."""
    works: dict[tuple[str, str], str] = {}
    async with stage(tmp_path) as on:
        for platform in PLATFORMS:
            for way, shape in TYPED.items():
                seen = {each.id for each in on._rooms_of(platform, "anna", "room")}
                room = on._rooms_of(platform, "anna", "hall")[0].id
                for verb in ORDER:
                    line, expected = LINES[verb]
                    if verb == "ack":
                        room = await on.playground.until(lambda: fresh(on, platform, seen), 10)
                    if await answered(on, platform, room, shape.format(line), expected):
                        works[verb, platform] = works.get((verb, platform), "") + way
    table = [f"{'command':<14}" + "".join(f"{platform:<12}" for platform in PLATFORMS)]
    for verb in ORDER:
        table.append(f"{verb:<14}" + "".join(f"{mark(works.get((verb, platform), '')):<12}" for platform in PLATFORMS))
    with capsys.disabled():
        print("\n" + "\n".join(table))
    assert all(works.get((verb, platform)) == "/!@" for verb in ORDER for platform in PLATFORMS)


def mark(ways: str) -> str:
    """Done in every way, partial in some, or missing."""
    return "done" if ways == "/!@" else f"partial {ways}" if ways else "missing"
