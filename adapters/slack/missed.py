"""What was said while no socket was open: read back from the channels' histories, each message once.

The platform tries a delivery again for five minutes; Socket Mode replays nothing after that.
https://docs.slack.dev/apis/events-api#retries
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any

import structlog
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters import mark
from adapters.mark import Mark, reading
from adapters.slack.rooms import MARK, ROOMS, listed, purpose
from adapters.slack.wire import Wire, asked
from bot.ports import ChatError, Forbidden, House, Throttled

log = structlog.get_logger()

PAGE = 200
WHOLE = 1_000_000
"""A message's name is its time in seconds, with six digits behind the point: here in millionths."""

MISSED = "missed"
"""In a delivery: it was read back. Whoever put a reaction is not answered then, for they may have been before."""

Raw = Mapping[str, Any]
Hear = Callable[[Raw], Awaitable[object]]


class Missed:
    """The standing room, the war rooms, their threads, and the conversations with one person."""

    def __init__(self, wire: Wire, hall: str) -> None:
        self.mark = Mark("slack")
        self._wire, self._hall = wire, hall
        self._newest = 0

    def catch_up(self) -> None:
        """A socket is open again, and none was before."""
        self.mark.hold()
        self.mark.begin(self._newest)
        self.mark.catch_up()

    @asynccontextmanager
    async def watched(self, house: House, hear: Hear) -> AsyncIterator[None]:
        """Within, whatever is missed is read back and heard: `hear` is given each as the event that it was."""
        await self.mark.load(house)
        self._newest = self.mark.at or await self._latest()

        async def read_back(since: int) -> None:
            await self._read_back(max(since, int((mark.now() - mark.BACK) * WHOLE)), hear)

        async with self.mark.watched(house, read_back):
            yield

    async def _latest(self) -> int:
        """The newest message in the standing room: with it everything begins."""
        found: Mapping[str, Any] = {}
        with suppress(ChatError):
            found = await asked(self._wire.web.conversations_history(channel=self._hall, limit=1))
        return max((numbered(each["ts"]) for each in found.get("messages", ())), default=int(mark.now() * WHOLE))

    async def _read_back(self, since: int, hear: Hear) -> None:
        kinds = {room: "channel" for room in [self._hall] if room}
        for each in await self._listed():
            if each.get("is_im") or purpose(each).startswith(MARK):
                kinds[each["id"]] = "im" if each.get("is_im") else "channel"
        for room, kind in kinds.items():
            await self._room(room, kind, since, hear)

    async def _listed(self) -> Sequence[Raw]:
        """The conversations that we are in; an app of an earlier manifest may not ask for those with one person."""
        found = await listed(self._wire, ROOMS)
        try:
            return [*found, *await listed(self._wire, "im")]
        except Forbidden as no:
            log.warning("conversations with one person cannot be listed", why=str(no))
            return found

    async def _room(self, room: str, kind: str, since: int, hear: Hear) -> None:
        """All that was said there since, in its order; then the reactions: of those nobody says since when."""
        with reading(room):
            found = await self._latest_day(room, since)
            for raw in found:
                if numbered(raw["ts"]) > since:
                    await hear({"event": {**raw, "channel": room, "channel_type": kind}})
            for each in (each for raw in found for each in reactions(raw, room)):
                await hear({"event": each, MISSED: True})

    async def _latest_day(self, room: str, since: int) -> Sequence[Raw]:
        """What was said since and in the day before. History leaves threads out: they are looked at for what is new."""
        web = self._wire.web
        day: dict[str, Any] = {"oldest": stamp(since - int(mark.BACK * WHOLE)), "limit": PAGE}
        found = await self._pages(partial(web.conversations_history, channel=room, **day))
        for root in [each for each in found if numbered(each.get("latest_reply", "")) > since]:
            newer: dict[str, Any] = {"oldest": stamp(since), "limit": PAGE}
            found += await self._pages(partial(web.conversations_replies, channel=room, ts=root["ts"], **newer))
        once = {each["ts"]: each for each in found}
        return [once[ts] for ts in sorted(once)]

    async def _pages(self, call: Callable[..., Awaitable[AsyncSlackResponse]]) -> list[Raw]:
        found: list[Raw] = []
        more: dict[str, str] = {}
        while True:
            page = await self._patiently(partial(call, **more))
            found += page["messages"]
            cursor = (page.get("response_metadata") or {}).get("next_cursor", "")
            if not (page.get("has_more") and cursor):
                return found
            more = {"cursor": cursor}

    async def _patiently(self, call: Callable[[], Awaitable[AsyncSlackResponse]]) -> Mapping[str, Any]:
        """Nothing else waits for this: it goes as slowly as the platform wants."""
        while True:
            try:
                return await asked(call())
            except Throttled as no:
                await asyncio.sleep(no.wait or 1.0)


def reactions(raw: Raw, room: str) -> Iterator[Raw]:
    """The reactions under a message, each as the event that it was."""
    item = {"type": "message", "channel": room, "ts": raw["ts"]}
    for each in raw.get("reactions") or ():
        for user in each.get("users") or ():
            yield {"type": "reaction_added", "user": user, "reaction": each.get("name", ""), "item": item}


def numbered(ts: str) -> int:
    """A message's name as a number; 0 for what is none."""
    whole, _, rest = ts.partition(".")
    return int(whole + rest.ljust(6, "0")[:6]) if (whole + rest).isascii() and (whole + rest).isdigit() else 0


def stamp(number: int) -> str:
    """A number as the name of a message."""
    return f"{max(number, 0) // WHOLE}.{max(number, 0) % WHOLE:06}"
