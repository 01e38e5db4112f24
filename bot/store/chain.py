"""The chain of digests over a book's entries: what was written cannot be changed unseen.

Each entry has a salted digest of its own (its leaf), and the chain is made of the leaves. So what a person
typed can be erased later, salt and all: the leaf stays, and the chain stays whole.
"""

from datetime import datetime
from hashlib import sha256
from os import urandom
from typing import NamedTuple

import msgspec

from bot.book import BookId, Entry, encode
from bot.store.hand import text_of


class Link(NamedTuple):
    """What is kept of an entry beside what it says."""

    body: str
    salt: bytes
    leaf: bytes


def link(entry: Entry) -> Link:
    """A new entry, sealed."""
    body, salt = encode(entry.event).decode(), urandom(16)
    name = type(entry.event).__name__
    says = (entry.by, entry.via, name, body)
    return Link(body, salt, leaf(salt, entry.book, entry.rev, entry.at, *says, said=entry.said))


def leaf(salt: bytes, book: BookId, rev: int, at: datetime, *says: str, said: datetime | None) -> bytes:
    """The salted digest of an entry. `says` is who, via, the event's name and its body."""
    late = () if said is None else (text_of(said),)
    return sha256(salt + msgspec.json.encode((*book, rev, text_of(at), *says, *late))).digest()


def onward(head: bytes, leaf: bytes) -> bytes:
    """The end of the chain after one more entry."""
    return sha256(head + leaf).digest()
