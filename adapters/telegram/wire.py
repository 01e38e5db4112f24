"""The SDK's connections to the Bot API, and what its errors mean. No error that leaves here holds the token."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator
from telegram import Bot, LinkPreviewOptions, ReplyParameters, error
from telegram.request import HTTPXRequest

from adapters.telegram.letters import Message
from bot.ports import ChatError, Forbidden, Gone, MessageId, Place, Throttled, Unreachable

# They tell every address that they call, and the token stands in ours.
for talker in ("httpx", "httpcore", "telegram.Bot"):
    logging.getLogger(talker).setLevel(logging.WARNING)

POLL = 30
"""Seconds that a poll waits for something to happen."""
WANTED = ("message", "callback_query")
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
QUIET = LinkPreviewOptions(is_disabled=True)
GONE = (
    "message to edit not found", "message can't be edited", "message_id_invalid", "message to pin not found",
    "message thread not found", "topic_deleted", "topic_id_invalid", "chat not found", "participant_id_invalid",
    "user not found",
)  # fmt: skip
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class Settings(BaseModel):
    """`[chats.telegram]`: a bot that is an administrator of a supergroup with topics."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)

    token: SecretStr = Field(description="The bot's token, as BotFather gave it: `7000000001:AA...`.")
    room: str = Field(
        pattern=r"^-100\d+(/\d+)?$",
        description="The supergroup with topics, -100...; its General topic is the standing incident room, "
        "unless another topic of it is named: -100.../5.",
    )
    api: str = Field(default="https://api.telegram.org", description="Where the Bot API answers.")

    @field_validator("token")
    @classmethod
    def _looks_like_one(cls, token: SecretStr) -> SecretStr:
        id, _, secret = token.get_secret_value().partition(":")
        if not (id.isdigit() and secret):
            raise ValueError("expected a bot's token, such as 7000000001:AA...")
        return token


class Wire:
    """Three sets of connections, so that no poll and no slow room ever delays a page. The SDK tries nothing again."""

    def __init__(self, settings: Settings) -> None:
        self._token = settings.token.get_secret_value()
        self._lines = [_line(settings.api, read, pool) for read, pool in ((20, 32), (POLL + 15, 2), (10, 16))]
        rooms, polls, pages = self._lines
        address = f"{settings.api.rstrip('/')}/bot"
        self.bot = Bot(self._token, address, request=rooms, get_updates_request=polls)
        self.pager = Bot(self._token, address, request=pages, get_updates_request=polls)

    @property
    def account(self) -> str:
        """The bot's own id, which begins its token."""
        return self._token.partition(":")[0]

    @contextmanager
    def telling(self) -> Iterator[None]:
        """What the platform refuses within is raised as a `ChatError`."""
        try:
            yield
        except error.TelegramError as wrong:
            # The SDK's own error, and what caused it, may hold the address with the token.
            raise fault(wrong, wrong.message.replace(self._token, "…")) from None

    async def updates(self, offset: int | None, wait: int) -> list[dict[str, Any]]:
        """What happened; the platform waits so many seconds for something to happen. Raises `ChatError`."""
        with self.telling():
            updates = await self.bot.get_updates(offset=offset, timeout=wait, allowed_updates=WANTED)
        return [update.to_dict() for update in updates]

    async def send(
        self, place: Place, message: Message, answers: MessageId | None = None, *, pages: bool = False
    ) -> MessageId:
        """Say something. Raises `ChatError`."""
        bot = self.pager if pages else self.bot
        with self.telling():
            sent = await bot.send_message(
                int(place.room),
                message.text,
                message_thread_id=int(place.thread) if place.thread else None,
                entities=message.entities,
                reply_markup=message.keyboard,
                link_preview_options=QUIET,
                reply_parameters=ReplyParameters(int(answers), allow_sending_without_reply=True) if answers else None,
            )
        return MessageId(str(sent.message_id))

    async def edit(self, place: Place, id: MessageId, message: Message) -> None:
        """Say something else instead. Raises `ChatError`."""
        with self.telling():
            try:
                await self.bot.edit_message_text(
                    message.text,
                    int(place.room),
                    int(id),
                    entities=message.entities,
                    reply_markup=message.keyboard,
                    link_preview_options=QUIET,
                )
            except error.BadRequest as wrong:
                if "message is not modified" not in wrong.message.lower():
                    raise

    async def close(self) -> None:
        """Let go of every connection."""
        for line in self._lines:
            await line.shutdown()


def _line(api: str, read: float, pool: int) -> HTTPXRequest:
    # A proxy from the environment leads to the real platform, never to this machine.
    proxied = urlsplit(api).hostname not in LOOPBACK
    return HTTPXRequest(
        connection_pool_size=pool,
        read_timeout=read,
        write_timeout=10,
        connect_timeout=5,
        pool_timeout=5,
        httpx_kwargs={"trust_env": proxied},
    )


def fault(wrong: error.TelegramError, why: str) -> ChatError:
    """What an error of the SDK means to the core."""
    match wrong:
        case error.RetryAfter():
            return Throttled(why, retry_in=seconds(wrong))
        case error.InvalidToken():
            return Forbidden("Telegram does not accept the bot's token.")
        case error.ChatMigrated():
            return Gone(f"The group has become a supergroup: its id is {wrong.new_chat_id} now.")
        case error.Forbidden():
            return Forbidden(why)
        case error.Conflict():
            return Unreachable("Another process listens with the same token.")
        case error.BadRequest():
            return refusal(why)
        case error.NetworkError():
            return Unreachable(why, ambiguous=arrived(wrong))
    return ChatError(why)


def refusal(why: str) -> ChatError:
    """What a 400 means."""
    if any(each in why.lower() for each in GONE):
        return Gone(why)
    return Forbidden(why) if "not enough rights" in why.lower() else ChatError(why)


def seconds(wrong: error.RetryAfter) -> float:
    """How long the platform asks us to wait."""
    wait = wrong.retry_after
    return float(wait) if isinstance(wait, int) else wait.total_seconds()


def arrived(wrong: error.NetworkError) -> bool:
    """Whether it may have arrived all the same: not without a connection, nor where the door was shut."""
    return not isinstance(wrong.__cause__, NOT_SENT) and "Service Unavailable" not in wrong.message
