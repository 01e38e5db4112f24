"""Channels as war rooms: opened, closed, and for whom.

https://docs.discord.com/developers/resources/channel
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from adapters.discord.invite import RIGHTS
from adapters.discord.show import channel, sign
from adapters.discord.wire import NoAccess, Refused, Wire
from bot.ports import ChatError, Forbidden, Gone, Handle, Partly, Room

VIEW, SEND = RIGHTS["VIEW_CHANNEL"], RIGHTS["SEND_MESSAGES"]
WRITE = sum(
    RIGHTS[name]
    for name in (
        "SEND_MESSAGES",
        "SEND_MESSAGES_IN_THREADS",
        "CREATE_PUBLIC_THREADS",
        "CREATE_PRIVATE_THREADS",
        "ADD_REACTIONS",
    )
)
"""What nobody does any more in a closed room."""
ROLE, MEMBER = 0, 1
"""Kinds of overwrites."""
THREADS = {10, 11, 12}
"""Kinds of channels that are threads."""
CHANNEL = "/channels/{channel_id}"
Overwrites = list[dict[str, Any]]


class Rooms:
    """The server's channels, as the bot may change them."""

    def __init__(self, wire: Wire, guild: str, category: str, archive: str) -> None:
        self._wire = wire
        self._guild = guild
        self._category = category
        self._archive = archive

    async def open(self, room: Room) -> str:
        """A text channel's id; its topic ends with the key, by which a later try finds it."""
        path = "/guilds/{guild_id}/channels"
        me = await self._wire.me()
        for each in await self._wire.call("GET", path, guild_id=self._guild):
            if str(each.get("topic") or "").endswith(sign(room.key)) and fits(each, room, self._guild, me):
                return str(each["id"])
        wanted = {"type": 0, **channel(room)}
        if room.private:
            wanted["permission_overwrites"] = closed(self._guild, me)
        made = await self._placed("POST", path, wanted, self._category, guild_id=self._guild)
        return str(made["id"])

    async def named(self, id: str) -> str:
        """`#noc`, where everybody in the server sees the channel; else nothing."""
        try:
            found = await self._wire.call("GET", CHANNEL, channel_id=id)
        except (Forbidden, Gone):
            return ""
        hidden = any(each["id"] == self._guild and each["deny"] & VIEW for each in written(found))
        return "" if hidden or found.get("type") in THREADS else f"#{found['name']}"

    async def invite(self, id: str, handles: Sequence[Handle]) -> None:
        """Let people see a private room; an open one everybody in the server sees already."""
        there = written(await self._wire.call("GET", CHANNEL, channel_id=id))
        known = {each["id"]: each for each in there}
        if not known.get(self._guild, {}).get("deny", 0) & VIEW:
            return
        path, refused = CHANNEL + "/permissions/{user_id}", Refusals()
        for handle in handles:
            own = known.get(handle.id, {"allow": 0, "deny": 0})
            if own["allow"] & VIEW:
                continue
            allowed = {"type": MEMBER, "allow": str(own["allow"] | VIEW), "deny": str(own["deny"] & ~VIEW)}
            with refused.of(handle):
                await self._wire.call("PUT", path, allowed, channel_id=id, user_id=handle.id)
        refused.told()

    async def dismiss(self, id: str, handles: Sequence[Handle]) -> None:
        """Let people see a private room no more; whoever has no right of their own there does not."""
        path, refused = CHANNEL + "/permissions/{user_id}", Refusals()
        for handle in handles:
            with refused.of(handle), suppress(Gone):
                await self._wire.call("DELETE", path, channel_id=id, user_id=handle.id)
        refused.told()

    async def close(self, id: str) -> None:
        """Nobody but the bot writes there any more; whoever could read it still can, and nobody else."""
        try:
            there = await self._wire.call("GET", CHANNEL, channel_id=id)
            if there.get("type") in THREADS:
                await self._wire.call("PATCH", CHANNEL, {"archived": True, "locked": True}, channel_id=id)
                return
            before = written(there)
            after = silenced(before, self._guild, await self._wire.me())
            away = self._archive if str(there.get("parent_id")) != self._archive else ""
            if after != before or away:
                wanted = {"permission_overwrites": [*map(sent, after)]}
                await self._placed("PATCH", CHANNEL, wanted, away, channel_id=id)
        except (Gone, NoAccess):
            return

    async def _placed(self, method: str, path: str, wanted: dict[str, Any], category: str, **about: Any) -> Any:
        """In its category; beside it, where that is full (fifty channels) or gone."""
        if category:
            try:
                return await self._wire.call(method, path, {**wanted, "parent_id": category}, **about)
            except Refused:
                pass
        return await self._wire.call(method, path, wanted, **about)


class Refusals:
    """Why something could not be done for some: one who left the server keeps nobody else out."""

    def __init__(self) -> None:
        self._why: dict[Handle, ChatError] = {}

    @contextmanager
    def of(self, handle: Handle) -> Iterator[None]:
        """Within, it is done for somebody."""
        try:
            yield
        except ChatError as wrong:
            self._why[handle] = wrong

    def told(self) -> None:
        """Raises what may be better later, else `Partly`."""
        for wrong in self._why.values():
            if wrong.wait is not None:
                raise wrong
        if self._why:
            raise Partly(", ".join(sorted(set(map(str, self._why.values())))), list(self._why))


def fits(channel: Mapping[str, Any], room: Room, guild: str, me: str) -> bool:
    """Whether a channel is as open as the room should be: a private one is for nobody yet but the bot."""
    seen = {each["id"]: each for each in written(channel)}
    hidden = bool(guild in seen and seen[guild]["deny"] & VIEW)
    return hidden == room.private and not (
        hidden and any(each["allow"] & VIEW for id, each in seen.items() if id != me)
    )


def written(channel: Mapping[str, Any]) -> Overwrites:
    """A channel's overwrites, with their rights as numbers."""
    return [
        {"id": str(each["id"]), "type": int(each["type"]), "allow": int(each["allow"]), "deny": int(each["deny"])}
        for each in channel.get("permission_overwrites") or ()
    ]


def sent(overwrite: Mapping[str, Any]) -> dict[str, Any]:
    """The same as Discord takes it."""
    return {**overwrite, "allow": str(overwrite["allow"]), "deny": str(overwrite["deny"])}


def silenced(overwrites: Overwrites, guild: str, me: str) -> Overwrites:
    """The same overwrites, but that only the bot may write: nobody sees more than before."""
    none: dict[str, Any] = {"id": me, "type": MEMBER, "allow": 0, "deny": 0}
    mine = next((each for each in overwrites if each["id"] == me), none)
    kept = {"allow": mine["allow"] | VIEW | SEND, "deny": mine["deny"] & ~(VIEW | SEND)}
    return [*_others(overwrites, guild, me), {**mine, **kept}]


def _others(overwrites: Overwrites, guild: str, me: str) -> Iterator[dict[str, Any]]:
    everybody = {"id": guild, "type": ROLE, "allow": 0, "deny": 0}
    for each in overwrites if any(each["id"] == guild for each in overwrites) else [*overwrites, everybody]:
        if each["id"] == guild:
            yield {**each, "allow": each["allow"] & ~WRITE, "deny": each["deny"] | WRITE}
        elif each["id"] != me:
            yield {**each, "allow": each["allow"] & ~WRITE}


def closed(guild: str, me: str) -> list[dict[str, Any]]:
    """Who sees a private room: the bot, and nobody else until they are invited."""
    return [
        {"id": guild, "type": ROLE, "allow": "0", "deny": str(VIEW)},
        {"id": me, "type": MEMBER, "allow": str(VIEW | SEND), "deny": "0"},
    ]
