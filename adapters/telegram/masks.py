"""Who speaks in a group's own name or in a channel's: the platform tells nobody who they are.  (pure)

https://core.telegram.org/bots/api#message, `sender_chat`: `from` is one of the platform's own bots then.
"""

from dataclasses import dataclass

from adapters.telegram.native import Native
from bot.ports import Said


@dataclass(frozen=True)
class Masked:
    """Somebody whom we cannot know speaks to us: `said.words` is what they say, as far as a button can say it again."""

    said: Said


def speaker(message: Native) -> Native | None:
    """Who says a message, as a user; None for other bots, and for a channel's posts, which nobody says here.

    What is said in a chat's name is said by that chat.
    """
    if chat := message.get("sender_chat"):
        named = {"id": chat["id"], "is_bot": False, "first_name": chat.get("title", "")}
        return None if message.get("is_automatic_forward") else named
    by = message.get("from", {"is_bot": True})
    return None if by["is_bot"] else by
