"""What the platform's refusals mean to the core.  https://core.telegram.org/bots/api#making-requests"""

from telegram import error

from adapters.telegram.line import NOT_SENT
from bot.ports import ChatError, Forbidden, Gone, Throttled, Unreachable

GONE = (
    "message to edit not found", "message can't be edited", "message_id_invalid", "message to pin not found",
    "message thread not found", "topic_deleted", "topic_id_invalid", "chat not found", "participant_id_invalid",
    "user not found", "group chat was deleted", "chat_id_invalid", "channel_invalid", "peer_id_invalid",
)  # fmt: skip
FORBIDDEN = (
    "not enough rights",
    "need administrator rights",
    "chat_admin_required",
    "chat_write_forbidden",
    "topic_closed",
)


def fault(wrong: error.TelegramError, why: str) -> ChatError:
    """What an error of the SDK means."""
    match wrong:
        case error.RetryAfter():
            return Throttled(why, retry_in=seconds(wrong), scope="room")
        case error.InvalidToken():
            return Forbidden("Telegram does not accept the bot's token.")
        case error.ChatMigrated():
            return Gone(f"The group has become a supergroup: its id is {wrong.new_chat_id} now.")
        case error.Conflict():
            return Unreachable(conflict(why))
        case error.Forbidden() | error.BadRequest():
            return refusal(why, Forbidden if isinstance(wrong, error.Forbidden) else ChatError)
        case error.NetworkError():
            return Unreachable(why, ambiguous=arrived(wrong))
    return ChatError(why)


def refusal(why: str, kind: type[ChatError] = ChatError) -> ChatError:
    """What a 400 or a 403 means."""
    if any(each in why.lower() for each in GONE):
        return Gone(why)
    return Forbidden(why) if any(each in why.lower() for each in FORBIDDEN) else kind(why)


def conflict(why: str) -> str:
    """Who else takes the updates."""
    if "webhook" in why.lower():
        return "A webhook is set for this bot, so that it cannot be polled: call deleteWebhook once."
    return "Another process listens with the same token."


def seconds(wrong: error.RetryAfter) -> float:
    """How long the platform asks us to wait."""
    wait = wrong.retry_after
    return float(wait) if isinstance(wait, int) else wait.total_seconds()


def arrived(wrong: error.NetworkError) -> bool:
    """Whether it may have arrived all the same: not without a connection, nor where the door was shut."""
    return not isinstance(wrong.__cause__, NOT_SENT) and "Service Unavailable" not in wrong.message
