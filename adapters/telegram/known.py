"""What the bot has seen: the platform tells it no history, no user by name, and no topic of a message.

Bounded, and kept across restarts without anybody's words: who is called what, where messages stand, where groups went.
"""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from bot.ports import MessageId, Place, Remark

NAMES, MESSAGES = 2000, 500
"""How many people's names, and how many messages, are remembered."""


class Known:
    """People by their names, languages by people, and the last messages."""

    def __init__(self) -> None:
        self.people: OrderedDict[str, int] = OrderedDict()
        self.languages: OrderedDict[int, str] = OrderedDict()
        self._messages: OrderedDict[tuple[str, str], tuple[str, Remark]] = OrderedDict()
        self._kept = ""

    def met(self, user: Mapping[str, Any]) -> None:
        """Remember who this is: a mention by name does not say whom it means."""
        if user.get("is_bot", True):
            return
        if name := user.get("username"):
            _put(self.people, name.lower(), user["id"], NAMES)
        if language := user.get("language_code"):
            _put(self.languages, user["id"], language, NAMES)

    def saw(self, place: Place, remark: Remark) -> None:
        """Remember a message, and what was said in it."""
        _put(self._messages, (place.room, remark.message), (place.thread, remark), MESSAGES)

    def remark(self, room: Place, message: MessageId) -> tuple[Place, Remark]:
        """Where a message stands in a room, and what it says; bare where it was not seen."""
        thread, remark = self._messages.get((room.room, message), (room.thread, Remark(message=message)))
        return replace(room, thread=thread), remark

    # ---- across restarts

    def dump(self, moved: Mapping[str, str]) -> str:
        """All of it but people's words, or an empty string where nothing is new."""
        threads = [[room, message, thread] for (room, message), (thread, _) in self._messages.items() if thread]
        text = msgspec.json.encode({"people": dict(self.people), "threads": threads, "moved": moved}).decode()
        if text == self._kept:
            return ""
        self._kept = text
        return text

    def load(self, text: str) -> Mapping[str, str]:
        """Remember again what `dump` wrote; what is newer stays. Returns where groups went."""
        kept = msgspec.json.decode(text) if text else {"people": {}, "threads": [], "moved": {}}
        for name, id in kept["people"].items():
            self.people.setdefault(name, id)
        for room, message, thread in kept["threads"]:
            self._messages.setdefault((room, message), (thread, Remark(message=MessageId(message))))
        return kept["moved"]  # type: ignore[no-any-return]


def _put(into: OrderedDict[Any, Any], key: Any, value: Any, most: int) -> None:
    into[key] = value
    into.move_to_end(key)
    if len(into) > most:
        into.popitem(last=False)
