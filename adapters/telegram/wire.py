"""The SDK's connections to the Bot API. No error that leaves here holds the token."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal, TypeVar

from telegram import Bot, InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters, error

from adapters.telegram.known import Known
from adapters.telegram.letters import Message
from adapters.telegram.line import Line, Poll
from adapters.telegram.refusals import fault, seconds
from adapters.telegram.settings import Settings
from bot.ports import MessageId, Place, Remark, Throttled, Unreachable

T = TypeVar("T")

# It tells every address that it calls, and the token stands in ours.
logging.getLogger("telegram.Bot").setLevel(logging.WARNING)

POLL = 30
"""Seconds that a poll waits for something to happen."""
WANTED = ("message", "edited_message", "callback_query", "message_reaction", "my_chat_member")
QUIET = LinkPreviewOptions(is_disabled=True)
CROWD = 5.0
"""Seconds within which two chats that ask us to wait mean the whole platform."""


class Wire:
    """Three sets of connections, so that no poll and no slow room ever delays a page. The SDK tries nothing again.

    `moved` says where groups are now that got another id; `told` is called once for each that a refusal told of.
    """

    def __init__(self, settings: Settings, known: Known) -> None:
        self.known = known
        self._token = settings.token.get_secret_value()
        self._rooms, self._pages = Line(settings.api, 20, 32), Line(settings.api, 10, 16)
        self._polls = Poll(settings.api, POLL + 15, 2)
        address = f"{settings.api.rstrip('/')}/bot"
        self.bot = Bot(self._token, address, request=self._rooms, get_updates_request=self._polls)
        self.pager = Bot(self._token, address, request=self._pages, get_updates_request=self._polls)
        self.polling = False
        self.moved: dict[str, str] = {}
        self.told: Callable[[str, str], Awaitable[None]] | None = None
        self._refused: dict[str, float] = {}

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
        except (TypeError, KeyError, AttributeError) as wrong:
            # What the SDK makes of an answer in which something is missing; the deed itself may be done.
            raise Unreachable(f"Telegram's answer could not be read: {wrong!r}", ambiguous=True) from wrong

    async def ask(self, room: str, request: Callable[[int], Awaitable[T]]) -> T:
        """Ask something of a chat, wherever it has moved. Raises `ChatError`."""
        with self.telling():
            try:
                return await request(int(self.moved.get(room, room)))
            except error.ChatMigrated as moved:
                await self._move(room, str(moved.new_chat_id))
                return await request(moved.new_chat_id)
            except error.RetryAfter as wrong:
                raise Throttled(wrong.message, retry_in=seconds(wrong), scope=self._scope(room)) from None

    async def _move(self, room: str, now: str) -> None:
        self.moved[room] = now
        if self.told:
            await self.told(room, now)

    def _scope(self, room: str) -> Literal["room", "platform"]:
        """Which limit it was, as the platform does not say: a chat's own, unless two chats refuse at once."""
        now = asyncio.get_running_loop().time()
        self._refused = {each: at for each, at in self._refused.items() if now - at < CROWD} | {room: now}
        return "platform" if len(self._refused) > 1 else "room"

    async def updates(self, offset: int | None, wait: int) -> list[dict[str, Any]]:
        """What happened; the platform waits so many seconds for something to happen. Raises `ChatError`."""
        self._polls.updates, self.polling = [], True
        try:
            with self.telling():
                await self.bot.get_updates(offset=offset, timeout=wait, allowed_updates=WANTED)
        finally:
            self.polling = False
        return self._polls.updates

    async def send(
        self, place: Place, message: Message, answers: MessageId | None = None, *, pages: bool = False
    ) -> MessageId:
        """Say something. Raises `ChatError`."""
        bot = self.pager if pages else self.bot
        sent = await self.ask(
            place.room,
            lambda room: bot.send_message(
                room,
                message.text,
                message_thread_id=int(place.thread) if place.thread else None,
                entities=message.entities,
                reply_markup=message.keyboard,
                link_preview_options=QUIET,
                reply_parameters=ReplyParameters(int(answers), allow_sending_without_reply=True) if answers else None,
            ),
        )
        id = MessageId(str(sent.message_id))
        self.known.saw(place, Remark(message=id, text=message.text, at=sent.date))
        return id

    async def edit(self, place: Place, id: MessageId, message: Message) -> None:
        """Say something else instead. Raises `ChatError`."""
        await self.ask(
            place.room,
            lambda room: unchanged(
                self.bot.edit_message_text(
                    message.text,
                    room,
                    int(id),
                    entities=message.entities,
                    reply_markup=message.keyboard,
                    link_preview_options=QUIET,
                )
            ),
        )

    async def rekey(self, place: Place, id: MessageId, keys: InlineKeyboardMarkup | None) -> None:
        """Put other buttons below a message. Raises `ChatError`."""
        await self.ask(
            place.room, lambda room: unchanged(self.bot.edit_message_reply_markup(room, int(id), reply_markup=keys))
        )

    async def delete(self, place: Place, id: MessageId) -> None:
        """Take a message away. Raises `ChatError`."""
        await self.ask(place.room, lambda room: self.bot.delete_message(room, int(id)))

    async def close(self) -> None:
        """Let go of every connection."""
        for line in (self._rooms, self._polls, self._pages):
            await line.shutdown()


async def unchanged(edit: Awaitable[Any]) -> None:
    """An edit; what stands there already is success."""
    try:
        await edit
    except error.BadRequest as wrong:
        if "not modified" not in wrong.message.lower() and "topic_not_modified" not in wrong.message.lower():
            raise
