"""What befell the server's channels: told by comparing what the gateway says with what was known before.

Our own doings are none of them: the bot gives no channel another name, and deletes none.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from adapters.discord.letters import listed
from adapters.discord.read import NAME, THREADS
from bot.ports import Place, RoomChange

TOLD = (
    "GUILD_CREATE",
    "GUILD_DELETE",
    "CHANNEL_CREATE",
    "CHANNEL_UPDATE",
    "CHANNEL_DELETE",
    "THREAD_CREATE",
    "THREAD_UPDATE",
    "THREAD_DELETE",
    "THREAD_LIST_SYNC",
)


class Changes:
    """The channels and threads as they were last told of."""

    def __init__(self) -> None:
        self._known: dict[str, Mapping[str, Any]] = {}

    def parent(self, id: str) -> str:
        """The channel of a thread; an empty string for what is none."""
        known = self._known.get(id, {})
        return str(known.get("parent_id") or "") if known.get("type") in THREADS else ""

    def topic(self, id: str) -> str:
        """A channel's topic."""
        return str(self._known.get(id, {}).get("topic") or "")

    def rooms(self, ours: Callable[[str, str], bool], since: int) -> Sequence[str]:
        """The channels that are ours by their id and topic, and their threads, as far as something is newer there."""
        channels = {id for id, each in self._known.items() if ours(id, self.topic(id))}
        found = [id for id in self._known if id in channels or self.parent(id) in channels]
        return [id for id in found if numbered(self._known[id].get("last_message_id", since + 1)) > since]

    def latest(self) -> int:
        """The newest thing there is, by its id."""
        return max((numbered(each.get("last_message_id") or id) for id, each in self._known.items()), default=0)

    def missing(self, data: Mapping[str, Any]) -> Sequence[str]:
        """The channels that were there before a connection broke and are not in its next GUILD_CREATE."""
        there = {str(each.get("id")) for each in listed(data.get("channels"))}
        return [id for id, each in self._known.items() if each.get("type") not in THREADS and id not in there]

    def learn(self, event: str, data: Mapping[str, Any], key: str) -> Iterator[RoomChange]:
        """What an event tells. `key` is the delivery's own, by which a repeat of it is known."""
        match event:
            case "GUILD_CREATE" | "THREAD_LIST_SYNC":
                for each in (*listed(data.get("channels")), *listed(data.get("threads"))):
                    yield from self._renamed(each, key)
            case "GUILD_DELETE" if not data.get("unavailable"):
                yield from (change("left", id, self.parent(id), key) for id in self._known)
                self._known = {}
            case "CHANNEL_DELETE" | "THREAD_DELETE":
                id = str(data.get("id", ""))
                yield change("gone", id, str(data.get("parent_id") or "") if event.startswith("THREAD") else "", key)
                self._known.pop(id, None)
            case "CHANNEL_CREATE" | "CHANNEL_UPDATE" | "THREAD_CREATE" | "THREAD_UPDATE":
                yield from self._renamed(data, key)

    def _renamed(self, channel: Mapping[str, Any], key: str) -> Iterator[RoomChange]:
        id, name = str(channel.get("id", "")), str(channel.get("name") or "")
        before = str(self._known.get(id, {}).get("name") or "")
        kept = ("type", "name", "parent_id", "topic", "last_message_id")
        self._known[id] = {each: channel[each] for each in kept if each in channel}
        if before and name and before != name:
            yield change("renamed", id, self.parent(id), key, name)


def numbered(id: Any) -> int:
    """An id as the number that it is; 0 for what is none."""
    return int(id) if str(id).isascii() and str(id).isdigit() else 0


def change(what: Any, id: str, parent: str, key: str, name: str = "") -> RoomChange:
    """A change of one channel, or of a thread in its channel."""
    place = Place(NAME, parent, id) if parent else Place(NAME, id)
    return RoomChange(key=f"{NAME}:{what}:{id}:{key}", place=place, what=what, name=name)
