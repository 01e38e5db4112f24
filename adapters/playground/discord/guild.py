"""One guild and everybody in it: channels, messages, webhooks, as the API writes them."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from adapters.playground.discord import rights
from adapters.playground.discord.refusal import missing_access, unknown
from adapters.playground.discord.shapes import EPHEMERAL, Body
from adapters.playground.discord.snowflake import Snowflakes, iso
from adapters.playground.stage import Actor, Clock

GUILD = "1100000000000000001"
HALL = "1100000000000000010"
BOT = "1100000000000000007"
"""The bot user's id, and its application's."""
OWNER = "1100000000000000009"
"""Who founded the server, is none of the company, and may do everything."""
BOT_ROLE = "1100000000000000008"
BOT_NAME = "Tocsin"
THREADS = (10, 11, 12)
"""Kinds of channels that are threads."""
USER_MENTION = re.compile(r"<@!?(\d+)>")
LISTS = ("emojis", "stickers", "presences", "voice_states", "stage_instances", "guild_scheduled_events")
LEVELS = (
    "verification_level",
    "default_message_notifications",
    "explicit_content_filter",
    "mfa_level",
    "nsfw_level",
    "system_channel_flags",
    "afk_timeout",
)
UNSET = (
    "afk_channel_id", "application_id", "banner", "description", "discovery_splash", "icon", "max_presences",
    "public_updates_channel_id", "rules_channel_id", "safety_alerts_channel_id", "splash", "system_channel_id",
    "vanity_url_code", "widget_channel_id",
)  # fmt: skip
"""What a server need not have, and always tells."""
VOICE = {"bitrate": 64000, "user_limit": 0, "rtc_region": None}
"""What channels of voice have besides: those of kinds 2 and 13."""
Payload = dict[str, Any]


@dataclass
class Post:
    """A message: the payload that the API shows, and what only the platform knows of it."""

    payload: Payload
    only: str = ""
    """The one user who sees it, or an empty string: everybody in the channel."""
    loading: bool = False
    """The answer to an interaction that was put off, and has not come yet."""
    nonce: str = ""
    reactions: dict[str, set[str]] = field(default_factory=dict)

    @property
    def whole(self) -> Payload:
        """The message as it is read back: with what stands under it. A message without reactions has no such list."""
        put = [reaction(emoji, users) for emoji, users in self.reactions.items() if users]
        return {**self.payload, **({"reactions": put} if put else {})}


@dataclass
class Webhook:
    """A webhook with its secret."""

    payload: Payload

    @property
    def token(self) -> str:
        return str(self.payload["token"])


@dataclass
class Guild:
    """Everything that the platform remembers."""

    actors: Sequence[Actor]
    clock: Clock
    closed: set[str] = field(default_factory=set)
    """Users who take no direct messages from the bot."""

    def __post_init__(self) -> None:
        self.ids = Snowflakes(self.clock)
        self.users = {actor.ids["discord"]: user(actor) for actor in self.actors if "discord" in actor.ids}
        self.users[BOT] = {**person(BOT, BOT_NAME), "bot": True}
        bots = {**rights.role(BOT_ROLE, BOT_NAME, rights.INVITED, 1), "managed": True, "tags": {"bot_id": BOT}}
        self.roles = {GUILD: rights.role(GUILD, "@everyone", rights.EVERYBODY, 0), BOT_ROLE: bots}
        self.empty()

    def empty(self) -> None:
        """As new: the standing room, and nothing in it. A direct conversation has one id for good: bots keep it."""
        direct = [each for each in getattr(self, "channels", {}).values() if each["type"] == 1]
        self.channels: dict[str, Payload] = {}
        self.posts: dict[str, dict[str, Post]] = {}
        self.webhooks: dict[str, Webhook] = {}
        self.pings: list[tuple[str, str]] = []
        self.open({"name": "incidents", "topic": "Where incidents are announced"}, HALL)
        for channel in direct:
            self._keep({**channel, "last_message_id": None})
        for id in self.users:
            if id != BOT:
                self.direct(id)

    # ---- channels

    def open(self, fields: Mapping[str, Any], id: str = "") -> Payload:
        """A new text channel."""
        channel: Payload = {
            "id": id or self.ids.next(),
            "type": 0,
            "guild_id": GUILD,
            "position": len(self.channels),
            "permission_overwrites": [],
            "nsfw": False,
            "rate_limit_per_user": 0,
            "parent_id": None,
            "topic": None,
            "last_message_id": None,
            "flags": 0,
            **(VOICE if fields.get("type") in (2, 13) else {}),
            **{key: value for key, value in fields.items() if value is not None},
        }
        channel["name"] = re.sub(r"\s+", "-", channel["name"].strip().lower())
        return self._keep(channel)

    def thread(self, parent: str, name: str, owner: str = OWNER, id: str = "") -> Payload:
        """A thread in a channel, which everybody who sees that one sees. One that hangs from a message has its id."""
        now = iso(self.clock.now())
        state = {"archived": False, "auto_archive_duration": 1440, "archive_timestamp": now, "locked": False}
        counts = {"message_count": 0, "member_count": 1, "total_message_sent": 0, "rate_limit_per_user": 0, "flags": 0}
        common = {"id": id or self.ids.next(), "type": 11, "guild_id": GUILD, "parent_id": parent, "name": name}
        return self._keep({**common, **counts, "owner_id": owner, "last_message_id": None, "thread_metadata": state})

    def direct(self, user: str) -> Payload:
        """The conversation between somebody and the bot."""
        for channel in self.channels.values():
            if channel["type"] == 1 and channel["recipients"][0]["id"] == user:
                return channel
        someone = self.users[user]
        return self._keep(
            {"id": self.ids.next(), "type": 1, "last_message_id": None, "flags": 0, "recipients": [someone]}
        )

    def _keep(self, channel: Payload) -> Payload:
        self.channels[channel["id"]] = channel
        self.posts[channel["id"]] = {}
        return channel

    def channel(self, id: str) -> Payload:
        """The channel, as the bot may know it. Raises `Refusal`."""
        if id not in self.channels:
            raise unknown(10003, "Channel")
        if not self.sees(BOT, self.channels[id]):
            raise missing_access()
        return self.channels[id]

    def rights(self, user: str, channel: Payload | None = None) -> int:
        """What somebody may do in a channel, or in the whole server. A thread is as its channel."""
        mine = self.member(user)["roles"]
        held = rights.base(int(self.roles[GUILD]["permissions"]), (int(self.roles[id]["permissions"]) for id in mine))
        if channel is None:
            return held
        overwrites = self.channels[channel["parent_id"]] if channel["type"] in THREADS else channel
        return rights.within(held, overwrites["permission_overwrites"], GUILD, mine, user)

    def sees(self, user: str, channel: Payload) -> bool:
        """Whether somebody can look into a channel."""
        if channel["type"] == 1:
            return user in (BOT, channel["recipients"][0]["id"])
        return bool(self.rights(user, channel) & rights.BITS["VIEW_CHANNEL"])

    def revoke(self, *names: str) -> None:
        """Take rights from the bot, and from everybody, since it is one of them."""
        for each in self.roles.values():
            each["permissions"] = str(int(each["permissions"]) & ~rights.bits(*names))

    def members(self, channel: Payload) -> Iterator[str]:
        """The users who see a channel."""
        return (id for id in self.users if self.sees(id, channel))

    # ---- messages

    def post(self, channel: str, author: Payload, body: Body, payload: Mapping[str, Any], **more: Any) -> Post:
        """Keep a message as the API shows it; `payload` is what was sent, `more` what the platform adds."""
        post = Post(
            {
                "id": self.ids.next(),
                "channel_id": channel,
                "type": 0,
                "author": author,
                "content": body.content or "",
                "timestamp": iso(self.clock.now()),
                "edited_timestamp": None,
                "tts": False,
                "mention_everyone": False,
                "mentions": [],
                "mention_roles": [],
                "attachments": [self._file(channel, each) for each in payload.get("attachments") or ()],
                "embeds": [{"type": "rich", **embed} for embed in payload.get("embeds") or ()],
                "components": list(payload.get("components") or ()),
                "pinned": False,
                "flags": body.flags or 0,
                **more,
            }
        )
        if self.channels[channel]["type"] != 1:
            post.payload["guild_id"] = GUILD
        self.mention(post.payload, payload.get("allowed_mentions"))
        self.posts[channel][post.payload["id"]] = post
        if not post.payload["flags"] & EPHEMERAL:
            self.channels[channel]["last_message_id"] = post.payload["id"]
        return post

    def _file(self, channel: str, sent: Payload) -> Payload:
        """A file as it is shown: nobody keeps it here, so that its address leads nowhere."""
        id = self.ids.next()
        url = f"https://cdn.discordapp.com/attachments/{channel}/{id}/{sent.get('filename')}"
        return {"size": 0, **sent, "id": id, "url": url, "proxy_url": url}

    def change(self, post: Post, payload: Mapping[str, Any]) -> None:
        """Edit a message. What is not named stays; mentions are parsed anew, by default all of them."""
        for key in ("content", "embeds", "components", "flags"):
            if key in payload:
                post.payload[key] = payload[key] or ("" if key == "content" else 0 if key == "flags" else [])
        post.payload["edited_timestamp"] = iso(self.clock.now())
        self.mention(post.payload, payload.get("allowed_mentions"))

    def mention(self, message: Payload, allowed: Mapping[str, Any] | None) -> None:
        """Work out whom a message mentions, and ping whoever that reaches."""
        content = message["content"]
        parse = ["users", "roles", "everyone"] if allowed is None else allowed.get("parse") or []
        named = {str(id) for id in (allowed or {}).get("users") or ()}
        found = [id for id in dict.fromkeys(USER_MENTION.findall(content)) if id in self.users]
        message["mentions"] = [self.users[id] for id in found if "users" in parse or id in named]
        message["mention_everyone"] = "everyone" in parse and bool(re.search(r"@(everyone|here)\b", content))
        replied = message.get("referenced_message")
        if replied and (allowed is None or allowed.get("replied_user")):
            message["mentions"].append(replied["author"])
        pinged = ["everyone"] * message["mention_everyone"] + [each["id"] for each in message["mentions"]]
        self.pings += [(message["id"], id) for id in pinged if id != message["author"]["id"]]

    def message(self, channel: str, id: str) -> Post:
        """A message that everybody may see. Raises `Refusal`."""
        self.channel(channel)
        post = self.posts[channel].get(id)
        if post is None or post.only:
            raise unknown(10008, "Message")
        return post

    def same(self, channel: str, nonce: str) -> Post | None:
        """The message that was sent with this nonce."""
        return next((post for post in self.posts[channel].values() if post.nonce == nonce), None)

    # ---- what the gateway tells of it

    def member(self, id: str) -> Payload:
        """Somebody as a member, without the user."""
        return {
            "roles": [BOT_ROLE] if id == BOT else [],
            "nick": None,
            "avatar": None,
            "joined_at": "2026-01-01T00:00:00.000000+00:00",
            "deaf": False,
            "mute": False,
            "flags": 0,
        }

    def whole(self) -> Payload:
        """The guild, as it is told once after a connection."""
        return {
            "id": GUILD,
            "name": "Example company",
            "owner_id": OWNER,
            "unavailable": False,
            "member_count": len(self.users),
            "roles": list(self.roles.values()),
            "members": [{"user": self.users[BOT], **self.member(BOT)}],
            "channels": [each for each in self.channels.values() if each["type"] not in (1, *THREADS)],
            "threads": [each for each in self.channels.values() if each["type"] in THREADS and self.sees(BOT, each)],
            "premium_tier": 0,
            "premium_progress_bar_enabled": False,
            "premium_subscription_count": 0,
            "max_members": 500_000,
            "max_video_channel_users": 25,
            "max_stage_video_channel_users": 50,
            "preferred_locale": "en-US",
            "nsfw": False,
            "large": False,
            "joined_at": "2026-01-01T00:00:00.000000+00:00",
            "region": "deprecated",
            "features": [],
            **dict.fromkeys(UNSET),
            **{key: [] for key in LISTS},
            **dict.fromkeys(LEVELS, 0),
        }


def reaction(emoji: str, users: set[str]) -> Payload:
    """An emoji under a message, as the bot is told of it."""
    counts = {"count": len(users), "count_details": {"burst": 0, "normal": len(users)}, "burst_colors": []}
    return {"emoji": {"id": None, "name": emoji}, "me": BOT in users, "me_burst": False, **counts}


def person(id: str, name: str) -> Payload:
    """A user as the API writes one."""
    handle = re.sub(r"[^a-z0-9_.]", "", name.lower().replace(" ", "."))
    return {"id": id, "username": handle, "global_name": name, "discriminator": "0", "avatar": None, "public_flags": 0}


def user(actor: Actor) -> Payload:
    """An actor as the API writes them."""
    return person(actor.ids["discord"], actor.name)


def secret(*parts: str) -> str:
    """A token: long, and the same for the same parts."""
    return hashlib.sha256("/".join(parts).encode()).hexdigest()
