"""The platform's own reference as data: arguments, errors, scopes and limits of each method that is here.

From github.com/slack-ruby/slack-api-ref (MIT), August 2026. Arguments that are newer pass.
"""

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct, convert

from adapters.playground.slack.workspace import No

READS = {"public_channel": "channels:read", "private_channel": "groups:read", "im": "im:read", "mpim": "mpim:read"}
"""What lists conversations of each type."""


class Contract(Struct, frozen=True):
    """One method. `tier` is `t1` to `t4`, or `t5` for limits of its own; `args` have their types, where known."""

    tier: str
    scopes: tuple[str, ...]
    required: tuple[str, ...]
    args: Mapping[str, str]
    errors: tuple[str, ...]

    def check(self, args: Mapping[str, Any]) -> None:
        """Raises `No` where an argument is missing or is not of its type."""
        wrong = [f"missing required field: {name}" for name in self.required if args.get(name) in (None, "")]
        wrong += [f"must be a {kind}: {name}" for name, kind in self.args.items() if not fits(args.get(name), kind)]
        if wrong:
            raise No("invalid_arguments", response_metadata={"messages": [f"[ERROR] {each}" for each in wrong]})

    def admit(self, granted: Collection[str], args: Mapping[str, Any]) -> None:
        """Raises `No` where none of its scopes was granted, or not the one for a type that is asked for."""
        asked = [READS[each] for each in str(args.get("types") or "").split(",") if each in READS]
        wanting = [each for each in asked if each in self.scopes and each not in granted]
        if wanting or (self.scopes and not set(self.scopes) & set(granted)):
            raise No("missing_scope", needed=[*wanting, *self.scopes][0], provided=",".join(sorted(granted)))


def fits(value: Any, kind: str) -> bool:
    """Whether an argument is of its type, in JSON or as a form spells it."""
    match kind:
        case _ if value is None:
            return True
        case "boolean":
            return isinstance(value, bool) or str(value).lower() in ("0", "1", "true", "false")
        case "number" | "integer":
            return not isinstance(value, bool) and str(value).isdecimal()
        case "string":
            return isinstance(value, str)
        case "array":
            return isinstance(value, list | str)
    return True


CONTRACTS: Mapping[str, Contract] = convert(
    json.loads((Path(__file__).parent / "contracts.json").read_text("utf-8")), dict[str, Contract]
)
