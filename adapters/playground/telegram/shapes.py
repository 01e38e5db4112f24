"""The platform's shapes, and how it refuses: people, chats, messages as its API carries them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from adapters.playground.stage import Actor

Message = dict[str, Any]
Update = dict[str, Any]
User = Mapping[str, Any]
Args = Mapping[str, Any]

BOT_ID = 7000000001
TOKEN = f"{BOT_ID}:AA-the-playground-has-no-secrets-00"
BOT = {"id": BOT_ID, "is_bot": True, "first_name": "Tocsin", "username": "tocsin_bot"}
GENERAL = 0
"""The topic that messages without a topic stand in."""
RIGHTS = ("manage_topics", "pin_messages", "delete_messages", "invite_users")
"""What the bot may do in a group where it is an administrator."""


class No(Exception):
    """The platform refuses, in its own words."""

    def __init__(self, status: int, why: str, **parameters: Any) -> None:
        super().__init__(why)
        self.status, self.why, self.parameters = status, why, parameters


class Unfit(No):
    """The platform refuses a request for its form."""

    def __init__(self, why: str) -> None:
        super().__init__(400, f"Bad Request: {why}")


def bad(why: str) -> No:
    """The refusal of a request that comes to nothing as things are."""
    return No(400, f"Bad Request: {why}")


@dataclass(frozen=True)
class Invitation:
    """A link into a group: for how many (0: everybody), and until when (0: for ever)."""

    group: int
    most: int
    until: int


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
    members: set[int] = field(default_factory=set)
    rights: set[str] = field(default_factory=lambda: set(RIGHTS))
    """The bot's, as an administrator; none: it is none."""
    inside: bool = True
    """Whether the bot is in it."""
    reactions: bool = True
    """Whether the group allows reactions."""

    @property
    def direct(self) -> bool:
        return self.id > 0

    def in_topic(self, topic: int) -> Iterator[Message]:
        """What was said in a topic, service messages included."""
        return (each for each in self.messages.values() if topic_of(each) == topic)

    def drop_topic(self, topic: int) -> None:
        """Delete a topic with all that was said in it; the platform tells no bot of it."""
        for message in list(self.in_topic(topic)):
            del self.messages[message["message_id"]]
        self.topics.pop(topic)
        self.closed.discard(topic)


def allowed(chat: Chat, right: str, why: str) -> None:
    """Raises `No` where the bot lacks a right."""
    if not chat.direct and right not in chat.rights:
        raise bad(why)


def account(actor: Actor) -> User:
    """Somebody's account, as a bot sees it."""
    first, _, last = actor.name.partition(" ")
    names = {"first_name": first, **({"last_name": last} if last else {})}
    return {"id": int(actor.ids["telegram"]), "is_bot": False, **names, "language_code": language(actor.locale)}


def language(locale: str) -> str:
    """A client's language: `en`, `zh-hans`."""
    return {"zh-CN": "zh-hans"}.get(locale, locale.split("-")[0])


def person(user: User) -> Mapping[str, Any]:
    """The names of an account, as a private chat carries them."""
    return {key: user[key] for key in ("first_name", "last_name", "username") if key in user}


def called(user: User) -> str:
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
