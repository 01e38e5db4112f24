"""What befalls rooms, and what the platform itself says of the bot's own deeds.  (pure)"""

from adapters.telegram.native import TELEGRAM, Me, Native, Update, place, shaped
from bot.ports import Handle, Place, RoomChange

OUTSIDE = {"left", "kicked"}


def befell(update: Update, me: Me) -> RoomChange | None:
    """What somebody did to a room: closed, renamed, moved, or the bot thrown out of it. Raises `Strange`."""
    with shaped():
        if member := update.get("my_chat_member"):
            return _member(update, member, me)
        message = update.get("message") or {}
        by = message.get("from") or {}
        if moved := message.get("migrate_to_chat_id"):
            return migrated(str(message["chat"]["id"]), str(moved), me.id)
        if moved := message.get("migrate_from_chat_id"):
            return migrated(str(moved), str(message["chat"]["id"]), me.id)
        if by.get("id") == me.id:
            return None
        if name := message.get("forum_topic_edited", {}).get("name"):
            return RoomChange(key=_key(update, me), place=place(message), what="renamed", by=_by(by), name=name)
        if "forum_topic_closed" in message:
            return RoomChange(key=_key(update, me), place=place(message), what="gone", by=_by(by))
        return None


def migrated(old: str, new: str, me: int) -> RoomChange:
    """A group has got another id. It is told in both groups and in every refusal, and is one change."""
    key = f"{TELEGRAM}:{me}:moved:{old}:{new}"
    return RoomChange(key=key, place=Place(TELEGRAM, old), what="moved", moved=Place(TELEGRAM, new))


def _member(update: Update, member: Native, me: Me) -> RoomChange | None:
    if member["new_chat_member"]["status"] not in OUTSIDE or member["chat"]["type"] == "private":
        return None
    return RoomChange(key=_key(update, me), place=place(member), what="left", by=_by(member["from"]))


def _key(update: Update, me: Me) -> str:
    return f"{TELEGRAM}:{me.id}:{update['update_id']}"


def _by(user: Native) -> Handle | None:
    # Who acts in a group's own name, or in a channel's, is one of the platform's bots to us.
    return Handle(TELEGRAM, str(user["id"])) if user and not user.get("is_bot") else None


def opened(update: Update, me: Me) -> tuple[str, str, str] | None:
    """The name, group and thread of a topic that the bot opened. Raises `Strange`."""
    with shaped():
        message = update.get("message") or {}
        topic = message.get("forum_topic_created")
        if topic is None or message.get("from", {}).get("id") != me.id:
            return None
        return topic["name"], str(message["chat"]["id"]), str(message["message_thread_id"])


def pinned(update: Update, me: Me) -> bool:
    """Whether it is the line that the platform writes when the bot pins something. Raises `Strange`."""
    with shaped():
        message = update.get("message") or {}
        return "pinned_message" in message and message.get("from", {}).get("id") == me.id
