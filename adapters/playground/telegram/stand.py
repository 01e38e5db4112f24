"""Telegram's stand-in: one forum and one bot in it."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from starlette.routing import BaseRoute, Route

from adapters.playground.faults import Faults
from adapters.playground.stage import Actor, Bubble, Clock, Knob, Room, Screen, Skewed, StandIn
from adapters.playground.telegram import markup
from adapters.playground.telegram.api import Api
from adapters.playground.telegram.client import Client
from adapters.playground.telegram.cloud import GROUP, Cloud
from adapters.playground.telegram.shapes import BOT, BOT_ID, TOKEN, Chat, Message, called, moment, topic_of


class Telegram(StandIn):
    """One platform on loopback. `started`: the actors who opened a conversation with the bot; all, unless told."""

    name = "telegram"

    def __init__(
        self,
        actors: Sequence[Actor],
        clock: Clock,
        changed: Callable[[], None],
        started: Collection[str] | None = None,
    ) -> None:
        self.changed = changed
        self.faults = Faults(self.name, self._befall)
        self.refused: list[str] = []
        self.cloud = Cloud(actors, Skewed(clock, self.faults), self.faults)
        self.api = Api(self.cloud, self._ring, self.faults, self.refused)
        self.client = Client(self.cloud)
        self._started = started
        self.reset()

    def _ring(self) -> None:
        self.changed()

    @property
    def limits(self) -> bool:
        """True: the platform's real rate limits are kept."""
        return self.api.limited

    @limits.setter
    def limits(self, kept: bool) -> None:
        self.api.limited = kept
        self.api.limits.reset()

    def _befall(self, name: str) -> None:
        """What a fault does at once."""
        match name:
            case "outage" | "socket_closed":
                self.api.break_off()
            case "garbled":
                self.cloud.queue.garble()
            case "unknown_fields":
                self.cloud.queue.foretell()
            case "migrated":
                group = self.cloud.groups[0]
                self.cloud.migrate(group, self.cloud.users[min(group.members)])
        self._ring()

    def routes(self) -> Sequence[BaseRoute]:
        """The Bot API."""
        return (Route("/telegram/bot{token}/{method}", self.api.call, methods=["GET", "POST"]),)

    def settings(self, base: str) -> Mapping[str, Any]:
        """What the adapter is told."""
        return {"token": TOKEN, "api": f"{base}/telegram", "room": str(GROUP)}

    def screen(self, viewer: str) -> Screen:
        """What this actor sees."""
        id = self.cloud.user(viewer)["id"]
        rooms = tuple(self._rooms(id))
        return Screen(rooms, None, self.cloud.toasts.get(id, ""), tuple(self._hints(self.cloud.users[id])))

    def _rooms(self, viewer: int) -> Iterator[Room]:
        for group in self.cloud.groups:
            if viewer in group.members:
                yield from self._topics(group)
        direct = self.cloud.chats[viewer]
        yield Room(str(viewer), called(BOT), "direct", private=True, bubbles=self._bubbles(direct, 0))

    def _topics(self, group: Chat) -> Iterator[Room]:
        members = tuple(called(self.cloud.users[id]) for id in sorted(group.members))
        for topic, name in group.topics.items():
            kind, id = ("topic", f"{group.id}/{topic}") if topic else ("channel", str(group.id))
            yield Room(id, name, kind, group.native["title"], members=members, bubbles=self._bubbles(group, topic))

    def _bubbles(self, chat: Chat, topic: int) -> Sequence[Bubble]:
        # The client folds what the platform itself writes: opened topics, pins.
        return tuple(self._bubble(chat, each) for each in chat.in_topic(topic) if "text" in each)

    def _bubble(self, chat: Chat, message: Message) -> Bubble:
        faces = list(self.cloud.reactions.get((chat.id, message["message_id"]), {}).values())
        first = message.get("reply_to_message", {})
        opened = first.get("message_id") == topic_of(message)
        return Bubble(
            id=str(message["message_id"]),
            author=called(message["from"]),
            text=message["text"],
            html=markup.drawn(message["text"], message.get("entities", ())),
            at=moment(message["date"]),
            bot=message["from"]["id"] == BOT_ID,
            edited="edit_date" in message,
            pinned=message["message_id"] in chat.pins,
            reply_to="" if opened or not first else str(first["message_id"]),
            buttons=keyboard(message),
            reactions={face: faces.count(face) for face in faces},
        )

    def _hints(self, user: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        commands = self.cloud.commands
        keys = [(scope, code) for scope in ("all_group_chats", "default") for code in (user["language_code"][:2], "")]
        spoken = next((commands[key] for key in keys if commands.get(key)), [])
        yield from ((each["command"], each["description"]) for each in spoken)

    async def say(self, viewer: str, room: str, text: str, reply_to: str = "") -> None:
        """Type it and press enter."""
        self._while_up(lambda: self.client.say(viewer, room, text, reply_to))

    async def press(self, viewer: str, room: str, bubble: str, knob: str) -> None:
        """Press a button."""
        self._while_up(lambda: self.client.press(viewer, room, bubble, knob))

    async def fill(self, viewer: str, sheet: str, answers: Mapping[str, str]) -> None:
        """Telegram has no forms."""

    async def react(self, viewer: str, room: str, bubble: str, emoji: str) -> None:
        """Put a reaction under a message."""
        self._while_up(lambda: self.client.react(viewer, room, bubble, emoji))

    def _while_up(self, deed: Callable[[], None]) -> None:
        if not self.outage:
            deed()
            self.changed()

    def reset(self) -> None:
        """As new; the bot's poll goes on."""
        self.faults.mend()
        self.refused.clear()
        self.cloud.reset()
        self.api.calls.clear()
        self.api.limits.reset()
        if self._started is not None:
            self.cloud.started = {self.cloud.user(key)["id"] for key in self._started}


def keyboard(message: Message) -> Sequence[Sequence[Knob]]:
    """A message's buttons."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", ())
    return tuple(
        tuple(
            Knob(f"{y}.{x}", button["text"], button.get("style", ""), button.get("url", ""))
            for x, button in enumerate(row)
        )
        for y, row in enumerate(rows)
    )
