"""The faults that a request meets: before it is done, and after."""

import math
from collections.abc import Mapping
from typing import Any

from adapters.playground.faults import Faults, HungUp, Strike
from adapters.playground.telegram.shapes import No, bad

POLL = "getUpdates"
WRITES = {"sendMessage", "editMessageText", "editMessageReplyMarkup"}


class Trouble:
    """One bot's requests among the faults. A poll meets only those that are meant for it by name."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults

    def before(self, method: str, args: Mapping[str, Any]) -> None:
        """Raises `No` where nothing is done."""
        room = str(args.get("chat_id", ""))
        if strike := self._struck("throttled", method, room):
            wait = max(1, math.ceil(strike.seconds))
            raise No(429, f"Too Many Requests: retry after {wait}", retry_after=wait)
        if self._struck("server_error", method, room):
            raise No(500, "Internal Server Error")
        if method in WRITES:
            self._writing(method, room)

    def _writing(self, method: str, room: str) -> None:
        edits = method != "sendMessage"
        if not room.startswith("-") and self._struck("blocked", method, room):
            raise No(403, "Forbidden: bot was blocked by the user")
        if room.startswith("-") and self._struck("not_in_channel", method, room):
            raise No(403, "Forbidden: bot was kicked from the supergroup chat")
        if room.startswith("-") and self._struck("archived", method, room):
            raise bad("TOPIC_CLOSED")
        if edits and self._struck("message_gone", method, room):
            raise bad("message to edit not found")
        if edits and self._struck("not_modified", method, room):
            raise unchanged()

    async def after(self, method: str, args: Mapping[str, Any]) -> None:
        """What was done is answered late, wrongly, or not at all. Raises `No`, `HungUp`."""
        room = str(args.get("chat_id", ""))
        if method != POLL:
            await self.faults.dawdle(method, room)
        if self._struck("server_error_after_commit", method, room):
            raise No(500, "Internal Server Error")
        if self._struck("dropped_after_commit", method, room):
            raise HungUp

    def _struck(self, fault: str, method: str, room: str) -> Strike | None:
        active = self.faults.active.get(fault)
        if active is None or (method == POLL and active.where != POLL):
            return None
        return self.faults.strikes(fault, method, room)


def unchanged() -> No:
    """An edit that changes nothing."""
    return bad(
        "message is not modified: specified new message content and reply markup are exactly the same "
        "as a current content and reply markup of the message"
    )
