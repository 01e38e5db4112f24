"""What befalls channels, read."""

from collections.abc import Mapping
from typing import Any

from adapters.slack.native import Change, Renamed, Unreadable, key, parse
from bot.ports import Handle, Place, RoomChange

GONE = frozenset(("channel_archive", "group_archive", "channel_deleted", "group_deleted"))
LEFT = frozenset(("channel_left", "group_left", "member_left_channel"))
RENAMED = frozenset(("channel_rename", "group_rename"))
MOVED = frozenset(("channel_id_changed",))
CHANGES = GONE | LEFT | RENAMED | MOVED
"""The types of events that tell of it."""


def change(body: Mapping[str, Any], me: str) -> RoomChange | None:
    """What befell a channel; None where we did it ourselves, or where it befell somebody else.

    Raises `Unreadable`."""
    event = parse(body.get("event"), Change)
    by = event.actor_id or event.user
    id = key(body)
    who = Handle("slack", by) if by else None
    match event.type:
        case kind if kind in GONE and by != me:
            return RoomChange(key=id, place=_place(event), what="gone", by=who)
        case "member_left_channel" if event.user == me:
            return RoomChange(key=id, place=_place(event), what="left")
        case "channel_left" | "group_left":
            return RoomChange(key=id, place=_place(event), what="left", by=who)
        case kind if kind in RENAMED and isinstance(event.channel, Renamed):
            return RoomChange(key=id, place=_place(event), what="renamed", name=event.channel.name)
        case "channel_id_changed" if event.old_channel_id and event.new_channel_id:
            old, new = Place("slack", event.old_channel_id), Place("slack", event.new_channel_id)
            return RoomChange(key=id, place=old, what="moved", moved=new)
    return None


def _place(event: Change) -> Place:
    room = event.channel.id if isinstance(event.channel, Renamed) else event.channel
    if not room:
        raise Unreadable("a channel without an id")
    return Place("slack", room)
