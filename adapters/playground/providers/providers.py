"""All the providers on one loopback port, the mail server on another."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import uvicorn
from starlette.applications import Starlette

from adapters.playground.bell import Bell
from adapters.playground.providers.mail import MailServer
from adapters.playground.providers.ntfy import Ntfy
from adapters.playground.providers.phones import Phones
from adapters.playground.providers.target import Target
from adapters.playground.server import listener, serve

T = TypeVar("T")
ACCOUNT, NUMBER = "AC" + "0123456789abcdef" * 2, "+15005550006"
USER, WORD = "tocsin", "mail-password"


class Providers:
    """They are told where the house is reached (`house`), and tell it what people do."""

    def __init__(self, house: str = "") -> None:
        self.bell, self.house, self.base = Bell(), house, ""
        self.mail = MailServer(self.bell.ring, USER, WORD)
        self.phones = Phones(self.bell.ring, ACCOUNT, "twilio-token", NUMBER)
        self.ntfy = Ntfy(self.bell.ring, "tk_ntfy")
        self.target = Target(self.bell.ring)

    @property
    def settings(self) -> Mapping[str, Any]:
        """`[channels]`, so that every channel speaks with its stand-in."""
        twilio = {
            "account": ACCOUNT,
            "token": self.phones.token,
            "api": f"{self.base}/twilio",
            "sender": NUMBER,
        }
        return {
            "url": self.house,
            "secret": "a secret of the playground",
            "email": {
                "host": "127.0.0.1",
                "port": self.mail.port,
                "security": "none",
                "user": USER,
                "password": WORD,
                "sender": "Tocsin <tocsin@playground.example>",
            },
            "sms": twilio,
            "call": twilio,
            "push": {"server": f"{self.base}/ntfy", "token": self.ntfy.token},
            "apprise": {"machines": True},
        }

    def lives_at(self, house: str) -> None:
        """Where the house is reached."""
        self.house = house
        self.phones.incoming = f"{house}/notify/sms/reply"

    def apprise(self, who: str) -> str:
        """Somebody's address for Apprise."""
        return f"json://{self.base.removeprefix('http://')}/apprise/{who}"

    async def until(self, what: Callable[[], T], within: float = 60.0) -> T:
        """Wait until `what` gives something true, and return that. Raises `TimeoutError`."""
        return await self.bell.until(what, within)

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Providers"]:
        """Answer on loopback, each on any free port."""
        ear = listener(0)
        self.base = f"http://127.0.0.1:{ear.getsockname()[1]}"
        routes = [*self.phones.routes(), *self.ntfy.routes(), *self.target.routes()]
        app = Starlette(routes=routes)
        config = uvicorn.Config(app, lifespan="off", log_config=None, access_log=False, timeout_graceful_shutdown=1)
        server = await serve(config, ear)
        await self.mail.open()
        try:
            yield self
        finally:
            await self.mail.close()
            await server.shutdown([ear])
