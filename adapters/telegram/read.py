"""What was said in Telegram, in no dialect.  (pure)

https://core.telegram.org/bots/api#update
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from adapters.telegram.question import CHOICE, saved
from adapters.telegram.show import SAYS
from bot.ports import Grammar, Handle, MessageId, Place, Said

Update = Mapping[str, Any]
Native = Mapping[str, Any]
TELEGRAM = "telegram"
COMMAND = re.compile(r"/([A-Za-z0-9_]+)(?:@(\w+))?(?:\s+|$)")


@dataclass(frozen=True)
class Me:
    """The bot, as the platform knows it; and people's ids by username, as far as they were seen."""

    id: int
    username: str
    people: dict[str, int] = field(default_factory=dict)

    def met(self, update: Update) -> None:
        """Remember who this was: a mention by username does not say whom it means."""
        user = (update.get("message") or update.get("callback_query") or {}).get("from", {})
        if (name := user.get("username")) and not user["is_bot"]:
            self.people[name.lower()] = user["id"]


def read(update: Update, me: Me, grammar: Grammar) -> Said | None:
    """What a person said or pressed; None for everything else: other bots, edits, joins, pins."""
    if press := update.get("callback_query"):
        return _pressed(update, press, me)
    message = update.get("message", {})
    by = message.get("from", {"is_bot": True})
    text = plain(message, me)
    if by["is_bot"] or "sender_chat" in message or not text:
        return None
    return _said(update, message, text, me, grammar)


def _said(update: Update, message: Native, text: str, me: Me, grammar: Grammar) -> Said | None:
    by, direct = message["from"], message["chat"]["type"] == "private"
    common = _common(update, message, by, me)
    if "forward_origin" in message:
        # Somebody else's words are nobody's command.
        return None if direct else Said(**common, words=text, addressed=False)
    if answer := saved(message.get("reply_to_message") or {}, me.id, by["id"]):
        return Said(**common, words=answer.words, fields={**answer.fields, answer.asked: text})
    words = addressed(text, me, grammar, direct)
    return Said(**common, words=text if words is None else words, addressed=words is not None)


def _pressed(update: Update, press: Native, me: Me) -> Said | None:
    data, message = press.get("data", ""), press.get("message") or {}
    if not message:
        return None
    common = _common(update, message, press["from"], me)
    if data.startswith(SAYS):
        return Said(**common, words=data.removeprefix(SAYS), pressed=True)
    asked = saved(message, me.id, press["from"]["id"])
    if data.startswith(CHOICE) and asked:
        return Said(**common, words=asked.words, fields={**asked.fields, asked.asked: data.removeprefix(CHOICE)})
    return None


def _common(update: Update, message: Native, by: Native, me: Me) -> dict[str, Any]:
    date = message.get("date")
    return {
        "key": f"{TELEGRAM}:{me.id}:{update['update_id']}",
        "by": Handle(TELEGRAM, str(by["id"])),
        "place": place(message),
        "direct": message["chat"]["type"] == "private",
        "name": " ".join(by[key] for key in ("first_name", "last_name") if by.get(key)),
        "locale": by.get("language_code", ""),
        "at": datetime.fromtimestamp(date, UTC) if date and "message" in update else None,
        "message": MessageId(str(message["message_id"])),
    }


def place(message: Native) -> Place:
    """Where a message stands. Outside forums the thread is only who answered whom."""
    thread = str(message["message_thread_id"]) if message.get("is_topic_message") else ""
    return Place(TELEGRAM, str(message["chat"]["id"]), thread)


# ---- words


def addressed(text: str, me: Me, grammar: Grammar, direct: bool) -> str | None:
    """The command line, if somebody spoke to the bot."""
    if found := COMMAND.match(text):
        return _command(found[1].lower(), found[2] or "", text[found.end() :], me, grammar, direct)
    call = f"@{me.username}".lower()
    if text.lower().startswith(call) and not text[len(call) :][:1].isalnum():
        return unrooted(text[len(call) :].lstrip(" \t\n,:"), grammar)
    if text.startswith("!") and grammar.verb(text[1:]):
        return text[1:].strip()
    return unrooted(text, grammar) if direct else None


def _command(name: str, bot: str, rest: str, me: Me, grammar: Grammar, direct: bool) -> str | None:
    if bot and bot.lower() != me.username.lower():
        return None
    if name == grammar.root:
        return rest
    if name == "start":
        # Telegram's own word: a conversation was opened, maybe by a link with a code in it.
        return _started(rest, grammar)
    words = unrooted(f"{name.replace('_', ' ')} {rest}".strip(), grammar)
    return words if bot or direct or grammar.verb(words) else None


def _started(code: str, grammar: Grammar) -> str:
    link = grammar.verb("account link")
    return f"account link {code}" if re.fullmatch(r"[\w-]*\d[\w-]*", code) and link else ""


def unrooted(words: str, grammar: Grammar) -> str:
    """The line without its root, which may be said or left out."""
    first, *rest = words.split(None, 1) or [""]
    return "".join(rest) if first.lower() in (grammar.root, f"/{grammar.root}") else words


def plain(message: Native, me: Me) -> str:
    """A message's letters: people by their ids, links with where they lead."""
    text = message.get("text") or message.get("caption") or ""
    entities = message.get("entities") or message.get("caption_entities") or ()
    return "".join(_parts(text, entities, me)).strip()


def _parts(text: str, entities: Any, me: Me) -> Iterator[str]:
    letters, last = text.encode("utf-16-le"), 0
    for each in sorted(entities, key=lambda each: each["offset"]):
        begin, end = 2 * each["offset"], 2 * (each["offset"] + each["length"])
        inside = letters[begin:end].decode("utf-16-le", "replace")
        instead = _instead(each, inside, me)
        if begin >= last and instead != inside:
            yield letters[last:begin].decode("utf-16-le", "replace") + instead
            last = end
    yield letters[last:].decode("utf-16-le", "replace")


def _instead(entity: Native, inside: str, me: Me) -> str:
    match entity["type"]:
        case "text_mention":
            return f"@{TELEGRAM}:{entity['user']['id']}"
        case "mention" if (id := me.people.get(inside.removeprefix("@").lower())) is not None:
            return f"@{TELEGRAM}:{id}"
        case "text_link" if entity["url"].rstrip("/") != inside.rstrip("/"):
            return f"{inside} ({entity['url']})"
    return inside


# ---- what the platform itself says


def opened(update: Update, me: Me) -> tuple[str, str] | None:
    """The name and thread of a topic that the bot opened."""
    message = update.get("message", {})
    topic = message.get("forum_topic_created")
    if topic is None or message.get("from", {}).get("id") != me.id:
        return None
    return topic["name"], str(message["message_thread_id"])


def pinned(update: Update, me: Me) -> bool:
    """Whether it is the line that the platform writes when the bot pins something."""
    message = update.get("message", {})
    return "pinned_message" in message and message.get("from", {}).get("id") == me.id
