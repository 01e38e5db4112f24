"""Adapters, found by the name of their folder: the core imports none of them."""

from collections.abc import Mapping
from importlib import import_module
from types import ModuleType
from typing import Any

from pydantic import BaseModel, ValidationError

from bot.config import BadConfig, File
from bot.ports import Chat

NOWHERE = File("the configuration", "", {})


def find_chat(name: str, settings: Mapping[str, Any], file: File = NOWHERE) -> Chat:
    """The chat of this name, its settings validated by its adapter; `file` is where they stand. Raises `BadConfig`."""
    module = _module(name, file)
    try:
        return module.open_chat(module.Settings.model_validate(settings))  # type: ignore[no-any-return]
    except ValidationError as wrong:
        raise file.fault(wrong, module.Settings, ("chats", name)) from None


def settings_of(name: str) -> type[BaseModel]:
    """What a chat's adapter can be told. Raises `BadConfig`."""
    return _module(name, NOWHERE).Settings  # type: ignore[no-any-return]


def _module(name: str, file: File) -> ModuleType:
    try:
        return import_module(f"adapters.{name}.chat")
    except ModuleNotFoundError as wrong:
        where = file.where(("chats", name))
        raise BadConfig(f"{where}: there is no adapter of this name ({wrong.name} is missing)") from None
