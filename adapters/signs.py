"""What people say without words, in signs that are read in every language: a file, a voice, somebody else's words."""

from collections.abc import Iterable

FILE, VOICE, POLL, EDITED, PASSED_ON = "📎", "🎤", "📊", "✎", "↪"
MOST = 2000
"""Letters of a poll, at most: what it asks is not lost, and no room is flooded."""


def file(name: str) -> str:
    """A file, by its name."""
    return f"{FILE} {name}".strip()


def lasting(sign: str, seconds: float | None, name: str = "") -> str:
    """What is heard or seen for a while: `🎤 0:12`."""
    whole = int(seconds or 0)
    return " ".join(filter(None, (sign, f"{whole // 60}:{whole % 60:02}" if whole else "", name)))


def poll(question: str, answers: Iterable[str]) -> str:
    """A question that is put to everybody, and what may be answered."""
    return "\n".join((f"{POLL} {question}", *(f"• {each}" for each in answers)))[:MOST]


def passed_on(author: str, text: str) -> str:
    """Somebody else's words, passed on."""
    return f"{PASSED_ON} {author}: {text}" if author and text else f"{PASSED_ON} {author or text}".strip()


def edited(text: str) -> str:
    """What somebody made of what they had said."""
    return f"{EDITED} {text}"


def below(*parts: str) -> str:
    """Lines one below the other, as far as there are any."""
    return "\n".join(filter(None, parts))
