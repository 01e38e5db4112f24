"""Text messages, by Twilio. Whoever gets one answers it: ACK 42 takes the incident.

https://www.twilio.com/docs/messaging/api/message-resource, .../guides/track-outbound-message-status, .../twiml
"""

import re
from collections.abc import Mapping, Sequence

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.notify.letters import flat
from adapters.notify.links import heard
from adapters.notify.segments import fit, plainer
from adapters.notify.twilio import Account, Twilio, element, stranger, twiml
from bot.ports import Card, Channel, Finding, Form, Handle, House, MessageId, Place, Receipt, Unheard
from bot.text.rich import plain
from bot.text.words import N_, Voice, known

MOST = 2
"""Messages that a page is cut into, at most: every one costs."""
ANSWER = 4
"""The same for an answer that was asked for."""
KEYWORD = re.compile(r"[!/]?(ack|take|escalate|summary|who)\b[\s:]*#?(b?\d{1,9})?\b\s*(.*)", re.IGNORECASE | re.DOTALL)
"""What a text message may say. STOP, START and HELP never come here: Twilio answers them itself."""
ENDED: Mapping[str, str] = {"delivered": "delivered", "undelivered": "failed", "failed": "failed"}
UNKNOWN = N_("I understand: ACK 42 (take it), ESCALATE 42, SUMMARY 42. Everything else works in the chats.")
UNHEARD = N_("I could not keep that just now, and nothing was changed. Please send it again in a moment.")
UNFINISHED = N_("That needs more words than a text message has. Please say it in a chat.")


class Settings(Account):
    """`[channels.sms]`. Twilio's number must send what comes in to `<url>/notify/sms/reply`."""

    sender: str = Field(
        pattern=r"^(\+[1-9]\d{1,14}|MG[0-9a-fA-F]{32})$",
        description="The number that sends, +…, or a messaging service, MG….",
    )


def open_channel(settings: Settings) -> Channel:
    """Text messages, with no connection yet."""
    return Sms(settings)


class Sms:
    """One number that sends and hears text messages (`Served`)."""

    name = "sms"

    def __init__(self, settings: Settings) -> None:
        self.twilio = Twilio(settings)
        self._from = {"MessagingServiceSid" if settings.sender.startswith("MG") else "From": settings.sender}

    async def tell(self, handle: Handle, card: Card, key: str) -> tuple[Place, MessageId]:
        """Send a card to one number, in two parts at most."""
        back = {"StatusCallback": f"{self.twilio.url}/notify/sms/status"} if self.twilio.url else {}
        form = {"Body": body(card, answers=bool(self.twilio.url)), **self._from, **back}
        sid = await self.twilio.create("Messages", handle.id, form)
        return Place(self.name, handle.id), MessageId(sid)

    async def examine(self) -> Sequence[Finding]:
        """Whether Twilio lets us in, and the number can do what it is for. Nothing is sent. Raises `Unreachable`."""
        return await self.twilio.examine(next(iter(self._from.values())), "sms")

    async def close(self) -> None:
        """Let go of every connection."""
        await self.twilio.wire.close()

    def routes(self, house: House) -> Sequence[Route]:
        """Where Twilio tells what came in, and what became of what went out."""

        async def reply(request: Request) -> Response:
            told = await self.twilio.told(request)
            return stranger() if told is None else twiml(element("Message", await answer(house, told)))

        async def status(request: Request) -> Response:
            told = await self.twilio.told(request)
            return stranger() if told is None else await receive(house, told)

        return [
            Route("/notify/sms/reply", reply, methods=["POST"]),
            Route("/notify/sms/status", status, methods=["POST"]),
        ]


def body(card: Card, *, answers: bool) -> str:
    """A card as a text message; how to answer it stays whole whatever else is cut."""
    title = plainer(plain(card.title))
    more = plainer(" ".join(plain((each,)) for each in card.body[:2]))
    first = next((each for each in card.buttons if each.style == "primary"), None) if answers else None
    hint = Voice(known(card.language) or "en").word(HINT, words=keyword(first.says), label=first.label) if first else ""
    facts = [f"{fact.label}: {plain(fact.value)}" for fact in card.facts]
    tail = "".join(f"\n{plainer(part)}" for part in (*facts, hint) if part)
    return fit(". ".join(part for part in (title, more) if part), tail, MOST + bool(facts))


HINT = N_("Reply {words}: {label}")


def keyword(says: str) -> str:
    """A command line as somebody types it on a telephone: `ACK 42`."""
    return says.replace("#", "").upper()


async def answer(house: House, told: Mapping[str, str]) -> str:
    """Hear what came in, and what to say to it."""
    handle = Handle("sms", told.get("From", ""))
    found = KEYWORD.fullmatch(told.get("Body", "").strip())
    voice = Voice("zh-hans" if re.search("[\u4e00-\u9fff]", told.get("Body", "")) else "en")
    if found is None:
        return voice.word(UNKNOWN)
    number = f"#{found[2]}" if (found[2] or "").isdecimal() else found[2]
    words = " ".join(part for part in (found[1].lower(), number, found[3].strip()) if part)
    try:
        said = await house.hear(heard(handle, f"sms-{told.get('MessageSid', '')}", words))
    except Unheard:
        return voice.word(UNHEARD)
    if said is None or isinstance(said, Form):
        return voice.word(UNFINISHED)
    return fit(plainer("\n".join(part for part in (flat(said.title), plain(said.body)) if part)), "", ANSWER)


async def receive(house: House, told: Mapping[str, str]) -> Response:
    """What became of a message that went out."""
    sid, state = told.get("MessageSid", ""), told.get("MessageStatus", "")
    if state in ENDED:
        place, why = Place("sms", told.get("To", "")), told.get("ErrorCode", "")
        receipt = Receipt(
            key=f"sms-{sid}-{state}",
            place=place,
            message=MessageId(sid),
            state="delivered" if ENDED[state] == "delivered" else "failed",
            why=f"{state} ({why})" if why else "" if state == "delivered" else state,
        )
        try:
            await house.receipt(receipt)
        except Unheard:
            return Response(status_code=503)
    return Response(status_code=204)
