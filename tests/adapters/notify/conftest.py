"""The providers' stand-ins, every channel, and a house that answers from a script, all on loopback."""

from collections.abc import AsyncIterator, Mapping
from importlib import import_module
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette

from adapters.playground.providers import Providers
from adapters.playground.server import listener, serve
from bot.ports import Button, Card, ChatError, Fact, Handle, MessageId, Place
from bot.text.rich import Item, Para, Quote, bold, line
from tests.adapters.house import House

NAMES = ("email", "sms", "call", "push", "apprise")
ANNA: Mapping[str, Handle] = {
    "email": Handle("email", "anna@example.org"),
    "sms": Handle("sms", "+4915112345678"),
    "call": Handle("call", "+4915112345678"),
    "push": Handle("push", "anna-7f3a"),
}
PAGE = Card(
    title=line(bold("PAGE SEV1 #42 db is down")),
    body=(Para(line("Nobody has it yet.")), Quote(line("it began <b>at</b> ten")), Item(line("read only"))),
    facts=(Fact("Status", line("triage")),),
    buttons=(
        Button("Take", "ack #42", "primary"),
        Button("Next step now", "escalate #42"),
        Button("Summary", "summary #42"),
    ),
    tone="alarm",
    language="en",
)


def make(name: str, settings: Mapping[str, Any]) -> Any:
    """A channel, as the house opens it: its own table and what `[channels]` says to all."""
    module = import_module(f"adapters.notify.{name}")
    public = {key: settings[key] for key in ("url", "secret")}
    return module.open_channel(module.Settings.model_validate({**public, **settings[name]}))


class Town:
    """Everything that a test of a channel touches."""

    def __init__(self, providers: Providers) -> None:
        self.providers, self.house = providers, House()
        self.mail, self.phones, self.ntfy, self.target = (
            providers.mail, providers.phones, providers.ntfy, providers.target,
        )  # fmt: skip
        self.channels: dict[str, Any] = {}
        self.made: list[Any] = []
        self.web: httpx.AsyncClient

    def handle(self, name: str) -> Handle:
        return ANNA[name] if name in ANNA else Handle("apprise", self.providers.apprise("anna"))

    async def tell(self, name: str, card: Card = PAGE, key: str = "a1-page-1-0-1") -> tuple[Place, MessageId]:
        """Tell Anna by a channel."""
        told: tuple[Place, MessageId] = await self.channels[name].tell(self.handle(name), card, key)
        return told

    async def refused(self, name: str, handle: Handle | None = None) -> ChatError:
        """The error that telling raises."""
        with pytest.raises(ChatError) as caught:
            await self.channels[name].tell(handle or self.handle(name), PAGE, "a1-page-1-0-1")
        return caught.value

    def remake(self, name: str, **settings: Any) -> None:
        """Open a channel with other settings."""
        all = self.providers.settings
        self.channels[name] = make(name, {**all, name: {**all[name], **settings}})
        self.made.append(self.channels[name])


@pytest.fixture
async def town(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Town]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # loopback must not go there
    ear = listener(0)
    async with Providers().open() as providers, httpx.AsyncClient(trust_env=False) as web:
        providers.lives_at(f"http://127.0.0.1:{ear.getsockname()[1]}")
        town = Town(providers)
        town.web = web
        for name in NAMES:
            town.remake(name)
        routes = [route for channel in town.channels.values() for route in channel.routes(town.house)]
        app = Starlette(routes=routes)
        server = await serve(uvicorn.Config(app, lifespan="off", log_config=None, access_log=False), ear)
        try:
            yield town
        finally:
            for channel in town.made:
                await channel.close()
            await server.shutdown([ear])
