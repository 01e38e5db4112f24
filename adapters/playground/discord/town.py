"""What every part of the stand-in shares: the guild, the gateway, what was begun, what was registered."""

from collections.abc import Callable, Sequence
from typing import Any

from adapters.playground.discord.gateway import Gateway
from adapters.playground.discord.guild import Guild, Payload, Post
from adapters.playground.discord.interactions import Interactions
from adapters.playground.discord.limits import Limits
from adapters.playground.discord.refusal import unknown
from adapters.playground.faults import Faults
from adapters.playground.stage import Actor, Clock

TOKEN = "MTEwMDAwMDAwMDAwMDAwMDAwNw.playground.loopback-only"  # noqa: S105 - opens nothing but this


class Town:
    """The platform's whole state. `changed` is called whenever somebody's screen changes."""

    def __init__(self, actors: Sequence[Actor], clock: Clock, changed: Callable[[], None], faults: Faults) -> None:
        self.token = TOKEN
        self.faults = faults
        self.limits = Limits(clock)
        self.limited = False
        """Whether the real rate limits are kept."""
        self.changed = changed
        self.guild = Guild(actors, clock)
        self.gateway = Gateway(self.guild, self.token, faults)
        self.interactions = Interactions(self.guild, self.gateway, changed)
        self.commands: list[Payload] = []

    @property
    def outage(self) -> bool:
        """Whether the platform is down."""
        return "outage" in self.faults.active

    def somebody(self, id: Any) -> Payload:
        """A user. Raises `Refusal`."""
        if str(id) not in self.guild.users:
            raise unknown(10013, "User")
        return self.guild.users[str(id)]

    async def posted(self, post: Post) -> Payload:
        """Tell of a new message everybody who may know; what the API answers."""
        self.changed()
        await self.gateway.tell("MESSAGE_CREATE", self._event(post))
        return post.payload

    async def edited(self, post: Post) -> Payload:
        """The same of a message that was changed."""
        self.changed()
        await self.gateway.tell("MESSAGE_UPDATE", self._event(post))
        return post.payload

    def _event(self, post: Post) -> Payload:
        author = post.payload["author"]["id"]
        if "guild_id" in post.payload and author in self.guild.users and "webhook_id" not in post.payload:
            return {**post.payload, "member": self.guild.member(author)}
        return post.payload
