"""Mail, by SMTP: a page as text and HTML, with signed links for its buttons.

RFC 5321 (SMTP), RFC 5322 (messages), RFC 3834 (Auto-Submitted).
"""

import asyncio
import re
import ssl
from collections.abc import Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.utils import localtime, parseaddr
from hashlib import sha256
from typing import Literal

import aiosmtplib
from pydantic import Field, SecretStr, field_validator
from starlette.routing import Route

from adapters.notify.letters import headline, html, text
from adapters.notify.links import Links, Public, linked
from adapters.notify.press import Presses
from adapters.notify.wire import LOOPBACK, PATIENCE
from bot.ports import Card, Channel, ChatError, Finding, Forbidden, Handle, House, MessageId, Place, Unreachable

ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
ADDRESS = re.compile(rf"(?=.{{3,254}}$){ATOM}(?:\.{ATOM})*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
LATER = 60.0
"""Seconds after which a server that said "not now" is asked again."""


class Settings(Public):
    """`[channels.email]`."""

    host: str = Field(min_length=1, description="The mail server: smtp.example.org.")
    port: int = Field(587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="starttls (587), tls from the first byte (465), or none, for a server on this machine."
    )
    user: str = Field("", description="Who logs in, where the server wants that.")
    password: SecretStr = Field(SecretStr(""), description="Their password.")
    ca: str = Field(
        "",
        description="A file with the certificate authority of a server of your own; empty: those the machine trusts.",
    )
    sender: str = Field(description="Whom mails are from: Tocsin <tocsin@example.org>.")

    @field_validator("sender")
    @classmethod
    def _an_address(cls, sender: str) -> str:
        if not ADDRESS.fullmatch(parseaddr(sender)[1]):
            raise ValueError("expected an address such as Tocsin <tocsin@example.org>")
        return sender


def open_channel(settings: Settings) -> Channel:
    """Mail, with no connection yet."""
    return Email(settings)


class Email:
    """One mail server."""

    name = "email"

    def __init__(self, settings: Settings) -> None:
        self.settings, self.links = settings, Links(self.name, settings)
        name, address = parseaddr(settings.sender)
        self._from = Address(name or "Tocsin", addr_spec=address)

    async def tell(self, handle: Handle, card: Card, key: str) -> tuple[Place, MessageId]:
        """Send a card to one address."""
        if not ADDRESS.fullmatch(handle.id):
            raise Forbidden("this is no mail address")
        letter = self.letter(handle, card, key)
        await self._hand_over(handle.id, letter.as_bytes(policy=WIRE))
        return Place(self.name, handle.id), MessageId(str(letter["Message-ID"]))

    def letter(self, handle: Handle, card: Card, key: str) -> EmailMessage:
        """A card as a mail. Its name follows from the key, and all mails about one incident are one conversation."""
        links = linked(self.links.of(handle, card, key), card)
        letter = EmailMessage(policy=WIRE)
        letter["From"], letter["To"] = self._from, Address(addr_spec=handle.id)
        letter["Subject"], letter["Date"] = headline(card), localtime()
        letter["Message-ID"] = self._id(key)
        about = re.search(r"#\d+", " ".join(each.says for each in card.buttons))
        letter["References"] = self._id(about[0] if about else key)
        letter["Auto-Submitted"] = "auto-generated"
        letter["X-Auto-Response-Suppress"] = "All"
        if card.tone == "alarm":
            letter["Importance"], letter["X-Priority"] = "high", "1"
        letter.set_content(text(card, links))
        letter.add_alternative(html("mail.html", card, links), subtype="html")
        return letter

    def _id(self, key: str) -> str:
        return f"<{sha256(key.encode()).hexdigest()[:32]}@{self._from.domain}>"

    async def _hand_over(self, to: str, letter: bytes) -> None:
        """Give it to the server. Raises `ChatError`."""
        under_way = taken = False
        try:
            async with asyncio.timeout(PATIENCE), self._connection() as server:
                await server.mail(self._from.addr_spec)
                await server.rcpt(to)
                # From here on a silence says nothing: it may have been taken.
                under_way = True
                await server.data(letter)
                taken = True
        except (aiosmtplib.SMTPException, OSError) as wrong:
            if not taken:
                raise failure(wrong, under_way) from None

    def _connection(self) -> aiosmtplib.SMTP:
        settings = self.settings
        return aiosmtplib.SMTP(
            hostname=settings.host,
            port=settings.port,
            username=settings.user or None,
            password=settings.password.get_secret_value() or None,
            use_tls=settings.security == "tls",
            start_tls=settings.security == "starttls",
            cert_bundle=settings.ca or None,
            timeout=PATIENCE,
        )

    async def examine(self) -> Sequence[Finding]:
        """Whether the server answers, securely, and lets us in. No mail is sent."""
        settings = self.settings
        at = f"{settings.host}:{settings.port}"
        try:
            async with asyncio.timeout(PATIENCE), self._connection() as server:
                await server.noop()
        except (aiosmtplib.SMTPException, OSError) as wrong:
            return [unwell(at, settings, wrong)]
        how = {"starttls": ", by STARTTLS", "tls": ", by TLS", "none": ""}[settings.security]
        who = f", and lets {settings.user} in" if settings.user else ""
        found = [Finding(what=f"{at} answers{how}{who}", ok=True)]
        if settings.security == "none" and settings.host not in LOOPBACK:
            fix = 'channels.email.security = "starttls"'
            found.append(Finding(what="mails, and the password, go there in clear", ok=False, fix=fix))
        not_tried = f"whether it takes mails from {self._from.addr_spec} was not tried; `me test` sends one"
        return [*found, Finding(what=not_tried, ok=None)]

    async def close(self) -> None:
        """Nothing is kept open."""

    def routes(self, house: House) -> Sequence[Route]:
        """Where its links lead."""
        return Presses(self.links, house).routes()


def unwell(at: str, settings: Settings, wrong: Exception) -> Finding:
    """What an examination found wrong, and what to do."""
    causes: list[BaseException] = [wrong]
    while (more := causes[-1].__cause__ or causes[-1].__context__) and more not in causes:
        causes.append(more)
    bad = next((each for each in causes if isinstance(each, ssl.SSLCertVerificationError)), None)
    if bad:
        fix = "give channels.email.host as its certificate names it, or channels.email.ca for an authority of your own"
        return Finding(what=f"{at} has no good certificate: {bad.verify_message}", ok=False, fix=fix)
    fixes: dict[type[Exception], str] = {
        aiosmtplib.SMTPAuthenticationError: "see channels.email.user and channels.email.password",
        aiosmtplib.SMTPException: 'see channels.email.security: "tls" is for 465, "starttls" for 587',
    }
    host = "see channels.email.host, port and security, and that this machine may connect there"
    fix = fixes.get(type(wrong), host)
    return Finding(what=f"{at}: {failure(wrong, under_way=False)}", ok=False, fix=fix)


def failure(wrong: Exception, under_way: bool) -> ChatError:
    """What an error means. The server's own words may quote the address."""
    match wrong:
        case aiosmtplib.SMTPAuthenticationError():
            return Forbidden(f"the mail server does not accept the user and the password ({wrong.code})")
        case aiosmtplib.SMTPResponseException() if wrong.code < 500:
            return Unreachable(f"the mail server says: not now ({wrong.code})", retry_in=LATER)
        case aiosmtplib.SMTPRecipientRefused():
            return Forbidden(f"the mail server refuses the address ({wrong.code})")
        case aiosmtplib.SMTPResponseException():
            return Forbidden(f"the mail server refuses it ({wrong.code})")
        case ssl.SSLError():
            return Unreachable("no secure connection to the mail server")
        case aiosmtplib.SMTPConnectError():
            return Unreachable("no connection to the mail server")
        case aiosmtplib.SMTPServerDisconnected() | OSError():
            return Unreachable("the mail server fell silent", ambiguous=under_way)
    return Forbidden("the mail server offers no STARTTLS, or no login that we know: see channels.email.security")
