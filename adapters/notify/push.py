"""Push notifications, by ntfy: its own server or yours.  https://docs.ntfy.sh/publish/"""

import re
from collections.abc import Mapping, Sequence

from pydantic import Field, SecretStr
from starlette.routing import Route

from adapters.notify.letters import headline, text
from adapters.notify.links import Links, Public
from adapters.notify.press import Presses
from adapters.notify.wire import Answer, Wire, failure
from bot.ports import Card, Channel, ChatError, Finding, Forbidden, Handle, House, MessageId, Place

TOPIC = re.compile(r"[-_A-Za-z0-9]{1,64}")
URGENCY: Mapping[str, int] = {"alarm": 5, "warn": 4, "calm": 2}
"""ntfy's priorities: 5 rings through, 3 is what else there is."""
TAGS: Mapping[str, str] = {"alarm": "rotating_light", "warn": "warning", "calm": "white_check_mark"}
ACTIONS = 3
"""Buttons that a notification shows."""
LENGTH = 3_500
"""Bytes of text: above 4,096 it would become an attachment."""


class Settings(Public):
    """`[channels.push]`."""

    server: str = Field("https://ntfy.sh", pattern=r"^https?://", description="The ntfy server.")
    token: SecretStr = Field(SecretStr(""), description="An access token, tk_…, where topics are protected.")


def open_channel(settings: Settings) -> Channel:
    """Push notifications, with no connection yet."""
    return Push(settings)


class Push:
    """One ntfy server. A topic is as secret as a password: whoever knows it reads what is sent there."""

    name = "push"

    def __init__(self, settings: Settings) -> None:
        self._server = settings.server
        token = settings.token.get_secret_value()
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.links, self.wire = Links(self.name, settings), Wire(settings.server)

    async def tell(self, handle: Handle, card: Card, key: str) -> tuple[Place, MessageId]:
        """Publish a card to somebody's topic; its buttons act without opening anything."""
        if not TOPIC.fullmatch(handle.id):
            raise Forbidden("this is no topic: letters, digits, _ and -, 64 at most")
        answer = await self.wire.post(self._server, json=self.message(handle, card, key), headers=self._headers)
        if not answer.good:
            raise refusal(answer)
        return Place(self.name, handle.id), MessageId(str(answer.data.get("id", "")))

    def message(self, handle: Handle, card: Card, key: str) -> Mapping[str, object]:
        """A card as ntfy takes it."""
        acts = [
            {"action": "http", "label": button.label, "url": url, "method": "POST", "clear": True}
            for button, url in self.links.of(handle, card, key)[:ACTIONS]
        ]
        body = text(Card(body=card.body, facts=card.facts, links=card.links)) or headline(card)
        return {
            "topic": handle.id,
            "title": headline(card),
            "message": body.encode()[:LENGTH].decode(errors="ignore"),
            "priority": URGENCY.get(card.tone, 3),
            **({"tags": [TAGS[card.tone]]} if card.tone in TAGS else {}),
            **({"actions": acts} if acts else {}),
        }

    async def examine(self) -> Sequence[Finding]:
        """Whether the server is well and knows our token. Nothing is published. Raises `Unreachable`.

        https://docs.ntfy.sh/config/#health-checks
        """
        server = self._server.rstrip("/")
        health = await self.wire.ask("GET", f"{server}/v1/health")
        well = health.good and health.data.get("healthy") is True
        if not well:
            what = f"{server} is no ntfy server that is well ({health.status})"
            return [Finding(what=what, ok=False, fix="see channels.push.server")]
        found = [Finding(what=f"{server} is well", ok=True)]
        if self._headers:
            known = (await self.wire.ask("GET", f"{server}/v1/account", headers=self._headers)).good
            fix = "channels.push.token = a token of that server's: `ntfy token add`"
            found.append(Finding(what="it knows the token", ok=known, fix=fix))
        return [*found, Finding(what="whether a topic may be published to was not tried; `me test` does", ok=None)]

    async def close(self) -> None:
        """Let go of every connection."""
        await self.wire.close()

    def routes(self, house: House) -> Sequence[Route]:
        """Where its buttons lead."""
        return Presses(self.links, house).routes()


def refusal(answer: Answer) -> ChatError:
    """Its error in the house's words."""
    code = answer.data.get("code")
    return failure(answer, f"{answer.data.get('error', 'the server refuses it')} ({code or answer.status})"[:200])
