"""The gateway: one web socket a session, numbered events, and resuming where it broke off."""

import asyncio
import json
import zlib
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field

from starlette.websockets import WebSocket, WebSocketDisconnect

from adapters.playground.discord.guild import BOT, GUILD, Guild, Payload, secret
from adapters.playground.faults import Faults

HEARTBEAT = 41250
"""Milliseconds, as the platform asks for them."""
REMEMBERED = 1000
MESSAGES, DIRECT, CONTENT = 1 << 9, 1 << 12, 1 << 15
REACTIONS, DIRECT_REACTIONS = 1 << 10, 1 << 13
DELIVERIES = {"MESSAGE_CREATE", "INTERACTION_CREATE", "MESSAGE_REACTION_ADD"}
CODES = {"revoked": 4004, **{f"socket_closed_{code}": code for code in (1000, 4000, 4009, 4014)}}
"""How faults close a socket; any other way is a restart of the server behind it."""
ALL_INTENTS = (1 << 26) - 1


class Line:
    """A web socket, spoken as the client asked for it: bare JSON, or one zlib stream."""

    def __init__(self, socket: WebSocket) -> None:
        self.socket = socket
        self._order = asyncio.Lock()
        self._press = zlib.compressobj() if socket.query_params.get("compress") == "zlib-stream" else None

    async def send(self, payload: Payload) -> None:
        """Send it, in turn."""
        text = json.dumps(payload, separators=(",", ":"))
        async with self._order:
            if self._press is None:
                return await self.socket.send_text(text)
            data = self._press.compress(text.encode()) + self._press.flush(zlib.Z_SYNC_FLUSH)
            return await self.socket.send_bytes(data)

    async def garble(self) -> None:
        """Send what means nothing."""
        async with self._order:
            await self.socket.send_text("{rubbish")


async def said(socket: WebSocket) -> Payload:
    """What a client says: as text, or the same letters as bytes. Raises `WebSocketDisconnect` once it is gone."""
    frame = await socket.receive()
    if frame["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(frame.get("code") or 1000)
    return json.loads(frame.get("text") or frame.get("bytes") or "null") or {}


@dataclass
class Session:
    """A bot's session: it outlives its sockets."""

    id: str
    intents: int
    line: Line | None = None
    seq: int = 0
    past: deque[Payload] = field(default_factory=lambda: deque(maxlen=REMEMBERED))

    async def tell(self, event: str, data: Payload, twice: bool = False) -> None:
        """An event, now or when the session is resumed; `twice` to one that hears it twice."""
        self.seq += 1
        payload = {"op": 0, "t": event, "s": self.seq, "d": data}
        self.past.append(payload)
        for _ in range(1 + twice):
            await self.speak(payload)

    async def speak(self, payload: Payload) -> None:
        """Send it if anybody is there; a socket that breaks is found out by its reader."""
        if self.line is not None:
            try:
                await self.line.send(payload)
            except (WebSocketDisconnect, RuntimeError, OSError):
                self.line = None

    def wants(self, event: str, data: Payload) -> bool:
        """Whether its intents ask for an event."""
        if not event.startswith("MESSAGE_"):
            return True
        if event.startswith("MESSAGE_REACTION_"):
            return bool(self.intents & (REACTIONS if "guild_id" in data else DIRECT_REACTIONS))
        return bool(self.intents & (MESSAGES if "guild_id" in data else DIRECT))

    def cut(self, event: str, data: Payload) -> Payload:
        """The event without what its intents may not see: what people typed, unless they typed it to the bot."""
        if event not in {"MESSAGE_CREATE", "MESSAGE_UPDATE"} or self.intents & CONTENT or "guild_id" not in data:
            return data
        if data["author"]["id"] == BOT or any(each["id"] == BOT for each in data["mentions"]):
            return data
        return {**data, "content": "", "embeds": [], "attachments": [], "components": []}


class Gateway:
    """Every session, and the socket's own protocol."""

    def __init__(self, guild: Guild, token: str, faults: Faults) -> None:
        self.guild = guild
        self.token = token
        self.faults = faults
        self.allowed = ALL_INTENTS
        """The intents that the application was given; others close the connection with 4014."""
        self.sessions: dict[str, Session] = {}
        self.lines: set[Line] = set()

    @property
    def heard(self) -> bool:
        """Whether a bot is connected."""
        return any(session.line for session in self.sessions.values())

    async def tell(self, event: str, data: Payload) -> None:
        """Tell every session that wants it, of what the bot sees."""
        channel = self.guild.channels.get(str(data.get("channel_id")))
        if channel and event.startswith("MESSAGE_") and not self.guild.sees(BOT, channel):
            return
        for session in list(self.sessions.values()):
            if session.wants(event, data):
                await session.tell(event, session.cut(event, self._newer(data)), self._twice(event))

    def _newer(self, data: Payload) -> Payload:
        return {**data, "from_the_future": {"kind": 99}} if "unknown_fields" in self.faults.active else data

    def _twice(self, event: str) -> bool:
        return event in DELIVERIES and self.faults.strikes("duplicate") is not None

    async def befall(self, name: str) -> None:
        """A fault that strikes whatever is connected."""
        for line in list(self.lines):
            match name:
                case "garbled":
                    await line.garble()
                case "refresh":
                    await line.send({"op": 7, "d": None, "s": None, "t": None})
                case "unknown_fields":
                    await line.send({"op": 0, "t": "SOMETHING_NEW", "s": None, "d": {"new": 1}})
                case "invalid_session":
                    self.sessions.clear()
                    await line.send({"op": 9, "d": False, "s": None, "t": None})
                case _:
                    if name == "socket_closed_4009":
                        self.sessions.clear()
                    await self._close(line, CODES.get(name, 1012))
        if name in self.faults.active and self.faults.active[name].left:
            self.faults.strikes(name)

    async def drop(self, code: int = 1012) -> None:
        """Close every connection; the sessions can be resumed."""
        for line in list(self.lines):
            await self._close(line, code)

    async def connect(self, socket: WebSocket) -> None:
        """One socket, to its end."""
        if "outage" in self.faults.active:
            return await socket.close(1013)
        await socket.accept()
        line = Line(socket)
        self.lines.add(line)
        session: Session | None = None
        try:
            await line.send({"op": 10, "d": {"heartbeat_interval": HEARTBEAT}, "s": None, "t": None})
            while True:
                session = await self._hear(line, session, await said(socket))
        except WebSocketDisconnect as left:
            if session is not None and left.code in {1000, 1001}:
                self.sessions.pop(session.id, None)
        except (json.JSONDecodeError, KeyError, RuntimeError):
            # A frame that means nothing, or a socket that was closed on this side.
            await self._close(line, 4002)
        finally:
            self.lines.discard(line)
            if session is not None and session.line is line:
                session.line = None

    async def _hear(self, line: Line, session: Session | None, payload: Payload) -> Session | None:
        match payload["op"]:
            case 1:
                await line.send({"op": 11, "d": None, "s": None, "t": None})
            case 2:
                return await self._identify(line, payload["d"])
            case 6:
                return await self._resume(line, payload["d"])
        return session

    async def _identify(self, line: Line, asked: Payload) -> Session | None:
        if asked["token"].removeprefix("Bot ") != self.token or "revoked" in self.faults.active:
            return await self._close(line, 4004)
        if asked["intents"] & ~self.allowed or "socket_closed_4014" in self.faults.active:
            return await self._close(line, 4014)
        for old in [id for id, each in self.sessions.items() if each.line is None]:
            del self.sessions[old]
        session = Session(secret("session", self.guild.ids.next())[:32], asked["intents"], line)
        self.sessions[session.id] = session
        await session.tell("READY", self._ready(session, line.socket))
        await session.tell("GUILD_CREATE", self.guild.whole())
        return session

    def _ready(self, session: Session, socket: WebSocket) -> Payload:
        return {
            "v": 10,
            "user": {**self.guild.users[BOT], "verified": True, "mfa_enabled": False, "email": None, "flags": 0},
            "guilds": [{"id": GUILD, "unavailable": True}],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": str(socket.url.replace(query="")),
            "application": {"id": BOT, "flags": 1 << 19},
            "shard": [0, 1],
        }

    async def _resume(self, line: Line, asked: Payload) -> Session | None:
        session = self.sessions.get(asked["session_id"])
        if asked["token"].removeprefix("Bot ") != self.token or "revoked" in self.faults.active:
            return await self._close(line, 4004)
        if session is None or (session.past and session.past[0]["s"] > asked["seq"] + 1):
            await line.send({"op": 9, "d": False, "s": None, "t": None})
            return None
        last = asked["seq"]
        while missed := [each for each in session.past if each["s"] > last]:
            for payload in missed:
                await line.send(payload)
                last = payload["s"]
        session.line = line
        await session.tell("RESUMED", {})
        return session

    async def _close(self, line: Line, code: int) -> Session | None:
        """Close it, if it is open; there is no session after that."""
        with suppress(WebSocketDisconnect, RuntimeError, OSError):
            await line.socket.close(code)
        return None
