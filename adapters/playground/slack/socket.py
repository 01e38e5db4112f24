"""Socket Mode: connections that are opened by a ticket, envelopes that are acknowledged or sent again.

https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import asyncio
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from secrets import token_hex
from typing import Any
from uuid import uuid4

from starlette.websockets import WebSocket, WebSocketDisconnect

from adapters.playground.faults import Faults, HungUp
from adapters.playground.slack.workspace import APP
from adapters.playground.stage import Clock

PATIENCE = 3.0
"""Seconds within which the app must acknowledge."""
RETRIES = (3.0, 63.0, 303.0)
"""Seconds after which an event that nobody acknowledged is sent again: at once when its time is up, and later."""
LOOK = 0.05
"""Seconds between two looks at the clock, while something may have to be sent again."""
MOST = 10
"""Connections that an app may have."""
WARNING = 1.0
"""Seconds between the warning that a connection closes and its end."""
NEWER = {"type": "hologram_projected", "hologram": {"shape": "cube"}, "channel_type": "channel"}
"""An event of next year's."""

Message = Mapping[str, Any]


class Unanswered(Exception):
    """The app is not connected, or did not acknowledge in time: the platform's word for it is the message."""


@dataclass(frozen=True)
class Envelope:
    """What is sent to the app and wants an acknowledgement."""

    kind: str
    payload: Message
    attempt: int = 0
    reason: str = ""

    def native(self, id: str) -> Message:
        """As it goes over the wire."""
        retries = {"retry_attempt": self.attempt, "retry_reason": self.reason} if self.kind == "events_api" else {}
        answers = self.kind != "events_api"
        return {
            "envelope_id": id,
            "type": self.kind,
            "payload": self.payload,
            "accepts_response_payload": answers,
            **retries,
        }


@dataclass
class Line:
    """One connection: what is to be said on it, and the envelopes that it still owes an acknowledgement for."""

    queue: asyncio.Queue[Message | str | None] = field(default_factory=asyncio.Queue)
    owed: set[str] = field(default_factory=set)

    def say(self, message: Message | str) -> None:
        """Send it; a `str` as it is."""
        self.queue.put_nowait(message)

    def disconnect(self, reason: str) -> None:
        """Ask the app to connect anew."""
        self.say({"type": "disconnect", "reason": reason, "debug_info": {"host": "playground"}})

    def hang_up(self) -> None:
        """Close it."""
        self.queue.put_nowait(None)


class Switchboard:
    """All the app's connections. An envelope goes to any one of them."""

    def __init__(self, clock: Clock, faults: Faults) -> None:
        self.clock, self.faults = clock, faults
        self.tickets: set[str] = set()
        self.lines: deque[Line] = deque()
        self._looking: asyncio.TimerHandle | None = None
        self.reset()

    def reset(self) -> None:
        """Forget what was sent; connections stay."""
        self.owed: dict[str, tuple[Envelope, float]] = {}
        """Events that nobody acknowledged yet, and when each is sent again."""
        self.waiting: deque[tuple[Envelope, float]] = deque()
        """Events for which no connection was there, and since when."""
        self.asked: dict[str, asyncio.Future[Message]] = {}
        self.held: Message | None = None

    def ticket(self) -> str:
        """Opens one connection, once; one that is dead opens none."""
        ticket = token_hex(16)
        if not self.faults.strikes("dead_ticket"):
            self.tickets.add(ticket)
        return ticket

    # ---- what is sent

    def tell(self, payload: Message) -> None:
        """Send an event: it waits for a connection, and is sent again until it is acknowledged."""
        if "unknown_fields" in self.faults.active:
            payload = {**payload, "hologram": [], "event": {**payload["event"], "hologram": {"shape": "cube"}}}
        if self.held is None and self.faults.strikes("out_of_order"):
            self.held = payload
            return
        for _ in range(2 if self.faults.strikes("duplicate") else 1):
            self._send(Envelope("events_api", payload))
        held, self.held = self.held, None
        if held is not None:
            self._send(Envelope("events_api", held))

    async def ask(self, kind: str, payload: Message) -> Message:
        """Send a command or an interaction, once; what the app answers with its acknowledgement.

        Raises `Unanswered`.
        """
        if not self.lines:
            raise Unanswered("dispatch_failed")
        id = str(uuid4())
        answer: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self.asked[id] = answer
        self._put(Envelope(kind, payload).native(id))
        try:
            async with asyncio.timeout(PATIENCE):
                return await answer
        except TimeoutError:
            raise Unanswered("operation_timeout") from None
        finally:
            self.asked.pop(id, None)

    def _put(self, message: Message) -> None:
        line = self.lines[0]
        line.owed.add(str(message["envelope_id"]))
        line.say(message)
        self.lines.rotate(-1)

    def _flush(self) -> None:
        while self.waiting and self.lines:
            envelope, since = self.waiting.popleft()
            if self._now() - since <= sum(RETRIES):
                self._send(envelope)

    def _send(self, envelope: Envelope) -> None:
        if not self.lines:
            self.waiting.append((envelope, self._now()))
            return
        id = str(uuid4())
        self._put(envelope.native(id))
        if envelope.attempt < len(RETRIES):
            self.owed[id] = (envelope, self._now() + RETRIES[envelope.attempt])
            self._look_later()

    # ---- what is sent again

    def _now(self) -> float:
        return self.clock.now().timestamp()

    def _look_later(self) -> None:
        if self._looking is None:
            self._looking = asyncio.get_running_loop().call_later(LOOK, self._look)

    def _look(self) -> None:
        """Send again what is due; look again soon, while anything is owed. The clock may be one that is pushed."""
        self._looking = None
        for id, (envelope, due) in list(self.owed.items()):
            if due <= self._now():
                self._again(id, envelope, "timeout")
        if self.owed:
            self._look_later()

    def _again(self, id: str, envelope: Envelope, reason: str) -> None:
        del self.owed[id]
        self._send(replace(envelope, attempt=envelope.attempt + 1, reason=reason))

    def _acknowledged(self, line: Line, id: str, payload: Message) -> None:
        line.owed.discard(id)
        self.owed.pop(id, None)
        answer = self.asked.get(id)
        if answer and not answer.done():
            answer.set_result(payload)

    # ---- connections

    def befall(self, fault: str) -> None:
        """What a fault does to whatever is connected."""
        match fault:
            case "outage" | "revoked" | "socket_closed_1000":
                self.hang_up()
            case "socket_closed":
                self._break_off(len(self.lines))
            case "dead_ticket":
                self._break_off(1)
            case "refresh":
                self._refresh()
            case "warning":
                self._warn()
            case "garbled":
                self._garble()
            case "unknown_fields":
                self.tell({"type": "event_callback", "event": NEWER, "event_id": f"Ev{token_hex(5)}"})
        if fault in ("socket_closed", "socket_closed_1000", "refresh", "warning", "garbled"):
            self.faults.strikes(fault)

    def hang_up(self) -> None:
        """Close every connection."""
        while self.lines:
            self.lines.popleft().hang_up()

    def _break_off(self, many: int) -> None:
        for _ in range(min(many, len(self.lines))):
            self.lines.popleft().say("")

    def _refresh(self) -> None:
        if self.lines:
            line = self.lines.popleft()
            line.disconnect("refresh_requested")
            line.hang_up()

    def _warn(self) -> None:
        if self.lines:
            line = self.lines[0]
            line.disconnect("warning")
            asyncio.get_running_loop().call_later(WARNING, line.hang_up)

    def _garble(self) -> None:
        for line in self.lines:
            line.say('{"envelope_id": "')

    async def connect(self, socket: WebSocket) -> None:
        """One connection, until it closes."""
        ticket = socket.query_params.get("ticket", "")
        if ticket not in self.tickets:
            await socket.close(4001)
            return
        self.tickets.discard(ticket)
        await socket.accept()
        if len(self.lines) >= MOST:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await socket.close(1000)
            return
        await self._hold(socket, Line())

    async def _hold(self, socket: WebSocket, line: Line) -> None:
        self.lines.append(line)
        about = {"connection_info": {"app_id": APP}, "debug_info": {"host": "playground"}}
        line.say({"type": "hello", "num_connections": len(self.lines), **about})
        broken = False
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._speak(socket, line))
                both.create_task(self._listen(socket, line))
        except* HungUp:
            broken = True
        except* (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            self._let_go(line)
        if broken:
            raise HungUp

    def _let_go(self, line: Line) -> None:
        """What it still owed an acknowledgement for is sent again elsewhere, at once."""
        with suppress(ValueError):
            self.lines.remove(line)
        for id in line.owed & self.owed.keys():
            self._again(id, self.owed[id][0], "connection_failed")

    async def _speak(self, socket: WebSocket, line: Line) -> None:
        self._flush()
        while (message := await line.queue.get()) is not None:
            if message == "":
                raise HungUp
            if isinstance(message, str):
                await socket.send_text(message)
            else:
                await socket.send_json(message)
        await socket.close(1000)
        raise WebSocketDisconnect(1000)

    async def _listen(self, socket: WebSocket, line: Line) -> None:
        while True:
            said = await socket.receive_json()
            self._acknowledged(line, said.get("envelope_id", ""), said.get("payload") or {})
