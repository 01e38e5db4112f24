"""Answers: brought to whoever is owed one, where only they see it, where everybody does, in a form or in their Home."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Coroutine
from functools import partial
from typing import Any

import msgspec
import structlog

from adapters.slack import read, show
from adapters.slack.native import Message, Unreadable, parse
from adapters.slack.people import Directory
from adapters.slack.read import Back
from adapters.slack.wire import Wire, asked
from bot.ports import Button, Card, ChatError, Forbidden, Form, Remark

log = structlog.get_logger()

TRIES = 3
"""How often an answer is sent before it is given up."""

Reply = Card | Form | None


class Desk:
    """What goes back to people, and what is asked of the platform to hear them right."""

    def __init__(self, wire: Wire, directory: Directory, pins: Collection[str]) -> None:
        self.wire, self.directory, self.pins = wire, directory, pins
        self._late: set[asyncio.Task[None]] = set()

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it beside everything else."""
        task = asyncio.get_running_loop().create_task(work)
        self._late.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._late.discard(task)
        if not task.cancelled() and (wrong := task.exception()):
            log.error("an answer broke", exc_info=wrong)

    async def close(self) -> None:
        """Give up what is still under way."""
        for task in self._late:
            task.cancel()
        await asyncio.gather(*self._late, return_exceptions=True)

    # ---- answers

    async def answer(self, back: Back, reply: Reply, about: Remark | None = None) -> None:
        """Bring somebody their answer; a form remembers what it is about."""
        await self._bring(back, partial(self._answer, back, reply, about))

    async def publish(self, back: Back, mine: Card, answer: Card | None) -> None:
        """Show somebody their Home, with the answer that they are owed."""
        await self._bring(back, partial(self._publish, back, mine, answer))

    async def _bring(self, back: Back, send: Callable[[], Awaitable[None]]) -> None:
        """What fails is tried again, and told in the log when it is given up."""
        for left in reversed(range(TRIES)):
            try:
                await send()
                return
            except ChatError as wrong:
                if wrong.wait is None or not left:
                    log.warning("an answer could not be brought", to=back.user, room=back.room, why=str(wrong))
                    return
                await asyncio.sleep(wrong.wait)

    async def _answer(self, back: Back, reply: Reply, about: Remark | None) -> None:
        match reply:
            case Form():
                if not (back.trigger and await self._opened(back, reply, about)):
                    await self._say(back, opener(reply))
            case Card():
                await self._say(back, reply)

    async def _opened(self, back: Back, form: Form, about: Remark | None) -> bool:
        """Whether the form stands open before them: it does not when the trigger is older than three seconds."""
        try:
            await asked(self.wire.web.views_open(trigger_id=back.trigger, view=modal(form, back, about)))
        except Forbidden as no:
            log.warning("a form could not be opened", to=back.user, why=str(no))
            return False
        return True

    async def _publish(self, back: Back, mine: Card, answer: Card | None) -> None:
        try:
            await asked(self.wire.web.views_publish(user_id=back.user, view=show.home(mine, answer)))
        except Forbidden as no:
            log.warning("a Home could not be shown", to=back.user, why=str(no))
            if answer:
                await self._say(back, answer)

    async def _say(self, back: Back, card: Card) -> None:
        """To the speaker alone, or where everybody sees it; in a conversation of two it stays."""
        alone = card.to != "room" and not back.direct
        if back.url and await self._responded(back, card, alone):
            return
        thread: dict[str, Any] = {"thread_ts": back.thread} if back.thread else {}
        said = show.card(card)
        if not alone:
            await asked(self.wire.web.chat_postMessage(channel=back.room, **thread, **said, **show.PLAIN))
            return
        try:
            await asked(self.wire.web.chat_postEphemeral(channel=back.room, user=back.user, **thread, **said))
        except Forbidden:
            # Who is not in the room, or where the bot is not, is told in a conversation of their own.
            direct = await self.directory.direct(back.user)
            await asked(self.wire.web.chat_postMessage(channel=direct, **said, **show.PLAIN))

    async def _responded(self, back: Back, card: Card, alone: bool) -> bool:
        """Whether the `response_url` took it: it works even where the bot is not a member, for half an hour."""
        thread: dict[str, Any] = {"thread_ts": back.thread} if back.thread else {}
        try:
            await self.wire.respond(back.url, {**answered(card, alone), **thread, "replace_original": False})
        except Forbidden:
            return False
        return True

    # ---- messages that are pointed at

    async def fetch(self, room: str, ts: str) -> Remark | None:
        """The message of this name; None where there is none, or where we may not read. Raises `ChatError`."""
        web = self.wire.web
        only: dict[str, Any] = {"channel": room, "latest": ts, "oldest": ts, "inclusive": True}
        try:
            # History leaves out what was said in threads.
            found = await self._find(web.conversations_history(**only, limit=1), ts)
            found = found or await self._find(web.conversations_replies(**only, ts=ts, limit=5), ts)
        except Forbidden as no:
            log.warning("a message could not be read", room=room, why=str(no))
            return None
        return await self.named(read.remark(found, room, (await self.wire.me()).url)) if found else None

    async def _find(self, call: Awaitable[Any], ts: str) -> Message | None:
        for each in (await asked(call)).get("messages", ()):
            try:
                message = parse(each, Message)
            except Unreadable:
                continue
            if message.ts == ts and message.subtype != "tombstone":
                return message
        return None

    async def named(self, about: Remark) -> Remark:
        """With its author's name."""
        if about.name or about.by is None:
            return about
        return msgspec.structs.replace(about, name=(await self.directory.find(about.by.id)).name)


def answered(card: Card, alone: bool) -> dict[str, Any]:
    """A card as the answer to a command or a press."""
    return {**show.card(card), "response_type": "ephemeral" if alone else "in_channel"}


def modal(form: Form, back: Back, about: Remark | None) -> dict[str, Any]:
    """A form as it is opened, with the way back for its answer in it."""
    return show.form(form, read.remember(form.words, back, about))


def opener(form: Form) -> Card:
    """A form can only be opened by a press: this is the button for it."""
    return Card(buttons=(Button(form.title, form.words, "primary"),), to="speaker")
