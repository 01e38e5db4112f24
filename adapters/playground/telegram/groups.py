"""What a bot does in its groups, as far as its rights go.  https://core.telegram.org/bots/api#createforumtopic"""

from typing import Any

from adapters.playground.telegram.cloud import Cloud
from adapters.playground.telegram.shapes import (
    BOT,
    BOT_ID,
    GENERAL,
    RIGHTS,
    Args,
    Chat,
    Invitation,
    Unfit,
    allowed,
    bad,
)

COLOURS = (7322096, 16766590, 13338331, 9367192, 16749490, 16478047)
NAME = 128
"""Letters in a topic's name."""


def create_forum_topic(cloud: Cloud, args: Args) -> Any:
    chat = forum(cloud, args)
    colour = int(args.get("icon_color") or COLOURS[0])
    name = titled(args)
    if colour not in COLOURS:
        raise Unfit("invalid icon color specified")
    return {"message_thread_id": cloud.open_topic(chat, name, colour), "name": name, "icon_color": colour}


def titled(args: Args) -> str:
    """A topic's name. Raises `Unfit`."""
    name = " ".join(str(args["name"]).split())
    if not name:
        raise Unfit("TOPIC_TITLE_EMPTY")
    return name[:NAME]


def forum(cloud: Cloud, args: Args) -> Chat:
    """A group with topics, in which the bot may do with them what it likes. Raises `No`."""
    chat = cloud.chat(args["chat_id"])
    if not chat.topics:
        raise bad("the chat is not a forum")
    allowed(chat, "manage_topics", "not enough rights to create a topic")
    return chat


def topic(cloud: Cloud, args: Args) -> tuple[Chat, int]:
    """A topic of a group. Raises `No`."""
    chat = forum(cloud, args)
    id = int(args["message_thread_id"])
    if id not in chat.topics or id == GENERAL:
        raise bad("TOPIC_ID_INVALID")
    return chat, id


def edit_forum_topic(cloud: Cloud, args: Args) -> Any:
    chat, id = topic(cloud, args)
    if not args.get("name"):
        raise bad("TOPIC_NOT_MODIFIED")
    if chat.topics[id] == titled(args):
        raise bad("TOPIC_NOT_MODIFIED")
    cloud.rename_topic(chat, id, titled(args), BOT)
    return True


def close_forum_topic(cloud: Cloud, args: Args) -> Any:
    chat, id = topic(cloud, args)
    if id in chat.closed:
        raise bad("TOPIC_NOT_MODIFIED")
    cloud.close_topic(chat, id, BOT)
    return True


def reopen_forum_topic(cloud: Cloud, args: Args) -> Any:
    chat, id = topic(cloud, args)
    if id not in chat.closed:
        raise bad("TOPIC_NOT_MODIFIED")
    cloud.reopen_topic(chat, id, BOT)
    return True


def delete_forum_topic(cloud: Cloud, args: Args) -> Any:
    chat, id = topic(cloud, args)
    allowed(chat, "delete_messages", "not enough rights to delete a topic")
    chat.drop_topic(id)
    return True


def create_chat_invite_link(cloud: Cloud, args: Args) -> Any:
    chat = cloud.chat(args["chat_id"])
    if chat.direct:
        raise bad("can't create invite link in private chats")
    allowed(chat, "invite_users", "not enough rights to manage chat invite link")
    most, until = int(args.get("member_limit") or 0), int(args.get("expire_date") or 0)
    if len(str(args.get("name") or "")) > 32 or not 0 <= most <= 99999:
        raise Unfit("invite link name is too long" if 0 <= most <= 99999 else "member limit is out of range")
    link = f"https://t.me/+{next(cloud.links):x}"
    cloud.invitations[link] = Invitation(chat.id, most, until)
    limits = {key: value for key, value in (("member_limit", most), ("expire_date", until)) if value}
    flags = {"creates_join_request": False, "is_primary": False, "is_revoked": False}
    return {"invite_link": link, "creator": BOT, **flags, **limits}


def get_chat(cloud: Cloud, args: Args) -> Any:
    chat = cloud.chat(args["chat_id"])
    kinds = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
    gifts = dict.fromkeys(kinds, False)
    return {**chat.native, "accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": gifts}


def get_chat_member(cloud: Cloud, args: Args) -> Any:
    chat, id = cloud.chat(args["chat_id"]), int(args["user_id"])
    if id == BOT_ID:
        return administrator(chat) if chat.rights else {"user": BOT, "status": "member"}
    if id not in cloud.users:
        raise bad("PARTICIPANT_ID_INVALID")
    return {"user": cloud.users[id], "status": "member" if chat.direct or id in chat.members else "left"}


def administrator(chat: Chat) -> Any:
    """The bot, with its rights."""
    others = ("manage_chat", "manage_video_chats", "restrict_members", "promote_members", "change_info",
              "post_stories", "edit_stories", "delete_stories")  # fmt: skip
    rights = {f"can_{right}": right in chat.rights or right == "manage_chat" for right in (*RIGHTS, *others)}
    return {"user": BOT, "status": "administrator", "can_be_edited": False, "is_anonymous": False, **rights}


def leave_chat(cloud: Cloud, args: Args) -> Any:
    cloud.throw_out(cloud.chat(args["chat_id"]), BOT, "left")
    return True
