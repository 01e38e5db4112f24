"""What can be read of a message: its letters, and in signs what else is in it.  (pure)

https://docs.discord.com/developers/resources/message
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from adapters import signs

Raw = Mapping[str, Any]

PERSON = re.compile(r"<@!?(\d+)>")
EMOJI = re.compile(r"<a?(:\w+:)\d+>")
MASKED = re.compile(r"\[([^\]\n]+)\]\(<?(https?://[^\s)>]+)>?\)")
QUIET = re.compile(r"<(https?://[^\s>]+)>")
LETTERS = 10
"""The kind of component that is text."""


def listed(parts: Any) -> Sequence[Raw]:
    """The objects of a list that may be missing, or hold what nobody knows yet."""
    return [each for each in parts or () if isinstance(each, Mapping)]


def plainly(text: str) -> str:
    """What was typed, without Discord's own marks for people, emoji and links."""
    text = PERSON.sub(r"@discord:\1", text)
    text = MASKED.sub(lambda found: found[2] if found[1] in found[2] else f"{found[1]} ({found[2]})", text)
    return QUIET.sub(r"\1", EMOJI.sub(r"\1", text))


def typed(raw: Raw) -> str:
    """What somebody typed."""
    return str(raw.get("content") or "").strip()


def everything(raw: Raw) -> str:
    """All that can be read of a message that somebody points at, a card of another bot's too."""
    return signs.below(plainly(typed(raw)), *_embeds(raw), *_components(raw.get("components")), *things(raw))


def things(raw: Raw) -> Iterator[str]:
    """What is in a message besides letters: files, stickers, a poll, what it passes on."""
    yield from map(_file, listed(raw.get("attachments")))
    yield from (f"🏷 {each.get('name') or ''}".strip() for each in listed(raw.get("sticker_items")))
    if isinstance(poll := raw.get("poll"), Mapping):
        yield signs.poll(_offered(poll.get("question")), map(_answer, listed(poll.get("answers"))))
    for each in listed(raw.get("message_snapshots")):
        if words := everything(each.get("message") or {}):
            yield signs.passed_on("", words)


def led(raw: Raw, guild: str = "") -> str:
    """Opens a message in the platform's client."""
    id, room = str(raw.get("id", "")), str(raw.get("channel_id") or "")
    return f"https://discord.com/channels/{raw.get('guild_id') or guild or '@me'}/{room}/{id}" if room else ""


def named(raw: Raw) -> str:
    """Where to see a message in which there is something that the signs only name: files' own addresses expire."""
    return led(raw) if raw.get("attachments") or raw.get("poll") else ""


def _file(file: Raw) -> str:
    if file.get("waveform"):
        return signs.lasting(signs.VOICE, file.get("duration_secs"))
    return signs.file(str(file.get("filename") or ""))


def _answer(answer: Raw) -> str:
    return _offered(answer.get("poll_media"))


def _offered(media: Any) -> str:
    """A question or an answer: letters, or an emoji, or both."""
    media = media if isinstance(media, Mapping) else {}
    emoji = media.get("emoji") or {}
    return " ".join(filter(None, (str(emoji.get("name") or ""), str(media.get("text") or ""))))


def _embeds(raw: Raw) -> Iterator[str]:
    for each in listed(raw.get("embeds")):
        yield from (plainly(str(each[key])) for key in ("title", "description") if each.get(key))
        for field in listed(each.get("fields")):
            yield plainly(f"{field.get('name') or ''}: {field.get('value') or ''}")


def _components(parts: Any) -> Iterator[str]:
    """The letters of a message that is made of components, wherever they are nested."""
    for part in listed(parts):
        if part.get("type") == LETTERS:
            yield plainly(str(part.get("content") or ""))
        yield from _components(part.get("components"))
