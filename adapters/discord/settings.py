"""What the configuration says about Discord."""

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class Settings(BaseModel):
    """`[chats.discord]`"""

    model_config = ConfigDict(frozen=True, extra="forbid")

    token: SecretStr = Field(description="The bot's token.")
    guild: str = Field(pattern=r"^\d+$", description="The server's id.")
    room: str = Field(pattern=r"^\d+$", description="The standing incident room: a text channel's id.")
    category: str = Field(default="", pattern=r"^\d*$", description="The category in which war rooms are opened.")
    archive: str = Field(default="", pattern=r"^\d*$", description="The category to which closed war rooms move.")
    pins: tuple[str, ...] = Field(default=("📌",), description="The reactions that pin a message to the timeline.")
    api: str = Field(default="https://discord.com/api/v10", description="Where the HTTP API answers.")
    gateway: str = Field(default="wss://gateway.discord.gg/", description="Where the gateway answers.")
