"""The way in: what Bolt hears is read, heard by the house, acknowledged once it is kept, and answered."""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Awaitable, Mapping, Sequence
from typing import Any

import msgspec
import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.response import BoltResponse

from adapters.mark import Mark
from adapters.slack import read, show
from adapters.slack.changes import CHANGES, change
from adapters.slack.desk import Desk, Reply, answered, modal
from adapters.slack.missed import MISSED, numbered
from adapters.slack.native import Unreadable
from adapters.slack.read import Heard
from adapters.slack.wire import QUIET, Me
from bot.ports import Card, ChatError, Choice, Form, Gone, House, Place, Remark, Said, Unheard
from bot.text.rich import Para, line, plain
from bot.text.words import ENGLISH, N_, Voice, known

log = structlog.get_logger()

ANY = re.compile(".*", re.DOTALL)
SOON = 1.0
"""Seconds that a hearing may take before it is acknowledged without its answer."""
SUGGEST = 2.5
"""Seconds after which a select is told nothing rather than too late."""
MENTION = re.compile(r"@slack:(\w+)")
MENTIONED = 10
"""People in one message of whom it is asked what they are called."""
ROOTS = 200
"""Threads of which it is remembered what they hang from."""
CHANGED = "message_changed"
"""The subtype of an event about a message that is not as it was."""
UNHEARD = N_("I could not keep that just now, and nothing was changed. Please say it again in a moment.")
AGAIN = BoltResponse(status=503)
"""No acknowledgement: the platform tells it again."""


def app(listener: "Listener") -> AsyncApp:
    """The Bolt app by which it listens."""
    me = listener.me

    async def authorize(**_: Any) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id=me.team, bot_id=me.bot, bot_user_id=me.user)

    # Otherwise Bolt acknowledges before the listener ran, and looks every 10 ms whether it has.
    made = AsyncApp(
        client=listener.desk.wire.web,
        authorize=authorize,
        process_before_response=True,
        ignoring_self_events_enabled=False,
        raise_error_for_unhandled_request=True,
        logger=QUIET,
    )
    made.event(ANY)(listener.event)
    made.command(ANY)(listener.command)
    made.action(ANY)(listener.action)
    made.shortcut(ANY)(listener.shortcut)
    made.options(ANY)(listener.options)
    made.view(ANY)(listener.view)
    made.error(broke)
    return made


class Listener:
    """What Bolt calls: one house, one connection. `mark` says which messages were dealt with already."""

    def __init__(self, desk: Desk, house: House, me: Me, mark: Mark) -> None:
        self.desk, self.house, self.me, self.mark = desk, house, me, mark
        self._roots: OrderedDict[tuple[str, str], Remark | None] = OrderedDict()

    async def command(self, body: Mapping[str, Any], ack: AsyncAck) -> None:
        """A slash command: acknowledged with its answer, if that comes soon."""
        await self._obey(read.command(body), ack, inline=True)

    async def action(self, body: Mapping[str, Any], ack: AsyncAck) -> None:
        """A pressed button."""
        if (heard := read.press(body)) is None:
            await ack()
        else:
            await self._obey(heard, ack)

    async def shortcut(self, body: Mapping[str, Any], ack: AsyncAck) -> None:
        """A verb from a message's menu, or from everywhere."""
        if (heard := read.shortcut(body, self.me.url)) is None:
            await ack()
        else:
            await self._obey(heard, ack)

    async def view(self, body: Mapping[str, Any], ack: AsyncAck) -> None:
        """A form that was sent: it stays open, with all that was typed, when it could not be kept."""
        if (heard := read.submission(body)) is None:
            await ack()
        else:
            await self._obey(heard, ack, field=next(iter(heard.said.fields), ""))

    async def options(self, body: Mapping[str, Any], ack: AsyncAck) -> None:
        """A select asks what it may offer."""
        found: Sequence[Choice] = ()
        typed = ""
        if asked := read.suggestion(body):
            said, option = asked
            found, typed = await self._suggested(said, option), said.fields[option]
        await ack(options=show.choices(found, typed))

    async def _suggested(self, said: Said, option: str) -> Sequence[Choice]:
        try:
            async with asyncio.timeout(SUGGEST):
                heard = await self._introduced(Heard(said, read.Back(user=said.by.id, room=said.place.room)))
                return await self.house.suggest(heard.said, option)
        except (TimeoutError, Unheard):
            return ()

    # ---- events

    async def event(self, body: Mapping[str, Any]) -> BoltResponse | None:
        """Something happened. What could not be kept is not acknowledged, so that the platform tells it again."""
        kind, me = body["event"].get("type"), self.me.user
        try:
            if kind == "message" and body["event"].get("subtype") == CHANGED:
                await self._said(read.changed(body, me, self.house.grammar()))
            elif kind == "message":
                await self._typed(read.message(body, me, self.house.grammar()), body)
            elif kind == "reaction_added":
                await self._reacted(read.reaction(body, me, self.desk.pins), missed=MISSED in body)
            elif kind == "app_home_opened":
                await self._looked(read.home(body))
            elif kind in CHANGES and (what := change(body, me)):
                await self.house.notice(what)
        except Unheard:
            return AGAIN
        except ChatError as wrong:
            log.warning("an event could not be heard", kind=kind, why=str(wrong))
            return None if wrong.wait is None else AGAIN
        return None

    async def _typed(self, heard: Heard | None, body: Mapping[str, Any]) -> None:
        """A message, delivered now or read back: heard once, with what came with it."""
        if heard and heard.said.message and self.mark.new(heard.said.key):
            with self.mark.dealing(heard.said.key, numbered(heard.said.message)):
                await self._said(heard)
                await self._said(read.enclosed(heard, body))

    async def _said(self, heard: Heard | None) -> None:
        if heard is None:
            return
        heard = await self._introduced(heard, await self._about(heard))
        if reply := await self.house.hear(heard.said):
            self.desk.later(self.desk.answer(heard.back, reply, heard.said.about))

    async def _reacted(self, heard: Heard | None, *, missed: bool) -> None:
        """A message that is gone already is no harm."""
        if heard and (about := await self._fetched(heard)):
            back = msgspec.structs.replace(heard.back, thread=_thread(about))
            heard = Heard(msgspec.structs.replace(heard.said, about=about), back)
            await (self.house.hear((await self._introduced(heard)).said) if missed else self._said(heard))

    async def _looked(self, heard: Heard | None) -> None:
        if heard is None:
            return
        heard = await self._introduced(heard)
        if isinstance(mine := await self.house.hear(heard.said), Card):
            self.desk.later(self.desk.publish(heard.back, mine, None))

    # ---- commands

    async def _obey(self, heard: Heard, ack: AsyncAck, *, inline: bool = False, field: str = "") -> None:
        hearing = asyncio.get_running_loop().create_task(self._hear(heard))
        done, _ = await asyncio.wait({hearing}, timeout=SOON)
        if not done:
            await ack()
            self.desk.later(self._late(hearing))
            return
        heard, reply, kept = hearing.result()
        if field and not kept:
            await ack(response_action="errors", errors={field: words_of(reply)})
        elif field and isinstance(reply, Form):
            await ack(response_action="update", view=modal(reply, heard.back, heard.said.about))
        elif inline and isinstance(reply, Card):
            # As one dict: by keywords Bolt would take the attachments and forget the blocks.
            await ack(answered(reply, alone=reply.to != "room"))
        else:
            self.desk.later(self._answer(heard, reply))
            await ack()

    async def _late(self, hearing: Awaitable[tuple[Heard, Reply, bool]]) -> None:
        heard, reply, _ = await hearing
        await self._answer(heard, reply)

    async def _answer(self, heard: Heard, reply: Reply) -> None:
        """What was asked in somebody's Home is answered there, with what is theirs by then."""
        said, back = heard.said, heard.back
        mine = None
        if back.home and isinstance(reply, Card):
            mine = (await self._hear(Heard(read.at_home(back, f"{said.key}:home"), back)))[1]
        if isinstance(mine, Card) and isinstance(reply, Card):
            await self.desk.publish(back, mine, reply)
        else:
            await self.desk.answer(back, reply, said.about)

    async def _hear(self, heard: Heard) -> tuple[Heard, Reply, bool]:
        """With all that is known of who spoke; the house's answer; and whether it was kept."""
        heard = await self._introduced(heard, await self._about(heard))
        try:
            return heard, await self.house.hear(heard.said), True
        except Unheard:
            return heard, unheard(heard.said.locale), False

    # ---- what the platform knows of it

    async def _introduced(self, heard: Heard, about: Remark | None = None) -> Heard:
        """With the speaker's name, picture, language and address, as far as the platform tells them."""
        user = heard.said.by.id
        person = await self.desk.directory.find(user)
        room = heard.back.room or await self._alone(user)
        said = msgspec.structs.replace(
            heard.said,
            place=Place("slack", room),
            name=person.name,
            avatar=person.avatar,
            locale=person.locale,
            email=person.email,
            about=about or heard.said.about,
            named=await self._named(heard.said.words),
        )
        return Heard(said, msgspec.structs.replace(heard.back, room=room))

    async def _named(self, words: str) -> Mapping[str, str]:
        """How those are shown who are mentioned, as far as they are few."""
        users = list(dict.fromkeys(MENTION.findall(words)))[:MENTIONED]
        found = await asyncio.gather(*map(self.desk.directory.find, users))
        return {f"slack:{user}": each.name for user, each in zip(users, found, strict=True)}

    async def _alone(self, user: str) -> str:
        """Where somebody is spoken to alone. The platform takes their own id for it, too, for a post."""
        try:
            return await self.desk.directory.direct(user)
        except ChatError:
            return user

    async def _about(self, heard: Heard) -> Remark | None:
        """The message that a verb is about, or chatter: in a thread it is the one that the thread hangs from."""
        if about := heard.said.about:
            return await self.desk.named(about)
        if not heard.points:
            return None
        if not heard.said.addressed:
            return await self._root(heard)
        verb = self.house.grammar().verb(heard.said.words)
        return await self._read(heard) if verb and verb.about else None

    async def _root(self, heard: Heard) -> Remark | None:
        """What a thread hangs from: asked for once, and not with each message in it."""
        thread = heard.said.place.room, heard.points
        if thread not in self._roots:
            self._roots[thread] = await self._read(heard)
            if len(self._roots) > ROOTS:
                self._roots.popitem(last=False)
        return self._roots[thread]

    async def _read(self, heard: Heard) -> Remark | None:
        try:
            return await self._fetched(heard)
        except ChatError as wrong:
            log.warning("what a command is about could not be read", why=str(wrong))
            return None

    async def _fetched(self, heard: Heard) -> Remark | None:
        try:
            return await self.desk.fetch(heard.said.place.room, heard.points)
        except Gone:
            return None


def _thread(about: Remark) -> str:
    """The thread that a message stands in, as its link has it."""
    found = re.search(r"[?&]thread_ts=([\d.]+)", about.link)
    return found[1] if found else ""


async def broke(error: Exception, body: Mapping[str, Any]) -> BoltResponse | None:
    """A payload that could not be heard. What nobody can read is acknowledged: it would not read better again."""
    if isinstance(error, BoltUnhandledRequestError):
        # Of a kind that we never asked for: a form that was closed, a limit on events, whatever comes next.
        log.info("a payload is of no kind that is heard", kind=body.get("type", ""))
        return BoltResponse(status=200)
    if isinstance(error, Unreadable):
        log.warning("a payload is not as the platform documents it", kind=body.get("type", "command"), why=str(error))
        return BoltResponse(status=200)
    log.error("a payload could not be heard", kind=body.get("type", "command"), exc_info=error)
    return None


def unheard(locale: str) -> Card:
    """What somebody is told whose words were lost."""
    said = Voice(known(locale) or ENGLISH).say(UNHEARD)
    return Card(body=(Para(line(said)),), tone="warn", to="speaker")


def words_of(reply: Reply) -> str:
    """A short answer in bare letters."""
    return plain(reply.body) if isinstance(reply, Card) else ""
