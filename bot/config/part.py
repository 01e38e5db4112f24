"""What every table of the file has in common."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from bot.text.words import zone


class Part(BaseModel):
    """A table of the file: unknown keys are refused, so that no typo passes in silence."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


Fault = tuple[tuple[Any, ...], str]
"""Where something is wrong, and what was expected."""


def real_zone(name: str) -> str:
    """An IANA time zone, or nothing."""
    try:
        zone(name or "UTC")
    except KeyError:
        raise ValueError("expected an IANA time zone such as Europe/Berlin") from None
    return name
