"""Codes: made with the house's own key from what they are for, so that none need be kept anywhere.

What is stored says which code it was (a person's book and an entry's number, or the delivery that asked for it), and
with the key it is made again: when it is sent, when it is typed back, and when the same delivery is answered again.
"""

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256

TOKEN, SECRET = "\ue000token\ue001", "\ue000secret\ue001"
"""What a kept reply holds in place of its delivery's two words: letters that nobody types."""


def token(key: bytes, *of: object) -> str:
    """A code of twelve letters and figures, in groups of four as people can read it out."""
    word = _made(key, "token", of).hex()[:12].upper()
    return "-".join(word[at : at + 4] for at in range(0, len(word), 4))


def secret(key: bytes, *of: object) -> str:
    """A longer one, for what is not used up at once: 32 letters that can stand in an address."""
    return urlsafe_b64encode(_made(key, "secret", of)[:24]).decode()


def digits(key: bytes, *of: object) -> str:
    """A code of eight digits, which can be read out on a telephone."""
    return f"{int.from_bytes(_made(key, 'digits', of)) % 10**8:08d}"


def digest(key: bytes, typed: str) -> str:
    """By what a code is found again: without the key it tells nothing, however short the code is."""
    return _made(key, "digest", (_plain(typed),)).hex()


def same(typed: str, code: str) -> bool:
    """Whether somebody typed this code, with or without its dashes. How long it takes tells nothing."""
    return hmac.compare_digest(_plain(typed).encode(), _plain(code).encode())


def veiled(reply: bytes, key: bytes, delivery: str) -> bytes:
    """A reply as it is kept: without what its delivery was given."""
    return reply.replace(token(key, delivery).encode(), TOKEN.encode()).replace(
        secret(key, delivery).encode(), SECRET.encode()
    )


def unveiled(kept: bytes, key: bytes, delivery: str) -> bytes:
    """The same reply for the same delivery."""
    return kept.replace(TOKEN.encode(), token(key, delivery).encode()).replace(
        SECRET.encode(), secret(key, delivery).encode()
    )


def _plain(typed: str) -> str:
    return "".join(typed.upper().replace("-", "").split())


def _made(key: bytes, kind: str, of: tuple[object, ...]) -> bytes:
    return hmac.digest(key, repr((kind, *map(str, of))).encode(), sha256)
