"""The Bot API's methods, as strict as the platform.  https://core.telegram.org/bots/api"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from adapters.playground.telegram import groups, messages
from adapters.playground.telegram.cloud import Cloud
from adapters.playground.telegram.queue import PRESS
from adapters.playground.telegram.shapes import BOT, Args, Unfit, bad

Method = Callable[[Cloud, Args], Any]
TOAST = 200
"""Letters in the answer to a press."""
COMMANDS, NAME, DESCRIPTION = 100, r"/?[a-z0-9_]{1,32}", 256
SCOPES = {"default", "all_private_chats", "all_group_chats", "all_chat_administrators", "chat", "chat_administrators",
          "chat_member"}  # fmt: skip


def get_me(cloud: Cloud, args: Args) -> Any:
    return {
        **BOT,
        "can_join_groups": True,
        "can_read_all_group_messages": cloud.reads_all,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def set_webhook(cloud: Cloud, args: Args) -> Any:
    if args["url"] and not args["url"].startswith("https://"):
        raise bad("bad webhook: An HTTPS URL must be provided for webhook")
    cloud.webhook = args["url"]
    cloud.queue.arrived.set()
    return True


def delete_webhook(cloud: Cloud, args: Args) -> Any:
    cloud.webhook = ""
    return True


def get_webhook_info(cloud: Cloud, args: Args) -> Any:
    info = {"url": cloud.webhook, "has_custom_certificate": False, "pending_update_count": len(cloud.queue.rows)}
    return {**info, "allowed_updates": list(cloud.queue.wanted)} if cloud.queue.wanted else info


def answer_callback_query(cloud: Cloud, args: Args) -> Any:
    user, at = cloud.queries.pop(args["callback_query_id"], (0, 0))
    if not user or cloud.now() - at > PRESS:
        raise bad("query is too old and response timeout expired or query ID is invalid")
    text = args.get("text") or ""
    if len(text) > TOAST:
        raise Unfit("MESSAGE_TOO_LONG")
    cloud.toasts[user] = text
    return True


# ---- the bot's own commands


def set_my_commands(cloud: Cloud, args: Args) -> Any:
    commands = args["commands"]
    if len(commands) > COMMANDS:
        raise Unfit("BOT_COMMANDS_TOO_MUCH")
    for each in commands:
        if not re.fullmatch(NAME, each["command"]):
            raise Unfit("BOT_COMMAND_INVALID")
        if not 1 <= len(each["description"]) <= DESCRIPTION:
            raise Unfit("BOT_COMMAND_DESCRIPTION_INVALID")
    cloud.commands[menu(args)] = commands
    return True


def menu(args: Args) -> tuple[str, str]:
    """The scope and language of a menu. Raises `Unfit`."""
    scope, language = (args.get("scope") or {}).get("type", "default"), args.get("language_code") or ""
    if scope not in SCOPES:
        raise Unfit("can't parse BotCommandScope: Unsupported type specified")
    if not re.fullmatch(r"([a-z]{2})?", language):
        raise Unfit("invalid language code specified")
    return scope, language


def get_my_commands(cloud: Cloud, args: Args) -> Any:
    return cloud.commands.get(menu(args), [])


def delete_my_commands(cloud: Cloud, args: Args) -> Any:
    cloud.commands.pop(menu(args), None)
    return True


METHODS: Mapping[str, Method] = {
    "getMe": get_me,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
    "sendMessage": messages.send_message,
    "editMessageText": messages.edit_message_text,
    "editMessageReplyMarkup": messages.edit_message_reply_markup,
    "deleteMessage": messages.delete_message,
    "pinChatMessage": messages.pin_chat_message,
    "unpinChatMessage": messages.unpin_chat_message,
    "setMessageReaction": messages.set_message_reaction,
    "sendChatAction": messages.send_chat_action,
    "answerCallbackQuery": answer_callback_query,
    "createForumTopic": groups.create_forum_topic,
    "editForumTopic": groups.edit_forum_topic,
    "closeForumTopic": groups.close_forum_topic,
    "reopenForumTopic": groups.reopen_forum_topic,
    "deleteForumTopic": groups.delete_forum_topic,
    "createChatInviteLink": groups.create_chat_invite_link,
    "getChat": groups.get_chat,
    "getChatMember": groups.get_chat_member,
    "leaveChat": groups.leave_chat,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
}
"""Every method there is here; `contract.json` says what each needs."""
