"""A town: a playground in this process, one bot in a process of its own, and ears at the wire.

Every moment is taken here, by one clock, where the stand-in has received something: so what is measured is the same
whichever bot is there, the stand-in's own work included.
"""

import asyncio
import json
import os
import sqlite3
import sys
from asyncio.subprocess import DEVNULL, Process
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from functools import wraps
from pathlib import Path
from tempfile import NamedTemporaryFile
from time import perf_counter
from typing import Any, NamedTuple

import psutil  # type: ignore[import-untyped]

from adapters.playground.cast import COMPANY
from adapters.playground.demo import company
from adapters.playground.discord.guild import HALL as DISCORD_HALL
from adapters.playground.server import Playground
from adapters.playground.slack.socket import Unanswered
from adapters.playground.slack.workspace import HALL as SLACK_HALL
from adapters.playground.telegram.cloud import GROUP

PLATFORMS = ("slack", "discord", "telegram")
HALLS = {"slack": SLACK_HALL, "discord": DISCORD_HALL, "telegram": str(GROUP)}
PATIENCE = 120.0
"""Seconds after which something will not come."""
GLANCE = 0.002
"""Seconds between two looks at what no bell tells."""
BARE = Path(__file__).with_name("bare.py")
BUSY = """
    SELECT EXISTS (SELECT 1 FROM shown WHERE have < want AND not_before <= strftime('%Y-%m-%d %H:%M:%f', 'now'))
        OR EXISTS (SELECT 1 FROM sends WHERE state = 'pending' AND not_before <= strftime('%Y-%m-%d %H:%M:%f', 'now'))
        OR EXISTS (SELECT 1 FROM sends WHERE state = 'sending')
"""


class Answer(NamedTuple):
    """When an answer was on the wire, and how far each incident that is watched was committed by then."""

    at: float
    revs: Mapping[str, int]


class Town:
    """One bot and those who talk to it: Anna, in the standing rooms."""

    def __init__(self, playground: Playground, database: Path | None = None) -> None:
        self.playground = playground
        self.watched: dict[str, dict[str, str]] = {}
        """Incidents and their war rooms: place to platform."""
        self.cards: dict[str, tuple[float, str]] = {}
        """When a place's card was last edited, and what it says since."""
        self.process = psutil.Process()
        self._database = database
        self._db: sqlite3.Connection | None = None
        self._answers: defaultdict[object, asyncio.Future[Answer]] = defaultdict(self._future)
        self._asked: dict[object, object] = {}
        self._edited = asyncio.Event()
        self._listen()

    @staticmethod
    def _future() -> asyncio.Future[Answer]:
        return asyncio.get_running_loop().create_future()

    # ---- asking

    async def ask(self, platform: str, line: str) -> tuple[float, Answer]:
        """Anna types a slash command in the standing room: when it arrived, and its answer."""
        begin = perf_counter()
        await self.playground[platform].say("anna", HALLS[platform], line)
        key = self._key(platform)
        try:
            async with asyncio.timeout(PATIENCE):
                return begin, await self._answers[key]
        finally:
            self._answers.pop(key, None)

    def _key(self, platform: str) -> object:
        me = asyncio.current_task()
        if platform == "slack":
            return me
        if platform == "discord":
            return self._asked.pop(me)
        return next(reversed(self.playground.telegram.cloud.chats[GROUP].messages))

    async def shown(self, incident: str, mark: str) -> float:
        """When the last of its war rooms' cards said so."""
        rooms = self.watched[incident]
        async with asyncio.timeout(PATIENCE):
            while not all(mark in self.cards.get(place, (0, ""))[1] for place in rooms):
                self._edited.clear()
                await self._edited.wait()
        return max(self.cards[place][0] for place in rooms)

    async def quiet(self) -> None:
        """When everything was shown and sent."""
        await until(lambda: not self.query(BUSY)[0][0])

    def cpu(self) -> float:
        """Seconds of work that the bot's process has done so far."""
        times = self.process.cpu_times()
        return float(times.user + times.system)

    # ---- the database, as anybody else sees it: only what is committed

    def query(self, statement: str, **values: str) -> list[Any]:
        """Its rows."""
        if self._db is None:
            self._db = sqlite3.connect(f"file:{self._database}?mode=ro", uri=True, isolation_level=None)
        return self._db.execute(statement, values).fetchall()

    async def watch(self, since: int = 0) -> None:
        """Watch the incidents with a higher number, once each has its three war rooms and cards in them."""
        wanted = """
            SELECT book, place, platform FROM shown
            WHERE kind = 'incident' AND subject = 'card' AND have > 0 AND message <> '' AND CAST(book AS INTEGER) > :n
        """
        await self.quiet()
        for id, place, platform in self.query(wanted, n=str(since)):
            self.watched.setdefault(id, {})[place] = platform
        assert all(len(rooms) == len(PLATFORMS) for rooms in self.watched.values())

    def revs(self) -> Mapping[str, int]:
        """How many entries each incident that is watched has."""
        if not self.watched:
            return {}
        ids = ", ".join(f"'{id}'" for id in self.watched)
        return dict(self.query(f"SELECT id, rev FROM books WHERE kind = 'incident' AND id IN ({ids})"))  # noqa: S608

    def close(self) -> None:
        """Let go of the file."""
        if self._db is not None:
            self._db.close()

    # ---- ears

    def _heard(self, key: object) -> None:
        now = perf_counter()
        # Looked at now, not later: an answer that came before its commit would be found out here.
        if not (answer := self._answers[key]).done():
            answer.set_result(Answer(now, self.revs()))

    def _card(self, place: str, said: object) -> None:
        self.cards[place] = perf_counter(), json.dumps(said, ensure_ascii=False)
        self._edited.set()

    def _listen(self) -> None:
        self._listen_on_slack(self.playground.slack)
        self._listen_on_discord(self.playground.discord.town)
        self._listen_on_telegram(self.playground.telegram)

    def _listen_on_slack(self, stand: Any) -> None:
        async def ask(kind: str, payload: Any, ask: Any = stand.board.ask) -> Any:
            key = asyncio.current_task()
            try:
                said = await ask(kind, payload)
            except Unanswered as wrong:
                self._answers[key].set_exception(wrong)
                raise
            self._heard(key)
            return said

        stand.board.ask = ask
        beside(stand.api.methods, "chat.update", lambda at, args, _: self._card(f"slack:{args['channel']}", args))

    def _listen_on_discord(self, town: Any) -> None:
        async def tell(event: str, data: Any, tell: Any = town.gateway.tell) -> None:
            if event == "INTERACTION_CREATE":
                self._asked[asyncio.current_task()] = data["token"]
            await tell(event, data)

        async def answer(id: str, token: str, payload: Any, answer: Any = town.interactions.answer) -> Any:
            answered = await answer(id, token, payload)
            self._heard(token)
            return answered

        async def edited(post: Any, edited: Any = town.edited) -> Any:
            self._card(f"discord:{post.payload['channel_id']}", post.payload)
            return await edited(post)

        town.gateway.tell, town.interactions.answer, town.edited = tell, answer, edited

    def _listen_on_telegram(self, stand: Any) -> None:
        def sent(cloud: Any, args: Any, message: Any) -> None:
            if first := message.get("reply_to_message"):
                self._heard(first["message_id"])

        def edited(cloud: Any, args: Any, message: Any) -> None:
            self._card(f"telegram:{args['chat_id']}/{message.get('message_thread_id', '')}", message)

        beside(stand.api.methods, "sendMessage", sent)
        beside(stand.api.methods, "editMessageText", edited)


def beside(methods: dict[str, Any], name: str, hear: Callable[[Any, Any, Any], None]) -> None:
    """Hear of a method's calls, once they were carried out."""
    method, *needed = methods[name] if isinstance(methods[name], tuple) else (methods[name],)

    @wraps(method)
    def heard(at: Any, args: Any) -> Any:
        answer = method(at, args)
        hear(at, args, answer)
        return answer

    methods[name] = (heard, *needed) if needed else heard


def ready(playground: Playground) -> bool:
    """Whether a bot hears all three chats, and its slash commands are known."""
    slack, discord, telegram = playground.slack, playground.discord.town, playground.telegram
    return bool(slack.board.lines and discord.gateway.heard and discord.commands and telegram.cloud.queue.polls)


async def until(what: Callable[[], object], patience: float = PATIENCE) -> None:
    """When it is so. Raises `TimeoutError` after so many seconds."""
    async with asyncio.timeout(patience):
        while not what():  # noqa: ASYNC110 - another process rings no bell
            await asyncio.sleep(GLANCE)


# ---- processes


def bare_bots(playground: Playground, folder: Path) -> list[str]:
    """The command line of the bare bots."""
    return [sys.executable, str(BARE), json.dumps(playground.settings)]


def tocsin(playground: Playground, folder: Path) -> list[str]:
    """The command line of the real thing, with the demo's company, its database in this folder, as fast as it can."""
    return sparing(playground, folder, paces={name: [] for name in PLATFORMS})


def sparing(playground: Playground, folder: Path, **more: Any) -> list[str]:
    """The same, as it is: it takes no more of each platform than the real one allows."""
    settings = {**company(playground, f"sqlite:///{folder}/tocsin.db"), **more}
    settings["house"] = {**settings["house"], "web": ""}
    folder.mkdir(exist_ok=True)
    config = folder / "tocsin.toml"
    config.write_text("".join(f"{key} = {toml(value)}\n" for key, value in settings.items()))
    return [str(Path(sys.executable).with_name("tocsin")), "run", "--config", str(config), "--level", "error"]


def toml(value: Any) -> str:
    """A value in line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value)


@asynccontextmanager
async def running(command: list[str], **more: str) -> AsyncIterator[Process]:
    """A process with more in its environment, until left; what it said is shown when something goes wrong."""
    # A proxy leads away from this machine, and the SDKs would take it.
    clean = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")} | more
    with NamedTemporaryFile() as log:
        process = await asyncio.create_subprocess_exec(*command, env=clean, stdin=DEVNULL, stdout=log, stderr=log)
        try:
            yield process
        except BaseException:
            log.seek(0)
            print(log.read().decode(), file=sys.stderr)
            raise
        finally:
            with suppress(ProcessLookupError):
                process.terminate()
            await process.wait()


@asynccontextmanager
async def town(bot: Callable[[Playground, Path], list[str]], folder: Path) -> AsyncIterator[Town]:
    """A town whose bot is ready."""
    async with empty_town(folder) as made, at_work(made, bot(made.playground, folder)):
        yield made


@asynccontextmanager
async def empty_town(folder: Path) -> AsyncIterator[Town]:
    """A town without a bot."""
    async with Playground(COMPANY).open() as playground:
        made = Town(playground, folder / "tocsin.db")
        yield made
        made.close()


@asynccontextmanager
async def at_work(made: Town, command: list[str]) -> AsyncIterator[None]:
    """A bot in it, ready, until left."""
    polls = made.playground.telegram.cloud.queue.polls
    async with running(command) as process:
        made.process = psutil.Process(process.pid)
        await until(lambda: made.playground.telegram.cloud.queue.polls > polls and ready(made.playground))
        yield
