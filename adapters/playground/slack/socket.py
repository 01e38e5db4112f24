"""Socket Mode: connections that are opened by a ticket, envelopes that are acknowledged or sent again."""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from secrets import token_hex
from typing import Any
from uuid import uuid4

from starlette.websockets import WebSocket, WebSocketDisconnect

from adapters.playground.slack.workspace import APP

PATIENCE = 3.0
"""Seconds within which the app must acknowledge."""
RETRIES = (PATIENCE, 60.0, 300.0)
"""Seconds after which an event that nobody acknowledged is sent again."""


class Unanswered(Exception):
    """The app is not connected, or did not acknowledge in time: the platform's word for it is the message."""


@dataclass(frozen=True)
class Envelope:
    """What is sent to the app and wants an acknowledgement."""

    kind: str
    payload: Mapping[str, Any]
    attempt: int = 0
    reason: str = ""

    def native(self, id: str) -> Mapping[str, Any]:
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


class Switchboard:
    """All the app's connections. An envelope goes to any one of them."""

    def __init__(self) -> None:
        self.retries = RETRIES
        self.tickets: set[str] = set()
        self.lines: deque[asyncio.Queue[Mapping[str, Any] | None]] = deque()
        self.reset()

    def reset(self) -> None:
        """Forget what was sent; connections stay."""
        for timer in getattr(self, "timers", {}).values():
            timer.cancel()
        self.timers: dict[str, asyncio.TimerHandle] = {}
        self.waiting: deque[Envelope] = deque()
        self.asked: dict[str, asyncio.Future[Mapping[str, Any]]] = {}

    def ticket(self) -> str:
        """Opens one connection, once."""
        ticket = token_hex(16)
        self.tickets.add(ticket)
        return ticket

    def tell(self, payload: Mapping[str, Any]) -> None:
        """Send an event: it waits for a connection, and is sent again until it is acknowledged."""
        self._send(Envelope("events_api", payload))

    async def ask(self, kind: str, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        """Send a command or an interaction, once; what the app answers with its acknowledgement.

        Raises `Unanswered`.
        """
        if not self.lines:
            raise Unanswered("dispatch_failed")
        id = str(uuid4())
        answer: asyncio.Future[Mapping[str, Any]] = asyncio.get_running_loop().create_future()
        self.asked[id] = answer
        self._put(Envelope(kind, payload).native(id))
        try:
            async with asyncio.timeout(PATIENCE):
                return await answer
        except TimeoutError:
            raise Unanswered("operation_timeout") from None
        finally:
            self.asked.pop(id, None)

    def hang_up(self) -> None:
        """Close every connection."""
        while self.lines:
            self.lines.popleft().put_nowait(None)

    async def connect(self, socket: WebSocket) -> None:
        """One connection, until it closes."""
        ticket = socket.query_params.get("ticket", "")
        if ticket not in self.tickets:
            await socket.close(4001)
            return
        self.tickets.discard(ticket)
        await socket.accept()
        line: asyncio.Queue[Mapping[str, Any] | None] = asyncio.Queue()
        self.lines.append(line)
        line.put_nowait({"type": "hello", "num_connections": len(self.lines), "connection_info": {"app_id": APP}})
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._speak(socket, line))
                both.create_task(self._listen(socket, line))
        except* (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            if line in self.lines:
                self.lines.remove(line)

    async def _speak(self, socket: WebSocket, line: asyncio.Queue[Mapping[str, Any] | None]) -> None:
        self._flush()
        while (message := await line.get()) is not None:
            await socket.send_json(message)
        await socket.close(1000)
        raise WebSocketDisconnect(1000)

    async def _listen(self, socket: WebSocket, line: asyncio.Queue[Mapping[str, Any] | None]) -> None:
        while True:
            said = await socket.receive_json()
            self._acknowledged(said.get("envelope_id", ""), said.get("payload") or {})

    def _acknowledged(self, id: str, payload: Mapping[str, Any]) -> None:
        if timer := self.timers.pop(id, None):
            timer.cancel()
        answer = self.asked.get(id)
        if answer and not answer.done():
            answer.set_result(payload)

    def _put(self, message: Mapping[str, Any]) -> None:
        self.lines[0].put_nowait(message)
        self.lines.rotate(-1)

    def _flush(self) -> None:
        while self.waiting and self.lines:
            self._send(self.waiting.popleft())

    def _send(self, envelope: Envelope) -> None:
        if not self.lines:
            self.waiting.append(envelope)
            return
        id = str(uuid4())
        if envelope.attempt < len(self.retries):
            later = replace(envelope, attempt=envelope.attempt + 1, reason="timeout")
            wait = self.retries[envelope.attempt]
            self.timers[id] = asyncio.get_running_loop().call_later(wait, self._again, id, later)
        self._put(envelope.native(id))

    def _again(self, id: str, envelope: Envelope) -> None:
        if self.timers.pop(id, None):
            self._send(envelope)
