"""Every command on every platform, over its wire: `/incident ...`, `!...`, and by mentioning the bot."""

from collections.abc import Sequence
from pathlib import Path

import pytest

import bot.incident.chapters  # noqa: F401 - the verbs must be known
from adapters.playground.stage import Room
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
BEFORE = {"handoff": ("ack", "took it"), "merge": ("reopen it was none", "opened it again")}
"""What must be said before a command can do what it does, and what it is answered."""
TYPED = {"slash": "/incident {}", "bang": "!{}", "mention": "@Tocsin {}"}


class Typist:
    """Anna, who types commands on one platform, each in the same way."""

    def __init__(self, on: Stage, platform: str, shape: str) -> None:
        self.on, self.platform, self.shape = on, platform, shape
        self.room = on._rooms_of(platform, "anna", "hall")[0].id

    async def says(self, line: str, expected: str) -> None:
        """Type it, and wait until she is told what is expected: there, or for her eyes alone."""

        def told() -> list[str]:
            rooms = self.on.playground[self.platform].screen("anna").rooms
            return [bubble.text for room in rooms for bubble in room.bubbles if bubble.bot and expected in bubble.text]

        before = len(told())
        await self.on.playground[self.platform].say("anna", self.room, self.shape.format(line))
        try:
            await self.on.playground.until(lambda: len(told()) > before)
        except TimeoutError:
            raise AssertionError(f"{line!r} is not answered with {expected!r}") from None

    async def declares(self, line: str, expected: str) -> None:
        """Declare an incident, and go to its war room once its card stands in it."""
        seen = {room.id for room in self._war_rooms()}
        await self.says(line, expected)

        def fresh() -> str:
            rooms = (room for room in self._war_rooms() if room.id not in seen)
            return next((room.id for room in rooms if any(each.buttons for each in room.bubbles)), "")

        self.room = await self.on.playground.until(fresh)

    def _war_rooms(self) -> Sequence[Room]:
        return self.on._rooms_of(self.platform, "anna", "room")


def test_every_command_is_tried() -> None:
    assert set(LINES) == set(VERBS)


@pytest.mark.parametrize("way", TYPED)
@pytest.mark.parametrize("platform", PLATFORMS)
async def test_every_command(platform: str, way: str, tmp_path: Path) -> None:
    """From a declaration to its end; the first incident is there to be merged into."""
    async with stage(tmp_path) as on:
        anna = Typist(on, platform, TYPED[way])
        await anna.declares("declare the first --sev 5", "declared")
        for verb, (line, expected) in LINES.items():
            if verb in BEFORE:
                await anna.says(*BEFORE[verb])
            await (anna.declares if verb == "declare" else anna.says)(line, expected)
