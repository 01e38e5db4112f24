"""Everything else, by Apprise: Feishu, DingTalk, WeCom and a hundred more.  https://github.com/caronc/apprise

Somebody's address is an Apprise URL. It holds secrets, so no error and no log line ever quotes it. What is taken
was accepted by the provider; whether it arrived, nobody says.
"""

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import sha256
from typing import Any

import apprise
from pydantic import Field
from starlette.routing import Route

from adapters.notify.letters import headline, text
from adapters.notify.links import Links, Public, linked
from adapters.notify.press import Presses
from adapters.notify.wire import PATIENCE
from bot.ports import Card, Channel, Finding, Forbidden, Handle, House, MessageId, Place, Unreachable

# They would log addresses with their tokens, and what the provider answered.
logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
logging.getLogger("urllib3").setLevel(logging.WARNING)

LINES = 8
"""Threads that wait for providers at a time: Apprise's own waiting blocks."""
BAD = "this is no address that Apprise knows: https://github.com/caronc/apprise/wiki lists them"
ELSEWHERE = (
    "this address names a machine; only services with a name of their own are allowed (channels.apprise.machines)"
)


class Settings(Public):
    """`[channels.apprise]`."""

    machines: bool = Field(
        False,
        description="Whether an address may name any machine, as json://host does: whoever adds one could then "
        "reach what only this machine can.",
    )


def open_channel(settings: Settings) -> Channel:
    """Apprise, with no connection yet."""
    return Apprise(settings)


class Apprise:
    """Whatever an Apprise URL leads to."""

    name = "apprise"

    def __init__(self, settings: Settings) -> None:
        self.links, self._machines = Links(self.name, settings), settings.machines
        self._threads = ThreadPoolExecutor(LINES, "apprise")

    async def tell(self, handle: Handle, card: Card, key: str) -> tuple[Place, MessageId]:
        """Hand a card over, with its signed links."""
        links = linked(self.links.of(handle, card, key), card)
        body = text(Card(body=card.body, facts=card.facts, footer=card.footer), links)
        kind = apprise.NotifyType.FAILURE if card.tone == "alarm" else apprise.NotifyType.INFO
        hand_over = partial(self._hand_over, handle.id, headline(card), body, kind)
        try:
            async with asyncio.timeout(PATIENCE):
                await asyncio.get_running_loop().run_in_executor(self._threads, hand_over)
        except TimeoutError:
            raise Unreachable("no answer", ambiguous=True) from None
        return Place(self.name, digest(handle.id)), MessageId(digest(key))

    def _hand_over(self, url: str, title: str, body: str, kind: Any) -> None:
        """Send it, waiting. Raises `ChatError`."""
        if not notify(self.service(url), title, body, kind):
            raise Unreachable("the provider did not take it", ambiguous=True)

    def service(self, url: str) -> Any:
        """The service that a URL means. Raises `Forbidden`, which never quotes it."""
        found = apprise.Apprise.instantiate(url, suppress_exceptions=True)
        if found is None:
            raise Forbidden(BAD)
        if not self._machines and names_a_machine(found.templates):
            raise Forbidden(ELSEWHERE)
        return found

    def fault(self, handle: Handle) -> str:
        """What is wrong with an address, as far as can be seen without sending; empty: nothing."""
        try:
            self.service(handle.id)
        except Forbidden as no:
            return str(no)
        return ""

    async def examine(self) -> Sequence[Finding]:
        """Each address is a service of its own, and whether one takes a message is known when it is sent."""
        open = "any machine may be named" if self._machines else "only services with a name of their own may be named"
        not_tried = "whether the services take messages was not tried; `me test` sends one"
        return [Finding(what=open, ok=True), Finding(what=not_tried, ok=None)]

    async def close(self) -> None:
        """Let go of every thread that waits for nothing."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def routes(self, house: House) -> Sequence[Route]:
        """Where its links lead."""
        return Presses(self.links, house).routes()


def names_a_machine(templates: Sequence[str]) -> bool:
    """Whether an address of this kind says which machine is asked."""
    return any("{host}" in each for each in templates)


def notify(service: Any, title: str, body: str, kind: Any) -> bool:
    """Whether it was taken; what goes wrong is not told, for it may hold the address."""
    try:
        return bool(service.notify(body=body, title=title, notify_type=kind))
    except Exception:  # A plugin may raise anything.
        return False


def digest(text: str) -> str:
    """Something known by, that tells nothing."""
    return sha256(text.encode()).hexdigest()[:16]
