"""The Bot API's methods, as strict as the platform.  https://core.telegram.org/bots/api"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from adapters.playground.telegram import markup
from adapters.playground.telegram.cloud import (
    BOT,
    BOT_ID,
    GENERAL,
    PRESS,
    Chat,
    Cloud,
    Message,
    No,
    bad,
    shallow,
    topic_of,
)

Args = Mapping[str, Any]
Method = Callable[[Cloud, Args], Any]
LONGEST = 4096
"""Letters in a message."""
COLOURS = (7322096, 16766590, 13338331, 9367192, 16749490, 16478047)
FACES = frozenset(
    "👍👎❤🔥🥰👏😁🤔🤯😱🤬😢🎉🤩🤮💩🙏👌🕊🤡🥱🥴😍🐳🌚🌭💯🤣⚡🍌🏆💔🤨😐🍓🍾💋🖕😈😴😭🤓👻👀🎃🙈😇😨🤝✍🤗🫡🎅🎄☃💅🤪🗿🆒💘🙉🦄😘💊🙊😎👾🤷😡"
)
"""What the platform lets a bot react with."""


def get_me(cloud: Cloud, args: Args) -> Any:
    return {**BOT, "can_join_groups": True, "can_read_all_group_messages": True, "supports_inline_queries": False}


def delete_webhook(cloud: Cloud, args: Args) -> Any:
    return True


def get_webhook_info(cloud: Cloud, args: Args) -> Any:
    return {"url": "", "has_custom_certificate": False, "pending_update_count": len(cloud.queue)}


# ---- messages


def send_message(cloud: Cloud, args: Args) -> Any:
    chat = cloud.chat(args["chat_id"])
    topic = thread(chat, args)
    more = {**content(args), **answered(cloud, chat, args)}
    message = cloud.post(chat, BOT, topic, **more)
    ask(chat, topic, message, args.get("reply_markup") or {})
    return message


def content(args: Args) -> Message:
    """A message's text, entities and keyboard. Raises `No`."""
    text, entities = markup.trimmed(args["text"], markup.checked(args["text"], args.get("entities") or ()))
    if not text:
        raise bad("message text is empty")
    if markup.units(text) > LONGEST:
        raise bad("message is too long")
    entities = markup.with_found(text, entities)
    found: Message = {"text": text, "entities": entities} if entities else {"text": text}
    if preview := args.get("link_preview_options"):
        found["link_preview_options"] = preview
    keyboard = (args.get("reply_markup") or {}).get("inline_keyboard")
    return {**found, "reply_markup": {"inline_keyboard": checked(keyboard)}} if keyboard else found


def checked(keyboard: Any) -> Any:
    """An inline keyboard. Raises `No`."""
    for button in (button for row in keyboard for button in row):
        if not button.get("text"):
            raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
        if not 1 <= len(button.get("callback_data", "-").encode()) <= 64:
            raise bad("BUTTON_DATA_INVALID")
        if "url" in button and not re.match(r"(https?|tg)://[^\s/]+\.?", button["url"]):
            raise bad(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")
        if not {"callback_data", "url"} & button.keys():
            raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    return keyboard


def thread(chat: Chat, args: Args) -> int:
    """The topic to send to. Raises `No`."""
    topic = int(args.get("message_thread_id") or GENERAL)
    if topic not in (chat.topics or {GENERAL: ""}):
        raise bad("message thread not found")
    return topic


def answered(cloud: Cloud, chat: Chat, args: Args) -> Message:
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
    chat = cloud.chat(args["chat_id"])
    message = own(cloud, chat, args)
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


def unchanged() -> No:
    return bad(
        "message is not modified: specified new message content and reply markup are exactly the same "
        "as a current content and reply markup of the message"
    )


def own(cloud: Cloud, chat: Chat, args: Args) -> Message:
    """A message that the bot may edit. Raises `No`."""
    message = cloud.message(chat, args["message_id"], "message to edit not found")
    if message["from"]["id"] != BOT_ID or "text" not in message:
        raise bad("message can't be edited")
    return message


def delete_message(cloud: Cloud, args: Args) -> Any:
    chat = cloud.chat(args["chat_id"])
    message = cloud.message(chat, args["message_id"], "message to delete not found")
    if (message["from"]["id"] != BOT_ID and chat.direct) or cloud.now() - message["date"] > 48 * 3600:
        raise bad("message can't be deleted for everyone")
    del chat.messages[message["message_id"]]
    return True


def pin_chat_message(cloud: Cloud, args: Args) -> Any:
    chat = cloud.chat(args["chat_id"])
    message = cloud.message(chat, args["message_id"], "message to pin not found")
    if message["message_id"] not in chat.pins:
        chat.pins.append(message["message_id"])
        cloud.post(chat, BOT, topic_of(message), pinned_message=shallow(message))
    return True


def unpin_chat_message(cloud: Cloud, args: Args) -> Any:
    chat = cloud.chat(args["chat_id"])
    if int(args["message_id"]) not in chat.pins:
        raise bad("message to unpin not found")
    chat.pins.remove(int(args["message_id"]))
    return True


def set_message_reaction(cloud: Cloud, args: Args) -> Any:
    chat = cloud.chat(args["chat_id"])
    message = cloud.message(chat, args["message_id"], "message to react not found")
    faces = [str(each.get("emoji")) for each in args.get("reaction") or ()]
    if len(faces) > 1 or any(face not in FACES for face in faces):
        raise bad("REACTION_INVALID")
    of = cloud.reactions.setdefault((chat.id, message["message_id"]), {})
    of.pop(BOT_ID, None)
    if faces:
        of[BOT_ID] = faces[0]
    return True


def send_chat_action(cloud: Cloud, args: Args) -> Any:
    thread(cloud.chat(args["chat_id"]), args)
    return True


# ---- presses


def answer_callback_query(cloud: Cloud, args: Args) -> Any:
    user, at = cloud.queries.pop(args["callback_query_id"], (0, 0))
    if not user or cloud.now() - at > PRESS:
        raise bad("query is too old and response timeout expired or query ID is invalid")
    text = args.get("text") or ""
    if len(text) > 200:
        raise bad("MESSAGE_TOO_LONG")
    cloud.toasts[user] = text
    return True


# ---- the group


def create_forum_topic(cloud: Cloud, args: Args) -> Any:
    chat = cloud.chat(args["chat_id"])
    if not chat.topics:
        raise bad("the chat is not a forum")
    colour = int(args.get("icon_color") or COLOURS[0])
    if not 1 <= len(args["name"]) <= 128:
        raise bad("TOPIC_TITLE_EMPTY" if not args["name"] else "TOPIC_TITLE_TOO_LONG")
    if colour not in COLOURS:
        raise bad("invalid icon color specified")
    return {
        "message_thread_id": cloud.open_topic(chat, args["name"], colour),
        "name": args["name"],
        "icon_color": colour,
    }


def edit_forum_topic(cloud: Cloud, args: Args) -> Any:
    chat = cloud.chat(args["chat_id"])
    topic = thread(chat, args)
    if chat.topics[topic] == args["name"]:
        raise bad("TOPIC_NOT_MODIFIED")
    chat.topics[topic] = args["name"]
    return True


def close_forum_topic(cloud: Cloud, args: Args) -> Any:
    chat = cloud.chat(args["chat_id"])
    topic = thread(chat, args)
    if topic in chat.closed:
        raise bad("TOPIC_NOT_MODIFIED")
    chat.closed.add(topic)
    return True


def create_chat_invite_link(cloud: Cloud, args: Args) -> Any:
    cloud.chat(args["chat_id"])
    link = f"https://t.me/+{next(cloud.links):x}"
    return {"invite_link": link, "creator": BOT, "creates_join_request": False, "is_primary": False,
            "is_revoked": False}  # fmt: skip


def get_chat(cloud: Cloud, args: Args) -> Any:
    chat = cloud.chat(args["chat_id"])
    gifts = dict.fromkeys(("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription"), False)
    return {**chat.native, "accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": gifts}


def get_chat_member(cloud: Cloud, args: Args) -> Any:
    cloud.chat(args["chat_id"])
    id = int(args["user_id"])
    if id == BOT_ID:
        rights = ("manage_topics", "pin_messages", "delete_messages", "invite_users", "manage_chat")
        return {"user": BOT, "status": "administrator", **{f"can_{right}": True for right in rights}}
    if id not in cloud.users:
        raise bad("PARTICIPANT_ID_INVALID")
    return {"user": cloud.users[id], "status": "member"}


# ---- the bot's own commands


def set_my_commands(cloud: Cloud, args: Args) -> Any:
    commands = args["commands"]
    if len(commands) > 100:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    for each in commands:
        if not re.fullmatch(r"/?[a-z0-9_]{1,32}", each["command"]):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(each["description"]) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    if not re.fullmatch(r"([a-z]{2})?", args.get("language_code") or ""):
        raise bad("invalid language code specified")
    cloud.commands[(args.get("scope") or {}).get("type", "default"), args.get("language_code") or ""] = commands
    return True


def get_my_commands(cloud: Cloud, args: Args) -> Any:
    scope = (args.get("scope") or {}).get("type", "default")
    return cloud.commands.get((scope, args.get("language_code") or ""), [])


METHODS: Mapping[str, tuple[Method, tuple[str, ...]]] = {
    "getMe": (get_me, ()),
    "deleteWebhook": (delete_webhook, ()),
    "getWebhookInfo": (get_webhook_info, ()),
    "sendMessage": (send_message, ("chat_id", "text")),
    "editMessageText": (edit_message_text, ("chat_id", "message_id", "text")),
    "editMessageReplyMarkup": (edit_message_reply_markup, ("chat_id", "message_id")),
    "deleteMessage": (delete_message, ("chat_id", "message_id")),
    "pinChatMessage": (pin_chat_message, ("chat_id", "message_id")),
    "unpinChatMessage": (unpin_chat_message, ("chat_id", "message_id")),
    "setMessageReaction": (set_message_reaction, ("chat_id", "message_id")),
    "sendChatAction": (send_chat_action, ("chat_id", "action")),
    "answerCallbackQuery": (answer_callback_query, ("callback_query_id",)),
    "createForumTopic": (create_forum_topic, ("chat_id", "name")),
    "editForumTopic": (edit_forum_topic, ("chat_id", "message_thread_id", "name")),
    "closeForumTopic": (close_forum_topic, ("chat_id", "message_thread_id")),
    "createChatInviteLink": (create_chat_invite_link, ("chat_id",)),
    "getChat": (get_chat, ("chat_id",)),
    "getChatMember": (get_chat_member, ("chat_id", "user_id")),
    "setMyCommands": (set_my_commands, ("commands",)),
    "getMyCommands": (get_my_commands, ()),
}
"""Every method there is here, and what it needs."""
