"""Who may do what: one function guards every command, press, reading and count."""

from typing import Any

from bot.people.person import Person

DEEDS = {"read": 0, "respond": 1, "manage": 2, "admin": 3}
ROLES = {"viewer": 0, "responder": 1, "manager": 2, "admin": 3}
"""Each role may do what those before it may."""


def may(person: Person | None, deed: str, state: Any) -> bool:
    """Whether somebody may do a deed to a book. Who is not linked (None) may read what is open to all."""
    if person is None:
        return deed == "read"
    return ROLES[person.role] >= DEEDS[deed]
