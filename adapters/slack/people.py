"""Who people are on Slack: names, pictures, languages, addresses, and where each is spoken to alone."""

import asyncio

from msgspec import Struct
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.wire import Wire, asked
from bot.ports import ChatError

FRESH, RETRY = 3600.0, 60.0
"""Seconds that somebody is remembered; and that a failure is."""
PATIENCE = 1.0
"""Seconds that a command waits to learn who speaks: its language matters less than its answer."""


class Somebody(Struct, frozen=True):
    """How the platform shows somebody."""

    name: str = ""
    avatar: str = ""
    locale: str = ""
    email: str = ""


class Directory:
    """Asked at each hearing; the platform is asked once an hour."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self._known: dict[str, tuple[float, Somebody]] = {}
        self._directs: dict[str, str] = {}

    async def find(self, user: str) -> Somebody:
        """Who this is; nobody in particular where the platform does not tell."""
        now = asyncio.get_running_loop().time()
        until, somebody = self._known.get(user, (0.0, Somebody()))
        if until <= now:
            found = await self._ask(user)
            somebody = found or somebody
            self._known[user] = (now + (FRESH if found else RETRY), somebody)
        return somebody

    async def _ask(self, user: str) -> Somebody | None:
        try:
            async with asyncio.timeout(PATIENCE):
                said = (await asked(self.wire.web.users_info(user=user, include_locale=True)))["user"]
        except (ChatError, TimeoutError):
            return None
        profile = said.get("profile") or {}
        name = profile.get("display_name") or profile.get("real_name") or said.get("real_name") or said.get("name", "")
        picture = profile.get("image_72") or profile.get("image_48") or ""
        # A guest's or another company's member's address is vouched for by nobody here.
        vouched = said.get("is_email_confirmed", True) and not said.get("is_stranger")
        return Somebody(name, picture, said.get("locale") or "", (profile.get("email") or "") if vouched else "")

    async def direct(self, user: str, web: AsyncWebClient | None = None) -> str:
        """The conversation with somebody alone; opened once. Raises `ChatError`."""
        if user not in self._directs:
            opened = await asked((web or self.wire.web).conversations_open(users=user))
            self._directs[user] = opened["channel"]["id"]
        return self._directs[user]
