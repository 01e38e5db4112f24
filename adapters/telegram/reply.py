"""One answer to one delivery: in place, in private, as a toast, as a sign, or as a question."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from msgspec.structs import replace
from telegram import ReactionTypeEmoji, User
from telegram.constants import ChatAction, ReactionEmoji

from adapters.telegram.choices import CHOICE, DROP, PAGE, choices
from adapters.telegram.doors import LINK, door
from adapters.telegram.letters import Message, said
from adapters.telegram.native import TELEGRAM, Me, Native, Update
from adapters.telegram.question import WHICH, Question, Turn, ask, saved
from adapters.telegram.show import SAID, SAYS, TOAST, show, toast
from adapters.telegram.wire import Wire
from bot.ports import Button, Card, ChatError, Choice, Forbidden, Form, House, MessageId, Option, Place, Said, Throttled
from bot.text.rich import Para, bold, code, line
from bot.text.words import ENGLISH, N_, Voice, known

HELLO = N_("Hello {name}!")
READY = N_("From now on I can call you here when something burns.")
UNKNOWN = N_("If I do not know you yet: where you are known, ask me for a code with {command}, and tell it to me here.")
FOLLOWED = N_("The link that you followed says:")
SAY_IT = N_("Say it")
HIDDEN = N_("I can tell you that only between the two of us. Open a conversation with me and press Start: {link}")
LATER = N_("I cannot keep that just now. Nothing is lost: I go on trying, and answer when it is done.")
SENT = N_("I wrote to you.")
PATIENT = 60.0
"""Seconds that an answer waits where the platform asks it to: who asks for more has a group that is far too busy."""
MASKED = N_("I cannot know who you are: you speak as {name}. I take commands from people only.")
UNMASK = N_(
    "An administrator who is anonymous turns off “Remain anonymous” in the group's settings; "
    "whoever speaks as a channel picks their own account beside the message box."
)
OR_PRESS = N_("Or press the button, which tells me who you are:")
ELSEWHERE = N_("That question is for somebody else.")


async def dismiss(wire: Wire, press: Native) -> None:
    """End a press that says nothing: on a question that is for somebody else, or on what no version of ours wrote."""
    theirs = str(press.get("data", "")).startswith((CHOICE, PAGE, DROP))
    words = Voice(known(press["from"].get("language_code", "")) or ENGLISH).word(ELSEWHERE) if theirs else None
    with suppress(ChatError), wire.telling():
        await wire.bot.answer_callback_query(press["id"], words)


class Reply:
    """The answer to what somebody said or pressed. Every press is answered, or the presser's button spins."""

    def __init__(self, wire: Wire, me: Me, house: House, said: Said, update: Update) -> None:
        self.wire, self.me, self.house, self.said = wire, me, house, said
        press, reaction = update.get("callback_query", {}), update.get("message_reaction", {})
        self._user = press.get("from") or reaction.get("user") or (update.get("message") or {}).get("from") or {}
        self._press: str = press.get("id", "")
        self._choice = press.get("data", "").startswith(CHOICE)
        asked = saved(press["message"], me.id, press["from"]["id"]) if self._choice and "message" in press else None
        self._picked = press["data"].removeprefix(CHOICE) if asked and asked.asked == WHICH else ""
        self._silent = bool(reaction)

    async def give(self, answer: Card | Form | None) -> None:
        """Answer. Raises `ChatError`."""
        try:
            if isinstance(answer, Card) and answer.to != "room":
                await self._aside(answer)
        finally:
            await self._release()
        if isinstance(answer, Form):
            await self._ask(answer)
        elif answer and answer.to == "room":
            await self._send(show(answer))
        if self._choice:
            # A question that was answered by a button would otherwise go on asking.
            await self._forget(self.said.message)

    async def soon(self) -> None:
        """Show that it was heard, and takes its time."""
        if self._press:
            await self._release()
            return
        place = self.said.place
        thread = int(place.thread) if place.thread else None
        with suppress(ChatError):
            await self.wire.ask(
                place.room,
                lambda room: self.wire.bot.send_chat_action(room, ChatAction.TYPING, message_thread_id=thread),
            )

    async def later(self) -> None:
        """Say that it cannot be kept just now, and will be."""
        words = self._word(LATER)
        with suppress(ChatError):
            if not await self._release(words, alert=True):
                await self._send(said(words))

    # ---- questions

    async def _ask(self, form: Form) -> None:
        alone = form.alone and not self.said.direct
        left = frozenset(name for name, value in self.said.fields.items() if not value)
        question = Question(form, left, self._picked)
        offers = await self._offers(question.option, replace(self.said, direct=True) if alone else self.said)
        asked = ask(question, self.house.grammar().root, self._native(), offers, self._word)
        if alone:
            await self._in_person(asked)
        else:
            await self._send(asked, answers=False)

    async def _offers(self, option: Option, said: Said) -> Sequence[Choice]:
        """What an option may be, if there is a list of it."""
        if option.kind == "flag":
            return (Choice("yes", self._word(N_("Yes"))), Choice("no", self._word(N_("No"))))
        if option.choices or not option.suggests:
            return option.choices
        return await self.house.suggest(said, option.name)

    async def turn(self, turn: Turn) -> None:
        """Turn a question to another page, or take it back. Raises `ChatError`."""
        await self._release()
        if turn.page is None:
            await self._forget(turn.question)
            return
        verb = self.house.grammar(self.said.locale).verb(self.said.words)
        option = next((each for each in verb.options if each.name == turn.asked), None) if verb else None
        if option:
            offers = option.choices or await self.house.suggest(self.said, option.name)
            keys = choices(offers, turn.page, self._word, required=option.required)
            await self.wire.rekey(self.said.place, turn.question, keys)

    # ---- doors

    async def hello(self) -> None:
        """Greet who opened a conversation, or offer what the link says that they followed. Raises `ChatError`."""
        words = self.said.words
        if words:
            button = Button(self._word(SAY_IT), words, "primary")
            card = Card(body=(Para(line(self._word(FOLLOWED))), Para(line(code(words)))), buttons=(button,))
        else:
            title = line(bold(self._word(HELLO, name=self._native().full_name)))
            command = f"/{self.house.grammar().root} {LINK}"
            body = (Para(line(self._word(READY))), Para(line(self._word(UNKNOWN, command=command))))
            card = Card(title=title, body=body)
        await self._send(show(card))

    async def unmask(self) -> None:
        """Say that nobody knows who this is, and what to do: a press tells. Raises `ChatError`."""
        words = self.said.words
        body = [Para(line(self._word(MASKED, name=self.said.name))), Para(line(self._word(UNMASK)))]
        if not await self._release(self._word(MASKED, name=self.said.name), alert=True):
            offered = bool(words) and self.said.about is None and len(f"{SAYS}{words}".encode()) <= SAID
            button = Button(words, words)
            body += [Para(line(self._word(OR_PRESS)))] * offered
            await self._send(show(Card(body=tuple(body), buttons=(button,) * offered, tone="warn")))

    # ---- where

    async def _aside(self, card: Card) -> None:
        """For the speaker's eyes: always, or where it costs nothing."""
        if self._silent and card.to == "quiet" and card.tone != "warn":
            await self._nod()
            return
        if (brief := toast(card)) and await self._release(brief, alert=True):
            return
        if self.said.direct or card.to == "quiet":
            await self._send(show(card))
            return
        await self._in_person(show(card))

    async def _in_person(self, message: Message) -> None:
        """Between the two of us, with a sign of it where it was asked."""
        try:
            await self.wire.send(Place(TELEGRAM, self.said.by.id), message)
        except Forbidden:
            await self._closed_door()
        else:
            if not await self._release(self._word(SENT)):
                await self._nod()

    async def _closed_door(self) -> None:
        """The platform lets no bot write first. What was asked is not told here, only how to be told."""
        words = self._word(HIDDEN, link=door(self.me.username, "hello"))
        if not (len(words) <= TOAST and await self._release(words, alert=True)):
            await self._send(said(words))

    async def _nod(self) -> None:
        """A sign under the command that was answered elsewhere; some groups allow none."""
        if self.said.message:
            sign, id = ReactionTypeEmoji(ReactionEmoji.OK_HAND_SIGN), int(self.said.message)
            with suppress(ChatError):
                await self.wire.ask(
                    self.said.place.room, lambda room: self.wire.bot.set_message_reaction(room, id, sign)
                )

    async def _send(self, message: Message, *, answers: bool = True) -> None:
        to = self.said.message if answers and not self.said.direct else None
        while True:
            try:
                await self.wire.send(self.said.place, message, to)
            except Throttled as busy:
                if busy.wait is None or busy.wait > PATIENT:
                    raise
                await asyncio.sleep(busy.wait)
            else:
                return

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

    async def _forget(self, message: MessageId | None) -> None:
        with suppress(ChatError):
            await self.wire.delete(self.said.place, message or MessageId("0"))

    def _native(self) -> User:
        user = self._user
        return User(user["id"], user["first_name"], user["is_bot"], user.get("last_name"))

    def _word(self, text: str, **values: str) -> str:
        return Voice(known(self.said.locale) or self._spoken()).word(text, **values)

    def _spoken(self) -> str:
        """The deployment's language: that of the grammar for whose language nobody knows."""
        here = self.house.grammar()
        return next((tag for tag in self.house.languages() if self.house.grammar(tag) == here), ENGLISH)
