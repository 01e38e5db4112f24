"""Telephone calls, by Twilio: the page is read aloud, and a key answers it.

https://www.twilio.com/docs/voice/api/call-resource, https://www.twilio.com/docs/voice/twiml/gather
"""

from collections.abc import Mapping, Sequence
from typing import Literal
from xml.etree.ElementTree import Element

from pydantic import Field, model_validator
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.notify.letters import flat
from adapters.notify.links import Expired, Forged, Links, Press
from adapters.notify.segments import plainer
from adapters.notify.twilio import Account, Twilio, document, element, stranger, twiml
from bot.ports import Card, Channel, Finding, Handle, House, MessageId, Place, Receipt, Unheard
from bot.text.rich import plain
from bot.text.words import N_, Voice, known

TONGUES: Mapping[str, str] = {"en": "en-US", "zh-hans": "zh-CN"}
"""Our languages as a voice speaks them."""
LENGTH = 500
"""Letters that are read aloud, at most: half a minute, and TwiML in a request may have 4,000 in all."""
MISSED: Mapping[str, str] = {"busy": "busy", "no-answer": "no answer", "failed": "failed", "canceled": "canceled"}
KEY = N_("Press {digit}: {label}.")
BYE = N_("No key was pressed. Goodbye.")
NO_KEY = N_("There is nothing on that key.")
OLD = N_("This call is too old. Nothing was done.")
UNHEARD = N_("I could not keep that just now, and nothing was changed. Please press it again.")
UNFINISHED = N_("That needs a few words. Please say it in a chat.")


class Settings(Account):
    """`[channels.call]`. It needs `channels.url`: a key that is pressed must be told."""

    sender: str = Field(pattern=r"^\+[1-9]\d{1,14}$", description="The number that calls, +….")
    ring: int = Field(30, ge=10, le=120, description="Seconds that it rings; a mailbox may pick up later.")

    @model_validator(mode="after")
    def _told_of_keys(self) -> "Settings":
        if not self.url:
            raise ValueError("calls need channels.url: the key that is pressed is told there")
        return self


def open_channel(settings: Settings) -> Channel:
    """Calls, with no connection yet."""
    return Call(settings)


class Call:
    """One number that calls, reads a page aloud and hears keys (`Served`)."""

    name = "call"

    def __init__(self, settings: Settings) -> None:
        self.twilio, self.links = Twilio(settings), Links(self.name, settings)
        self._from, self._ring = settings.sender, str(settings.ring)

    async def tell(self, handle: Handle, card: Card, key: str) -> tuple[Place, MessageId]:
        """Call one number and read a card. What was accepted has not been heard yet: a receipt tells."""
        form = {
            "From": self._from,
            "Twiml": document(*self.read(handle, card, key)),
            "Timeout": self._ring,
            "StatusCallback": f"{self.twilio.url}/notify/call/status",
        }
        return Place(self.name, handle.id), MessageId(await self.twilio.create("Calls", handle.id, form))

    async def examine(self) -> Sequence[Finding]:
        """Whether Twilio lets us in, and the number can do what it is for. Nothing is sent. Raises `Unreachable`."""
        return await self.twilio.examine(self._from, "voice")

    async def close(self) -> None:
        """Let go of every connection."""
        await self.twilio.wire.close()

    def read(self, handle: Handle, card: Card, key: str) -> Sequence[Element]:
        """A card read aloud, twice, and then the keys: one a button, in their order."""
        voice = Voice(known(card.language) or "en")
        keys = " ".join(voice.word(KEY, digit=at, label=each.label) for at, each in enumerate(card.buttons, 1))
        said = say(f"{spoken(card)} {keys}".strip(), voice)
        if not card.buttons:
            return [said, said]
        pressed = self.links.seal([str(handle), [each.says for each in card.buttons], voice.language, key])
        return [gather(f"{self.twilio.url}/notify/call/key/{pressed}", said, said), say(voice.word(BYE), voice)]

    def routes(self, house: House) -> Sequence[Route]:
        """Where Twilio tells which key was pressed, and how the call ended."""

        async def key(request: Request) -> Response:
            told = await self.twilio.told(request)
            return stranger() if told is None else await self._pressed(house, request.path_params["token"], told)

        async def status(request: Request) -> Response:
            told = await self.twilio.told(request)
            return stranger() if told is None else await receive(house, told)

        return [
            Route("/notify/call/key/{token}", key, methods=["POST"]),
            Route("/notify/call/status", status, methods=["POST"]),
        ]

    async def _pressed(self, house: House, token: str, told: Mapping[str, str]) -> Response:
        try:
            address, says, language, key = self.links.unseal(token)
        except (Expired, Forged):
            return twiml(say(Voice().word(OLD), Voice()))
        voice, digit = Voice(language), told.get("Digits", "")
        again = f"{self.twilio.url}/notify/call/key/{token}"
        if not (digit.isdecimal() and 1 <= int(digit) <= len(says)):
            return twiml(gather(again, say(voice.word(NO_KEY), voice)))
        press = Press(Handle.parse(address), says[int(digit) - 1], "", language, f"{key} {told.get('CallSid', '')}")
        try:
            answer = await house.hear(press.said())
        except Unheard:
            return twiml(gather(again, say(voice.word(UNHEARD), voice)))
        await ended(house, told, "delivered", f"answered, pressed {digit if digit in '12' else 'another key'}")
        text = spoken(answer) if isinstance(answer, Card) else voice.word(UNFINISHED)
        return twiml(say(text, voice))


def gather(action: str, *children: Element) -> Element:
    """Read this, and hear a key meanwhile or within ten seconds after."""
    return element("Gather", children=children, input="dtmf", numDigits="1", timeout="10", action=action, method="POST")


def say(text: str, voice: Voice) -> Element:
    """Words read in a language."""
    return element("Say", text, language=TONGUES.get(voice.language, "en-US"))


def spoken(card: Card) -> str:
    """A card as it is read aloud: no marks, no addresses, and no longer than somebody listens."""
    facts = (f"{fact.label}: {flat(fact.value)}" for fact in card.facts)
    said = ". ".join(part for part in (flat(card.title), *facts, *(plain((each,)) for each in card.body)) if part)
    return plainer(said).replace("#", "").strip()[:LENGTH]


async def receive(house: House, told: Mapping[str, str]) -> Response:
    """How a call ended."""
    state, heard = told.get("CallStatus", ""), True
    if state in {"completed", *MISSED}:
        heard = await ended(
            house, told, "delivered" if state == "completed" else "failed", MISSED.get(state, "answered")
        )
    return Response(status_code=204 if heard else 503)


async def ended(house: House, told: Mapping[str, str], state: Literal["delivered", "failed"], why: str) -> bool:
    """Say what became of a call; the first that is said counts. Whether it was heard."""
    sid = told.get("CallSid", "")
    place = Place("call", told.get("To", ""))
    try:
        await house.receipt(Receipt(key=f"call-{sid}-{why}", place=place, message=MessageId(sid), state=state, why=why))
    except Unheard:
        return False
    return True
