"""What people do in Telegram's own client: type, press, react, follow links; and what the bot is then told."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from adapters.playground.telegram import markup
from adapters.playground.telegram.cloud import Cloud
from adapters.playground.telegram.shapes import BOT, GENERAL, Chat, shallow


class Client:
    """Everybody's client."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud

    def place(self, viewer: str, room: str) -> tuple[Chat, int]:
        """The chat and the topic of a room on somebody's screen. Raises `KeyError` where they have none."""
        chat_id, _, topic = room.partition("/")
        chat, user = self.cloud.chats[int(chat_id)], self.cloud.user(viewer)["id"]
        if (chat.direct and chat.id != user) or not (chat.direct or user in chat.members):
            raise KeyError(room)
        return chat, int(topic or GENERAL)

    def say(self, viewer: str, room: str, text: str, reply_to: str = "", quote: str = "") -> None:
        """Type it and press enter. Whoever is asked a question answers it, unless they chose another message.

        Raises `KeyError` in a topic that is closed: there is nothing to type into.
        """
        chat, topic = self.place(viewer, room)
        if topic in chat.closed:
            raise KeyError(room)
        user = self.cloud.user(viewer)
        self.cloud.toasts.pop(user["id"], None)
        if chat.direct:
            self.cloud.started.add(user["id"])
            self.cloud.blocked.discard(user["id"])
        question = chat.questions.pop((topic, user["id"]), 0)
        if text.startswith("/"):
            question = 0
        said, entities = markup.typed(text.strip(), self.cloud.users)
        more: dict[str, Any] = {"text": said, **({"entities": entities} if entities else {})}
        if (first := chat.messages.get(int(reply_to or question))) is not None:
            more["reply_to_message"] = shallow(first)
        if first and quote:
            more["quote"] = {"text": quote, "position": first["text"].index(quote), "is_manual": True}
        self.cloud.post(chat, user, topic, **more)

    def press(self, viewer: str, room: str, bubble: str, knob: str) -> None:
        """Press a button."""
        chat, _ = self.place(viewer, room)
        user, message = self.cloud.user(viewer), chat.messages[int(bubble)]
        row, _, column = knob.partition(".")
        button = message["reply_markup"]["inline_keyboard"][int(row)][int(column)]
        self.cloud.toasts.pop(user["id"], None)
        if "callback_data" in button:
            press = {
                "id": self.cloud.query(user["id"]),
                "from": user,
                "message": message,
                "chat_instance": str(4_000_000_000_000_000_000 + chat.id),
                "data": button["callback_data"],
            }
            self.cloud.queue.tell("callback_query", press)
        elif "url" in button:
            self.follow(viewer, button["url"])

    def react(self, viewer: str, room: str, bubble: str, emoji: str) -> None:
        """Put a reaction under a message, or take the same one away: everybody has one."""
        chat, _ = self.place(viewer, room)
        user = self.cloud.user(viewer)
        of = self.cloud.reactions.setdefault((chat.id, int(bubble)), {})
        old = of.pop(user["id"], "")
        if old != emoji:
            of[user["id"]] = emoji
        faces = {"old_reaction": old, "new_reaction": of.get(user["id"], "")}
        change = {key: [{"type": "emoji", "emoji": face}] if face else [] for key, face in faces.items()}
        native = {"chat": chat.native, "message_id": int(bubble), "user": user, "date": self.cloud.now()}
        if chat.direct or chat.rights:
            # Only an administrator is told.
            self.cloud.queue.tell("message_reaction", {**native, **change})

    def follow(self, viewer: str, url: str) -> None:
        """Open a link: into a conversation with the bot, or into a group. Raises `KeyError` for one that is used up."""
        user, link = self.cloud.user(viewer)["id"], urlsplit(url)
        if link.path.strip("/") == BOT["username"]:
            payload = "".join(parse_qs(link.query).get("start", ()))
            self.say(viewer, str(user), f"/start {payload}".strip())
        elif link.path.startswith("/+"):
            self._join(user, url)

    def _join(self, user: int, url: str) -> None:
        invitation = self.cloud.invitations.pop(url)
        if invitation.most != 1:
            self.cloud.invitations[url] = invitation
        if invitation.until and invitation.until < self.cloud.now():
            raise KeyError(url)
        self.cloud.chats[invitation.group].members.add(user)
