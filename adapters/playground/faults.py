"""The fault menu: everything that a platform does to those who rely on it, and the switches that make it do so."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

ALL = ("slack", "discord", "telegram")


class HungUp(Exception):
    """Raised while a request is answered: its connection breaks off, and nobody is told what became of it."""


@dataclass(frozen=True)
class Fault:
    """One row of the menu.

    `does` says what the platform does, `not_on` why another platform never does it. It strikes so many `times` once it
    is switched on, 0: until it is mended; `at_once`: it befalls whatever is connected in that moment. `seconds` are
    how long it asks to wait, how late it answers, how wrong its clock is.
    """

    name: str
    label: str
    does: str
    not_on: Mapping[str, str] = field(default_factory=dict)
    times: int = 1
    at_once: bool = False
    seconds: float = 0.0

    @property
    def on(self) -> Sequence[str]:
        """The platforms that do it."""
        return tuple(platform for platform in ALL if platform not in self.not_on)


def _but(slack: str = "", discord: str = "", telegram: str = "") -> Mapping[str, str]:
    reasons = {"slack": slack, "discord": discord, "telegram": telegram}
    return {platform: why for platform, why in reasons.items() if why}


ONE_ID = "A room keeps its id there."
LATER = _but(
    *["Nothing follows what people change in their own messages yet: that comes with the mirror of edits."] * 3
)
NO_FILES = _but(*["Nothing sends files yet: they come with the mirror of files."] * 3)
NO_CODES = "A socket closes there with 1000 or breaks off: it has no codes of its own."
NO_SOCKET = "There is no socket: the bot fetches its updates."

MENU = (
    Fault("outage", "Down", "Every call is answered with 503, every connection breaks off.", times=0, at_once=True),
    Fault("throttled", "Throttle", "Answers 429 and says how long to wait; it did nothing.", seconds=3),
    Fault("throttled_globally", "Throttle the whole bot", "Answers 429 and means every call, not only this bucket.",
          _but("Slack counts by method and channel.", "", "Telegram counts by chat and names nothing wider.")),
    Fault("throttled_bare", "429 of a proxy", "Answers 429 without `Via`, as Cloudflare does before a ban.",
          _but("No client of Slack's reads `Via`.", "", "No client of Telegram's reads `Via`."), seconds=3),
    Fault("server_error", "Error 500", "Answers 500 and did nothing."),
    Fault("server_error_after_commit", "Error after the deed", "Does what it was asked, and answers 500."),
    Fault("dropped_after_commit", "Break off after the deed", "Does what it was asked, and breaks off the connection."),
    Fault("slow", "Slow", "Does what it was asked, and answers late.", times=0, seconds=4),
    Fault("duplicate", "Deliver twice", "Delivers the next event twice."),
    Fault("out_of_order", "Wrong order", "Delivers the next two events the other way round.",
          _but("", "A session numbers its events.", "Updates come in the order of their numbers.")),
    Fault("edit_first", "Edit before message", "Tells of an edit before it tells of the message.", LATER),
    Fault("delete_first", "Deletion before message", "Tells of a deletion before it tells of the message.", LATER),
    Fault("socket_closed", "Break off the connection", "Breaks off what the bot listens on, without a word.",
          at_once=True),
    Fault("socket_closed_1000", "Close with 1000", "Closes the socket as if all were well.",
          _but("", "", NO_SOCKET), at_once=True),
    Fault("socket_closed_4000", "Close with 4000", "Closes the socket for an unknown error: it can be resumed.",
          _but(NO_CODES, "", NO_SOCKET), at_once=True),
    Fault("socket_closed_4009", "Close with 4009", "Closes the socket: the session timed out and is gone.",
          _but(NO_CODES, "", NO_SOCKET), at_once=True),
    Fault("socket_closed_4014", "Close with 4014", "Lets nobody in who asks for the intent to read messages.",
          _but(NO_CODES, "", NO_SOCKET), times=0, at_once=True),
    Fault("refresh", "Ask to reconnect", "Asks the bot to connect anew: `refresh_requested`, or opcode 7.",
          _but("", "", NO_SOCKET), at_once=True),
    Fault("warning", "Announce the end", "Says that this socket closes in a few seconds.",
          _but("", "Discord asks to reconnect at once.", NO_SOCKET), at_once=True),
    Fault("dead_ticket", "Dead ticket", "Breaks off the socket, and the next address for one opens nothing.",
          _but("", "The gateway's address has no ticket.", NO_SOCKET), times=2, at_once=True),
    Fault("invalid_session", "Invalid session", "Says that the session is invalid and cannot be resumed (opcode 9).",
          _but("A socket of Slack's has no session.", "", NO_SOCKET), at_once=True),
    Fault("garbled", "Send rubbish", "Sends the bot something that cannot be read.", at_once=True),
    Fault("conflict", "Second poller", "Answers the bot's poll with 409: another process polls with its token.",
          _but("Ten sockets may be open at once.", "A token may have several sessions.")),
    Fault("revoked", "Revoke the token", "The bot's token opens nothing.", times=0, at_once=True),
    Fault("migrated", "Group gets another id", "The group became a supergroup with another id.",
          _but(ONE_ID, ONE_ID), times=0, at_once=True),
    Fault("blocked", "Block the bot", "Everybody blocked the bot: it may not write to them.",
          _but("Nobody can block an app.", "Somebody who blocks the bot closes their direct messages: `dm_closed`."),
          times=0),
    Fault("dm_closed", "Close direct messages", "Nobody takes direct messages from the bot.",
          _but("", "", "Somebody who takes none blocks the bot: `blocked`."), times=0),
    Fault("not_in_channel", "Remove the bot", "The bot was removed from the room that it writes to.", times=0),
    Fault("archived", "Archive the room", "The room that the bot writes to was archived or closed.",
          _but("", "Discord archives threads alone: `archived_thread`."), times=0),
    Fault("archived_thread", "Archive the thread", "The thread is archived: nothing in it can be changed (50083).",
          _but("Threads are not archived there.", "", "A topic is closed: `archived`."), times=0),
    Fault("edit_limit", "Too many old edits", "Refuses another edit of a message that is older than an hour (30046).",
          _but("Slack has no such limit.", "", "An edit counts as a message there: `throttled`.")),
    Fault("edit_window_closed", "Edit window closed", "The workspace does not let messages be edited any more.",
          _but("", "Own messages can be edited at any time.", "Own messages can be edited at any time."), times=0),
    Fault("message_gone", "Delete the message", "The message that was to be changed was deleted."),
    Fault("not_modified", "Not modified", "Refuses an edit that changes nothing.",
          _but("An edit that changes nothing succeeds.", "An edit that changes nothing succeeds.")),
    Fault("clock_skew", "Wrong clock", "Its clock is ten minutes ahead.", times=0, seconds=600),
    Fault("unknown_fields", "Newer fields", "Sends fields and kinds of events that nobody knows yet.", times=0,
          at_once=True),
    Fault("reaction_refused", "Refuse a reaction", "Refuses a reaction that is not one of its own.",
          _but(*["The bot puts no reactions under messages: that comes with their mirror."] * 3)),
    Fault("file_late", "File comes late", "Shares a file long after it was sent.", NO_FILES),
    Fault("file_lost", "File is lost", "Takes a file and never shares it.", NO_FILES),
)  # fmt: skip
"""Every fault, in the order of the page's menu."""
ROWS: Mapping[str, Fault] = {fault.name: fault for fault in MENU}


@dataclass(frozen=True)
class Strike:
    """A fault that is switched on: `left` is how often it will still strike (0: until mended), `where` what it is
    bound to, a method or a room or a user (empty: all of them)."""

    fault: Fault
    left: int
    where: str
    seconds: float


class Faults:
    """One platform's switches. The stand-in asks at the place where a fault would show: `if faults.strikes("slow")`.

    `befall` is called with the name of a fault that strikes `at_once`, when it is switched on.
    """

    def __init__(self, platform: str, befall: Callable[[str], None] = lambda name: None) -> None:
        self.platform = platform
        self.befall = befall
        self.active: dict[str, Strike] = {}
        self.struck: Counter[str] = Counter()
        """How often each struck."""
        self.changed: Callable[[], None] = lambda: None
        """Called when one is switched, struck or mended."""
        self._mended = asyncio.Event()

    @property
    def menu(self) -> Sequence[Fault]:
        """What this platform can do."""
        return tuple(fault for fault in MENU if self.platform in fault.on)

    def switch(self, name: str, times: int | None = None, *, where: str = "", seconds: float | None = None) -> None:
        """Switch a fault on: as often as its row says, unless told. Raises `KeyError` for what never happens here."""
        fault = ROWS[name]
        if self.platform not in fault.on:
            raise KeyError(name)
        left, before = fault.times if times is None else times, self.struck[name]
        self.active[name] = Strike(fault, left, where, fault.seconds if seconds is None else seconds)
        if fault.at_once:
            self.befall(name)
            if fault.times and self.struck[name] == before:
                self.strikes(name)
        self.changed()

    def mend(self, *names: str) -> None:
        """Switch these off, or all of them; whoever is kept waiting goes on."""
        for name in names or tuple(self.active):
            self.active.pop(name, None)
        self._mended.set()
        self._mended = asyncio.Event()
        self.changed()

    def strikes(self, name: str, *at: str) -> Strike | None:
        """Whether this fault strikes now, `at` this method, room or user; each strike is counted."""
        strike = self.active.get(name)
        if strike is None or (strike.where and strike.where not in at):
            return None
        self.struck[name] += 1
        if strike.left == 1:
            del self.active[name]
        elif strike.left:
            self.active[name] = Strike(strike.fault, strike.left - 1, strike.where, strike.seconds)
        self.changed()
        return strike

    async def dawdle(self, *at: str) -> None:
        """Answer late, while the platform is slow."""
        if strike := self.strikes("slow", *at):
            mended = self._mended
            try:
                await asyncio.wait_for(mended.wait(), strike.seconds)
            except TimeoutError:
                return
