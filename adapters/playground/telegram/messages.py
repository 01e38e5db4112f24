"""What a bot does with messages, and what the platform refuses.  https://core.telegram.org/bots/api#sendmessage"""

import re
from collections.abc import Mapping
from typing import Any

from adapters.playground.telegram import formatted, markup
from adapters.playground.telegram.cloud import Cloud
from adapters.playground.telegram.shapes import (
    BOT_ID,
    GENERAL,
    Args,
    Chat,
    Message,
    Unfit,
    allowed,
    bad,
    shallow,
    topic_of,
)
from adapters.playground.telegram.trouble import unchanged

LONGEST = 4096
"""Letters in a message."""
ROW, KEYS = 8, 100
"""Buttons in a row, and in all."""
AGE = 48 * 3600
"""Seconds after which a message can be taken away no more."""
FACES = frozenset(
    "👍👎❤🔥🥰👏😁🤔🤯😱🤬😢🎉🤩🤮💩🙏👌🕊🤡🥱🥴😍🐳🌚🌭💯🤣⚡🍌🏆💔🤨😐🍓🍾💋🖕😈😴😭🤓👻👀🎃🙈😇😨🤝✍🤗🫡🎅🎄☃💅🤪🗿🆒💘🙉🦄😘💊🙊😎👾🤷😡"
)
"""What the platform lets a bot react with."""
ACTIONS = re.compile(
    r"typing|(record|upload)_(video|voice|video_note)|upload_(photo|document)|choose_sticker|find_location"
)
"""What a bot may be seen to do."""


def send_message(cloud: Cloud, args: Args) -> Any:
    chat = cloud.chat(args["chat_id"])
    topic = thread(chat, args)
    if topic in chat.closed and "manage_topics" not in chat.rights:
        raise bad("TOPIC_CLOSED")
    more = {**content(args), **answered(chat, args)}
    message = cloud.post_own(chat, topic, **more)
    ask(chat, topic, message, args.get("reply_markup") or {})
    return message


def content(args: Args) -> Message:
    """A message's text, entities and keyboard. Raises `Unfit`."""
    said, marked = formatted.parsed(args["text"], str(args.get("parse_mode") or ""))
    text, entities = markup.trimmed(said, markup.checked(said, marked or args.get("entities") or ()))
    if not text:
        raise Unfit("message text is empty")
    if markup.units(text) > LONGEST:
        raise Unfit("message is too long")
    entities = markup.with_found(text, entities)
    found: Message = {"text": text, "entities": entities} if entities else {"text": text}
    if preview := args.get("link_preview_options"):
        found["link_preview_options"] = preview
    keyboard = (args.get("reply_markup") or {}).get("inline_keyboard")
    return {**found, "reply_markup": {"inline_keyboard": checked(keyboard)}} if keyboard else found


def checked(keyboard: Any) -> Any:
    """An inline keyboard. Raises `Unfit`."""
    if any(len(row) > ROW for row in keyboard) or sum(map(len, keyboard)) > KEYS:
        raise Unfit("reply markup is too long")
    for button in (button for row in keyboard for button in row):
        if not button["text"]:
            raise Unfit("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
        if not 1 <= len(button.get("callback_data", "-").encode()) <= 64:
            raise Unfit("BUTTON_DATA_INVALID")
        if "url" in button and not re.match(r"(https?|tg)://[^\s/]+\.?", button["url"]):
            raise Unfit(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")
        if len(button.keys() - {"text", "style", "icon_custom_emoji_id"}) != 1:
            raise Unfit("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    return keyboard


def thread(chat: Chat, args: Args) -> int:
    """The topic to send to. Raises `No`."""
    topic = int(args.get("message_thread_id") or GENERAL)
    if topic not in (chat.topics or {GENERAL: ""}):
        raise bad("message thread not found")
    return topic


def answered(chat: Chat, args: Args) -> Message:
    """The message that this one answers. Raises `No`."""
    wanted = args.get("reply_parameters") or {}
    if not wanted:
        return {}
    first = chat.messages.get(int(wanted["message_id"]))
    if first is None and not wanted.get("allow_sending_without_reply"):
        raise bad("message to be replied not found")
    return {"reply_to_message": shallow(first)} if first else {}


def ask(chat: Chat, topic: int, message: Message, wanted: Mapping[str, Any]) -> None:
    """A forced reply opens an answer before whoever is named or answered, or before everybody."""
    if not wanted.get("force_reply"):
        return
    named = set(markup.mentioned(message["text"], message.get("entities", ())))
    if first := message.get("reply_to_message"):
        named.add(first["from"]["id"])
    for user in named if wanted.get("selective") else {chat.id}:
        chat.questions[topic, user] = message["message_id"]


def edit_message_text(cloud: Cloud, args: Args) -> Any:
    message = own(cloud, cloud.chat(args["chat_id"]), args)
    fresh = content(args)
    if all(fresh.get(key) == message.get(key) for key in ("text", "entities", "reply_markup")):
        raise unchanged()
    for key in ("entities", "reply_markup", "link_preview_options"):
        message.pop(key, None)
    message |= {**fresh, "edit_date": cloud.now()}
    return message


def edit_message_reply_markup(cloud: Cloud, args: Args) -> Any:
    message = own(cloud, cloud.chat(args["chat_id"]), args)
    keyboard = (args.get("reply_markup") or {}).get("inline_keyboard")
    fresh = {"inline_keyboard": checked(keyboard)} if keyboard else None
    if fresh == message.get("reply_markup"):
        raise unchanged()
    message.pop("reply_markup", None)
    message |= {"edit_date": cloud.now(), **({"reply_markup": fresh} if fresh else {})}
    return message


def own(cloud: Cloud, chat: Chat, args: Args) -> Message:
    """A message that the bot may edit. Raises `No`."""
    message = cloud.message(chat, args["message_id"], "message to edit not found")
    if message["from"]["id"] != BOT_ID or "text" not in message:
        raise bad("message can't be edited")
    return message


def delete_message(cloud: Cloud, args: Args) -> Any:
    chat = cloud.chat(args["chat_id"])
    message = cloud.message(chat, args["message_id"], "message to delete not found")
    mine = message["from"]["id"] == BOT_ID
    if cloud.now() - message["date"] > AGE or not (mine or "delete_messages" in chat.rights):
        raise bad("message can't be deleted for everyone" if mine else "message can't be deleted")
    del chat.messages[message["message_id"]]
    return True


def pin_chat_message(cloud: Cloud, args: Args) -> Any:
    chat = cloud.chat(args["chat_id"])
    allowed(chat, "pin_messages", "not enough rights to manage pinned messages in the chat")
    message = cloud.message(chat, args["message_id"], "message to pin not found")
    if message["message_id"] not in chat.pins:
        chat.pins.append(message["message_id"])
        cloud.post_own(chat, topic_of(message), pinned_message=shallow(message))
    return True


def unpin_chat_message(cloud: Cloud, args: Args) -> Any:
    chat = cloud.chat(args["chat_id"])
    if int(args.get("message_id") or 0) not in chat.pins:
        raise bad("message to unpin not found")
    chat.pins.remove(int(args["message_id"]))
    return True


def set_message_reaction(cloud: Cloud, args: Args) -> Any:
    chat = cloud.chat(args["chat_id"])
    message = cloud.message(chat, args["message_id"], "message to react not found")
    faces = [str(each.get("emoji")) for each in args.get("reaction") or ()]
    if len(faces) > 1:
        raise bad("REACTIONS_TOO_MANY")
    if any(face not in FACES for face in faces) or (faces and not chat.reactions):
        raise bad("REACTION_INVALID")
    of = cloud.reactions.setdefault((chat.id, message["message_id"]), {})
    of.pop(BOT_ID, None)
    if faces:
        of[BOT_ID] = faces[0]
    return True


def send_chat_action(cloud: Cloud, args: Args) -> Any:
    if not ACTIONS.fullmatch(args["action"]):
        raise bad("wrong parameter action in request")
    thread(cloud.chat(args["chat_id"]), args)
    return True
