"""What the bot may do, and what is missing: each finding with what to do about it.

https://docs.discord.com/developers/topics/permissions
"""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any

from adapters.discord.invite import ADMINISTRATOR, RIGHTS, invite
from adapters.discord.menu import same
from adapters.discord.rooms import MEMBER, written
from adapters.discord.wire import Wire
from bot.ports import ChatError, Finding, Forbidden, Gone

CONTENT = 1 << 18 | 1 << 19
"""The application's flags for the Message Content intent, granted to all or to small ones."""
PORTAL = "https://discord.com/developers/applications"
KINDS = {"room": 0, "category": 4, "archive": 4}
"""What the channels that the settings name must be: a text channel, categories."""
STARTS = 100
"""Fresh sessions left today, below which it is told."""


class Doctor:
    """Looks at one bot in one server."""

    def __init__(self, wire: Wire, guild: str) -> None:
        self._wire = wire
        self._guild = guild

    async def examine(self, places: Mapping[str, str]) -> AsyncIterator[Finding]:
        """Everything that can be looked at from outside. Never raises `ChatError`."""
        try:
            me, app = await self._wire.me(), await self._wire.application()
        except Forbidden:
            fix = f"Put the bot's token into chats.discord.token; {PORTAL} > your application > Bot > Reset Token."
            yield Finding(what="Discord: the token", ok=False, fix=fix)
            return
        except ChatError as wrong:
            yield Finding(what=f"Discord: the connection ({wrong})", ok=None, fix="Is discord.com reachable from here?")
            return
        yield Finding(what="Discord: the token", ok=True)
        for look in (self._intents(app), self._sessions(), self._server(me, app, places)):
            async for finding in look:
                yield finding
        yield Finding(what="Discord: who takes direct messages from the bot; `me test` tries it", ok=None)

    async def _intents(self, app: str) -> AsyncIterator[Finding]:
        what = "Discord: the Message Content intent"
        try:
            flags = int((await self._wire.call("GET", "/applications/@me")).get("flags") or 0)
        except ChatError as wrong:
            yield Finding(what=f"{what} ({wrong})", ok=None)
            return
        fix = f"Turn on Message Content Intent: {PORTAL}/{app}/bot"
        yield Finding(what=what, ok=bool(flags & CONTENT), fix="" if flags & CONTENT else fix)

    async def _sessions(self) -> AsyncIterator[Finding]:
        try:
            limit = (await self._wire.call("GET", "/gateway/bot")).get("session_start_limit") or {}
            left = int(limit["remaining"])
        except (ChatError, KeyError):
            yield Finding(what="Discord: how many connections are left today", ok=None)
            return
        fix = "Something connects again and again with this token: stop it. At 1,000 a day Discord resets the token."
        yield Finding(
            what=f"Discord: {left} connections left today", ok=left > STARTS, fix="" if left > STARTS else fix
        )

    async def _server(self, me: str, app: str, places: Mapping[str, str]) -> AsyncIterator[Finding]:
        link = invite(app, self._guild)
        try:
            guild = await self._wire.call("GET", "/guilds/{guild_id}", guild_id=self._guild)
            path = "/guilds/{guild_id}/members/{user_id}"
            member = await self._wire.call("GET", path, guild_id=self._guild, user_id=me)
        except (Forbidden, Gone):
            fix = f"Invite the bot to the server {self._guild}, or mend chats.discord.guild: {link}"
            yield Finding(what="Discord: the bot is in the server", ok=False, fix=fix)
            return
        except ChatError as wrong:
            yield Finding(what=f"Discord: the bot is in the server ({wrong})", ok=None)
            return
        yield Finding(what="Discord: the bot is in the server", ok=True)
        rights = held(guild, member, me)
        lacking = list(missing(rights))
        fix = f"Open {link} and confirm: it grants {', '.join(lacking)}." if lacking else ""
        yield Finding(what="Discord: the bot's rights in the server", ok=not lacking, fix=fix)
        for name, id in places.items():
            yield await self._place(name, id, rights, member, me)

    async def _place(self, name: str, id: str, rights: int, member: Mapping[str, Any], me: str) -> Finding:
        """What the bot may do in a channel that the settings name."""
        what = f"Discord: chats.discord.{name} ({id})"
        try:
            channel = await self._wire.call("GET", "/channels/{channel_id}", channel_id=id)
        except (Forbidden, Gone):
            fix = f"Give chats.discord.{name} the id of a channel that the bot can see (View Channel)."
            return Finding(what=what, ok=False, fix=fix)
        except ChatError as wrong:
            return Finding(what=f"{what} ({wrong})", ok=None)
        if channel.get("type") != KINDS[name] or str(channel.get("guild_id")) != self._guild:
            kind = "text channel" if KINDS[name] == 0 else "category"
            return Finding(what=what, ok=False, fix=f"It must be the id of a {kind} of the server {self._guild}.")
        lacking = list(missing(within(rights, channel, member, self._guild, me)))
        # What the whole server lacks is told once, above.
        lacking = [each for each in lacking if rights & RIGHTS[each] or rights & ADMINISTRATOR]
        named = channel.get("name") or id
        fix = f"Edit the channel {named} > Permissions, and allow the bot's role: {', '.join(lacking)}."
        return Finding(what=what, ok=not lacking, fix=fix if lacking else "")

    async def commands(self, wanted: Sequence[Any]) -> Finding:
        """Whether the commands that the server offers are these. Never raises `ChatError`."""
        what, path = "Discord: the commands", "/applications/{application_id}/guilds/{guild_id}/commands"
        try:
            about: dict[str, Any] = {"application_id": await self._wire.application(), "guild_id": self._guild}
            there = await self._wire.call("GET", path, query={"with_localizations": "true"}, **about)
        except Forbidden:
            fix = f"Invite the bot with the scope applications.commands: {invite(self._wire.known, self._guild)}"
            return Finding(what=what, ok=False, fix=fix)
        except ChatError as wrong:
            return Finding(what=f"{what} ({wrong})", ok=None)
        if not there:
            return Finding(what=what, ok=None, fix="None yet: they are registered when Tocsin starts.")
        old = not same(there, wanted)
        fix = "They are those of another version or configuration: they are brought up to date when Tocsin starts."
        return Finding(what=what, ok=not old, fix=fix if old else "")


def held(guild: Mapping[str, Any], member: Mapping[str, Any], me: str) -> int:
    """The rights that a member's roles give in the whole server."""
    if str(guild.get("owner_id")) == me:
        return ADMINISTRATOR
    mine = {str(guild["id"]), *map(str, member.get("roles") or ())}
    rights = 0
    for role in guild.get("roles") or ():
        if str(role.get("id")) in mine:
            rights |= int(role.get("permissions") or 0)
    return rights


def within(rights: int, channel: Mapping[str, Any], member: Mapping[str, Any], guild: str, me: str) -> int:
    """The rights in one channel: everybody's overwrite first, then those of the roles together, then one's own."""
    if rights & ADMINISTRATOR:
        return rights
    mine = set(map(str, member.get("roles") or ()))
    there = written(channel)
    for group in (
        [each for each in there if each["id"] == guild],
        [each for each in there if each["id"] in mine and each["id"] != guild],
        [each for each in there if each["id"] == me and each["type"] == MEMBER],
    ):
        denied, allowed = 0, 0
        for each in group:
            denied, allowed = denied | each["deny"], allowed | each["allow"]
        rights = rights & ~denied | allowed
    return rights


def missing(rights: int) -> Iterator[str]:
    """What is needed and not held."""
    if not rights & ADMINISTRATOR:
        yield from (name for name, bit in RIGHTS.items() if not rights & bit)
