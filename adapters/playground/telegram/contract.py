"""The platform's own description of its API, as data, and every request held against it.

`contract.json` is a part of https://core.telegram.org/bots/api: the methods that bots of this sort call, with the types
of their arguments (`?` before one that may be missing). Newer methods and fields are none of its business: they pass.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema_rs import Draft202012Validator, ValidationError

CONTRACT: Mapping[str, Any] = json.loads(files(__package__).joinpath("contract.json").read_text("utf-8"))
TRUE, FALSE = ("true", "True", "1"), ("false", "False", "0", "")
SCALARS: Mapping[str, Mapping[str, Any]] = {
    # A form carries everything as text.
    "Integer": {"anyOf": [{"type": "integer"}, {"type": "string", "pattern": r"^-?\d+$"}]},
    "Float": {"anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^-?\d+(\.\d+)?$"}]},
    "Boolean": {"enum": [True, False, *TRUE, *FALSE]},
    "String": {"type": "string"},
}


def nested(method: str, name: str) -> bool:
    """Whether an argument is JSON in a form's field."""
    kinds = CONTRACT["methods"].get(method, {}).get(name, "").removeprefix("?")
    return bool(kinds) and not set(kinds.split("|")) <= SCALARS.keys()


def unfit(method: str, args: Mapping[str, Any]) -> str:
    """What is wrong with a request, or an empty string."""
    wrong = next(iter(_validator(method).iter_errors(dict(args))), None)
    if wrong is None:
        return ""
    fault = _deepest(wrong)
    where = "/".join(map(str, fault.instance_path))
    return f"can't parse {where}: {fault.message[:200]}" if where else fault.message[:200]


def _deepest(error: ValidationError) -> ValidationError:
    """What is wrong in the kind of thing that comes nearest to what was given."""
    nested = [each for errors in getattr(error.kind, "context", ()) for each in errors]
    return _deepest(max(nested, key=lambda each: len(each.instance_path))) if nested else error


def missing(method: str, args: Mapping[str, Any]) -> str:
    """The first argument that must be there and is not."""
    wanted = (name for name, kinds in CONTRACT["methods"].get(method, {}).items() if not kinds.startswith("?"))
    return next((name for name in wanted if name not in args), "")


@cache
def _validator(method: str) -> Draft202012Validator:
    kinds = {name: _kind(each) for name, each in CONTRACT["types"].items()}
    return Draft202012Validator({**_object(CONTRACT["methods"].get(method, {})), "$defs": kinds})


def _kind(fields: Any) -> Mapping[str, Any]:
    if isinstance(fields, list):
        return {"anyOf": [{"$ref": f"#/$defs/{each}"} for each in fields]}
    return _object(fields)


def _object(fields: Mapping[str, str]) -> Mapping[str, Any]:
    return {
        "type": "object",
        "properties": {name: _any(kinds.removeprefix("?")) for name, kinds in fields.items()},
        "required": [name for name, kinds in fields.items() if not kinds.startswith("?")],
    }


def _any(kinds: str) -> Mapping[str, Any]:
    return {"anyOf": [_one(kind) for kind in kinds.split("|")]}


def _one(kind: str) -> Mapping[str, Any]:
    if kind.startswith("Array of "):
        return {"type": "array", "items": _one(kind.removeprefix("Array of "))}
    if kind in SCALARS:
        return SCALARS[kind]
    return {"$ref": f"#/$defs/{kind}"} if kind in CONTRACT["types"] else {}
