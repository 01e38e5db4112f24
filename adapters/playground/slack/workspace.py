"""The workspace as the platform keeps it: people, channels, and messages in their native shape."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from secrets import token_hex
from typing import Any

from adapters.playground.stage import Actor, Clock

Message = dict[str, Any]

TEAM, DOMAIN, APP = "T0TOCSIN01", "tocsin-demo", "A0TOCSIN01"
BOT, BOT_ID, BOT_NAME = "U0TOCSIN00", "B0TOCSIN00", "Tocsin"
HALL = "C0INCIDENT"


class No(Exception):
    """The platform refuses, in its own words: `{"ok": false, "error": code, **more}`."""

    def __init__(self, code: str, *, status: int = 200, wait: int | None = None, **more: Any) -> None:
        super().__init__(code)
        self.code, self.status, self.wait, self.more = code, status, wait, more


@dataclass
class User:
    """Somebody with an account."""

    id: str
    name: str
    real_name: str
    locale: str = "en-US"
    bot: bool = False

    @property
    def email(self) -> str:
        """Their address, as the workspace knows it."""
        return f"{self.name}@tocsin.example"


@dataclass
class Channel:
    """A channel, or a conversation of one person (`im`) with the bot."""

    id: str
    name: str
    created: int
    creator: str = BOT
    private: bool = False
    im: str = ""
    topic: str = ""
    purpose: str = ""
    archived: bool = False
    members: dict[str, None] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    whispers: list[tuple[str, Message]] = field(default_factory=list)
    """What only one person sees, with who that is."""
    pins: list[str] = field(default_factory=list)
    bookmarks: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """As events name it."""
        return "im" if self.im else "group" if self.private else "channel"

    def open_to(self, user: str) -> bool:
        """Whether somebody may see it."""
        return user in self.members or not (self.private or self.im)


@dataclass
class Trigger:
    """Leave to open a form before somebody: once, and soon."""

    user: str
    until: float
    used: bool = False


@dataclass
class Hook:
    """A `response_url`: leave to answer what somebody did, five times within half an hour."""

    channel: str
    user: str
    until: float
    source: str = ""
    """The message on which a button was pressed."""
    uses: int = 5


class Workspace:
    """One team and the app that is installed in it. `tell` hears of every event that the app is subscribed to."""

    def __init__(self, actors: Sequence[Actor], clock: Clock) -> None:
        self.clock = clock
        self.actors = {actor.key: actor for actor in actors if "slack" in actor.ids}
        self.tell: Callable[[Mapping[str, Any]], None] = lambda event: None
        self.users = {BOT: User(BOT, "tocsin", BOT_NAME, bot=True)}
        for actor in self.actors.values():
            name = actor.name.lower().replace(" ", ".")
            self.users[actor.ids["slack"]] = User(actor.ids["slack"], name, actor.name, actor.locale)
        self._last = 0
        self._numbers = count(1)
        self.reset()

    def reset(self) -> None:
        """As new: the incident room and everybody's conversation with the bot, with nothing in them.

        No name of a message is ever given twice: whoever kept it must not meet it again.
        """
        people = [user.id for user in self.users.values()]
        hall = Channel(HALL, "incidents", self.now, creator=people[-1], members=dict.fromkeys(people))
        direct = [
            Channel("D" + user[1:], "", self.now, creator=user, im=user, members=dict.fromkeys([user, BOT]))
            for user in people
            if user != BOT
        ]
        self.channels = {channel.id: channel for channel in (hall, *direct)}
        self.triggers: dict[str, Trigger] = {}
        self.hooks: dict[str, Hook] = {}
        self.views: dict[str, Message] = {}
        """The form that is open before somebody."""
        self.homes: dict[str, Message] = {}
        """Everybody's Home, once it was published."""
        self.toasts: dict[str, str] = {}

    @property
    def now(self) -> int:
        """In whole seconds, as most of the platform's times are."""
        return int(self.clock.now().timestamp())

    def ts(self) -> str:
        """A message's name: when it was posted, to the microsecond, and no two alike."""
        self._last = max(self._last + 100, int(self.clock.now().timestamp() * 10_000) * 100)
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"

    def id(self, letter: str) -> str:
        """A new id: `C08N00001A`."""
        return f"{letter}08N{next(self._numbers):06X}"

    def trigger(self, user: str) -> str:
        """A new `trigger_id`: it opens one form within three seconds."""
        id = f"{self.now}.{next(self._numbers)}.{token_hex(8)}"
        self.triggers[id] = Trigger(user, self.now + 3)
        return id

    def hook(self, channel: str, user: str, source: str = "") -> str:
        """The last part of a new `response_url`."""
        id = token_hex(12)
        self.hooks[id] = Hook(channel, user, self.now + 1800, source)
        return id

    def user_of(self, key: str) -> User:
        """The account of an actor. Raises `KeyError` where there is none."""
        return self.users[self.actors[key].ids["slack"]]

    def channel(self, id: str) -> Channel:
        """A channel that the app can see, by id or `#name`. Raises `No`."""
        found = self.channels.get(id) or self.named(id.removeprefix("#"))
        if found is None or not found.open_to(BOT):
            raise No("channel_not_found")
        return found

    def alone(self, id: str) -> str:
        """The bot's conversation with a person; any other id stays as it is."""
        return next((each.id for each in self.channels.values() if each.im == id and id), id)

    def named(self, name: str) -> Channel | None:
        """The channel of this name, archived ones included."""
        return next((each for each in self.channels.values() if each.name == name and name), None)

    def message(self, channel: Channel, ts: str) -> Message:
        """A message in a channel. Raises `No`."""
        if ts not in channel.messages:
            raise No("message_not_found")
        return channel.messages[ts]

    def post(self, channel: Channel, message: Message) -> Message:
        """Keep a message and tell the app."""
        ts = self.ts()
        message = {"type": "message", "ts": ts, "team": TEAM, **message}
        channel.messages[ts] = message
        self.announce(channel, message)
        return message

    def announce(self, channel: Channel, message: Mapping[str, Any]) -> None:
        """Tell the app of a message, if it is in the channel."""
        if BOT in channel.members:
            shown = {key: value for key, value in message.items() if key != "reactions"}
            self.tell({**shown, "channel": channel.id, "channel_type": channel.kind, "event_ts": message["ts"]})

    def inform(self, channel: Channel, event: Mapping[str, Any]) -> None:
        """Tell the app what befell a channel that it is in."""
        if BOT in channel.members:
            self.tell({"channel": channel.id, **event, "event_ts": self.ts()})

    def join(self, channel: Channel, user: str) -> None:
        """Bring somebody in; who is in already stays."""
        if user in channel.members:
            return
        channel.members[user] = None
        self.notice(channel, "channel_join", f"<@{user}> has joined the channel", user)

    def notice(self, channel: Channel, subtype: str, text: str, user: str) -> None:
        """What the platform itself writes into a channel. Clients fold these lines, so that no screen here has them."""
        self.announce(
            channel, {"type": "message", "subtype": subtype, "ts": self.ts(), "user": user, "text": text, "team": TEAM}
        )

    def seen(self, viewer: str) -> Iterator[Channel]:
        """What somebody's client lists: shared channels first. Public ones are there for everybody to look into."""
        user = self.user_of(viewer).id
        mine = [each for each in self.channels.values() if each.open_to(user) and not each.archived]
        yield from sorted(mine, key=lambda channel: bool(channel.im))


def moment(ts: str) -> datetime:
    """When a message was posted."""
    return datetime.fromtimestamp(float(ts), UTC)
