"""Who may do what: one function guards every command, press, reading and count."""

from typing import Any

from bot.people.person import Person
from bot.text.words import N_, Phrase

DEEDS = {"read": 0, "respond": 1, "manage": 2, "admin": 3}
ROLES = {"viewer": 0, "responder": 1, "manager": 2, "admin": 3}
"""Each role may do what those before it may."""
CALLED = {
    "viewer": N_("viewer"),
    "responder": N_("responder"),
    "manager": N_("manager"),
    "admin": N_("administrator"),
}
"""How people read them."""


def may(person: Person | None, deed: str, state: Any) -> bool:
    """Whether somebody may do a deed to a book, or to any (`state` is None).

    Who is not linked (`person` is None) may read what is open to all.
    """
    if getattr(state, "private", False) and not sees(person, state):
        return False
    if person is None:
        return deed == "read"
    return ROLES[person.role] >= DEEDS[deed]


def called(role: str) -> Phrase:
    """A role, as people read it."""
    return Phrase(CALLED[role])


def sees(person: Person | None, state: Any) -> bool:
    """Whether somebody sees a private incident: whoever is in it, and administrators."""
    return person is not None and (person.role == "admin" or person.id in state.members)
