"""What was said in Telegram, in no dialect."""

import re
from dataclasses import dataclass

from telegram import CallbackQuery, Message, MessageEntity, Update, User

from adapters.telegram.show import ASK, MARK
from bot.ports import Grammar, Handle, Place, Said

NAME = "telegram"
SAVED = re.compile(rf"{re.escape(ASK.strip())}\s*(?P<words>.+?) --(?P<option>[a-z]+)$")


@dataclass(frozen=True)
class Ear:
    """What must be known to understand an update: who the bot is, and the words it knows."""

    me: User
    grammar: Grammar

    def read(self, update: Update) -> Said | None:
        """What was said or pressed; None for what concerns nobody here (joins, edits, other bots)."""
        if update.callback_query:
            return self._press(update.update_id, update.callback_query)
        message = update.message
        if message is None or message.from_user is None or message.from_user.is_bot or message.sender_chat:
            return None
        text = words_of(message)
        return self._message(update.update_id, message, message.from_user, text) if text else None

    def _press(self, id: int, query: CallbackQuery) -> Said | None:
        message = query.message
        if not query.data or not query.data.startswith(MARK) or message is None:
            return None
        return Said(
            key=f"{NAME}:{id}",
            by=Handle(NAME, str(query.from_user.id)),
            place=place_of(message) if isinstance(message, Message) else Place(NAME, str(message.chat.id)),
            words=query.data.removeprefix(MARK),
            direct=message.chat.type == "private",
            name=query.from_user.full_name,
            locale=query.from_user.language_code or "",
        )

    def _message(self, id: int, message: Message, author: User, text: str) -> Said | None:
        direct = message.chat.type == "private"
        words, fields = self._answer(message, text)
        addressed = bool(fields) or direct
        if not fields:
            said = self._addressed(text)
            if said == ELSEWHERE:
                return None
            addressed, words = (True, said) if said is not None else (direct, text)
        return Said(
            key=f"{NAME}:{id}",
            by=Handle(NAME, str(author.id)),
            place=place_of(message),
            words=words,
            fields=fields,
            addressed=addressed,
            direct=direct,
            name=author.full_name,
            locale=author.language_code or "",
            at=message.date,
            message=None,
        )

    def _answer(self, message: Message, text: str) -> tuple[str, dict[str, str]]:
        """The command that a question of ours carries, and this answer to it."""
        asked = message.reply_to_message
        if asked is None or asked.from_user is None or asked.from_user.id != self.me.id:
            return text, {}
        found = SAVED.search((asked.text or "").rpartition("\n")[2])
        return (found["words"], {found["option"]: text}) if found else (text, {})

    def _addressed(self, text: str) -> str | None:
        """The command line, when the bot is spoken to; None for chatter."""
        if found := re.match(r"/([A-Za-z0-9_]+)(?:@(\w+))?(?:\s+|$)", text):
            return self._command(found[1].lower(), found[2], text[found.end() :])
        name = f"@{self.me.username}"
        if text.lower().startswith(name.lower()):
            return text[len(name) :].strip()
        if text.startswith("!") and self.grammar.verb(text[1:]):
            return text[1:]
        return None

    def _command(self, name: str, bot: str | None, rest: str) -> str | None:
        if bot and bot.lower() != (self.me.username or "").lower():
            return ELSEWHERE
        if name == self.grammar.root:
            return rest
        if name == "start":
            return f"account link {rest}" if rest else "help"
        return f"{name.replace('_', ' ')} {rest}".strip() if self.grammar.verb(name.replace("_", " ")) else None


ELSEWHERE = "\0"
"""Another bot was spoken to."""


def place_of(message: Message) -> Place:
    """The chat, and the topic in it; General is the chat itself."""
    topic = message.message_thread_id if message.is_topic_message else None
    return Place(NAME, str(message.chat.id), str(topic) if topic and topic != 1 else "")


def words_of(message: Message) -> str:
    """The text, with people who have no user name as `@telegram:id`."""
    text = message.text or message.caption or ""
    units = text.encode("utf-16-le")
    entities = message.entities or message.caption_entities or ()
    for entity in sorted(entities, key=lambda each: each.offset, reverse=True):
        if entity.type == MessageEntity.TEXT_MENTION and entity.user:
            start, end = entity.offset * 2, (entity.offset + entity.length) * 2
            units = units[:start] + f"@{NAME}:{entity.user.id}".encode("utf-16-le") + units[end:]
    return units.decode("utf-16-le", "replace").strip()
