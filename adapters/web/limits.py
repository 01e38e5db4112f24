"""What holds for every route: bodies are small, and browsers are told to trust nothing."""

from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST = 1_000_000
"""Bytes that a body may have: an alert or a provider's callback has far fewer."""

HEADERS: Mapping[str, str] = {
    "cache-control": "no-store",
    "content-security-policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "referrer-policy": "no-referrer",  # an address may be a secret
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex, nofollow",
}
"""Unless a route says otherwise."""


class Guarded:
    """An application behind both."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        await self.app(scope, limited(receive), headed(send))


def limited(receive: Receive) -> Receive:
    """A body that is refused once it has grown too large, whatever its length was said to be."""
    size = 0

    async def receive_some() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > MOST:
            raise HTTPException(413, f"That is more than {MOST} bytes.")
        return message

    return receive_some


def headed(send: Send) -> Send:
    """What is answered, with the headers that it does not set itself."""

    async def send_headed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return send_headed
