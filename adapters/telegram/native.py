"""The platform's payloads, looked into: people, places, moments, links, letters.  (pure)

https://core.telegram.org/bots/api#available-types
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from adapters.telegram.known import Known
from bot.ports import Place

Update = Mapping[str, Any]
Native = Mapping[str, Any]
TELEGRAM = "telegram"


class Strange(ValueError):
    """The platform told us something in no shape that it documents."""


@contextmanager
def shaped() -> Iterator[None]:
    """Whatever part of a payload is missed within, it is `Strange`."""
    try:
        yield
    except (KeyError, TypeError, AttributeError, IndexError, ValueError, OverflowError, OSError) as wrong:
        raise Strange(repr(wrong)) from wrong


@dataclass(frozen=True)
class Me:
    """The bot, as the platform knows it, what it has seen, and which reactions pin."""

    id: int
    username: str
    known: Known = field(default_factory=Known)
    pins: tuple[str, ...] = ("✍",)


def moment(date: int | None) -> datetime | None:
    """An instant of the platform's, in seconds; zero is a message that it cannot reach any more."""
    return datetime.fromtimestamp(date, UTC) if date else None


def called(user: Native) -> str:
    """A name as clients show it."""
    return " ".join(user[key] for key in ("first_name", "last_name") if user.get(key))


def place(message: Native) -> Place:
    """Where a message stands. Outside forums the thread is only who answered whom."""
    thread = str(message["message_thread_id"]) if message.get("is_topic_message") else ""
    return Place(TELEGRAM, str(message["chat"]["id"]), thread)


def link(message: Native, thread: str = "") -> str:
    """Opens a message in the platform's client; only those of supergroups can be linked to."""
    room = str(message["chat"]["id"])
    if not room.startswith("-100"):
        return ""
    return "/".join(step for step in (group_link(room), thread, str(message["message_id"])) if step)


def group_link(room: str) -> str:
    """Where a supergroup's messages are, for whoever is in it."""
    return f"https://t.me/c/{room.removeprefix('-100')}"


def plain(message: Native, me: Me) -> str:
    """A message's letters: people by their ids, links with where they lead."""
    text = message.get("text") or message.get("caption") or ""
    entities = message.get("entities") or message.get("caption_entities") or ()
    return "".join(_parts(text, entities, me)).strip()


def _parts(text: str, entities: Any, me: Me) -> Iterator[str]:
    letters, last = text.encode("utf-16-le", "surrogatepass"), 0
    for each in sorted(entities, key=lambda each: each["offset"]):
        begin, end = 2 * each["offset"], 2 * (each["offset"] + each["length"])
        inside = letters[begin:end].decode("utf-16-le", "replace")
        instead = _instead(each, inside, me)
        if begin >= last and instead != inside:
            yield letters[last:begin].decode("utf-16-le", "replace") + instead
            last = end
    yield letters[last:].decode("utf-16-le", "replace")


def _instead(entity: Native, inside: str, me: Me) -> str:
    match entity["type"]:
        case "text_mention":
            return f"@{TELEGRAM}:{entity['user']['id']}"
        case "mention" if (id := me.known.people.get(inside.removeprefix("@").lower())) is not None:
            return f"@{TELEGRAM}:{id}"
        case "text_link" if entity["url"].rstrip("/") != inside.rstrip("/"):
            return f"{inside} ({entity['url']})"
    return inside
