"""Who may do what: what their roles let them, cut and widened by a channel's overwrites.

https://docs.discord.com/developers/topics/permissions#permission-overwrites
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

BITS: Mapping[str, int] = {
    "ADMINISTRATOR": 1 << 3,
    "MANAGE_CHANNELS": 1 << 4,
    "ADD_REACTIONS": 1 << 6,
    "VIEW_CHANNEL": 1 << 10,
    "SEND_MESSAGES": 1 << 11,
    "MANAGE_MESSAGES": 1 << 13,
    "EMBED_LINKS": 1 << 14,
    "ATTACH_FILES": 1 << 15,
    "READ_MESSAGE_HISTORY": 1 << 16,
    "MENTION_EVERYONE": 1 << 17,
    "MANAGE_ROLES": 1 << 28,
    "MANAGE_WEBHOOKS": 1 << 29,
    "USE_APPLICATION_COMMANDS": 1 << 31,
    "MANAGE_THREADS": 1 << 34,
    "CREATE_PUBLIC_THREADS": 1 << 35,
    "CREATE_PRIVATE_THREADS": 1 << 36,
    "SEND_MESSAGES_IN_THREADS": 1 << 38,
    "PIN_MESSAGES": 1 << 51,
}
"""By the names that the platform's documents give them."""
ALL = sum(BITS.values())


def bits(*names: str) -> int:
    """Rights as the one number that the platform writes."""
    return sum(BITS[name] for name in names)


EVERYBODY = bits(
    "ADD_REACTIONS", "VIEW_CHANNEL", "SEND_MESSAGES", "EMBED_LINKS", "ATTACH_FILES", "READ_MESSAGE_HISTORY",
    "MENTION_EVERYONE", "USE_APPLICATION_COMMANDS", "CREATE_PUBLIC_THREADS", "CREATE_PRIVATE_THREADS",
    "SEND_MESSAGES_IN_THREADS",
)  # fmt: skip
"""What a new server lets everybody do."""
INVITED = bits(
    "VIEW_CHANNEL", "SEND_MESSAGES", "SEND_MESSAGES_IN_THREADS", "EMBED_LINKS", "READ_MESSAGE_HISTORY", "ADD_REACTIONS",
    "PIN_MESSAGES", "MANAGE_WEBHOOKS", "MANAGE_CHANNELS", "MANAGE_ROLES", "MANAGE_THREADS", "CREATE_PUBLIC_THREADS",
    "CREATE_PRIVATE_THREADS", "MENTION_EVERYONE",
)  # fmt: skip
"""What the bot's invitation asked for, and not a right more."""


def base(everybody: int, roles: Iterable[int]) -> int:
    """In the whole server."""
    rights = everybody
    for each in roles:
        rights |= each
    return ALL if rights & BITS["ADMINISTRATOR"] else rights


def within(rights: int, overwrites: Iterable[Mapping[str, Any]], guild: str, roles: Collection[str], user: str) -> int:
    """In one channel: everybody's overwrite first, then those of the roles together, then one's own."""
    if rights & BITS["ADMINISTRATOR"]:
        return ALL
    there = list(overwrites)
    groups = (
        [each for each in there if each["id"] == guild],
        [each for each in there if each["id"] in roles and each["id"] != guild],
        [each for each in there if each["id"] == user],
    )
    for group in groups:
        rights &= ~sum_of(group, "deny")
        rights |= sum_of(group, "allow")
    # Who does not see a channel may do nothing in it, whatever else it says.
    return rights if rights & BITS["VIEW_CHANNEL"] else 0


def sum_of(overwrites: Iterable[Mapping[str, Any]], what: str) -> int:
    """All that these allow, or deny."""
    total = 0
    for each in overwrites:
        total |= int(each.get(what) or 0)
    return total


def role(id: str, name: str, permissions: int, position: int) -> dict[str, Any]:
    """A role as the API writes one."""
    return {
        "id": id,
        "name": name,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "position": position,
        "permissions": str(permissions),
        "managed": False,
        "mentionable": False,
        "flags": 0,
    }
