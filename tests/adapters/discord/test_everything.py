"""Whatever the gateway tells, asked for or not: the connection stands, and only what somebody said is heard, once.

The shapes are those of Discord's documentation (events/gateway-events, resources/message), unknown ones beside them.
"""

from collections.abc import Iterator
from typing import Any

from adapters.playground.discord.guild import BOT, GUILD, HALL
from tests.adapters.discord.conftest import Town

Event = tuple[str, dict[str, Any]]

NELLY: dict[str, Any] = {
    "id": "80351110224678912", "username": "nelly", "discriminator": "0", "global_name": "Nelly", "avatar": None,
    "public_flags": 64, "primary_guild": {"identity_guild_id": "1", "identity_enabled": True, "tag": "X", "badge": "a"},
    "collectibles": None, "avatar_decoration_data": {"sku_id": "1", "asset": "a_fed"},
}  # fmt: skip
MEMBER: dict[str, Any] = {
    "roles": [],
    "joined_at": "2015-04-26T06:26:56.936000+00:00",
    "deaf": False,
    "mute": False,
    "flags": 0,
}
HERE: dict[str, Any] = {"guild_id": GUILD, "channel_id": HALL}
BEGUN = 334385199974967042
DIRECT, PARTY, THREAD = "334385199974968888", "334385199974968889", "334385199974969999"
NOW = "2026-03-02T10:00:00+00:00"
LED = f"https://discord.com/channels/{GUILD}/{HALL}"


def message(number: int, content: str = "", **more: Any) -> Event:
    """MESSAGE_CREATE, with all that it has in a server."""
    plain: dict[str, Any] = {
        **HERE, "id": str(BEGUN + number), "channel_type": 0, "type": 0, "content": content, "author": NELLY,
        "member": MEMBER, "timestamp": NOW, "edited_timestamp": None, "tts": False, "mention_everyone": False,
        "mentions": [], "mention_roles": [], "attachments": [], "embeds": [], "components": [],
        "pinned": False, "flags": 0,
    }  # fmt: skip
    return "MESSAGE_CREATE", {name: value for name, value in (plain | more).items() if value is not None}


def alone(number: int, content: str, room: str, kind: int) -> Event:
    return message(number, content, channel_id=room, channel_type=kind, guild_id=None, member=None)


def messages() -> Iterator[Event]:
    """Of every type, some to come included, and with whatever a message may be made of."""
    yield from (message(kind, f"type {kind}", type=kind) for kind in range(60))
    voice = {"id": "1", "filename": "voice.ogg", "size": 1, "url": "https://x", "waveform": "AA", "duration_secs": 1.5}
    yield message(100, attachments=[{**voice, "proxy_url": "https://x"}], flags=1 << 13)
    yield message(101, sticker_items=[{"id": "1", "name": "s", "format_type": 4}])
    nested = {"type": 17, "id": 1, "components": [{"type": 10, "id": 2, "content": "!ack"}, {"type": 99, "id": 3}]}
    yield message(102, components=[nested], flags=1 << 15)
    # Without an end, as the documentation allows: discord.py reckons with it, and breaks.
    answer = {"answer_id": 1, "poll_media": {"text": "!ack"}}
    yield message(103, poll={"question": {"text": "?"}, "answers": [answer], "expiry": None, "layout_type": 1})
    snapshot = {"type": 0, "content": "!ack passed on", "mentions": [], "attachments": [], "embeds": []}
    elsewhere = {"type": 1, "channel_id": "1", "message_id": "2", "guild_id": "3"}
    yield message(104, message_reference=elsewhere, message_snapshots=[{"message": snapshot}], flags=1 << 14)
    yield "MESSAGE_CREATE", {**alone(113, "", DIRECT, 1)[1], "message_snapshots": [{"message": snapshot}]}
    yield message(105, "to nothing", type=19, message_reference={**elsewhere, "type": 0}, referenced_message=None)
    yield message(106, "!ack", author={**NELLY, "bot": True}, application_id="9")
    yield message(107, "!ack", author={**NELLY, "system": True})
    yield message(108, "!ack", webhook_id="7", author={"id": "7", "username": "news"}, member=None, flags=2)
    yield message(109, "!ack", guild_id="999", channel_id="998")
    yield message(110, "in a thread", channel_id=THREAD, channel_type=11, position=3)
    yield alone(111, "help", DIRECT, 1)
    yield alone(112, "among several", PARTY, 3)
    yield "MESSAGE_UPDATE", {**message(0, "!ack")[1], "edited_timestamp": NOW}
    yield "MESSAGE_UPDATE", {**message(0, "said otherwise")[1], "edited_timestamp": NOW}
    yield "MESSAGE_UPDATE", {**HERE, "id": str(BEGUN), "embeds": []}
    yield "MESSAGE_DELETE", {**HERE, "id": str(BEGUN)}
    yield "MESSAGE_DELETE_BULK", {**HERE, "ids": [str(BEGUN)]}


def reactions() -> Iterator[Event]:
    for emoji in ({"id": None, "name": "🔥"}, {"id": "1", "name": None}, {"id": "1", "name": "x", "animated": True}):
        told = {**HERE, "user_id": NELLY["id"], "message_id": str(BEGUN), "emoji": emoji, "type": 1, "burst": True}
        yield "MESSAGE_REACTION_ADD", {**told, "burst_colors": ["#fff"], "member": {**MEMBER, "user": NELLY}}
        yield "MESSAGE_REACTION_REMOVE", told
    yield "MESSAGE_REACTION_REMOVE_ALL", {**HERE, "message_id": str(BEGUN)}
    yield "MESSAGE_POLL_VOTE_ADD", {**HERE, "user_id": "1", "message_id": str(BEGUN), "answer_id": 1}


def interactions() -> Iterator[Event]:
    """Of kinds and from places that we never asked for; a command of a user's own installation among several."""
    common = {"version": 1, "token": "t", "application_id": BOT, "entitlements": [], "locale": "en-US", **HERE}
    member = {**MEMBER, "user": NELLY, "permissions": "1"}
    for number, kind, data in (
        (200, 1, None),
        (201, 2, {"id": "1", "name": "x", "type": 2, "target_id": NELLY["id"]}),
        (202, 2, {"id": "1", "name": "launch", "type": 4}),
        (203, 3, {"custom_id": "whatever", "component_type": 2}),
        (204, 99, {"hologram": True}),
    ):
        asked = {**common, "id": str(BEGUN + number), "type": kind, "context": 0, "member": member}
        yield "INTERACTION_CREATE", {**asked, **({"data": data} if data else {})}


def rest() -> Iterator[Event]:
    """What befalls a server, in every kind of channel and some that are none yet."""
    yield from (
        ("CHANNEL_CREATE", {"id": str(400 + kind), "guild_id": GUILD, "type": kind, "name": f"c{kind}", "position": 1})
        for kind in range(20)
    )
    about = {"archived": False, "auto_archive_duration": 60, "archive_timestamp": NOW, "locked": False}
    thread = {"id": THREAD, "guild_id": GUILD, "parent_id": HALL, "type": 11, "name": "t", "thread_metadata": about}
    yield "THREAD_CREATE", {**thread, "owner_id": "1", "newly_created": True}
    yield "THREAD_MEMBERS_UPDATE", {"id": THREAD, "guild_id": GUILD, "member_count": 2, "removed_member_ids": ["5"]}
    yield "CHANNEL_PINS_UPDATE", {**HERE, "last_pin_timestamp": NOW}
    yield "TYPING_START", {**HERE, "user_id": NELLY["id"], "timestamp": 1, "member": {**MEMBER, "user": NELLY}}
    yield "PRESENCE_UPDATE", {"user": {"id": NELLY["id"]}, "guild_id": GUILD, "status": "online", "activities": []}
    yield "GUILD_MEMBER_ADD", {**MEMBER, "user": NELLY, "guild_id": GUILD}
    yield "GUILD_ROLE_DELETE", {"guild_id": GUILD, "role_id": "41771983423143936"}
    yield "GUILD_SOUNDBOARD_SOUNDS_UPDATE", {"guild_id": GUILD, "soundboard_sounds": []}
    yield "ENTITLEMENT_CREATE", {"id": "1", "sku_id": "1", "application_id": BOT, "type": 8, "deleted": False}
    yield "RATE_LIMITED", {"opcode": 8, "retry_after": 1.0, "meta": {"guild_id": GUILD}}
    yield "WEBHOOKS_UPDATE", HERE
    yield "HOLOGRAM_CREATE", {"id": "1", "shape": "cone"}


async def test_the_connection_stands_and_only_what_was_said_is_heard_once(town: Town) -> None:
    sessions = town.stand.town.gateway.sessions
    (session,) = sessions.values()
    for kind, data in (*messages(), *reactions(), *interactions(), *rest(), message(999, "last")):
        await session.tell(kind, data, twice=kind == "MESSAGE_CREATE")
    await town.until(lambda: len(town.house.heard) >= 12)
    heard = {said.words: (said.addressed, said.direct) for said in town.house.heard}
    assert len(heard) == len(town.house.heard)
    assert heard == {
        "type 0": (False, False),
        "type 19": (False, False),
        f"🎤 0:01\n{LED}/{BEGUN + 100}": (False, False),
        "🏷 s": (False, False),
        f"📊 ?\n• !ack\n{LED}/{BEGUN + 103}": (False, False),
        "↪ !ack passed on": (False, False),
        "✎ said otherwise": (False, False),
        "to nothing": (False, False),
        "in a thread": (False, False),
        "help": (True, True),
        "among several": (False, False),
        "last": (False, False),
    }
    assert (sessions, session.line is not None, town.readies) == ({session.id: session}, True, 1)
    assert not town.house.noticed


async def test_among_several_people_nobody_is_alone(town: Town) -> None:
    (session,) = town.stand.town.gateway.sessions.values()
    asked = {
        "id": str(BEGUN), "type": 2, "context": 2, "token": "t", "application_id": BOT, "version": 1, "user": NELLY,
        "channel_id": PARTY, "channel": {"id": PARTY, "type": 3, "recipients": [NELLY]},
        "data": {"id": "1", "name": "incident", "type": 1, "options": [{"type": 1, "name": "summary"}]},
    }  # fmt: skip
    await session.tell("INTERACTION_CREATE", asked)
    said = await town.until(lambda: town.house.said("summary"))
    assert said and not said.direct
