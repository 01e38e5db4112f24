"""The way in: what Bolt hears is read, heard by the house, acknowledged once it is kept, and answered."""

import asyncio
import re
from collections.abc import Awaitable, Coroutine, Mapping
from typing import Any

import msgspec
import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.response import BoltResponse

from adapters.slack import read, show
from adapters.slack.people import Directory
from adapters.slack.read import Back, Heard
from adapters.slack.wire import QUIET, Me, Wire, asked
from bot.ports import Button, Card, ChatError, Forbidden, Form, House, Unheard
from bot.text.rich import Para, line, plain
from bot.text.words import ENGLISH, N_, Voice, known

log = structlog.get_logger()

ANY = re.compile(".*", re.DOTALL)
SOON = 1.0
"""Seconds that a hearing may take before it is acknowledged without its answer."""
TRIES = 3
"""How often an answer is sent before it is given up."""
UNHEARD = N_("I could not keep that just now, and nothing was changed. Please say it again in a moment.")

Reply = Card | Form | None


class Desk:
    """Where everything that is said on Slack comes in."""

    def __init__(self, wire: Wire, directory: Directory) -> None:
        self.wire, self.directory = wire, directory
        self._late: set[asyncio.Task[None]] = set()

    def app(self, house: House, me: Me) -> AsyncApp:
        """The Bolt app that hears for the house."""

        async def authorize(**_: Any) -> AuthorizeResult:
            return AuthorizeResult(enterprise_id=None, team_id=me.team, bot_id=me.bot, bot_user_id=me.user)

        # Otherwise Bolt acknowledges before the listener ran, and looks every 10 ms whether it has.
        app = AsyncApp(
            client=self.wire.web,
            authorize=authorize,
            process_before_response=True,
            ignoring_self_events_enabled=False,
            logger=QUIET,
        )
        listener = Listener(self, house, me)
        app.event(ANY)(listener.event)
        app.command(ANY)(listener.command)
        app.action(ANY)(listener.action)
        app.view(ANY)(listener.view)
        app.error(broke)
        return app

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

    async def answer(self, back: Back, reply: Reply) -> None:
        """Bring somebody their answer. What fails is tried again, and told in the log when it is given up."""
        for left in reversed(range(TRIES)):
            try:
                await self._answer(back, reply)
                return
            except ChatError as wrong:
                if wrong.wait is None or not left:
                    log.warning("an answer could not be brought", to=back.user, room=back.room, why=str(wrong))
                    return
                await asyncio.sleep(wrong.wait)

    async def _answer(self, back: Back, reply: Reply) -> None:
        match reply:
            case Form():
                if not (back.trigger and await self._opened(back, reply)):
                    await self._say(back, opener(reply))
            case Card():
                await self._say(back, reply)

    async def _opened(self, back: Back, form: Form) -> bool:
        """Whether the form stands open before them: it does not when the trigger is older than three seconds."""
        try:
            await asked(self.wire.web.views_open(trigger_id=back.trigger, view=modal(form, back)))
        except Forbidden as no:
            log.warning("a form could not be opened", to=back.user, why=str(no))
            return False
        return True

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
            direct = await asked(self.wire.web.conversations_open(users=back.user))
            await asked(self.wire.web.chat_postMessage(channel=direct["channel"]["id"], **said, **show.PLAIN))

    async def _responded(self, back: Back, card: Card, alone: bool) -> bool:
        """Whether the `response_url` took it: it works even where the bot is not a member, for half an hour."""
        thread: dict[str, Any] = {"thread_ts": back.thread} if back.thread else {}
        try:
            await self.wire.respond(back.url, {**answered(card, alone), **thread, "replace_original": False})
        except Forbidden:
            return False
        return True


class Listener:
    """What Bolt calls: one house, one connection."""

    def __init__(self, desk: Desk, house: House, me: Me) -> None:
        self.desk, self.house, self.me = desk, house, me

    async def command(self, body: Mapping[str, Any], ack: AsyncAck) -> None:
        """A slash command: acknowledged with its answer, if that comes soon."""
        await self._obey(read.command(body), ack, inline=True)

    async def action(self, body: Mapping[str, Any], ack: AsyncAck) -> None:
        """A pressed button."""
        if (heard := read.press(body)) is None:
            await ack()
            return
        await self._obey(heard, ack)

    async def view(self, body: Mapping[str, Any], ack: AsyncAck) -> None:
        """A form that was sent: it stays open, with all that was typed, when it could not be kept."""
        if (heard := read.submission(body)) is None:
            await ack()
            return
        first = next(iter(heard.said.fields), "")
        await self._obey(heard, ack, field=first)

    async def event(self, body: Mapping[str, Any]) -> BoltResponse | None:
        """Something happened. What could not be kept is not acknowledged, so that the platform tells it again."""
        if body["event"]["type"] != "message":
            return None
        heard = read.message(body, self.me.user, self.house.grammar())
        if heard is None:
            return None
        heard = await self._introduced(heard)
        try:
            reply = await self.house.hear(heard.said)
        except Unheard:
            return BoltResponse(status=503)
        if reply is not None:
            self.desk.later(self.desk.answer(heard.back, reply))
        return None

    async def _obey(self, heard: Heard, ack: AsyncAck, *, inline: bool = False, field: str = "") -> None:
        heard = await self._introduced(heard)
        hearing = asyncio.get_running_loop().create_task(self._hear(heard))
        done, _ = await asyncio.wait({hearing}, timeout=SOON)
        if not done:
            await ack()
            self.desk.later(self._late(heard.back, hearing))
            return
        reply, kept = hearing.result()
        if field and not kept:
            await ack(response_action="errors", errors={field: words_of(reply)})
        elif field and isinstance(reply, Form):
            await ack(response_action="update", view=modal(reply, heard.back))
        elif inline and isinstance(reply, Card):
            # As one dict: by keywords Bolt would take the attachments and forget the blocks.
            await ack(answered(reply, alone=reply.to != "room"))
        else:
            self.desk.later(self.desk.answer(heard.back, reply))
            await ack()

    async def _late(self, back: Back, hearing: Awaitable[tuple[Reply, bool]]) -> None:
        reply, _ = await hearing
        await self.desk.answer(back, reply)

    async def _hear(self, heard: Heard) -> tuple[Reply, bool]:
        """The house's answer, and whether it was kept."""
        try:
            return await self.house.hear(heard.said), True
        except Unheard:
            return unheard(heard.said.locale), False

    async def _introduced(self, heard: Heard) -> Heard:
        """With the speaker's name, picture and language, as far as the platform tells them."""
        person = await self.desk.directory.find(heard.said.by.id)
        said = msgspec.structs.replace(heard.said, name=person.name, avatar=person.avatar, locale=person.locale)
        return Heard(said, heard.back)


async def broke(error: Exception, body: Mapping[str, Any]) -> None:
    """A payload that nobody could read. It is not acknowledged: the platform gives up after its third try."""
    log.error("a payload could not be heard", kind=body.get("type", "command"), exc_info=error)


def answered(card: Card, alone: bool) -> dict[str, Any]:
    """A card as the answer to a command or a press."""
    return {**show.card(card), "response_type": "ephemeral" if alone else "in_channel"}


def modal(form: Form, back: Back) -> dict[str, Any]:
    """A form as it is opened, with the way back for its answer in it."""
    return show.form(form, read.remember(form.words, back))


def opener(form: Form) -> Card:
    """A form can only be opened by a press: this is the button for it."""
    return Card(buttons=(Button(form.title, form.words, "primary"),), to="speaker")


def unheard(locale: str) -> Card:
    """What somebody is told whose words were lost."""
    said = Voice(known(locale) or ENGLISH).say(UNHEARD)
    return Card(body=(Para(line(said)),), tone="warn", to="speaker")


def words_of(reply: Reply) -> str:
    """A short answer in bare letters."""
    return plain(reply.body) if isinstance(reply, Card) else ""
