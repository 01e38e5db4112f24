"""What the bot must be allowed, and the link by which a server's administrator allows exactly that.

https://docs.discord.com/developers/topics/permissions
"""

from collections.abc import Mapping
from urllib.parse import urlencode

RIGHTS: Mapping[str, int] = {
    "VIEW_CHANNEL": 1 << 10,
    "SEND_MESSAGES": 1 << 11,
    "SEND_MESSAGES_IN_THREADS": 1 << 38,
    "EMBED_LINKS": 1 << 14,
    "READ_MESSAGE_HISTORY": 1 << 16,
    "ADD_REACTIONS": 1 << 6,
    "MENTION_EVERYONE": 1 << 17,
    "PIN_MESSAGES": 1 << 51,
    "MANAGE_WEBHOOKS": 1 << 29,
    "MANAGE_CHANNELS": 1 << 4,
    "MANAGE_ROLES": 1 << 28,
    "MANAGE_THREADS": 1 << 34,
    "CREATE_PUBLIC_THREADS": 1 << 35,
    "CREATE_PRIVATE_THREADS": 1 << 36,
}
"""By the names that Discord's documents give them. MANAGE_ROLES lets the bot say who sees a private room; what it takes
from others in a closed room (threads, reactions) it must have itself."""
ADMINISTRATOR = 1 << 3
SCOPES = "bot applications.commands"


def permissions() -> int:
    """All of them as the one number that Discord takes."""
    return sum(RIGHTS.values())


def invite(client_id: str, guild: str = "") -> str:
    """The link that adds the bot to a server with exactly these rights; opened again, it adds what is missing."""
    asked = {"client_id": client_id, "scope": SCOPES, "permissions": str(permissions())}
    here = {"guild_id": guild, "disable_guild_select": "true"} if guild else {}
    return "https://discord.com/oauth2/authorize?" + urlencode(asked | here)
