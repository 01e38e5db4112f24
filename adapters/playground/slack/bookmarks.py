"""Bookmarks above a channel, as the Web API knows them."""

from collections.abc import Mapping
from typing import Any

from adapters.playground.slack.workspace import BOT, TEAM, Channel, No, Workspace

Args = Mapping[str, Any]
Answer = dict[str, Any]

MOST = 100


def opened(at: Workspace, args: Args) -> Channel:
    """Whose bookmarks they are. Raises `No`."""
    channel = at.channel(str(args.get("channel_id") or ""))
    if BOT not in channel.members:
        raise No("access_denied")
    return channel


def listed(at: Workspace, args: Args) -> Answer:
    """bookmarks.list"""
    return {"bookmarks": list(opened(at, args).bookmarks.values())}


def add(at: Workspace, args: Args) -> Answer:
    """bookmarks.add"""
    channel = opened(at, args)
    if args["type"] != "link":
        raise No("invalid_bookmark_type")
    if len(channel.bookmarks) >= MOST:
        raise No("too_many_bookmarks")
    id = at.id("Bk")
    when = {"date_created": at.now, "date_updated": 0, "rank": "g"}
    by = {"last_updated_by_user_id": BOT, "last_updated_by_team_id": TEAM, "shortcut_id": None, "app_id": None}
    shown = {"id": id, "channel_id": channel.id, "title": args["title"], "link": linked(args.get("link"))}
    channel.bookmarks[id] = {**shown, "emoji": None, "icon_url": None, "type": "link", "entity_id": None, **when, **by}
    return {"bookmark": channel.bookmarks[id]}


def edit(at: Workspace, args: Args) -> Answer:
    """bookmarks.edit"""
    channel = opened(at, args)
    bookmark = channel.bookmarks.get(str(args.get("bookmark_id")))
    if bookmark is None:
        raise No("not_found")
    if args.get("link") is not None:
        bookmark["link"] = linked(args["link"])
    if args.get("title"):
        bookmark["title"] = args["title"]
    bookmark["date_updated"] = at.now
    return {"bookmark": bookmark}


def linked(link: Any) -> str:
    """A link, if it leads to the web."""
    if not str(link or "").startswith(("https://", "http://")):
        raise No("invalid_link")
    return str(link)


METHODS = {"bookmarks.list": listed, "bookmarks.add": add, "bookmarks.edit": edit}
"""A method's name, and what does it."""
