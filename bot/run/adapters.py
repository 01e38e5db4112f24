"""Adapters, found by the name of their folder: the core imports none of them."""

from collections.abc import Mapping
from importlib import import_module
from types import ModuleType
from typing import Any

from pydantic import BaseModel, ValidationError

from bot.config import BadConfig, Config, File
from bot.engine.feeds import Fetch
from bot.ports import Channel, Chat

NOWHERE = File("the configuration", "", {})


def find_chat(name: str, settings: Mapping[str, Any], file: File = NOWHERE) -> Chat:
    """The chat of this name, its settings validated by its adapter; `file` is where they stand. Raises `BadConfig`."""
    module = _module(name, file)
    try:
        return module.open_chat(module.Settings.model_validate(settings))  # type: ignore[no-any-return]
    except ValidationError as wrong:
        raise file.fault(wrong, module.Settings, ("chats", name)) from None


def find_channels(config: Config, file: File = NOWHERE) -> list[Channel]:
    """Every channel that is configured, its settings validated by its adapter. Raises `BadConfig`."""
    found: list[Channel] = []
    for name, settings in config.channels.tables.items():
        module = import_module(f"adapters.notify.{name}")
        try:
            found.append(module.open_channel(module.Settings.model_validate(settings)))
        except ValidationError as wrong:
            raise file.fault(wrong, module.Settings, ("channels", name)) from None
    return found


def channel_settings(name: str) -> type[BaseModel]:
    """What a channel's adapter can be told."""
    return import_module(f"adapters.notify.{name}").Settings  # type: ignore[no-any-return]


def find_fetch() -> Fetch:
    """How something is fetched from an address that somebody gave us."""
    return import_module("adapters.web.fetch").fetch  # type: ignore[no-any-return]


def settings_of(name: str) -> type[BaseModel]:
    """What a chat's adapter can be told. Raises `BadConfig`."""
    return _module(name, NOWHERE).Settings  # type: ignore[no-any-return]


def _module(name: str, file: File) -> ModuleType:
    try:
        return import_module(f"adapters.{name}.chat")
    except ModuleNotFoundError as wrong:
        where = file.where(("chats", name))
        raise BadConfig(f"{where}: there is no adapter of this name ({wrong.name} is missing)") from None
