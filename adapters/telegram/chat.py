"""The connection to Telegram: long polling of our own, and the Bot API.

python-telegram-bot's Updater confirms updates before they were dealt with, and ends in silence on a 404: so the
bot polls by hand, and keeps what it got and the offset behind it in one transaction of the house.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr
from telegram import Bot, BotCommand, ForceReply, LinkPreviewOptions, Message, ReplyParameters, Update, User, error
from telegram.request import HTTPXRequest

from adapters.telegram.read import NAME, Ear, place_of
from adapters.telegram.show import Shown, copy_of, question, show, toast
from bot.ports import (
    Can,
    Card,
    ChatError,
    Copy,
    Forbidden,
    Form,
    Gone,
    Handle,
    House,
    MessageId,
    Place,
    Room,
    Said,
    Throttled,
    Unheard,
    Unreachable,
)
from bot.text.words import N_, Voice, known

POLL = 30
"""Seconds that a poll waits for something to happen."""
WANTED = ["message", "callback_query", "my_chat_member"]
QUIET = LinkPreviewOptions(is_disabled=True)
HIDDEN = N_("I can tell you that only between the two of us. Open a conversation with me and press Start: {link}")
LATER = N_("I could not keep that just now, and nothing was changed. Please say it again in a moment.")


class Settings(BaseModel):
    """`[chats.telegram]`"""

    model_config = ConfigDict(frozen=True, extra="forbid")

    token: SecretStr = Field(description="The bot's token, as BotFather gave it.")
    room: str = Field(description="The supergroup with topics (-100...); its General topic is the standing room.")
    api: str = Field(default="https://api.telegram.org", description="Where the Bot API answers.")


def open_chat(settings: Settings) -> "Telegram":
    """The adapter; nothing is connected yet."""
    return Telegram(settings)


class Telegram:
    """Telegram, as the core sees it."""

    name = NAME

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.can = Can(label="Telegram", ephemeral=False, forms=True, private_rooms=False, text=4096)
        self.hall: Place | None = Place(NAME, settings.room)
        self.bot = self._bot()
        self.pages = self._bot()
        """Pages have connections of their own: nothing slow shares them."""
        self.me: User | None = None

    def _bot(self) -> Bot:
        api = self.settings.api.rstrip("/")
        request = HTTPXRequest(
            connection_pool_size=32, read_timeout=20, pool_timeout=10, httpx_kwargs={"trust_env": False}
        )
        polling = HTTPXRequest(connection_pool_size=1, read_timeout=POLL + 15, httpx_kwargs={"trust_env": False})
        return Bot(
            self.settings.token.get_secret_value(),
            base_url=f"{api}/bot",
            base_file_url=f"{api}/file/bot",
            request=request,
            get_updates_request=polling,
        )

    # ---- the way in

    async def listen(self, house: House, ready: Callable[[], None]) -> None:
        """Poll until cancelled. What came before a crash and was not dealt with is dealt with first."""
        async with failing():
            await self._start(house)
            ready()
            source = f"{NAME} {self.settings.token.get_secret_value().partition(':')[0]}"
            pending = await house.keep(source, await house.kept(source), {})
            while True:
                for key, raw in pending.items():
                    await self._deal(house, raw)
                    await house.done(source, key)
                pending = await self._poll(house, source)

    async def _start(self, house: House) -> None:
        await self.bot.initialize()
        await self.pages.initialize()
        self.me = await self.bot.get_me()
        for language in house.languages():
            menu = [BotCommand(house.grammar().root, house.grammar(language).verbs[0].help[:256])]
            verbs = [verb for verb in house.grammar(language).verbs if " " not in verb.name]
            menu += [BotCommand(verb.name, verb.help[:256]) for verb in verbs if verb.name != menu[0].command]
            await self.bot.set_my_commands(menu[:100], language_code="" if language == "en" else language[:2])

    async def _poll(self, house: House, source: str) -> Mapping[str, Any]:
        cursor = await house.kept(source)
        offset = int(cursor) + 1 if cursor else None
        updates = await self.bot.get_updates(offset=offset, timeout=POLL, allowed_updates=WANTED)
        if not updates:
            return {}
        last = str(max(update.update_id for update in updates))
        return await house.keep(source, last, {str(update.update_id): update.to_dict() for update in updates})

    async def _deal(self, house: House, raw: Mapping[str, Any]) -> None:
        """One update. Whatever it holds, the next one is read after it."""
        update = Update.de_json(dict(raw), self.bot)
        if self.me is None or update is None:
            return
        said = Ear(self.me, house.grammar()).read(update)
        if said is None:
            return
        try:
            answer = await house.hear(said)
        except Unheard:
            answer = Card(body=show_later(said), to="quiet")
        try:
            await self._answer(update, said, answer)
        except ChatError:
            return

    async def _answer(self, update: Update, said: Said, answer: Card | Form | None) -> None:
        query = update.callback_query
        if query:
            brief = toast(answer) if isinstance(answer, Card) and answer.to == "quiet" else None
            await trying(self._pressed(query.id, brief))
            if brief:
                return
        if isinstance(answer, Form):
            await self._ask(said, answer, update.message)
        elif isinstance(answer, Card):
            await self._reply(said, answer, update.message)

    async def _pressed(self, id: str, text: str | None) -> None:
        await self.bot.answer_callback_query(id, text=text, show_alert=bool(text and len(text) > 60))

    async def _reply(self, said: Said, card: Card, to: Message | None) -> None:
        if card.to != "speaker" or said.direct:
            await self._send(said.place, show(card), to)
            return
        try:
            await self._send(Place(NAME, said.by.id), show(card))
        except Forbidden:
            link = f"https://t.me/{self.me.username}?start=hello" if self.me else ""
            words = Voice(known(said.locale) or "en").say(HIDDEN, link=link)
            await self._send(said.place, show(Card(title=words)), to)

    async def _ask(self, said: Said, form: Form, to: Message | None) -> None:
        """The first thing that is still to be said; the answer brings the next question, if there is one."""
        option = next((each for each in form.options if each.required and not each.value), form.options[0])
        words = form.words + "".join(f" --{each.name} {each.value}" for each in form.options if each.value)
        asked = question(Form(title=form.title, words=words, options=form.options, submit=form.submit), option)
        await self._send(said.place, asked, to, force=ForceReply(selective=True, input_field_placeholder=option.name))

    # ---- the way out

    async def put(self, place: Place, card: Card, over: MessageId | None, key: str) -> MessageId:
        """Show a card: new, or in place of `over`."""
        shown = show(card)
        if over is None:
            return message_id(await self._send(place, shown))
        async with failing():
            await self.bot.edit_message_text(
                shown.text,
                chat_id=place.room,
                message_id=int(over),
                entities=shown.entities,
                reply_markup=shown.keyboard,
                link_preview_options=QUIET,
            )
        return over

    async def tell(self, handle: Handle, card: Card, key: str) -> tuple[Place, MessageId]:
        """Tell one person, loudly: Telegram lets us only once they have pressed Start."""
        place, shown = Place(NAME, handle.id), show(card)
        async with failing():
            sent = await self.pages.send_message(
                int(handle.id),
                shown.text,
                entities=shown.entities,
                reply_markup=shown.keyboard,
                link_preview_options=QUIET,
            )
        return place, message_id(sent)

    async def post(self, place: Place, copy: Copy) -> MessageId:
        """What was said elsewhere, with its author's name before it."""
        return message_id(await self._send(place, copy_of(copy)))

    async def open(self, room: Room) -> Place:
        """A topic in the supergroup. Telegram cannot list topics: a crash right after may leave one unused."""
        async with failing():
            topic = await self.bot.create_forum_topic(self.settings.room, room.name[:128])
        return Place(NAME, self.settings.room, str(topic.message_thread_id))

    async def pin(self, place: Place, message: MessageId) -> None:
        """Pin it, silently."""
        async with failing():
            await self.bot.pin_chat_message(place.room, int(message), disable_notification=True)

    async def invite(self, place: Place, handles: Sequence[Handle]) -> None:
        """Nobody can be brought in: whoever is in the supergroup sees its topics."""

    async def link(self, place: Place) -> str:
        """A link to the topic, for members of the supergroup."""
        inner = place.room.removeprefix("-100")
        return f"https://t.me/c/{inner}/{place.thread or 1}"

    async def close(self) -> None:
        """Let go of the connections."""
        for each in (self.bot, self.pages):
            await trying(each.shutdown())

    async def _send(
        self, place: Place, shown: Shown, to: Message | None = None, force: ForceReply | None = None
    ) -> Message:
        here = to is not None and place_of(to) == place
        async with failing():
            return await self.bot.send_message(
                place.room,
                shown.text,
                entities=shown.entities,
                reply_markup=force or shown.keyboard,
                message_thread_id=int(place.thread) if place.thread else None,
                link_preview_options=QUIET,
                reply_parameters=ReplyParameters(to.message_id, allow_sending_without_reply=True)
                if to and here
                else None,
            )


def message_id(message: Message) -> MessageId:
    """As the core keeps it."""
    return MessageId(str(message.message_id))


def show_later(said: Said) -> Any:
    """That it was not kept, in the speaker's language as far as Telegram tells it."""
    from bot.text.rich import Para

    return (Para(Voice(known(said.locale) or "en").say(LATER)),)


async def trying(call: Awaitable[Any]) -> None:
    """Do it if it can be done: nothing depends on it."""
    try:
        async with failing():
            await call
    except ChatError:
        return


@asynccontextmanager
async def failing() -> AsyncIterator[None]:
    """What Telegram's errors mean. No message of ours holds its address: the token stands in it."""
    try:
        yield
    except error.RetryAfter as wrong:
        wait = wrong.retry_after
        raise Throttled(retry_in=float(wait if isinstance(wait, int) else wait.total_seconds())) from None
    except error.Forbidden as wrong:
        raise Forbidden(wrong.message) from None
    except error.ChatMigrated as wrong:
        raise Gone(f"the group is a supergroup now: {wrong.new_chat_id}") from None
    except error.BadRequest as wrong:
        if "message is not modified" not in wrong.message.lower():
            raise refused(wrong.message) from None
    except error.TimedOut as wrong:
        raise Unreachable("Telegram did not answer in time", ambiguous=True) from wrong
    except error.NetworkError as wrong:
        raise Unreachable(type(wrong).__name__, ambiguous=True) from None
    except error.TelegramError as wrong:
        raise ChatError(wrong.message, retry_in=30) from None


def refused(message: str) -> ChatError:
    """What a 400 says."""
    lower = message.lower()
    gone = (
        "message to edit not found",
        "message can't be edited",
        "thread not found",
        "topic_deleted",
        "chat not found",
    )
    return Gone(message) if any(each in lower for each in gone) else ChatError(message)
