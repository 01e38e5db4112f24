"""What a message holds besides its letters: pictures, files, voices, polls, places.  (pure)

https://core.telegram.org/bots/api#message
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from adapters import signs
from adapters.telegram.native import Me, Native, called, link, place, plain

MAP = "https://www.openstreetmap.org/?mlat={latitude:.5f}&mlon={longitude:.5f}"


def shown(message: Native, me: Me) -> str:
    """All that can be read of a message; of somebody else's words, whose they are."""
    words = plain(message, me)
    if origin := message.get("forward_origin"):
        words = signs.passed_on(origin_name(origin), words)
    return signs.below(words, *things(message))


def things(message: Native) -> Iterator[str]:
    """What is in it besides letters, each in a sign that needs no language."""
    for kind, told in KINDS.items():
        if isinstance(message.get(kind), Mapping | list) and not message.keys() & INSTEAD.get(kind, set()):
            yield told(message[kind])


def led(message: Native) -> str:
    """Where to see it, if there is anything that the signs only name; nothing outside supergroups."""
    return link(message, place(message).thread) if message.keys() & NAMED else ""


def origin_name(origin: Native) -> str:
    """Who said first what somebody passed on."""
    user, chat = origin.get("sender_user") or {}, origin.get("sender_chat") or origin.get("chat") or {}
    return called(user) or origin.get("sender_user_name") or chat.get("title", "")


def _file(file: Native) -> str:
    return signs.file(file.get("file_name", ""))


def _sound(audio: Native) -> str:
    title = " – ".join(audio[key] for key in ("performer", "title") if audio.get(key))
    return signs.lasting("🎵", audio.get("duration"), title or audio.get("file_name", ""))


def _film(video: Native) -> str:
    return signs.lasting("🎬", video.get("duration"), video.get("file_name", ""))


def _contact(contact: Native) -> str:
    return f"👤 {called(contact)} {contact.get('phone_number', '')}".strip()


def _place(venue: Native) -> str:
    where = venue.get("location", venue)
    named = ", ".join(venue[key] for key in ("title", "address") if venue.get(key))
    return f"📍 {named} {MAP.format_map(where)}" if named else f"📍 {MAP.format_map(where)}"


def _poll(poll: Native) -> str:
    return signs.poll(poll["question"], (each["text"] for each in poll["options"]))


def _list(checklist: Native) -> str:
    return signs.below(f"☑ {checklist['title']}", *(f"• {each['text']}" for each in checklist["tasks"]))


KINDS: Mapping[str, Callable[[Any], str]] = {
    "photo": lambda _: "🖼",
    "paid_media": lambda _: "🖼",
    "animation": _film,
    "video": _film,
    "video_note": _film,
    "document": _file,
    "audio": _sound,
    "voice": lambda voice: signs.lasting(signs.VOICE, voice.get("duration")),
    "sticker": lambda sticker: sticker.get("emoji") or "🏷",
    "dice": lambda dice: f"{dice['emoji']} {dice['value']}",
    "contact": _contact,
    "venue": _place,
    "location": _place,
    "poll": _poll,
    "checklist": _list,
    "game": lambda game: f"🎮 {game['title']}",
    "story": lambda story: signs.passed_on(story["chat"].get("title") or called(story["chat"]), ""),
}
INSTEAD = {"document": {"animation"}, "location": {"venue"}}
"""What the platform tells besides, for bots that are older than the other."""
NAMED = {
    "photo", "paid_media", "animation", "video", "video_note", "document", "audio", "voice", "poll", "checklist",
    "story",
}  # fmt: skip
"""What one has to look at, or to listen to."""
