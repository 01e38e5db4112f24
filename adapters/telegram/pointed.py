"""Messages that somebody points at: with an answer, from another chat, with a reaction.  (pure)"""

from typing import Any

from msgspec.structs import replace

from adapters import signs
from adapters.telegram.media import origin_name, shown, things
from adapters.telegram.native import TELEGRAM, Me, Native, called, link, moment, place
from bot.ports import Handle, MessageId, Place, Remark


def about(message: Native, me: Me) -> Remark | None:
    """The message that one answers; what opened a topic is answered by all that is said in it, and means nothing."""
    quote = message.get("quote", {}).get("text", "")
    first = message.get("reply_to_message")
    if first and "forum_topic_created" not in first:
        found = remark(first, me)
        return replace(found, text=quote or found.text)
    if elsewhere := message.get("external_reply"):
        return _elsewhere(elsewhere, quote)
    return None


def remark(message: Native, me: Me) -> Remark:
    """A message, pointed at. What the bot posted in somebody's name is theirs, as long as it is remembered."""
    by, here, id = message.get("from") or {}, place(message), MessageId(str(message["message_id"]))
    led, at = link(message, here.thread), moment(message.get("date"))
    _, seen = me.known.remark(here, id)
    if by.get("id") == me.id and seen.text:
        return replace(seen, link=led, at=at, name=seen.name or called(by))
    return Remark(
        message=id,
        text=shown(message, me),
        by=None if by.get("is_bot", True) or "sender_chat" in message else Handle(TELEGRAM, str(by["id"])),
        name=message.get("sender_chat", {}).get("title") or called(by),
        at=at,
        link=led,
    )


def reacted(reaction: Native, me: Me) -> tuple[Place, Remark] | None:
    """Where and to what a person put one of the reactions that pin, as far as it was seen; the platform says neither.

    It tells the old list and the new one, of people only who do not hide, and nothing of bots.
    """
    by = reaction.get("user")
    if not by or by["is_bot"] or not added(reaction, me):
        return None
    here, found = me.known.remark(place(reaction), MessageId(str(reaction["message_id"])))
    return here, replace(found, link=link(reaction, here.thread))


def added(reaction: Native, me: Me) -> bool:
    """Whether somebody put a reaction that pins."""
    return bool((_faces(reaction["new_reaction"]) - _faces(reaction["old_reaction"])) & set(me.pins))


def _faces(reactions: Any) -> set[str]:
    # Some reactions are pictures of a group's own, and have no emoji.
    return {each["emoji"] for each in reactions if each["type"] == "emoji"}


def _elsewhere(reply: Native, quote: str) -> Remark:
    """A message of another chat, of which the platform tells little."""
    origin = reply["origin"]
    user = origin.get("sender_user") or {}
    return Remark(
        message=MessageId(str(reply.get("message_id", ""))),
        text=quote or signs.below(*things(reply)),
        by=Handle(TELEGRAM, str(user["id"])) if user and not user["is_bot"] else None,
        name=origin_name(origin),
        at=moment(origin["date"]),
        link=link(reply) if reply.get("message_id") and reply.get("chat") else "",
    )
