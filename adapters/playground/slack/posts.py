"""Messages as the Web API takes them: post, update, whisper, read back, pin, react."""

from collections.abc import Mapping
from typing import Any

from adapters.playground.slack.blocks import check
from adapters.playground.slack.rooms import began
from adapters.playground.slack.workspace import APP, BOT, BOT_ID, DOMAIN, TEAM, Channel, Message, No, Workspace

Args = Mapping[str, Any]
Answer = dict[str, Any]

MOST_TEXT, MOST_UPDATE = 40_000, 4_000


def content(args: Args) -> Message:
    """What a message says. Raises `No` where the platform would not post it."""
    text, blocks, attachments = args.get("text") or "", args.get("blocks"), args.get("attachments")
    if not (text or blocks or attachments):
        raise No("no_text")
    said: Message = {"text": text[:MOST_TEXT]}
    if blocks:
        said["blocks"] = named(check(blocks), "b")
    if attachments:
        said["attachments"] = [attached(each, index) for index, each in enumerate(many(attachments), 1)]
    return said


def many(attachments: Any) -> list[Any]:
    """The attachments, if the platform takes them."""
    if not isinstance(attachments, list):
        raise No("invalid_attachments")
    if len(attachments) > 100:
        raise No("too_many_attachments")
    return attachments


def attached(attachment: Mapping[str, Any], id: int) -> Message:
    """An attachment as it comes back: the platform numbers them and takes the `#` from their colours."""
    kept = {**attachment, "id": id, "color": str(attachment.get("color", "")).lstrip("#")}
    if "blocks" in attachment:
        kept["blocks"] = named(check(attachment["blocks"]), f"a{id}b")
        kept.setdefault("fallback", "[no preview available]")
    return kept


def named(blocks: list[Any], prefix: str) -> list[Any]:
    """The blocks, each with an id: the platform gives one to those that came without."""
    return [{"block_id": f"{prefix}{index}", **block} for index, block in enumerate(blocks)]


def author(args: Args) -> Message:
    """In whose name the bot posts: its own, or somebody's whom the platform then no longer ties to its account."""
    if args.get("username") or args.get("icon_url") or args.get("icon_emoji"):
        icons = {"image_48": args["icon_url"]} if args.get("icon_url") else {}
        name = str(args.get("username") or "Tocsin")
        return {"subtype": "bot_message", "username": name, "icons": icons, "bot_id": BOT_ID, "app_id": APP}
    return {"user": BOT, "bot_id": BOT_ID, "app_id": APP}


def open_channel(at: Workspace, args: Args) -> Channel:
    """Where the bot may post."""
    channel = at.channel(args["channel"])
    if channel.archived:
        raise No("is_archived")
    if BOT not in channel.members:
        raise No("not_in_channel")
    return channel


def post(at: Workspace, args: Args) -> Answer:
    """chat.postMessage: somebody's own id is their conversation with the bot."""
    channel = open_channel(at, {**args, "channel": at.alone(args["channel"])})
    message = {**content(args), **author(args)}
    if thread := args.get("thread_ts"):
        if thread not in channel.messages:
            raise No("cannot_reply_to_message")
        message["thread_ts"] = channel.messages[thread].get("thread_ts", thread)
    if metadata := args.get("metadata"):
        message["metadata"] = well_formed(metadata)
    kept = at.post(channel, message)
    return {"channel": channel.id, "ts": kept["ts"], "message": kept}


def well_formed(metadata: Any) -> Any:
    """Metadata, if the platform takes it."""
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_payload"), dict):
        raise No("invalid_metadata_format")
    if not metadata.get("event_type"):
        raise No("invalid_metadata_schema")
    return metadata


def update(at: Workspace, args: Args) -> Answer:
    """chat.update"""
    channel = at.channel(args["channel"])
    if channel.archived:
        raise No("is_inactive")
    before = at.message(channel, args["ts"])
    if before.get("bot_id") != BOT_ID:
        raise No("cant_update_message")
    if len(args.get("text") or "") > MOST_UPDATE:
        raise No("msg_too_long")
    said = content(args)
    kept = {key: value for key, value in before.items() if key not in ("text", "blocks", "attachments")}
    # The name and picture that a message was posted with do not survive its edit (node-slack-sdk#944).
    after = {**kept, **said, "edited": {"user": BOT, "ts": at.ts()}}
    channel.messages[before["ts"]] = after
    at.announce(
        channel,
        {"type": "message", "subtype": "message_changed", "hidden": True, "ts": after["edited"]["ts"], "message": after}
        | {"previous_message": before},
    )
    return {"channel": channel.id, "ts": before["ts"], "text": said["text"], "message": after}


def delete(at: Workspace, args: Args) -> Answer:
    """chat.delete"""
    channel = at.channel(args["channel"])
    before = at.message(channel, args["ts"])
    if before.get("bot_id") != BOT_ID:
        raise No("cant_delete_message")
    del channel.messages[before["ts"]]
    gone = {"type": "message", "subtype": "message_deleted", "hidden": True, "ts": at.ts(), "deleted_ts": before["ts"]}
    at.announce(channel, {**gone, "previous_message": before})
    return {"channel": channel.id, "ts": before["ts"]}


def whisper(at: Workspace, args: Args) -> Answer:
    """chat.postEphemeral"""
    channel = open_channel(at, args)
    if args["user"] not in channel.members:
        raise No("user_not_in_channel")
    message = {"type": "message", "ts": at.ts(), "team": TEAM, **content(args), **author(args)}
    channel.whispers.append((args["user"], message))
    return {"message_ts": message["ts"]}


def permalink(at: Workspace, args: Args) -> Answer:
    """chat.getPermalink"""
    channel = at.channel(args["channel"])
    ts = at.message(channel, args["message_ts"])["ts"]
    address = f"https://{DOMAIN}.slack.com/archives/{channel.id}/p{ts.replace('.', '')}"
    return {"channel": channel.id, "permalink": address}


def history(at: Workspace, args: Args) -> Answer:
    """conversations.history: newest first, without the replies in threads."""
    channel = at.channel(args["channel"])
    if BOT not in channel.members:
        raise No("not_in_channel")
    roots = [each for each in channel.messages.values() if each.get("thread_ts", each["ts"]) == each["ts"]]
    found = [threaded(each, channel) for each in roots]
    return {**some(found[::-1], args), "pin_count": len(channel.pins)}


def threaded(root: Message, channel: Channel) -> Message:
    """A message, with what is told of the thread that hangs from it."""
    below = [each["ts"] for each in channel.messages.values() if root["ts"] == each.get("thread_ts") != each["ts"]]
    about = {"thread_ts": root["ts"], "reply_count": len(below), "latest_reply": below[-1]} if below else {}
    return {**root, **about}


def replies(at: Workspace, args: Args) -> Answer:
    """conversations.replies: oldest first, the parent included; of a reply, that alone."""
    channel, ts = at.channel(args["channel"]), args["ts"]
    if ts not in channel.messages:
        raise No("thread_not_found")
    if channel.messages[ts].get("thread_ts", ts) != ts:
        return some([channel.messages[ts]], args)
    return some([each for each in channel.messages.values() if each.get("thread_ts", each["ts"]) == ts], args)


def some(found: list[Message], args: Args) -> Answer:
    """A page of what was asked for, within the times that were asked for; the cursor is where the next one begins."""
    oldest, latest = when(args, "oldest", 0.0), when(args, "latest", float("inf"))
    edges = str(args.get("inclusive", "")).lower() in ("1", "true")
    within = [each for each in found if inside(float(each["ts"]), oldest, latest, edges)]
    limit, start = min(int(args.get("limit") or 100), 999), began(args)
    with_metadata = str(args.get("include_all_metadata", "")).lower() in ("1", "true")
    page = within[start : start + limit]
    shown = [each if with_metadata else {k: v for k, v in each.items() if k != "metadata"} for each in page]
    more = len(within) > start + limit
    after = {"response_metadata": {"next_cursor": str(start + limit)}} if more else {}
    return {"messages": [as_message(each) for each in shown], "has_more": more, **after}


def when(args: Args, name: str, otherwise: float) -> float:
    """A time that was asked for. Raises `No`."""
    try:
        return float(args.get(name) or otherwise)
    except ValueError:
        raise No(f"invalid_ts_{name}") from None


def inside(ts: float, oldest: float, latest: float, edges: bool) -> bool:
    """Whether a message is within these times, with both ends or without."""
    return oldest <= ts <= latest if edges else oldest < ts < latest


def as_message(message: Message) -> Message:
    """A message as history has it: who reacted, by the reaction."""
    faces = [{"name": name, "users": who, "count": len(who)} for name, who in message.get("reactions", {}).items()]
    bare = {name: value for name, value in message.items() if name != "reactions"}
    return {**bare, "reactions": faces} if faces else bare


def pin(at: Workspace, args: Args) -> Answer:
    """pins.add"""
    channel = open_channel(at, args)
    ts = at.message(channel, args.get("timestamp") or "")["ts"]
    if ts in channel.pins:
        raise No("already_pinned")
    channel.pins.append(ts)
    return {}


def reacted(at: Workspace, args: Args) -> Answer:
    """reactions.get"""
    channel = at.channel(args.get("channel") or "")
    message = at.message(channel, args.get("timestamp") or "")
    return {"type": "message", "channel": channel.id, "message": as_message(message)}


def unpin(at: Workspace, args: Args) -> Answer:
    """pins.remove"""
    channel = open_channel(at, args)
    if args.get("timestamp") not in channel.pins:
        raise No("no_pin")
    channel.pins.remove(args["timestamp"])
    return {}


METHODS = {
    "chat.postMessage": post,
    "chat.update": update,
    "chat.delete": delete,
    "chat.postEphemeral": whisper,
    "chat.getPermalink": permalink,
    "conversations.history": history,
    "conversations.replies": replies,
    "pins.add": pin,
    "pins.remove": unpin,
    "reactions.get": reacted,
}
"""A method's name, and what does it."""
