"""What the configuration says about Slack."""

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class Settings(BaseModel):
    """`[chats.slack]`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bot_token: SecretStr = Field(description="The bot's token, `xoxb-…`: OAuth & Permissions.")
    app_token: SecretStr = Field(description="The app's token, `xapp-…`, with connections:write: Basic Information.")
    room: str = Field("", description="The standing incident room: the id of a channel, `C…`.")
    pins: tuple[str, ...] = Field(("pushpin",), description="Reactions that pin a message to the timeline, by name.")
    api: str = Field("https://slack.com/api/", description="Where the Web API answers.")
