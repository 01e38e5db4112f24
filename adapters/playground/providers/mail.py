"""A mail server on loopback, strict about the order of its commands.  RFC 5321, RFC 4954 (AUTH)"""

import asyncio
import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from ssl import SSLContext, SSLError
from typing import Any

MOST = 10 * 1024 * 1024
ADDRESS = re.compile(r"(?:FROM|TO):\s?<([^<>\s]*)>(?: .*)?", re.IGNORECASE)


@dataclass(frozen=True)
class Mail:
    """A mail in somebody's mailbox."""

    sender: str
    to: str
    letter: EmailMessage

    def part(self, kind: str) -> str:
        """Its text of one kind: `plain` or `html`."""
        found = self.letter.get_body((kind,))
        return str(found.get_content()) if found else ""

    def links(self) -> list[str]:
        """The addresses in its plain text."""
        return re.findall(r"https?://\S+", self.part("plain"))


class MailServer:
    """Takes mail for everybody.

    `answers` says what it answers to a command instead, `{"RCPT": "550 5.1.1 no such user"}`, or with an empty answer
    that it says nothing at all; `END` is the end of a mail.
    """

    def __init__(
        self, ring: Callable[[], None], user: str, password: str, security: str = "none", tls: SSLContext | None = None
    ) -> None:
        self.ring, self._login = ring, (user, password)
        self.security, self.tls = security, tls
        """As `[channels.email]` says it: `starttls`, `tls`, or none; and the certificate that it shows."""
        self.mails: list[Mail] = []
        self.answers: dict[str, str] = {}
        self.port = 0
        self._server: asyncio.Server | None = None
        self._guests: set[asyncio.StreamWriter] = set()

    async def open(self) -> None:
        """Answer on any free port."""
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", 0, limit=MOST, ssl=self.tls if self.security == "tls" else None
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Nobody is served any more."""
        if self._server:
            self._server.close()
            for guest in list(self._guests):
                guest.close()
            await self._server.wait_closed()

    def to(self, address: str) -> list[Mail]:
        """Somebody's mailbox."""
        return [mail for mail in self.mails if mail.to == address]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._guests.add(writer)
        try:
            await Visit(self, reader, writer).serve(self._login)
        except (ConnectionError, asyncio.IncompleteReadError, SSLError):
            pass  # It went without a word.
        finally:
            self._guests.discard(writer)
            writer.close()


class Visit:
    """One connection."""

    def __init__(self, server: MailServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.server, self.reader, self.writer = server, reader, writer
        self.greeted = self.known = False
        self.clear = server.security == "starttls"
        """Nobody logs in before it is secured."""
        self.sender: str | None = None
        self.to: list[str] = []

    async def serve(self, login: tuple[str, str]) -> None:
        """Until it quits."""
        self.login = login
        await self.say("220 mail.playground ESMTP")
        while line := (await self.reader.readline()).decode("utf-8", "replace").rstrip("\r\n"):
            verb, _, rest = line.partition(" ")
            if verb.upper() in self.server.answers:
                if answer := self.server.answers[verb.upper()]:
                    await self.say(answer)
                    continue
                await asyncio.Event().wait()
            known = getattr(self, f"_{verb.lower()}", None)
            await (known(rest) if known else self.say("502 5.5.2 Error: command not recognized"))
            if verb.upper() == "QUIT":
                return

    async def say(self, *lines: str) -> None:
        self.writer.write("".join(f"{line}\r\n" for line in lines).encode())
        await self.writer.drain()

    async def _ehlo(self, rest: str) -> None:
        self.greeted = True
        secured = "250-STARTTLS" if self.clear else "250-AUTH PLAIN LOGIN"
        await self.say("250-mail.playground", secured, "250-8BITMIME", f"250 SIZE {MOST}")

    async def _starttls(self, rest: str) -> None:
        if not (self.clear and self.server.tls):
            await self.say("502 5.5.1 Error: command not implemented")
            return
        await self.say("220 2.0.0 Ready to start TLS")
        # What was said before it counts for nothing: RFC 3207, 4.2.
        self.greeted = self.clear = False
        writer: Any = self.writer
        before = writer.transport
        try:
            await writer.start_tls(self.server.tls)
        except AttributeError:
            # Who does not like the certificate has hung up, and Python 3.11 leaves its writer without a connection.
            writer._transport = before
            raise ConnectionResetError from None

    async def _auth(self, rest: str) -> None:
        if self.clear:
            await self.say("538 5.7.11 Encryption required for requested authentication mechanism")
            return
        kind, _, first = rest.partition(" ")
        if kind.upper() == "PLAIN":
            first = first or await self._asked("")
            given = tuple(decoded(first).split("\0")[1:])
        else:
            user = first or await self._asked("VXNlcm5hbWU6")
            given = (decoded(user), decoded(await self._asked("UGFzc3dvcmQ6")))
        self.known = given == self.login
        await self.say(
            "235 2.7.0 Authentication successful"
            if self.known
            else "535 5.7.8 Error: authentication failed: authentication failure"
        )

    async def _asked(self, challenge: str) -> str:
        await self.say(f"334 {challenge}")
        return (await self.reader.readline()).decode().strip()

    async def _mail(self, rest: str) -> None:
        found = ADDRESS.fullmatch(rest)
        if not self.greeted:
            await self.say("503 5.5.1 Error: send HELO/EHLO first")
        elif not self.known:
            await self.say("530 5.7.0 Authentication required")
        elif not found:
            await self.say("501 5.1.7 Bad sender address syntax")
        else:
            self.sender, self.to = found[1], []
            await self.say("250 2.1.0 Ok")

    async def _rcpt(self, rest: str) -> None:
        found = ADDRESS.fullmatch(rest)
        if self.sender is None:
            await self.say("503 5.5.1 Error: need MAIL command")
        elif not found or "@" not in found[1]:
            await self.say("501 5.1.3 Bad recipient address syntax")
        else:
            self.to.append(found[1])
            await self.say("250 2.1.5 Ok")

    async def _data(self, rest: str) -> None:
        if not self.to:
            await self.say("503 5.5.1 Error: need RCPT command")
            return
        await self.say("354 End data with <CR><LF>.<CR><LF>")
        raw = await self.reader.readuntil(b"\r\n.\r\n")
        if (answer := self.server.answers.get("END")) is not None:
            await (self.say(answer) if answer else asyncio.Event().wait())
            return
        raw = raw[:-3].replace(b"\r\n..", b"\r\n.")
        letter = message_from_bytes(raw, policy=policy.default)
        self.server.mails += [Mail(self.sender or "", to, letter) for to in self.to]
        self.sender, self.to = None, []
        self.server.ring()
        await self.say("250 2.0.0 Ok: queued")

    async def _rset(self, rest: str) -> None:
        self.sender, self.to = None, []
        await self.say("250 2.0.0 Ok")

    async def _noop(self, rest: str) -> None:
        await self.say("250 2.0.0 Ok")

    async def _quit(self, rest: str) -> None:
        await self.say("221 2.0.0 Bye")


def decoded(text: str) -> str:
    """What base64 says; nothing where it is none."""
    try:
        return base64.b64decode(text, validate=True).decode("utf-8", "replace")
    except binascii.Error:
        return ""
