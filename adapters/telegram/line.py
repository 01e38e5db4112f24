"""The SDK's way to the Bot API, over the same HTTP client as our other platforms: its own takes three times as long."""

import json
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import msgspec
from telegram import error
from telegram.request import BaseRequest, RequestData

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
"""What is raised before anything was sent."""
CONNECT = 5
"""Seconds that a connection may take."""
JSON = {"Content-Type": "application/json"}
"""No file is ever uploaded, and a form takes ten times as long to write."""
QUEUE = 10
"""Seconds that a request may wait for a connection, a new one's making included."""


class Line(BaseRequest):
    """Connections to one Bot API, so many at most, each with so many seconds for an answer.

    Raises `TimedOut` and `NetworkError`, whose cause is the client's own error.
    """

    def __init__(self, api: str, read: float, most: int) -> None:
        self._read, self._most = read, most
        # A proxy from the environment leads to the real platform, never to this machine.
        self._proxied = urlsplit(api).hostname not in LOOPBACK
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds that an answer may take, where a request does not say."""
        return self._read

    async def initialize(self) -> None:
        """Nothing: a session is made when it is first needed."""

    async def shutdown(self) -> None:
        """Let go of every connection."""
        if self._session:
            await self._session.close()
            self._session = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """The status and the body of an answer."""
        read = self._read if read_timeout is self.DEFAULT_NONE else read_timeout
        patience = aiohttp.ClientTimeout(total=None, connect=QUEUE, sock_connect=CONNECT, sock_read=read)
        body = msgspec.json.encode(request_data.parameters) if request_data else None
        try:
            async with self._open().request(method, url, data=body, headers=JSON, timeout=patience) as answer:
                return answer.status, await answer.read()
        except TimeoutError as wrong:
            raise error.TimedOut from wrong
        except aiohttp.ClientError as wrong:
            raise error.NetworkError(f"{type(wrong).__name__}: {wrong}") from wrong

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._most),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
                trust_env=self._proxied,
            )
        return self._session


class Poll(Line):
    """The updates as they came: one that the SDK cannot parse would make it deaf to all that follow."""

    updates: list[dict[str, Any]]

    async def do_request(self, *args: Any, **more: Any) -> tuple[int, bytes]:
        """Take the updates out of the answer, and leave the SDK an empty one."""
        code, payload = await super().do_request(*args, **more)
        if code != 200:
            return code, payload
        self.updates = sound(payload)
        return code, b'{"ok": true, "result": []}'


def sound(payload: bytes) -> list[dict[str, Any]]:
    """The updates in an answer: whatever has an id. Half letters, which no database takes, become question marks."""
    answer = json.loads(payload.decode("utf-8", "replace"))
    whole = json.loads(json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace"))
    return [each for each in whole["result"] if isinstance(each, dict) and isinstance(each.get("update_id"), int)]
