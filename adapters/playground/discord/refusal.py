"""How Discord says no: a status, a code and a message, as its API documents list them."""

from collections.abc import Mapping
from typing import Any


class Refusal(Exception):
    """The API refuses a request: `errors` is the tree of a form's faults, if the form was wrong."""

    def __init__(self, status: int, code: int, message: str, errors: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.headers: dict[str, str] = {}
        self.body: dict[str, Any] = {"message": message, "code": code, **({"errors": errors} if errors else {})}


def unauthorized() -> Refusal:
    return Refusal(401, 0, "401: Unauthorized")


def not_found() -> Refusal:
    return Refusal(404, 0, "404: Not Found")


def unknown(code: int, what: str) -> Refusal:
    """`unknown(10003, "Channel")`."""
    return Refusal(404, code, f"Unknown {what}")


def missing_permissions() -> Refusal:
    return Refusal(403, 50013, "Missing Permissions")


def missing_access() -> Refusal:
    return Refusal(403, 50001, "Missing Access")


def bad_form(*faults: tuple[tuple[str | int, ...], str, str]) -> Refusal:
    """A form that is wrong: for each fault its path, its code (`BASE_TYPE_MAX_LENGTH`) and its message."""
    errors: dict[str, Any] = {}
    for path, code, message in faults:
        leaf = errors
        for key in path:
            leaf = leaf.setdefault(str(key), {})
        leaf.setdefault("_errors", []).append({"code": code, "message": message})
    return Refusal(400, 50035, "Invalid Form Body", errors)
