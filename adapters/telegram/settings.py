"""What the configuration says about Telegram."""

import re

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator
from telegram.constants import ReactionEmoji

GROUP = re.compile(r"-100\d+")
FACES = {str(face) for face in ReactionEmoji}
"""Every reaction that the platform tells a bot of by its emoji."""
PLAIN = "\ufe0f"
"""What keyboards put behind an emoji, and the platform does not."""


class Settings(BaseModel):
    """`[chats.telegram]`: a bot that is an administrator of a supergroup with topics."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)

    token: SecretStr = Field(description="The bot's token, as BotFather gave it: `7000000001:AA...`.")
    room: str = Field(
        pattern=r"^-100\d+(/\d+)?$",
        description="The supergroup with topics, -100...; its General topic is the standing incident room, "
        "unless another topic of it is named: -100.../5.",
    )
    rooms: tuple[str, ...] = Field(
        default=(),
        description="Further supergroups with topics. War rooms are spread over all of them, since the topics of "
        "one group share its 20 messages a minute.",
    )
    pins: tuple[str, ...] = Field(
        default=("✍",), description="Reactions that pin a message to the timeline, among those that Telegram knows."
    )
    api: str = Field(default="https://api.telegram.org", description="Where the Bot API answers.")

    @property
    def groups(self) -> tuple[str, ...]:
        """Every supergroup that topics may be opened in, the standing room's first."""
        return tuple(dict.fromkeys((self.room.partition("/")[0], *self.rooms)))

    @field_validator("token")
    @classmethod
    def _looks_like_one(cls, token: SecretStr) -> SecretStr:
        id, _, secret = token.get_secret_value().partition(":")
        if not (id.isdecimal() and secret):
            raise ValueError("expected a bot's token, such as 7000000001:AA...")
        return token

    @field_validator("rooms")
    @classmethod
    def _are_groups(cls, rooms: tuple[str, ...]) -> tuple[str, ...]:
        if wrong := [room for room in rooms if not GROUP.fullmatch(room)]:
            raise ValueError(f"expected supergroups, such as -1001900000001, and not {', '.join(wrong)}")
        return rooms

    @field_validator("pins")
    @classmethod
    def _are_reactions(cls, pins: tuple[str, ...]) -> tuple[str, ...]:
        plain = tuple(pin.removesuffix(PLAIN) for pin in pins)
        if wrong := [pin for pin in plain if pin not in FACES]:
            raise ValueError(f"Telegram knows no reaction {', '.join(wrong)}; it knows {''.join(sorted(FACES))}")
        return plain
