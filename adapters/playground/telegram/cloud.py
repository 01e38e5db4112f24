"""What Telegram's servers keep: people, chats, topics, messages in their native shape, and the bot's queue."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

from adapters.playground.stage import Actor, Clock

Message = dict[str, Any]
Update = dict[str, Any]

BOT_ID = 7000000001
TOKEN = f"{BOT_ID}:AA-the-playground-has-no-secrets-00"
BOT = {"id": BOT_ID, "is_bot": True, "first_name": "Tocsin", "username": "tocsin_bot"}
GROUP, GROUP_NAME = -1001900000001, "Incidents"
GENERAL = 0
"""The topic that messages without a topic stand in."""
DAY, PRESS = 86400, 150
"""Seconds that an update waits for the bot, and that a press does."""
EXTRA = ("message_reaction", "message_reaction_count", "chat_member")
"""What only a bot that asks for it is told."""


class No(Exception):
    """The platform refuses, in its own words."""

    def __init__(self, status: int, why: str, **parameters: Any) -> None:
        super().__init__(why)
        self.status, self.why, self.parameters = status, why, parameters


def bad(why: str) -> No:
    """The refusal of a request that makes no sense."""
    return No(400, f"Bad Request: {why}")


@dataclass
class Chat:
    """A forum, or somebody's conversation with the bot."""

    id: int
    native: Mapping[str, Any]
    messages: dict[int, Message] = field(default_factory=dict)
    topics: dict[int, str] = field(default_factory=dict)
    closed: set[int] = field(default_factory=set)
    pins: list[int] = field(default_factory=list)
    questions: dict[tuple[int, int], int] = field(default_factory=dict)
    """The message that somebody's client wants an answer to, by topic and user."""

    @property
    def direct(self) -> bool:
        return self.id > 0

    def in_topic(self, topic: int) -> Iterator[Message]:
        """What was said in a topic, service messages included."""
        return (each for each in self.messages.values() if topic_of(each) == topic)


class Cloud:
    """One group, one bot, and the people who use them. `started`: who opened a conversation with the bot."""

    def __init__(self, actors: Sequence[Actor], clock: Clock) -> None:
        self.clock = clock
        self.actors = {actor.key: actor for actor in actors if "telegram" in actor.ids}
        self.users = {int(actor.ids["telegram"]): account(actor) for actor in self.actors.values()}
        begin = self.now()
        # As new, and yet never the same twice: who kept the last run's ids must not meet them again.
        self._updates, self._messages = count(begin), count(begin - 1_700_000_000)
        self._queries = count(begin * 1_000_000)
        self.links = count(begin * 4096)
        self.wanted: Sequence[str] = ()
        self.commands: dict[tuple[str, str], list[Mapping[str, str]]] = {}
        self.arrived = asyncio.Event()
        self.polls = 0
        self.reset()

    def reset(self) -> None:
        """As new: the group, everybody's conversation with the bot, and nothing in them."""
        group = Chat(GROUP, {"id": GROUP, "title": GROUP_NAME, "type": "supergroup", "is_forum": True})
        group.topics[GENERAL] = "General"
        directs = (Chat(id, {**person(user), "id": id, "type": "private"}) for id, user in self.users.items())
        self.chats = {chat.id: chat for chat in (group, *directs)}
        self.started = set(self.users)
        self.queue: list[tuple[int, Update]] = []
        self.queries: dict[str, tuple[int, int]] = {}
        self.toasts: dict[int, str] = {}
        self.reactions: dict[tuple[int, int], dict[int, str]] = {}

    def now(self) -> int:
        """In whole seconds, as all of the platform's times are."""
        return int(self.clock.now().timestamp())

    # ---- people and chats

    def user(self, viewer: str) -> Mapping[str, Any]:
        """An actor's account."""
        return self.users[int(self.actors[viewer].ids["telegram"])]

    def chat(self, id: Any) -> Chat:
        """A chat that the bot can reach. Raises `No`."""
        try:
            chat = self.chats[int(id)]
        except (KeyError, ValueError):
            raise bad("chat not found") from None
        if chat.direct and chat.id not in self.started:
            raise No(403, "Forbidden: bot can't initiate conversation with a user")
        return chat

    def message(self, chat: Chat, id: Any, why: str) -> Message:
        """A message in a chat. Raises `No` with this reason."""
        try:
            return chat.messages[int(id)]
        except (KeyError, ValueError, TypeError):
            raise bad(why) from None

    # ---- messages

    def post(self, chat: Chat, by: Mapping[str, Any], topic: int, **more: Any) -> Message:
        """Keep a message; the bot is told of what others say, and of what the platform itself says."""
        message = {
            "message_id": next(self._messages),
            "from": by,
            "chat": chat.native,
            "date": self.now(),
            **self._threaded(chat, topic),
            **more,
        }
        chat.messages[message["message_id"]] = message
        if by["id"] != BOT_ID or "text" not in message:
            self.tell("message", message)
        return message

    def _threaded(self, chat: Chat, topic: int) -> Mapping[str, Any]:
        if not topic:
            return {}
        # Whatever is said in a topic answers the message that opened it, unless it answers another.
        root = chat.messages[topic]
        return {"message_thread_id": topic, "is_topic_message": True, "reply_to_message": shallow(root)}

    def open_topic(self, chat: Chat, name: str, colour: int) -> int:
        """A new topic: its id is that of the service message that opens it."""
        created = {"name": name, "icon_color": colour}
        message = self.post(chat, BOT, GENERAL, forum_topic_created=created)
        topic: int = message["message_id"]
        message |= {"message_thread_id": topic, "is_topic_message": True}
        chat.topics[topic] = name
        return topic

    # ---- the bot's queue

    def tell(self, kind: str, content: Mapping[str, Any]) -> None:
        """Queue an update for the bot, if it wants that kind."""
        if (kind in self.wanted) if self.wanted else (kind not in EXTRA):
            self.queue.append((self.now(), {"update_id": next(self._updates), kind: content}))
            self.arrived.set()

    def waiting(self, offset: int, limit: int) -> list[Update]:
        """What the bot has not had yet; what lies before the offset is forgotten, and what is too old."""
        if offset < 0:
            self.queue = self.queue[offset:]
        self.queue = [
            (at, update) for at, update in self.queue if update["update_id"] >= offset and self._fresh(at, update)
        ]
        return [update for _, update in self.queue[:limit]]

    def _fresh(self, at: int, update: Update) -> bool:
        return self.now() - at <= (PRESS if "callback_query" in update else DAY)

    def query(self, user: int) -> str:
        """A new press, to be answered while it is fresh."""
        id = str(next(self._queries))
        self.queries[id] = (user, self.now())
        return id


def account(actor: Actor) -> Mapping[str, Any]:
    """Somebody's account, as a bot sees it."""
    first, _, last = actor.name.partition(" ")
    names = {"first_name": first, **({"last_name": last} if last else {})}
    return {"id": int(actor.ids["telegram"]), "is_bot": False, **names, "language_code": language(actor.locale)}


def language(locale: str) -> str:
    """A client's language: `en`, `zh-hans`."""
    return {"zh-CN": "zh-hans"}.get(locale, locale.split("-")[0])


def person(user: Mapping[str, Any]) -> Mapping[str, Any]:
    """The names of an account, as a private chat carries them."""
    return {key: user[key] for key in ("first_name", "last_name", "username") if key in user}


def called(user: Mapping[str, Any]) -> str:
    """A name as clients show it."""
    return " ".join(user[key] for key in ("first_name", "last_name") if key in user)


def topic_of(message: Message) -> int:
    """The topic that a message stands in."""
    return message["message_thread_id"] if message.get("is_topic_message") else GENERAL


def shallow(message: Message) -> Message:
    """A message as another one carries it: without what it answers itself."""
    return {key: value for key, value in message.items() if key != "reply_to_message"}


def moment(seconds: int) -> datetime:
    """An instant of the platform's."""
    return datetime.fromtimestamp(seconds, UTC)
