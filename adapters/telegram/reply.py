"""One answer to one delivery: in place, in private, as a toast, or as a question."""

from contextlib import suppress

from telegram import ReactionTypeEmoji, User
from telegram.constants import ChatAction, ReactionEmoji

from adapters.telegram.letters import Message, said
from adapters.telegram.question import CHOICE, ask
from adapters.telegram.read import TELEGRAM, Me
from adapters.telegram.show import TOAST, show, toast
from adapters.telegram.stream import Update
from adapters.telegram.wire import Wire
from bot.ports import Card, ChatError, Forbidden, Form, House, Place, Said
from bot.text.words import ENGLISH, N_, Voice, known

HIDDEN = N_("I can tell you that only between the two of us. Open a conversation with me and press Start: {link}")
LATER = N_("I cannot keep that just now. Nothing is lost: I go on trying, and answer when it is done.")
SENT = N_("I wrote to you.")


class Reply:
    """The answer to what somebody said or pressed. Every press is answered, or the presser's button spins."""

    def __init__(self, wire: Wire, me: Me, house: House, said: Said, update: Update) -> None:
        self.wire, self.me, self.house, self.said = wire, me, house, said
        self._user = (update.get("callback_query") or update["message"])["from"]
        press = update.get("callback_query", {})
        self._press: str = press.get("id", "")
        self._choice = press.get("data", "").startswith(CHOICE)

    async def give(self, answer: Card | Form | None) -> None:
        """Answer. Raises `ChatError`."""
        try:
            if isinstance(answer, Card) and answer.to != "room":
                await self._aside(answer)
        finally:
            await self._release()
        if isinstance(answer, Form):
            await self._send(ask(answer, self.house.grammar().root, self._native()), answers=False)
        elif answer and answer.to == "room":
            await self._send(show(answer))
        if self._choice:
            await self._forget_question()

    async def soon(self) -> None:
        """Show that it was heard, and takes its time."""
        if self._press:
            await self._release()
            return
        thread = int(self.said.place.thread) if self.said.place.thread else None
        with suppress(ChatError), self.wire.telling():
            await self.wire.bot.send_chat_action(int(self.said.place.room), ChatAction.TYPING, message_thread_id=thread)

    async def later(self) -> None:
        """Say that it cannot be kept just now, and will be."""
        words = self._word(LATER)
        with suppress(ChatError):
            if not await self._release(words, alert=True):
                await self._send(said(words))

    # ---- where

    async def _aside(self, card: Card) -> None:
        """For the speaker's eyes: always, or where it costs nothing."""
        if (brief := toast(card)) and await self._release(brief, alert=True):
            return
        if self.said.direct or card.to == "quiet":
            await self._send(show(card))
            return
        try:
            await self.wire.send(Place(TELEGRAM, self.said.by.id), show(card))
        except Forbidden:
            await self._closed_door()
        else:
            if not await self._release(self._word(SENT)):
                await self._nod()

    async def _closed_door(self) -> None:
        """The platform lets no bot write first. What was asked is not told here, only how to be told."""
        words = self._word(HIDDEN, link=f"https://t.me/{self.me.username}?start=hello")
        if not (len(words) <= TOAST and await self._release(words, alert=True)):
            await self._send(said(words))

    async def _nod(self) -> None:
        """A sign under the command that was answered elsewhere; some groups allow none."""
        if self.said.message:
            with suppress(ChatError), self.wire.telling():
                await self.wire.bot.set_message_reaction(
                    int(self.said.place.room), int(self.said.message), ReactionTypeEmoji(ReactionEmoji.OK_HAND_SIGN)
                )

    async def _send(self, message: Message, *, answers: bool = True) -> None:
        to = self.said.message if answers and not self.said.direct else None
        await self.wire.send(self.said.place, message, to)

    async def _release(self, text: str = "", *, alert: bool = False) -> bool:
        """Answer the press, once; whether this did. An answer that comes too late is none."""
        press, self._press = self._press, ""
        if not press:
            return False
        try:
            with self.wire.telling():
                await self.wire.bot.answer_callback_query(press, text or None, show_alert=alert)
        except ChatError:
            return False
        return True

    async def _forget_question(self) -> None:
        """A question that was answered by a button would otherwise go on asking."""
        with suppress(ChatError), self.wire.telling():
            await self.wire.bot.delete_message(int(self.said.place.room), int(self.said.message or 0))

    def _native(self) -> User:
        user = self._user
        return User(user["id"], user["first_name"], user["is_bot"], user.get("last_name"))

    def _word(self, text: str, **values: str) -> str:
        return Voice(known(self.said.locale) or ENGLISH).word(text, **values)
