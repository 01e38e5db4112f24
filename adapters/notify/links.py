"""Signed links: whoever has one may do the one thing that it says, in the name of the person whom it was sent to."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from itsdangerous import BadSignature, URLSafeTimedSerializer
from msgspec import Struct
from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from bot.ports import Button, Card, Handle, Link, Place, Said

VALID = 24 * 3600
"""Seconds that a link is good for: less than the house remembers what it heard, so that none works twice."""
LONG = 16
"""Letters that a secret has, at least."""


class Public(BaseModel):
    """How the house is reached from outside: `[channels]` says it once, and every channel is told."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = Field("", description="Where the house is reached: https://tocsin.example.org. Empty: no links.")
    secret: SecretStr = Field(SecretStr(""), description="Signs the links: at least 16 random letters.")

    @field_validator("url")
    @classmethod
    def _address(cls, url: str) -> str:
        if url and not url.startswith(("https://", "http://")):
            raise ValueError("expected an address such as https://tocsin.example.org")
        return url.rstrip("/")

    @model_validator(mode="after")
    def _signed(self) -> "Public":
        if self.url and len(self.secret.get_secret_value()) < LONG:
            raise ValueError(f"links need channels.secret, at least {LONG} random letters")
        return self


class Expired(Exception):
    """The link is too old."""


class Forged(Exception):
    """The link is not one of ours, or was changed on its way."""


class Press(Struct, frozen=True):
    """What a link does: `says` is the command line, `key` the send that carried it."""

    handle: Handle
    says: str
    label: str
    language: str
    key: str

    def said(self) -> Said:
        """The press, as the house hears it: the same however often it is pressed."""
        digest = sha256(f"{self.handle} {self.key} {self.says}".encode()).hexdigest()[:32]
        return heard(self.handle, f"{self.handle.platform}-{digest}", self.says, self.language)


def heard(handle: Handle, key: str, words: str, language: str = "") -> Said:
    """Words from somebody's channel, which only they see answered."""
    place = Place(handle.platform, handle.id)
    return Said(key=key, by=handle, place=place, words=words, pressed=True, direct=True, locale=language)


class Links:
    """Makes one channel's links and reads them back. Without a public address there are none."""

    def __init__(self, channel: str, settings: Public, valid: int = VALID) -> None:
        self.channel, self.url, self.valid = channel, settings.url, valid
        self._sealed = URLSafeTimedSerializer(settings.secret.get_secret_value() or "none", salt=f"tocsin {channel}")

    def seal(self, value: Any) -> str:
        """A value as a word that nobody else can make."""
        return str(self._sealed.dumps(value))

    def unseal(self, token: str) -> Any:
        """The value again. Raises `Expired` and `Forged`."""
        try:
            value, made = self._sealed.loads(token, return_timestamp=True)
        except BadSignature:
            raise Forged from None
        # Not by the library's own rule: it refuses what a process made whose clock is ahead of this one's.
        if datetime.now(UTC) - made > timedelta(seconds=self.valid):
            raise Expired
        return value

    def link(self, press: Press) -> str:
        """The address that does it."""
        token = self.seal([str(press.handle), press.says, press.label, press.language, press.key])
        return f"{self.url}/notify/{self.channel}/press/{token}"

    def read(self, token: str) -> Press:
        """What a link does. Raises `Expired` and `Forged`."""
        handle, *rest = self.unseal(token)
        return Press(Handle.parse(handle), *rest)

    def of(self, handle: Handle, card: Card, key: str) -> Sequence[tuple[Button, str]]:
        """A card's buttons, each with its link."""
        if not self.url:
            return ()
        return [(each, self.link(Press(handle, each.says, each.label, card.language, key))) for each in card.buttons]


def linked(made: Sequence[tuple[Button, str]], card: Card) -> Sequence[Link]:
    """Everything on a card that can be followed: its signed buttons, then its own links."""
    return [*(Link(button.label, url) for button, url in made), *card.links]
