"""What Telegram's servers keep: people, chats, topics, messages in their native shape, and the bot's queue."""

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

from adapters.playground.faults import Faults
from adapters.playground.stage import Actor, Clock
from adapters.playground.telegram.queue import Queue
from adapters.playground.telegram.shapes import (
    BOT,
    BOT_ID,
    GENERAL,
    RIGHTS,
    Chat,
    Invitation,
    Message,
    No,
    User,
    account,
    bad,
    person,
    shallow,
)

GROUP, GROUP_NAME = -1001900000001, "Incidents"


class Cloud:
    """The groups, one bot, and the people who use them. `started`: who opened a conversation with the bot."""

    def __init__(self, actors: Sequence[Actor], clock: Clock, faults: Faults) -> None:
        self.clock = clock
        self.actors = {actor.key: actor for actor in actors if "telegram" in actor.ids}
        self.users = {int(actor.ids["telegram"]): account(actor) for actor in self.actors.values()}
        self.queue = Queue(self.now, faults)
        begin = self.now()
        # As new, and yet never the same twice: who kept the last run's ids must not meet them again.
        self._messages, self._queries = count(begin - 1_700_000_000), count(begin * 1_000_000)
        self.links = count(begin * 4096)
        self.commands: dict[tuple[str, str], list[Mapping[str, str]]] = {}
        self.reads_all = True
        """False: privacy mode, in which only an administrator hears what is not said to it."""
        self.webhook = ""
        self.reset()

    def reset(self) -> None:
        """As new: the group, everybody's conversation with the bot, and nothing in them."""
        directs = (Chat(id, {**person(user), "id": id, "type": "private"}) for id, user in self.users.items())
        self.chats = {chat.id: chat for chat in directs}
        self.moved: dict[int, int] = {}
        self.found(GROUP, GROUP_NAME)
        self.started, self.blocked = set(self.users), set[int]()
        self.queue.rows = []
        self.queries: dict[str, tuple[int, int]] = {}
        self.toasts: dict[int, str] = {}
        self.reactions: dict[tuple[int, int], dict[int, str]] = {}
        self.invitations: dict[str, Invitation] = {}

    def found(self, id: int, title: str) -> Chat:
        """A supergroup with topics, in which everybody is, and the bot as an administrator."""
        group = Chat(id, {"id": id, "title": title, "type": "supergroup", "is_forum": True}, members=set(self.users))
        group.topics[GENERAL] = "General"
        self.chats[id] = group
        return group

    @property
    def groups(self) -> Sequence[Chat]:
        """The supergroups, the standing one first."""
        return [chat for chat in self.chats.values() if not chat.direct]

    def now(self) -> int:
        """In whole seconds, as all of the platform's times are."""
        return int(self.clock.now().timestamp())

    # ---- people and chats

    def user(self, viewer: str) -> User:
        """An actor's account."""
        return self.users[int(self.actors[viewer].ids["telegram"])]

    def chat(self, id: Any) -> Chat:
        """A chat that the bot can reach. Raises `No`."""
        try:
            number = int(id)
            if number in self.moved:
                new = self.moved[number]
                raise No(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=new)
            chat = self.chats[number]
        except (KeyError, ValueError):
            raise bad("chat not found") from None
        if chat.id in self.blocked:
            raise No(403, "Forbidden: bot was blocked by the user")
        if chat.direct and chat.id not in self.started:
            raise No(403, "Forbidden: bot can't initiate conversation with a user")
        if not chat.inside:
            raise No(403, "Forbidden: bot was kicked from the supergroup chat")
        return chat

    def message(self, chat: Chat, id: Any, why: str) -> Message:
        """A message in a chat. Raises `No` with this reason."""
        try:
            return chat.messages[int(id)]
        except (KeyError, ValueError, TypeError):
            raise bad(why) from None

    # ---- messages

    def post_own(self, chat: Chat, topic: int, **more: Any) -> Message:
        """The bot says something, or the platform tells of what it did."""
        return self.post(chat, BOT, topic, **more)

    def post(self, chat: Chat, by: User, topic: int, **more: Any) -> Message:
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
        if self._hears(chat, message):
            self.queue.tell("message", message)
        return message

    def _hears(self, chat: Chat, message: Message) -> bool:
        """Whether the bot is told: not of its own words, and without rights or in privacy mode of little."""
        if not chat.inside or (message["from"]["id"] == BOT_ID and "text" in message):
            return False
        if chat.direct or chat.rights or self.reads_all or "text" not in message:
            return True
        answers = message.get("reply_to_message", {}).get("from", {}).get("id") == BOT_ID
        return bool(answers or message["text"].startswith("/") or f"@{BOT['username']}" in message["text"])

    def _threaded(self, chat: Chat, topic: int) -> Mapping[str, Any]:
        if not topic:
            return {}
        # Whatever is said in a topic answers the message that opened it, unless it answers another.
        root = chat.messages[topic]
        return {"message_thread_id": topic, "is_topic_message": True, "reply_to_message": shallow(root)}

    # ---- groups and their topics

    def open_topic(self, chat: Chat, name: str, colour: int) -> int:
        """A new topic: its id is that of the service message that opens it."""
        message = self.post_own(chat, GENERAL, forum_topic_created={"name": name, "icon_color": colour})
        topic: int = message["message_id"]
        message |= {"message_thread_id": topic, "is_topic_message": True}
        chat.topics[topic] = name
        return topic

    def rename_topic(self, chat: Chat, topic: int, name: str, by: User) -> None:
        """A topic gets another name."""
        chat.topics[topic] = name
        self.post(chat, by, topic, forum_topic_edited={"name": name})

    def close_topic(self, chat: Chat, topic: int, by: User) -> None:
        """Only administrators write in it any more."""
        chat.closed.add(topic)
        self.post(chat, by, topic, forum_topic_closed={})

    def reopen_topic(self, chat: Chat, topic: int, by: User) -> None:
        """Everybody writes in it again."""
        chat.closed.discard(topic)
        self.post(chat, by, topic, forum_topic_reopened={})

    def throw_out(self, chat: Chat, by: User, how: str = "kicked") -> None:
        """The bot is in the group no more: `kicked` by somebody, or it `left`."""
        member = {"user": BOT, "status": "administrator", "can_be_edited": False, "is_anonymous": False}
        rights = {f"can_{right}": right in chat.rights for right in RIGHTS}
        gone = {"user": BOT, "status": how, **({"until_date": 0} if how == "kicked" else {})}
        change = {"chat": chat.native, "from": by, "date": self.now()}
        chat.inside = False
        self.queue.tell("my_chat_member", {**change, "old_chat_member": {**member, **rights}, "new_chat_member": gone})

    def migrate(self, old: Chat, by: User) -> Chat:
        """The group gets another id; who calls it by the old one is told the new one."""
        id = old.id - 1_000_000
        native = {**old.native, "id": id}
        self.moved[old.id] = id
        told = self.post(old, by, GENERAL, migrate_to_chat_id=id)
        del self.chats[old.id], old.messages[told["message_id"]]
        was, old.native, old.id = old.id, native, id
        for message in old.messages.values():
            message["chat"] = native
        self.chats[id] = old
        self.post(old, by, GENERAL, migrate_from_chat_id=was)
        return old

    # ---- presses

    def query(self, user: int) -> str:
        """A new press, to be answered while it is fresh."""
        id = str(next(self._queries))
        self.queries[id] = (user, self.now())
        return id
