"""Channels as the Web API knows them."""

import re
from collections.abc import Mapping
from typing import Any

from adapters.playground.slack.workspace import BOT, Channel, No, Workspace

Args = Mapping[str, Any]
Answer = dict[str, Any]

MOST_LIST = 1000


def truth(value: Any) -> bool:
    """A flag, from JSON or from a form."""
    return value is True or str(value).lower() in ("1", "true")


def began(args: Args) -> int:
    """Where a page begins: a cursor means nothing but that to whoever was given it. Raises `No`."""
    cursor = str(args.get("cursor") or "0")
    if not cursor.isdecimal():
        raise No("invalid_cursor")
    return int(cursor)


def as_channel(channel: Channel) -> Answer:
    """A channel as the API shows it."""
    common = {"id": channel.id, "created": channel.created, "is_archived": channel.archived, "is_im": bool(channel.im)}
    if channel.im:
        return {**common, "user": channel.im, "is_open": True}
    by = {"creator": channel.creator, "last_set": channel.created}
    return {
        **common,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": not channel.private,
        "is_group": channel.private,
        "is_private": channel.private,
        "is_mpim": False,
        "is_general": False,
        "creator": channel.creator,
        "is_member": BOT in channel.members,
        "topic": {"value": channel.topic, **by},
        "purpose": {"value": channel.purpose, **by},
        "previous_names": [],
        "num_members": len(channel.members),
    }


def create(at: Workspace, args: Args) -> Answer:
    """conversations.create"""
    name = checked_name(str(args["name"]))
    if at.named(name):
        raise No("name_taken")
    private = truth(args.get("is_private"))
    channel = Channel(at.id("C"), name, at.now, private=private, members={BOT: None})
    at.channels[channel.id] = channel
    return {"channel": as_channel(channel)}


def checked_name(name: str) -> str:
    """A channel's name, if the platform takes it."""
    if not name:
        raise No("invalid_name_required")
    if len(name) > 80:
        raise No("invalid_name_maxlength")
    if not re.search(r"\w", name):
        raise No("invalid_name_punctuation")
    if name != name.lower() or re.search(r"[^\w-]", name):
        raise No("invalid_name_specials")
    return name


def ours(at: Workspace, args: Args) -> Channel:
    """A channel that the bot is in and may change."""
    channel = at.channel(args["channel"])
    if channel.im:
        raise No("method_not_supported_for_channel_type")
    if BOT not in channel.members:
        raise No("not_in_channel")
    if channel.archived:
        raise No("is_archived")
    return channel


def set_topic(at: Workspace, args: Args) -> Answer:
    """conversations.setTopic"""
    channel = ours(at, args)
    if len(args["topic"]) > 250:
        raise No("too_long")
    channel.topic = args["topic"]
    at.notice(channel, "channel_topic", f"<@{BOT}> set the channel topic: {channel.topic}", BOT)
    return {"channel": as_channel(channel)}


def set_purpose(at: Workspace, args: Args) -> Answer:
    """conversations.setPurpose"""
    channel = ours(at, args)
    if len(args["purpose"]) > 250:
        raise No("too_long")
    channel.purpose = args["purpose"]
    at.notice(channel, "channel_purpose", f"<@{BOT}> set the channel purpose: {channel.purpose}", BOT)
    return {"purpose": channel.purpose, "channel": as_channel(channel)}


def invite(at: Workspace, args: Args) -> Answer:
    """conversations.invite: all or nobody, unless it is forced."""
    channel = ours(at, args)
    wanted = [each for each in str(args["users"]).split(",") if each]
    if len(wanted) > 100:
        raise No("too_many_users")
    wrong = {user: why for user in wanted if (why := unwelcome(at, channel, user))}
    if wrong and not (truth(args.get("force")) and len(wrong) < len(wanted)):
        errors = [{"user": user, "ok": False, "error": why} for user, why in wrong.items()]
        raise No(next(iter(wrong.values())), errors=errors)
    for user in wanted:
        if user not in wrong:
            at.join(channel, user)
    errors = [{"user": user, "ok": False, "error": why} for user, why in wrong.items()]
    return {"channel": as_channel(channel), **({"errors": errors} if errors else {})}


def unwelcome(at: Workspace, channel: Channel, user: str) -> str:
    """Why somebody cannot be invited, or nothing."""
    if user == BOT:
        return "cant_invite_self"
    if user not in at.users:
        return "user_not_found"
    return "already_in_channel" if user in channel.members else ""


def join(at: Workspace, args: Args) -> Answer:
    """conversations.join"""
    channel = at.channel(args["channel"])
    if channel.im or channel.private:
        raise No("method_not_supported_for_channel_type")
    at.join(channel, BOT)
    return {"channel": as_channel(channel)}


def archive(at: Workspace, args: Args) -> Answer:
    """conversations.archive"""
    if at.channel(args["channel"]).archived:
        raise No("already_archived")
    close(at, ours(at, args), BOT)
    return {}


def close(at: Workspace, channel: Channel, by: str) -> None:
    """Nobody writes there any more; the app is told."""
    channel.archived = True
    at.inform(channel, {"type": "group_archive" if channel.private else "channel_archive", "user": by})


def unarchive(at: Workspace, args: Args) -> Answer:
    """conversations.unarchive"""
    channel = at.channel(args["channel"])
    if channel.im:
        raise No("method_not_supported_for_channel_type")
    if not channel.archived:
        raise No("not_archived")
    channel.archived = False
    return {}


def rename(at: Workspace, args: Args) -> Answer:
    """conversations.rename"""
    channel, name = ours(at, args), checked_name(str(args["name"]))
    if at.named(name) not in (None, channel):
        raise No("name_taken")
    channel.name = name
    return {"channel": as_channel(channel)}


def kick(at: Workspace, args: Args) -> Answer:
    """conversations.kick"""
    channel, user = ours(at, args), str(args.get("user") or "")
    if user == BOT:
        raise No("cant_kick_self")
    if user not in at.users:
        raise No("user_not_found")
    if channel.members.pop(user, user) is user:
        raise No("not_in_channel")
    return {"errors": {}}


def leave(at: Workspace, args: Args) -> Answer:
    """conversations.leave"""
    channel = at.channel(args["channel"])
    if channel.im:
        raise No("method_not_supported_for_channel_type")
    if channel.archived:
        raise No("is_archived")
    if BOT not in channel.members:
        return {"not_in_channel": True}
    del channel.members[BOT]
    return {}


def close_direct(at: Workspace, args: Args) -> Answer:
    """conversations.close: it is folded away in the list, and stays as it is."""
    if not at.channel(args["channel"]).im:
        raise No("method_not_supported_for_channel_type")
    return {}


def open_direct(at: Workspace, args: Args) -> Answer:
    """conversations.open, with one person."""
    user = str(args.get("users") or "")
    if not user:
        raise No("users_list_not_supplied")
    if "," in user:
        raise No("missing_scope", needed="mpim:write")
    if user not in at.users or user == BOT:
        raise No("user_not_found")
    direct = next(each for each in at.channels.values() if each.im == user)
    return {"channel": as_channel(direct) if truth(args.get("return_im")) else {"id": direct.id}}


def info(at: Workspace, args: Args) -> Answer:
    """conversations.info"""
    return {"channel": as_channel(at.channel(args["channel"]))}


def members(at: Workspace, args: Args) -> Answer:
    """conversations.members"""
    return {"members": list(at.channel(args["channel"]).members), "response_metadata": {"next_cursor": ""}}


def mine(at: Workspace, args: Args) -> Answer:
    """users.conversations: the channels that the bot is in."""
    return listed(at, args, lambda channel: BOT in channel.members)


def everything(at: Workspace, args: Args) -> Answer:
    """conversations.list"""
    return listed(at, args, lambda channel: channel.open_to(BOT))


def listed(at: Workspace, args: Args, wanted: Any) -> Answer:
    """A page of channels; the cursor is where the next one begins."""
    limit, start = int(args.get("limit") or 100), began(args)
    if not 0 < limit < MOST_LIST:
        raise No("invalid_limit")
    kinds = {"public_channel": "channel", "private_channel": "group", "im": "im"}
    asked = {each.strip() for each in str(args.get("types") or "public_channel").split(",")}
    if asked - {*kinds, "mpim"}:
        raise No("invalid_types")
    types = {kinds.get(each) for each in asked}
    live = not truth(args.get("exclude_archived"))
    found = [
        each for each in at.channels.values() if wanted(each) and each.kind in types and (live or not each.archived)
    ]
    after = str(start + limit) if len(found) > start + limit else ""
    shown = [as_channel(each) for each in found[start : start + limit]]
    return {"channels": shown, "response_metadata": {"next_cursor": after}}


METHODS = {
    "conversations.create": create,
    "conversations.setTopic": set_topic,
    "conversations.setPurpose": set_purpose,
    "conversations.invite": invite,
    "conversations.join": join,
    "conversations.archive": archive,
    "conversations.unarchive": unarchive,
    "conversations.rename": rename,
    "conversations.kick": kick,
    "conversations.leave": leave,
    "conversations.close": close_direct,
    "conversations.open": open_direct,
    "conversations.info": info,
    "conversations.members": members,
    "conversations.list": everything,
    "users.conversations": mine,
}
"""A method's name, and what does it."""
