"""The chain of digests over a book's entries: what was written cannot be changed unseen.

Each entry has a salted digest of its own (its leaf), and the chain is made of the leaves. So what a person
typed can be erased later, salt and all: the leaf stays, and the chain stays whole.
"""

from hashlib import sha256
from os import urandom
from typing import NamedTuple

import msgspec

from bot.book import Entry, encode
from bot.store.hand import text_of


class Link(NamedTuple):
    """What is kept of an entry beside what it says."""

    body: str
    salt: bytes
    leaf: bytes


def link(entry: Entry) -> Link:
    """A new entry, sealed."""
    body, salt = encode(entry.event).decode(), urandom(16)
    return Link(body, salt, leaf(entry, body, salt))


def leaf(entry: Entry, body: str, salt: bytes) -> bytes:
    """The salted digest of an entry."""
    says = (*entry.book, entry.rev, text_of(entry.at), entry.by, entry.via, type(entry.event).__name__, body)
    return sha256(salt + msgspec.json.encode(says)).digest()


def onward(head: bytes, leaf: bytes) -> bytes:
    """The end of the chain after one more entry."""
    return sha256(head + leaf).digest()
