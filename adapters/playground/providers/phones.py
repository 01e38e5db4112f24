"""Twilio on loopback, and the telephones that it reaches.  https://www.twilio.com/docs/usage/api"""

import base64
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha1
from itertools import count
from urllib.parse import parse_qsl
from xml.etree import ElementTree

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

E164 = re.compile(r"\+[1-9]\d{6,14}")
URL = re.compile(r"https?://[^\s/]+(/\S*)?")
VERBS = {"Say", "Gather", "Pause", "Hangup", "Redirect", "Play"}
Form = Mapping[str, str]


class Refusal(Exception):
    """What the API answers to what it does not take: code, words, status."""

    def __init__(self, code: int, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.body = {
            "code": code,
            "message": message,
            "more_info": f"https://www.twilio.com/docs/errors/{code}",
            "status": status,
        }
        self.status = status


@dataclass
class Text:
    """A text message on somebody's telephone."""

    sid: str
    to: str
    sender: str
    body: str
    back: str
    """Where its fate is told."""


@dataclass
class Ring:
    """A call: what was said so far, and where a key goes."""

    sid: str
    to: str
    sender: str
    back: str
    said: list[tuple[str, str]] = field(default_factory=list)
    """What was read aloud, each with its language."""
    keys: str = ""

    def play(self, twiml: str) -> None:
        """Read a document aloud up to its end or to a key. Raises `Refusal` for one that is none."""
        try:
            # The document is our own adapter's; entities are not expanded by this parser from outside.
            root = ElementTree.fromstring(twiml)  # noqa: S314
        except ElementTree.ParseError:
            raise Refusal(12100, "Document parse failure") from None
        if root.tag != "Response" or {each.tag for each in root} - VERBS:
            raise Refusal(12200, "Schema validation warning")
        self.keys = ""
        for each in root:
            self.said += [(say.get("language", "en-US"), say.text or "") for say in each.iter("Say")]
            if each.tag == "Gather":
                self.keys = each.attrib["action"]
                return


class Phones:
    """The provider, one account of it, and everybody's telephone."""

    def __init__(self, ring: Callable[[], None], account: str, token: str, number: str) -> None:
        self.ring, self.account, self.token, self.number = ring, account, token, number
        self.texts: list[Text] = []
        self.calls: list[Ring] = []
        self.stopped: set[str] = set()
        """Who replied STOP."""
        self.refusals: list[Response] = []
        """What the next requests are answered instead."""
        self.incoming = ""
        """Where text messages to our number are told."""
        self._numbers = count(1)
        self.status = "active"

    def routes(self) -> Sequence[Route]:
        base = "/twilio/2010-04-01/Accounts/{account}"
        return [
            Route(f"{base}.json", self._shown(self._account), methods=["GET"]),
            Route(f"{base}/IncomingPhoneNumbers.json", self._shown(self._owned), methods=["GET"]),
            Route(f"{base}/Messages.json", self._made(self._message), methods=["POST"]),
            Route(f"{base}/Calls.json", self._made(self._call), methods=["POST"]),
        ]

    def _made(self, make: Callable[[Form], Mapping[str, object]]) -> Callable[[Request], object]:
        async def endpoint(request: Request) -> Response:
            if self.refusals:
                return self.refusals.pop(0)
            try:
                self._admit(request)
                form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
                made = make(form)
            except Refusal as no:
                return JSONResponse(no.body, no.status)
            self.ring()
            return JSONResponse(made, 201)

        return endpoint

    def _shown(self, show: Callable[[Request], Mapping[str, object]]) -> Callable[[Request], object]:
        async def endpoint(request: Request) -> Response:
            if self.refusals:
                return self.refusals.pop(0)
            try:
                self._known(request)
            except Refusal as no:
                return JSONResponse(no.body, no.status)
            return JSONResponse(show(request))

        return endpoint

    def _account(self, request: Request) -> Mapping[str, object]:
        return {"sid": self.account, "status": self.status, "type": "Full"}

    def _owned(self, request: Request) -> Mapping[str, object]:
        asked = request.query_params.get("PhoneNumber", self.number)
        able = {"sms": True, "mms": False, "voice": True, "fax": False}
        numbers = [{"phone_number": self.number, "capabilities": able}] if asked == self.number else []
        return {"incoming_phone_numbers": numbers}

    def _known(self, request: Request) -> None:
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        wanted = base64.b64encode(f"{self.account}:{self.token}".encode()).decode()
        if kind != "Basic" or given != wanted:
            raise Refusal(20003, "Authenticate", 401)
        if request.path_params["account"] != self.account:
            raise Refusal(20404, "The requested resource was not found", 404)

    def _admit(self, request: Request) -> None:
        self._known(request)
        if request.headers.get("content-type", "").split(";")[0] != "application/x-www-form-urlencoded":
            raise Refusal(21604, "A 'To' phone number is required.")

    def _message(self, form: Form) -> Mapping[str, object]:
        to = self._to(form, 21604, 21211)
        if not (form.get("From") or form.get("MessagingServiceSid")):
            raise Refusal(21603, "A 'From' phone number is required.")
        if form.get("From", self.number) != self.number:
            raise Refusal(21606, f"The 'From' phone number provided ({form['From']}) is not valid for your account.")
        if not form.get("Body"):
            raise Refusal(21602, "Message body is required.")
        if len(form["Body"]) > 1600:
            raise Refusal(21617, "The concatenated message body exceeds the 1600 character limit.")
        if "StatusCallback" in form and not URL.fullmatch(form["StatusCallback"]):
            raise Refusal(21609, "The 'StatusCallback' URL is not a valid URL.")
        if to in self.stopped:
            raise Refusal(21610, "Attempt to send to unsubscribed recipient")
        text = Text(self._sid("SM"), to, self.number, form["Body"], form.get("StatusCallback", ""))
        self.texts.append(text)
        return {"sid": text.sid, "status": "queued", "to": to, "from": self.number, "body": text.body,
                "account_sid": self.account, "error_code": None, "direction": "outbound-api"}  # fmt: skip

    def _call(self, form: Form) -> Mapping[str, object]:
        to = self._to(form, 21201, 21211)
        if form.get("From") != self.number:
            raise Refusal(21210, f"'From' phone number not verified: {form.get('From', '')}")
        if not form.get("Url") and not form.get("Twiml"):
            raise Refusal(21205, "Url parameter is required.")
        if len(form["Twiml"]) > 4000:
            raise Refusal(21264, "Twiml parameter is too long: 4000 characters at most.")
        call = Ring(self._sid("CA"), to, self.number, form.get("StatusCallback", ""))
        call.play(form["Twiml"])
        self.calls.append(call)
        return {"sid": call.sid, "status": "queued", "to": to, "from": self.number, "account_sid": self.account}

    def _to(self, form: Form, missing: int, bad: int) -> str:
        if not (to := form.get("To", "")):
            raise Refusal(missing, "A 'To' phone number is required.")
        if not E164.fullmatch(to):
            raise Refusal(bad, f"The 'To' number {to} is not a valid phone number.")
        return to

    def _sid(self, kind: str) -> str:
        return f"{kind}{next(self._numbers):032x}"

    # ---- what people do with their telephones

    def on(self, number: str) -> list[Text]:
        """The text messages on a telephone."""
        return [text for text in self.texts if text.to == number]

    async def reply(self, number: str, body: str) -> str:
        """Send a text message to our number; what is texted back."""
        sid = self._sid("SM")
        form = {"MessageSid": sid, "SmsSid": sid, "From": number, "To": self.number, "Body": body, "NumMedia": "0"}
        answer = await self._post(self.incoming, form)
        root = ElementTree.fromstring(answer.text)  # noqa: S314 - our own adapter's
        return "".join(each.text or "" for each in root.iter("Message"))

    async def press(self, call: Ring, digit: str) -> str:
        """Press a key; what is then read aloud."""
        before = len(call.said)
        form = {"CallSid": call.sid, "From": call.sender, "To": call.to, "Digits": digit, "CallStatus": "in-progress"}
        call.play((await self._post(call.keys, form)).text)
        return " ".join(text for _, text in call.said[before:])

    async def end(self, call: Ring, status: str = "completed") -> None:
        """Hang up, or never pick up: `busy`, `no-answer`."""
        form = {"CallSid": call.sid, "From": call.sender, "To": call.to, "CallStatus": status}
        await self._post(call.back, form)

    async def arrive(self, text: Text, status: str = "delivered", error: str = "") -> None:
        """Tell what became of a text message."""
        form = {"MessageSid": text.sid, "From": text.sender, "To": text.to, "MessageStatus": status}
        await self._post(text.back, form | ({"ErrorCode": error} if error else {}))

    async def _post(self, url: str, form: Form) -> httpx.Response:
        told = url + "".join(f"{name}{form[name]}" for name in sorted(form))
        signature = base64.b64encode(hmac.new(self.token.encode(), told.encode(), sha1).digest()).decode()
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.post(url, data=dict(form), headers={"X-Twilio-Signature": signature})
        answer.raise_for_status()
        return answer
