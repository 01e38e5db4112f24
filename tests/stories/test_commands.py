"""Every command on every platform, over its wire: `/incident ...`, `!...`, and by mentioning the bot."""

from pathlib import Path

import pytest

import bot.incident.chapters  # noqa: F401 - the verbs must be known
from bot.grammar import VERBS
from tests.stories.stage import Stage, stage

PLATFORMS = ("slack", "discord", "telegram")
LINES = {
    "declare": ("declare a small fire --sev 4", ", SEV4: a small fire"),
    "ack": ("ack", "took it"),
    "unack": ("unack", "gave it back"),
    "status": ("status identified a bad disk", "to identified"),
    "sev": ("sev 3", "to SEV3"),
    "edit": ("edit --impact nobody", "changed what is written"),
    "update": ("update half of it is back", "half of it is back"),
    "note": ("note the disk is old", "noted: the disk is old"),
    "assign": ("assign ic me", "is incident commander"),
    "page": ("page boris", "paged"),
    "snooze": ("snooze 30m", "snoozed it until"),
    "escalate": ("escalate", "paged"),
    "reassign": ("reassign boris", "reassigned it to"),
    "join": ("join", "joined"),
    "invite": ("invite carlos", "brought in"),
    "task add": ("task add look at the disk", "added task 1"),
    "task assign": ("task assign 1 me", "does task 1"),
    "task list": ("task list", "look at the disk"),
    "task done": ("task done 1", "finished task 1"),
    "leave": ("leave", "left"),
    "pin": ("pin", "Which message?"),
    "link": ("link https://dash.example.org/db The dashboard", "attached The dashboard"),
    "private": ("private off", "is public already"),
    "subscribe": ("subscribe", "follows it"),
    "subscriptions": ("subscriptions", "Subscriptions"),
    "unsubscribe": ("unsubscribe", "does not follow it any more"),
    "rooms": ("rooms", "War rooms of"),
    "room open": ("room open", "No war room is missing"),
    "room close": ("room close", "is still open"),
    "resolve": ("resolve a new disk", "resolved it"),
    "close": ("close", "closed it"),
    "reopen": ("reopen it is full again", "opened it again"),
    "handoff": ("handoff boris it is yours now", "handed it to"),
    "cancel": ("cancel it was a test", "cancelled it"),
    "why": ("why", "“default”"),
    "whowould": ("whowould default 1", "+0 min"),
    "mine": ("mine", "Yours"),
    "summary": ("summary", "Summary of #"),
    "list": ("list", "Open incidents"),
    "show": ("show", "Declared"),
    "who": ("who", "Cancelled by"),
    "timeline": ("timeline", "cancelled it"),
    "help": ("help ack", "Take the incident"),
    "account link": ("account link", "show it to nobody"),
    "oncall now": ("oncall", "On call now"),
    "oncall next": ("oncall next", "web"),
    "oncall gaps": ("oncall gaps", "on call all the time"),
    "oncall check": ("oncall check", "readiness"),
    "oncall override": ("oncall override boris --until 2h", "on call"),
    "oncall take": ("oncall take 1h", "on call"),
    "oncall temporary": ("oncall temporary boris --from 3h --until 4h", "on call"),
    "oncall swap": ("oncall swap boris", "swap"),
    "oncall accept": ("oncall accept 99", "no offer"),
    "oncall decline": ("oncall decline 99", "no offer"),
    "oncall cancel": ("oncall cancel 999", "no change"),
    "oncall calendar": ("oncall calendar", "channels.url"),
    "oncall revoke": ("oncall revoke", "calendar"),
    "account confirm": ("account confirm AAAA-BBBB", "not open any more"),
    "account decline": ("account decline AAAA-BBBB", "not open any more"),
    "account unlink": ("account unlink slack", "stands in the configuration"),
    "audit": ("audit", "Audit"),
    "me show": ("me", "Role: administrator"),
    "me add": ("me add email anna", "is no channel here"),
    "me verify": ("me verify 1", "No code is waiting"),
    "me remove": ("me remove email", "no such channel"),
    "me rule": ("me rule high slack, telegram 2m", "said how to be reached"),
    "me quiet": ("me quiet 22:00-07:00", "changed their quiet hours"),
    "me test": ("me test", "on its way by"),
    "merge": ("merge 1", "merged it into #1"),
}
ORDER = list(LINES)
BEFORE = {"handoff": "ack", "merge": "reopen it was none"}
"""What must be so before a command can do what it does."""
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
@pytest.mark.parametrize("platform", PLATFORMS)
async def test_every_command(platform: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Prints the platform's part of the list of commands by platforms; fails unless every one is done."""
    works: dict[str, str] = dict.fromkeys(ORDER, "")
    async with stage(tmp_path) as on:
        hall = on._rooms_of(platform, "anna", "hall")[0].id
        await answered(on, platform, hall, "!declare the first --sev 5", "declared")
        await on.playground.until(lambda: fresh(on, platform, set()), 10)
        for way, shape in TYPED.items():
            for verb in await worked(on, platform, shape):
                works[verb] += way
    with capsys.disabled():
        print("\n" + "\n".join(f"{platform:<9} {verb:<14} {mark(ways)}" for verb, ways in works.items()))
    assert all(ways == "/!@" for ways in works.values())


async def worked(on: Stage, platform: str, shape: str) -> list[str]:
    """The commands that did what they should, typed in one way from a declaration to its end."""
    seen = {each.id for each in on._rooms_of(platform, "anna", "room")}
    room, done = on._rooms_of(platform, "anna", "hall")[0].id, []
    for verb in ORDER:
        line, expected = LINES[verb]
        if verb == "ack":
            room = await on.playground.until(lambda: fresh(on, platform, seen), 10)
        if verb in BEFORE:
            await answered(on, platform, room, shape.format(BEFORE[verb]), "")
        if await answered(on, platform, room, shape.format(line), expected):
            done.append(verb)
    return done


def mark(ways: str) -> str:
    """Done in every way, partial in some, or missing."""
    return "done" if ways == "/!@" else f"partial {ways}" if ways else "missing"
