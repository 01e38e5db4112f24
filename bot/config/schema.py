"""What may stand in the file, as a JSON Schema: for editors, and to name what a typo may have meant."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from bot.config.shape import Config

FILLED = r"^.*\$\{[A-Z][A-Z0-9_]*\}.*$"
"""A value that the environment completes may stand wherever a text may."""


def schema(tables: Mapping[str, Mapping[str, type[BaseModel]]]) -> Mapping[str, Any]:
    """The whole file's. `tables` are the adapters' own settings: `{"chats": {"slack": its settings}}`."""
    whole = Config.model_json_schema()
    for table, adapters in tables.items():
        properties = {name: _own(whole, name, settings.model_json_schema()) for name, settings in adapters.items()}
        _meant(whole, whole["properties"][table]).setdefault("properties", {}).update(properties)
    people = whole["$defs"]["Somebody"]
    people["additionalProperties"] = {"type": "string", "description": "Their id on the platform of this name."}
    return {"$schema": "http://json-schema.org/draft-07/schema#", **_fillable(whole)}


def _own(whole: dict[str, Any], name: str, settings: dict[str, Any]) -> Mapping[str, Any]:
    """An adapter's settings, what they refer to under names of its own."""
    defs = settings.pop("$defs", {})
    whole["$defs"] |= {f"{name}.{key}": _renamed(each, name) for key, each in defs.items()}
    return _renamed(settings, name)  # type: ignore[no-any-return]


def _renamed(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        return {key: _renamed(each, name) for key, each in value.items()}
    if isinstance(value, list):
        return [_renamed(each, name) for each in value]
    return value.replace("#/$defs/", f"#/$defs/{name}.") if isinstance(value, str) else value


def _fillable(value: Any) -> Any:
    """The same, where every text may also be one that the environment completes."""
    if isinstance(value, list):
        return [_fillable(each) for each in value]
    if not isinstance(value, dict):
        return value
    if value.get("type") == "string":
        value = {
            key: each for key, each in value.items() if key != "format"
        }  # how pydantic reads it, not how it is typed
        kept = {key: value.pop(key) for key in ("type", "pattern", "enum") if key in value}
        return {**value, "anyOf": [kept, {"type": "string", "pattern": FILLED}]} if len(kept) > 1 else {**value, **kept}
    return {key: _fillable(each) for key, each in value.items()}


def about(schema: Mapping[str, Any], at: Sequence[Any]) -> str:
    """What the schema says of the setting at a place."""
    node = schema
    for key in at:
        node = _within(schema, _meant(schema, node), key)
    return str(node.get("description", "")).partition("\n\n")[0]


def names(schema: Mapping[str, Any], at: Sequence[Any]) -> Iterable[str]:
    """The settings that there are at a place of a schema."""
    node = schema
    for key in at:
        node = _within(schema, _meant(schema, node), key)
    return tuple(_meant(schema, node).get("properties", ()))


def _within(schema: Mapping[str, Any], node: Mapping[str, Any], key: Any) -> Mapping[str, Any]:
    if isinstance(key, int):
        return node.get("items", {})  # type: ignore[no-any-return]
    more = node.get("additionalProperties")
    return node.get("properties", {}).get(key) or (more if isinstance(more, dict) else {})


def _meant(schema: Mapping[str, Any], node: Mapping[str, Any]) -> Any:
    """What a reference leads to."""
    while "$ref" in node:
        node = schema["$defs"][node["$ref"].rpartition("/")[2]]
    return node
