"""What the page sends when somebody does something: small JSON, checked."""

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

LONGEST = 64 * 1024
"""Bytes in a request, at most."""

Short = Annotated[str, Meta(max_length=200)]
Typed = Annotated[str, Meta(max_length=10_000)]


class Deed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody does on one platform."""

    platform: Short
    viewer: Short


class Say(Deed, frozen=True, kw_only=True):
    """Type it and press enter."""

    room: Short
    text: Annotated[str, Meta(min_length=1, max_length=10_000)]
    reply_to: Short = ""


class Press(Deed, frozen=True, kw_only=True):
    """Press a button under a message."""

    room: Short
    bubble: Short
    knob: Short


class Fill(Deed, frozen=True, kw_only=True):
    """Send the open form; without answers, close it."""

    sheet: Short
    answers: dict[Short, Typed]


class React(Deed, frozen=True, kw_only=True):
    """Put a reaction under a message."""

    room: Short
    bubble: Short
    emoji: Annotated[str, Meta(min_length=1, max_length=32)]


class Shortcut(Press, frozen=True, kw_only=True):
    """Choose something in a message's own menu."""


class Typing(Deed, frozen=True, kw_only=True):
    """What would complete this line?"""

    room: Short
    text: Typed


class Search(Deed, frozen=True, kw_only=True):
    """What may a field of the open form be?"""

    sheet: Short
    input: Short
    text: Short


class Visit(Deed, frozen=True, kw_only=True):
    """Look into a room."""

    room: Short


class Switch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Switch a fault of a platform on or off; `times`: how often it strikes, 0 until it is mended."""

    platform: Short
    fault: Short
    on: bool
    times: Annotated[int, Meta(ge=0, le=100)] | None = None


class Limits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Keep a platform's real rate limits, or let everything pass."""

    platform: Short
    on: bool


class Push(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Let time pass."""

    seconds: Annotated[int, Meta(gt=0, le=7 * 86400)]


class Life(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Start the bot, or kill it."""

    up: bool


D = TypeVar("D", bound=Struct)


async def read(request: Request, kind: type[D]) -> D:
    """The request's body as this kind of deed; what is wrong with it is said with a 4xx."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST:
            raise HTTPException(413, f"That is more than {LONGEST} bytes.")
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
        raise HTTPException(400, str(wrong)) from None


async def excuse(request: Request, error: Exception) -> Response:
    """Say on the page what was wrong with a request."""
    status, why = (error.status_code, error.detail) if isinstance(error, HTTPException) else (500, str(error))
    return JSONResponse({"error": why}, status)


EXCUSES: Mapping[Any, Any] = {HTTPException: excuse}
