"""Discord's own description of the requests that are made here, as data. Fields that are newer pass.

From github.com/discord/discord-api-spec (MIT), 2026; rights and ids may be written as numbers or as strings, as the
platform takes them.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema_rs import Draft202012Validator, ValidationError, ValidationErrorKind

from adapters.playground.discord.refusal import bad_form

CONTRACTS: Mapping[str, Any] = json.loads((Path(__file__).parent / "contracts.json").read_text("utf-8"))
WORDS = {
    "maxLength": ("BASE_TYPE_MAX_LENGTH", "Must be {0} or fewer in length."),
    "minLength": ("BASE_TYPE_MIN_LENGTH", "Must be {0} or more in length."),
    "maxItems": ("BASE_TYPE_MAX_LENGTH", "Must be {0} or fewer in length."),
    "minItems": ("BASE_TYPE_MIN_LENGTH", "Must be {0} or more in length."),
    "required": ("BASE_TYPE_REQUIRED", "This field is required"),
    "maximum": ("NUMBER_TYPE_MAX", "int value should be less than or equal to {0}."),
    "minimum": ("NUMBER_TYPE_MIN", "int value should be greater than or equal to {0}."),
}
"""Discord's codes and words for what a schema forbids."""


@cache
def contract(route: str) -> Draft202012Validator | None:
    """What is known of a route's body: `POST /channels/{}/messages`."""
    schema = CONTRACTS["routes"].get(route)
    return Draft202012Validator({**schema, "$defs": CONTRACTS["$defs"]}) if schema else None


def check(method: str, path: str, body: Any) -> None:
    """Raises `Refusal` for a body that Discord's own description forbids."""
    known = contract(f"{method} " + re.sub(r"\{\w+\}|\d{15,}", "{}", path))
    if known is not None and (errors := list(known.iter_errors(body))):
        raise bad_form(*(fault(each) for each in map(deepest, errors)))


def deepest(error: ValidationError) -> ValidationError:
    """What is wrong in the branch that was meant: the one whose `type` fits."""
    branches: list[list[ValidationError]] = getattr(error.kind, "context", [])
    if not branches:
        return error
    meant = [errors for errors in branches if not any(map(another, errors))]
    return deepest(max((meant or branches)[0], key=lambda each: len(each.instance_path)))


def another(error: ValidationError) -> bool:
    """Whether this says only that another kind of thing was meant."""
    wanted = error.kind.value if error.kind.name == "type" else None
    return wanted == ["null"] or error.instance_path[-1:] == ["type"]


def fault(error: ValidationError) -> tuple[tuple[str | int, ...], str, str]:
    """One fault as Discord tells it: where, its code, its words."""
    path = tuple(where(error))
    code, words = WORDS.get(error.kind.name, ("BASE_TYPE_BAD_TYPE", "This is not of the type that is wanted here."))
    return path or ("_",), code, words.format(error.kind.value)


def where(error: ValidationError) -> Iterator[str | int]:
    """The path to what is wrong; a field that is missing has one too."""
    yield from error.instance_path
    if isinstance(error.kind, ValidationErrorKind.Required):
        yield error.kind.property
