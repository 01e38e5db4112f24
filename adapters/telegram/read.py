"""What was said in Telegram, in no dialect.  (pure)

https://core.telegram.org/bots/api#update
"""

import re
from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from adapters import signs
from adapters.telegram.choices import CHOICE, DROP, PAGE
from adapters.telegram.doors import Knock, started
from adapters.telegram.masks import Masked, speaker
from adapters.telegram.media import led, shown, things
from adapters.telegram.native import TELEGRAM, Me, Native, Update, called, moment, place, plain, shaped
from adapters.telegram.pointed import about, added, reacted, remark
from adapters.telegram.question import WHICH, Turn, answered, drops, saved
from adapters.telegram.show import SAYS
from bot.ports import Grammar, Handle, MessageId, Said

PIN = "pin"
"""What one of the reactions in `Settings.pins` says."""
COMMAND = re.compile(r"/([A-Za-z0-9_]+)(?:@(\w+))?(?:\s+|$)")
START = "start"
"""Telegram's own word: a conversation was opened, maybe by a link that says something."""

Heard = Said | Turn | Knock | Masked


def met(update: Update, me: Me) -> None:
    """Remember who this was, and what they said where. Raises `Strange`."""
    with shaped():
        told = update.get("message") or update.get("callback_query") or update.get("message_reaction") or {}
        me.known.met(told.get("from") or told.get("user") or {})
        if "message" in update:
            see(told, me)


def see(message: Native, me: Me) -> None:
    """Remember what a message says, and where it stands."""
    if shown(message, me):
        me.known.saw(place(message), remark(message, me))


def read(update: Update, me: Me, grammar: Grammar) -> Heard | None:
    """What a person said or pressed; None for everything else: other bots, joins, pins. Raises `Strange`."""
    with shaped():
        if press := update.get("callback_query"):
            return _pressed(update, press, me)
        if reaction := update.get("message_reaction"):
            return _reacted(update, reaction, me)
        if message := update.get("edited_message"):
            return _edited(update, message, me, grammar)
        message = update.get("message") or {}
        by = speaker(message)
        return _said(update, message, by, me, grammar) if by and shown(message, me) else None


def enclosed(said: Said, update: Update) -> Said | None:
    """What came with a command, a picture for example: it goes to the other rooms, as all that is said."""
    message = update.get("message") or {}
    words = signs.below(*things(message), led(message)) if said.addressed and not said.direct else ""
    return replace(said, key=f"{said.key} enclosed", words=words, fields={}, addressed=False) if words else None


def _edited(update: Update, message: Native, me: Me, grammar: Grammar) -> Said | None:
    """What somebody made of what they had said; the platform tells of other changes, too. An edit is no command."""
    by, text = speaker(message), plain(message, me)
    if not (by and text) or message["chat"]["type"] == "private":
        return None
    common = _common(update, message, by, me)
    _, before = me.known.remark(common["place"], common["message"])
    if addressed(text, me, grammar, direct=False) is not None or before.text == shown(message, me):
        return None
    return Said(**common, words=signs.edited(text), addressed=False, at=moment(message.get("edit_date")))


def _said(update: Update, message: Native, by: Native, me: Me, grammar: Grammar) -> Heard | None:
    direct, text = message["chat"]["type"] == "private", plain(message, me)
    common = _common(update, message, by, me) | {"at": moment(message.get("date"))}
    chatter = signs.below(shown(message, me), led(message))
    if "forward_origin" in message:
        # Somebody else's words are nobody's command.
        return None if direct else Said(**common, words=chatter, addressed=False)
    first = message.get("reply_to_message") or {}
    if asked := saved(first, me.id, by["id"]):
        if drops(text):
            return Turn(Said(**common, words=asked.words), asked.asked, MessageId(str(first["message_id"])))
        if addressed(text, me, grammar, direct=False) is None:
            return Said(**common, words=asked.words, fields=answered(asked, text, grammar))
    if direct and (found := COMMAND.match(text)) and found[1].lower() == START:
        words, safe = started(text[found.end() :], grammar)
        return Said(**common, words=words) if words and safe else Knock(Said(**common, words=words))
    line, pointed = addressed(text, me, grammar, direct), about(message, me)
    if line is not None and "sender_chat" in message:
        return Masked(Said(**common, words=line, about=pointed))
    return Said(**common, words=chatter if line is None else line, addressed=line is not None, about=pointed)


def _pressed(update: Update, press: Native, me: Me) -> Heard | None:
    data, message = press.get("data", ""), press.get("message") or {}
    if not message:
        return None
    common = _common(update, message, press["from"], me)
    if press["from"]["is_bot"]:
        return Masked(Said(**common, words="", pressed=True))
    if data.startswith(SAYS):
        return Said(**common, words=data.removeprefix(SAYS), pressed=True)
    if (asked := saved(message, me.id, press["from"]["id"])) is None:
        return None
    if data.startswith(CHOICE):
        fields = {} if asked.asked == WHICH else {**asked.fields, asked.asked: data.removeprefix(CHOICE)}
        return Said(**common, words=asked.words, fields=fields, pressed=True)
    said = Said(**common, words=asked.words, fields=asked.fields, pressed=True)
    if data == DROP or data.startswith(PAGE):
        return Turn(said, asked.asked, common["message"], int(data.removeprefix(PAGE)) if data != DROP else None)
    return None


def _reacted(update: Update, reaction: Native, me: Me) -> Said | Masked | None:
    if (chat := reaction.get("actor_chat")) and added(reaction, me):
        return Masked(Said(**_common(update, reaction, chat, me), words="", reacted=True))
    if (found := reacted(reaction, me)) is None:
        return None
    common = _common(update, reaction, reaction["user"], me) | {"place": found[0], "at": moment(reaction["date"])}
    return Said(**common, words=PIN, about=found[1], reacted=True)


def _common(update: Update, message: Native, by: Native, me: Me) -> dict[str, Any]:
    return {
        "key": f"{TELEGRAM}:{me.id}:{update['update_id']}",
        "by": Handle(TELEGRAM, str(by["id"])),
        "place": place(message),
        "direct": message["chat"]["type"] == "private",
        "name": called(by),
        "locale": by.get("language_code", ""),
        "message": MessageId(str(message["message_id"])),
        "named": {f"{TELEGRAM}:{each['id']}": called(each) for each in mentioned(message)},
    }


def mentioned(message: Native) -> Iterator[Native]:
    """Those whom a message mentions, and whom the one mentions that it answers, as far as the platform tells."""
    for each in (message, message.get("reply_to_message") or {}):
        yield from (mark["user"] for mark in each.get("entities") or () if mark["type"] == "text_mention")


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
    if name == START:
        return ""
    words = unrooted(f"{name.replace('_', ' ')} {rest}".strip(), grammar)
    return words if bot or direct or grammar.verb(words) else None


def unrooted(words: str, grammar: Grammar) -> str:
    """The line without its root, which may be said or left out."""
    first, *rest = words.split(None, 1) or [""]
    return "".join(rest) if first.lower() in (grammar.root, f"/{grammar.root}") else words
