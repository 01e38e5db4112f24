"""Discord's stand-in: what people do in it, and what they see."""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from starlette.routing import BaseRoute, WebSocketRoute

from adapters.playground.discord import typed
from adapters.playground.discord.api import BASE, Api
from adapters.playground.discord.guild import BOT, BOT_NAME, GUILD, HALL, Payload
from adapters.playground.discord.interactions import COMMAND, PRESS, SUBMIT
from adapters.playground.discord.messages import Messages
from adapters.playground.discord.rooms import Rooms
from adapters.playground.discord.screen import Glass
from adapters.playground.discord.shapes import Body
from adapters.playground.discord.town import Town
from adapters.playground.discord.webhooks import Webhooks
from adapters.playground.faults import Faults
from adapters.playground.stage import Actor, Clock, Screen, Skewed, StandIn

UNSENT = "Your message could not be delivered."
LONGEST = 2000
TOO_LONG = "Your message is too long: 2,000 letters are the most."


class Discord(StandIn):
    """One guild on loopback, spoken to by the real SDK."""

    name = "discord"

    def __init__(self, actors: Sequence[Actor], clock: Clock, changed: Callable[[], None]) -> None:
        self.actors = {actor.key: actor for actor in actors if "discord" in actor.ids}
        self.faults = Faults(self.name, self._befall)
        self.refused: list[str] = []
        self.town = Town(actors, Skewed(clock, self.faults), changed, self.faults)
        self.api = Api(self.town, self.refused)
        self.parts = (Rooms(self.api), Messages(self.api), Webhooks(self.api))
        self._closing: set[asyncio.Task[None]] = set()

    @property
    def changed(self) -> Callable[[], None]:
        """Called whenever somebody's screen changes."""
        return self.town.changed

    @changed.setter
    def changed(self, call: Callable[[], None]) -> None:
        self.town.changed = self.town.interactions.changed = call

    def _befall(self, name: str) -> None:
        """What a fault does at once."""
        if self.town.gateway.lines:
            closing = asyncio.get_running_loop().create_task(self.town.gateway.befall(name))
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)
        self.changed()

    @property
    def limits(self) -> bool:
        """Whether the real rate limits are kept."""
        return self.town.limited

    @limits.setter
    def limits(self, kept: bool) -> None:
        self.town.limited = kept

    def routes(self) -> Sequence[BaseRoute]:
        """The HTTP API and the gateway."""
        socket = WebSocketRoute("/discord/gw", self.town.gateway.connect)
        return (socket, *self.api.routes(), *(route for part in self.parts for route in part.routes()))

    def settings(self, base: str) -> Mapping[str, Any]:
        """The adapter's settings for this guild."""
        gateway = base.replace("http", "ws", 1) + "/discord/gw"
        return {"token": self.town.token, "guild": GUILD, "room": HALL, "api": base + BASE, "gateway": gateway}

    def screen(self, viewer: str) -> Screen:
        """What this actor sees."""
        return Glass(self.town, self.actors[viewer]).screen()

    def reset(self) -> None:
        """As new; the bot's session and its commands stay."""
        self.faults.mend()
        self.refused.clear()
        self.town.interactions.empty()
        self.town.guild.empty()
        self.changed()

    # ---- what people do

    async def say(self, viewer: str, room: str, text: str, reply_to: str = "") -> None:
        """Type it: a registered command begins an interaction, anything else is a message."""
        actor, guild = self.actors[viewer], self.town.guild
        user = actor.ids["discord"]
        if self.outage:
            return self.town.interactions.notice(user, room, UNSENT)
        text = self.mentioned(text)
        commands = self.town.commands if guild.channels[room]["type"] != 1 else []
        if text.startswith("/") and (data := typed.data(text, commands, guild)):
            await self.town.interactions.begin(COMMAND, user, room, actor.locale, data, None)
            return self.changed()
        if len(text) > LONGEST:
            return self.town.interactions.notice(user, room, TOO_LONG)
        replied = guild.posts[room].get(reply_to)
        more: Payload = {}
        if replied is not None:
            reference = {"type": 0, "channel_id": room, "message_id": reply_to}
            more = {"type": 19, "message_reference": reference, "referenced_message": replied.payload}
        post = guild.post(room, guild.users[user], Body(content=text), {}, **more)
        await self.town.posted(post)
        return None

    def mentioned(self, text: str) -> str:
        """The text with `@Boris` and `@Tocsin` as the client turns them into mentions."""
        names: dict[str, str] = {BOT_NAME.lower(): BOT}
        for actor in self.actors.values():
            for name in (actor.name, actor.name.split()[0], actor.key):
                names.setdefault(name.lower(), actor.ids["discord"])
        either = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
        return re.sub(rf"(?i)@({either})\b", lambda found: f"<@{names[found[1].lower()]}>", text)

    async def press(self, viewer: str, room: str, bubble: str, knob: str) -> None:
        """Press a button."""
        actor, post = self.actors[viewer], self.town.guild.posts[room][bubble]
        if self.outage:
            return self.town.interactions.notice(actor.ids["discord"], room, UNSENT)
        if knob not in {each.get("custom_id") for each in components(post.payload["components"])}:
            raise KeyError(knob)
        data = {"custom_id": knob, "component_type": 2, "id": 1}
        await self.town.interactions.begin(PRESS, actor.ids["discord"], room, actor.locale, data, post)
        return self.changed()

    async def shortcut(self, viewer: str, room: str, bubble: str, knob: str) -> None:
        """Choose a command in a message's own menu."""
        actor, post = self.actors[viewer], self.town.guild.posts[room][bubble]
        command = next((each for each in self.town.commands if (each["type"], each["name"]) == (3, knob)), None)
        if command is None:
            raise KeyError(knob)
        about = {"type": 3, "target_id": bubble, "resolved": {"messages": {bubble: post.payload}}}
        data = {"id": command["id"], "name": knob, "guild_id": GUILD, **about}
        await self.town.interactions.begin(COMMAND, actor.ids["discord"], room, actor.locale, data, None)
        self.changed()

    async def typing(self, viewer: str, room: str, text: str) -> Sequence[tuple[str, str]]:
        """What the client offers for the option that is being typed."""
        actor = self.actors[viewer]
        found = typed.partial(self.mentioned(text), self.town.commands)
        if found is None or self.outage:
            return ()
        data, stem = found
        offered = await self.town.interactions.ask(actor.ids["discord"], room, actor.locale, data)
        return [(f"{stem}{each['value']}", each["name"]) for each in offered]

    async def fill(self, viewer: str, sheet: str, answers: Mapping[str, str]) -> None:
        """Send the open modal; an empty mapping closes it."""
        actor = self.actors[viewer]
        user = actor.ids["discord"]
        interaction, form = self.town.interactions.forms[user]
        if form["id"] != sheet:
            raise KeyError(sheet)
        del self.town.interactions.forms[user]
        if answers:
            data = {"custom_id": form["custom_id"], "components": [filled(p, answers) for p in form["components"]]}
            await self.town.interactions.begin(
                SUBMIT, user, interaction.channel, actor.locale, data, interaction.source
            )
        self.changed()

    async def react(self, viewer: str, room: str, bubble: str, emoji: str) -> None:
        """Put a reaction under a message."""
        user, post = self.actors[viewer].ids["discord"], self.town.guild.posts[room][bubble]
        post.reactions.setdefault(emoji, set()).add(user)
        self.changed()
        guild, author = self.town.guild, post.payload["author"]["id"]
        about = {"user_id": user, "channel_id": room, "message_id": bubble, "message_author_id": author}
        member = {"user": guild.users[user], **guild.member(user)}
        where = {"guild_id": GUILD, "member": member} if "guild_id" in post.payload else {}
        kind = {"emoji": {"id": None, "name": emoji}, "burst": False, "type": 0}
        await self.town.gateway.tell("MESSAGE_REACTION_ADD", {**about, **where, **kind})


def components(parts: Any) -> list[Mapping[str, Any]]:
    """Every component of a message, the nested ones too."""
    return [each for part in parts for each in (part, *components(part.get("components") or ()))]


def filled(part: Mapping[str, Any], answers: Mapping[str, str]) -> Payload:
    """A part of a modal as the client sends it back."""
    if part["type"] == 18:
        return {"type": 18, "id": 1, "component": answered(part["component"], answers)}
    if part["type"] == 1:
        return {"type": 1, "id": 1, "components": [answered(each, answers) for each in part["components"]]}
    return {"type": part["type"], "id": 1}


def answered(asked: Mapping[str, Any], answers: Mapping[str, str]) -> Payload:
    """An input with what was filled in."""
    value = answers.get(asked["custom_id"], "")
    answer = {"type": asked["type"], "id": 2, "custom_id": asked["custom_id"]}
    return {**answer, "value": value} if asked["type"] == 4 else {**answer, "values": [value] if value else []}
