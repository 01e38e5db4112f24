"""How a page looks: when it goes out, and for as long as it stands. It is edited only where something changed since."""

from collections.abc import Sequence
from hashlib import sha256

import msgspec
from msgspec import structs

from bot.engine.office import Office
from bot.incident.cards import Ring, paged_card
from bot.incident.paging import elsewhere
from bot.people.person import People
from bot.ports import Called, Card
from bot.text.words import Voice


def rung(rings: Sequence[Ring], bundle: str, called: Sequence[Called] | None, voice: Voice, office: Office) -> Card:
    """A page as it is now. In a room everybody who is `called` is, and nowhere else; what can wait is no alarm."""
    card = paged_card(rings, bundle, voice)
    if called is not None:
        card = structs.replace(card, everybody=tuple(called))
    waiting = [ring.incident.severity for ring in rings if not ring.over]
    urgent = any(office.rules.urgency(severity) == "high" for severity in waiting)
    return structs.replace(card, tone="warn") if waiting and not urgent else card


def heard(to: str, platform: str, people: People, office: Office) -> Voice:
    """How to speak to whom a page is for: a person, or a room."""
    return office.room_voice(people, platform) if elsewhere(to) else office.voice(people, people.by_id.get(to))


def digest(card: Card) -> str:
    """By what it is known whether a card is another one than what stands there."""
    return sha256(msgspec.json.encode(card)).hexdigest()[:32]
