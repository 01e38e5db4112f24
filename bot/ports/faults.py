"""What goes wrong on the way out."""

from collections.abc import Sequence
from typing import ClassVar, Literal

from bot.ports.names import Handle


class ChatError(Exception):
    """The platform said no, or said nothing."""

    retry_in: ClassVar[float | None] = None
    """Seconds until it is worth trying again; None: never for this one."""
    ambiguous: bool = False
    """It may have arrived all the same."""

    def __init__(self, detail: str = "", *, retry_in: float | None = None, ambiguous: bool = False) -> None:
        super().__init__(detail or (type(self).__doc__ or ""))
        self.wait = type(self).retry_in if retry_in is None else retry_in
        self.ambiguous = ambiguous


class Unreachable(ChatError):
    """The platform did not answer: the network or the platform is down."""

    retry_in = 5.0


class Throttled(ChatError):
    """The platform asks us to wait."""

    retry_in = 5.0

    def __init__(
        self, detail: str = "", *, retry_in: float | None = None, scope: Literal["place", "room", "platform"] = "place"
    ) -> None:
        super().__init__(detail, retry_in=retry_in)
        self.scope = scope


class Forbidden(ChatError):
    """The platform does not let us: a person has not opened a conversation with the bot, or a right is missing."""


class Partly(Forbidden):
    """The platform does not let us for these; for the others it was done."""

    def __init__(self, detail: str, whom: Sequence[Handle]) -> None:
        super().__init__(detail)
        self.whom = tuple(whom)


class Gone(ChatError):
    """What was to be changed is not there any more: the message or the room was deleted."""
