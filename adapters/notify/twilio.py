"""Twilio: what text messages and calls have in common.

https://www.twilio.com/docs/usage/requests-to-twilio, https://www.twilio.com/docs/usage/security#validating-requests
"""

import base64
import hmac
import re
from collections.abc import Mapping, Sequence
from hashlib import sha1
from urllib.parse import parse_qsl, urlsplit
from xml.etree.ElementTree import Element, tostring

import aiohttp
from pydantic import Field, SecretStr
from starlette.requests import Request
from starlette.responses import Response

from adapters.notify.links import Public
from adapters.notify.wire import Answer, Wire, failure
from bot.ports import ChatError, Finding, Forbidden

E164 = re.compile(r"\+[1-9]\d{6,14}")
MOST = 64 * 1024
"""Bytes that a callback has, at most."""
MEANINGS: Mapping[int, str] = {
    20003: "Twilio does not accept the account and its token",
    20429: "Twilio asks us to wait",
    21211: "this is no number that can be reached",
    21214: "this number cannot be called",
    21215: "the account may not call this country",
    21408: "the account may not send to this country",
    21608: "a trial account sends only to numbers that it verified",
    21610: "whoever has this number does not want messages: they replied STOP, and START undoes it",
    21614: "this number takes no text messages",
}
"""What some of its errors mean: https://www.twilio.com/docs/api/errors."""


class Account(Public):
    """What `[channels.sms]` and `[channels.call]` have in common."""

    account: str = Field(pattern=r"^AC[0-9a-fA-F]{32}$", description="The account's SID, AC….")
    token: SecretStr = Field(description="Its auth token: it also signs what Twilio tells us.")
    api: str = Field("https://api.twilio.com", description="Where the API answers.")


class Twilio:
    """An account."""

    def __init__(self, settings: Account) -> None:
        self.url, self._account = settings.url, settings.account
        self._token = settings.token.get_secret_value()
        self._base = f"{settings.api.rstrip('/')}/2010-04-01/Accounts/{settings.account}"
        self.wire = Wire(settings.api)

    async def create(self, what: str, to: str, form: Mapping[str, str]) -> str:
        """Make a message or a call: its SID. Raises `ChatError`."""
        if not E164.fullmatch(to):
            raise Forbidden("this is no telephone number: expected +, the country's code and the number")
        headers = {"Authorization": aiohttp.encode_basic_auth(self._account, self._token)}
        answer = await self.wire.post(f"{self._base}/{what}.json", headers=headers, data={"To": to, **form})
        if answer.good:
            return str(answer.data.get("sid", ""))
        raise refusal(answer)

    async def examine(self, sender: str, able: str) -> Sequence[Finding]:
        """Whether the account is open to us, and its number can do a thing: `sms` or `voice`. Nothing is sent."""
        account = await self._look(".json")
        if not account.good:
            fix = "see account and token: https://console.twilio.com shows them"
            return [Finding(what=str(refusal(account)), ok=False, fix=fix)]
        status = account.data.get("status")
        found = [Finding(what=f"the account is {status}", ok=status == "active", fix="open it at console.twilio.com")]
        if account.data.get("type") == "Trial":
            fix = "upgrade it, or verify each number at console.twilio.com"
            found.append(Finding(what="a trial account reaches only numbers that it verified", ok=None, fix=fix))
        if not sender.startswith("+"):
            return [*found, Finding(what="the messaging service's numbers were not looked at", ok=None)]
        return [*found, await self._number(sender, able)]

    async def _number(self, sender: str, able: str) -> Finding:
        answer = await self._look("/IncomingPhoneNumbers.json", {"PhoneNumber": sender})
        numbers = answer.data.get("incoming_phone_numbers") or []
        if not (answer.good and numbers):
            fix = "see sender: Twilio takes a number of the account, or for calls one that it verified"
            return Finding(what=f"{sender} is none of the account's own numbers", ok=None, fix=fix)
        fix = f"buy one with {able} at console.twilio.com"
        return Finding(what=f"{sender} can do {able}", ok=bool(numbers[0].get("capabilities", {}).get(able)), fix=fix)

    async def _look(self, what: str, query: Mapping[str, str] | None = None) -> Answer:
        headers = {"Authorization": aiohttp.encode_basic_auth(self._account, self._token)}
        return await self.wire.ask("GET", f"{self._base}{what}", headers=headers, params=query)

    async def told(self, request: Request) -> Mapping[str, str] | None:
        """What Twilio tells us; None for what somebody else does."""
        body = bytearray()
        async for piece in request.stream():
            body += piece
            if len(body) > MOST:
                return None
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
        # The address as we gave it: what a proxy before us makes of it was not signed.
        query = f"?{request.url.query}" if request.url.query else ""
        url = f"{self.url}{request.url.path}{query}"
        return dict(pairs) if signed(self._token, url, pairs, request.headers.get("x-twilio-signature", "")) else None


def refusal(answer: Answer) -> ChatError:
    """Its error in the house's words. Its own message may quote the number."""
    code = answer.data.get("code")
    meaning = MEANINGS.get(code, "Twilio refuses it") if isinstance(code, int) else "Twilio refuses it"
    return failure(answer, f"{meaning} ({code or answer.status})")


# ---- signatures


def signature(token: str, url: str, pairs: Sequence[tuple[str, str]]) -> str:
    """What Twilio puts into `X-Twilio-Signature`: of a name that is there twice, each value once, in order."""
    text = url + "".join(name + value for name, value in sorted(set(pairs)))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), sha1).digest()).decode()


def signed(token: str, url: str, pairs: Sequence[tuple[str, str]], claimed: str) -> bool:
    """Whether it was signed with the token. Twilio is of two minds about the standard port in an address."""
    made = (signature(token, each, pairs) for each in spellings(url))
    return any(hmac.compare_digest(each.encode(), claimed.encode()) for each in made)


def spellings(url: str) -> Sequence[str]:
    """An address with its port and without."""
    parts = urlsplit(url)
    bare = re.sub(r":\d+$", "", parts.netloc)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return [parts._replace(netloc=host).geturl() for host in (f"{bare}:{port}", bare)]


# ---- TwiML


def element(name: str, text: str = "", children: Sequence[Element] = (), **attributes: str) -> Element:
    """A TwiML element. What XML cannot hold is left out."""
    made = Element(name, attributes)
    made.text = re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text) or None
    made.extend(children)
    return made


def document(*children: Element) -> str:
    """A whole TwiML document."""
    body = tostring(element("Response", children=children), encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>{body}'


def twiml(*children: Element) -> Response:
    """The same as an answer."""
    return Response(document(*children), media_type="text/xml")


def stranger() -> Response:
    """The answer to whoever is not Twilio."""
    return Response("This is for Twilio, and the signature is not Twilio's.\n", 403, media_type="text/plain")
