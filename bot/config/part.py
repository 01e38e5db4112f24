"""What every table of the file has in common."""

from collections.abc import Iterable
from datetime import timedelta
from difflib import get_close_matches
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

from bot.book import Refused
from bot.grammar import span
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


def nearest(word: str, valid: Iterable[str]) -> str:
    """What a typo may have meant, to be said after what is wrong with it."""
    near = get_close_matches(word, list(valid), n=1, cutoff=0.6)
    return f"; did you mean {near[0]}?" if near else ""


def length(value: Any) -> Any:
    """A length of time as people write it."""
    try:
        return span(value) if isinstance(value, str) else value
    except Refused:
        raise ValueError("expected a length of time such as 5m or 1h30m") from None


Span = Annotated[timedelta, BeforeValidator(length)]
