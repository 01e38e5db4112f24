"""Slack's channels: opened, furnished, filled with people, closed."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any

from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack import show
from adapters.slack.names import names
from adapters.slack.wire import Wire, allowed, asked
from bot.ports import Forbidden, Gone, Handle, MessageId, Partly, Place, Room

OUTSIDE = frozenset(("not_in_channel", "user_not_found"))
"""What taking somebody out answers for somebody who is out."""
INSIDE = frozenset(("already_in_channel", "cant_invite_self"))
"""What an invitation answers for somebody who is in already."""
CLOSED = frozenset(("already_archived", "is_archived", "channel_not_found"))
"""What closing answers where nothing is left to close."""

MARK = "Tocsin · "
"""Begins the purpose of a room that the bot opened; its key follows."""
ROOMS = "public_channel,private_channel"

Call = Callable[[], Awaitable[AsyncSlackResponse]]


class Channels:
    """What can be done with channels: the `Rooms` and `Bookmarks` of the house."""

    name = "slack"
    wire: Wire

    async def open(self, room: Room) -> Place:
        """Open a channel, or find the one that an earlier try with the same key opened."""
        mark = f"{MARK}{room.key}"
        # By its mark first: an incident that has another title since would be given another channel by its name.
        channel = next((each for each in await self._own(room.private) if purpose(each) == mark), None)
        for name in names(room.name):
            channel = channel or await self._create(name, mark, room.private)
            if channel is not None:
                await self._furnish(channel, room.topic, mark)
                return Place(self.name, channel["id"])
        raise Forbidden("name_taken")

    async def _create(self, name: str, mark: str, private: bool) -> Mapping[str, Any] | None:
        """The channel of this name, new or ours from an earlier try; None where it is no name to be had."""
        try:
            made = await asked(self.wire.web.conversations_create(name=name, is_private=private))
            return made["channel"]  # type: ignore[no-any-return]
        except Forbidden as no:
            if str(no).startswith("invalid_name"):
                return None
            if str(no) != "name_taken":
                raise
        found = [each for each in await self._own(private) if each["name"] == name]
        return next((each for each in found if purpose(each) in ("", mark)), None)

    async def _own(self, private: bool) -> Sequence[Mapping[str, Any]]:
        """The channels that we made and that are as private: what another says of itself counts for nothing."""
        me, kind = (await self.wire.me()).user, "private_channel" if private else "public_channel"
        found = (each for each in await listed(self.wire, kind) if each.get("creator") == me)
        return [each for each in found if bool(each.get("is_private")) == private]

    async def _furnish(self, channel: Mapping[str, Any], topic: str, mark: str) -> None:
        topic = show.topic(topic)
        if purpose(channel) != mark:
            await asked(self.wire.web.conversations_setPurpose(channel=channel["id"], purpose=mark))
        if channel.get("topic", {}).get("value") != topic:
            await asked(self.wire.web.conversations_setTopic(channel=channel["id"], topic=topic))

    async def inside(self, place: Place, call: Call) -> Mapping[str, Any]:
        """What a call answers that wants us in the channel: we go in where we are not."""
        try:
            return await asked(call())
        except Forbidden as no:
            if str(no) != "not_in_channel":
                raise
        await asked(self.wire.web.conversations_join(channel=place.room))
        return await asked(call())

    async def pin(self, place: Place, message: MessageId) -> None:
        """Pin a message; one that is pinned already is fine."""
        call = partial(self.wire.web.pins_add, channel=place.room, timestamp=message)
        await allowed(("already_pinned",), self.inside(place, call))

    async def invite(self, place: Place, handles: Sequence[Handle]) -> None:
        """Bring people in; who is in already is fine. Raises `Partly` after all who could be were brought in."""
        users = [each.id for each in handles if each.platform == self.name]
        refused: dict[str, str] = {}
        for first in range(0, len(users), 100):
            refused |= await self._invite(place, users[first : first + 100])
        self._told({user: why for user, why in refused.items() if why not in INSIDE})

    async def dismiss(self, place: Place, handles: Sequence[Handle]) -> None:
        """Take people out; who is out already is fine. Raises `Partly` after all who could be were taken out."""
        refused: dict[str, str] = {}
        for each in handles:
            try:
                await asked(self.wire.web.conversations_kick(channel=place.room, user=each.id))
            except Forbidden as no:
                refused[each.id] = str(no)
        self._told({user: why for user, why in refused.items() if why not in OUTSIDE})

    def _told(self, refused: Mapping[str, str]) -> None:
        if refused:
            whom = [Handle(self.name, user) for user in refused]
            raise Partly(", ".join(sorted(set(refused.values()))), whom)

    async def _invite(self, place: Place, users: Sequence[str]) -> dict[str, str]:
        """Why some of them could not be brought in. With `force` the platform takes the others all the same."""
        call = partial(self.wire.web.conversations_invite, channel=place.room, users=users, force=True)
        try:
            said = await self.inside(place, call)
        except Forbidden as no:
            alike = len(users) == 1 or ", " not in str(no)
            return dict.fromkeys(users, str(no)) if alike else await self._each(place, users)
        return {each["user"]: each["error"] for each in said.get("errors", ()) if each.get("error")}

    async def _each(self, place: Place, users: Sequence[str]) -> dict[str, str]:
        """Why each of them could not be brought in, where not all for the same reason."""
        return {user: why for each in users for user, why in (await self._invite(place, [each])).items()}

    async def close_room(self, place: Place) -> None:
        """Archive the channel: no bot can ever open it again."""
        call = partial(self.wire.web.conversations_archive, channel=place.room)
        await allowed(CLOSED, self.inside(place, call))

    async def bookmark(self, place: Place, title: str, url: str) -> None:
        """Keep a link above the channel, once for each title."""
        web, title = self.wire.web, show.label(title)
        for each in (await asked(web.bookmarks_list(channel_id=place.room))).get("bookmarks", ()):
            if each.get("title") == title:
                if each.get("link") != url:
                    await asked(web.bookmarks_edit(bookmark_id=each["id"], channel_id=place.room, link=url))
                return
        await asked(web.bookmarks_add(channel_id=place.room, title=title, type="link", link=url))

    async def named(self, place: Place) -> str:
        """`#noc`, where the channel is open to the whole workspace."""
        try:
            found: Mapping[str, Any] = (await asked(self.wire.web.conversations_info(channel=place.room)))["channel"]
        except (Forbidden, Gone):
            return ""
        # One that is shared with other companies, or of direct messages, is no more open than a private one.
        open = found.get("is_channel") and not (found.get("is_private") or found.get("is_ext_shared"))
        return f"#{found['name']}" if open else ""

    async def link(self, place: Place) -> str:
        """The channel's address, which the client opens."""
        return f"{(await self.wire.me()).url}archives/{place.room}"


def purpose(channel: Mapping[str, Any]) -> str:
    """What a channel is for."""
    return str((channel.get("purpose") or {}).get("value") or "")


async def listed(wire: Wire, types: str) -> list[Mapping[str, Any]]:
    """Every conversation of these types that we are in and that is not archived. Raises `ChatError`."""
    found: list[Mapping[str, Any]] = []
    more: dict[str, str] = {}
    while True:
        page = await asked(wire.web.users_conversations(types=types, exclude_archived=True, limit=999, **more))
        found += page["channels"]
        more = {"cursor": (page.get("response_metadata") or {}).get("next_cursor", "")}
        if not more["cursor"]:
            return found
