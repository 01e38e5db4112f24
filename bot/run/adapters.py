"""Adapters, found by the name of their folder: the core imports none of them."""

from collections.abc import Iterator, Mapping
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from pydantic import BaseModel, SecretStr, ValidationError
from sqlalchemy import make_url

from bot.config import BadConfig, Config, File
from bot.engine.feeds import Fetch
from bot.ports import Channel, Chat, Mind, Webhooks

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


def find_beat() -> Fetch:
    """How the monitor is told that all is well: its address is the configuration's own, and may be one inside."""
    return partial(import_module("adapters.web.fetch").fetch, allowed=lambda address: True)


def find_webhooks(config: Config) -> Webhooks:
    """The addresses that a policy's step may call."""
    module = import_module("adapters.web.hooks")
    hooks = {
        name: module.Hook(each.url.get_secret_value(), each.secret.get_secret_value(), each.internal)
        for name, each in config.webhooks.items()
    }
    return module.Hooks(hooks)  # type: ignore[no-any-return]


def find_mind(config: Config) -> Mind | None:
    """The language model, where one is configured. Raises `BadConfig`."""
    if config.ai is None:
        return None
    if find_spec("openai") is None:
        raise BadConfig("ai: the language model needs more: pip install 'tocsin[ai]'")
    model = import_module("adapters.model").Model
    return model(config.ai.base_url, config.ai.model, config.ai.key.get_secret_value())  # type: ignore[no-any-return]


def settings_of(name: str, file: File = NOWHERE) -> type[BaseModel]:
    """What a chat's adapter can be told. Raises `BadConfig`."""
    return _module(name, file).Settings  # type: ignore[no-any-return]


def checked(file: File) -> Config:
    """What a file says, the adapters' own settings included; nothing is opened. Raises `BadConfig`."""
    config = file.config()
    list(_settings(config, file))
    return config


def secrets(config: Config, file: File) -> frozenset[str]:
    """What must stand in no log: what the environment added, every token, and the database's password."""
    found = (value for settings in _settings(config, file) for _, value in settings)
    tokens = {value.get_secret_value() for value in found if isinstance(value, SecretStr)}
    key = config.ai.key.get_secret_value() if config.ai else ""
    hooks = {each.get_secret_value() for hook in config.webhooks.values() for each in (hook.url, hook.secret)}
    return file.secrets | tokens | hooks | {key, make_url(config.house.database).password or ""}


def _settings(config: Config, file: File) -> Iterator[BaseModel]:
    """Every adapter's settings, as it reads them. Raises `BadConfig`, with the faults of all of them."""
    tables = [("chats", name, table) for name, table in config.chats.items()]
    tables += [("channels", name, table) for name, table in config.channels.tables.items()]
    wrong: list[str] = []
    for kind, name, table in tables:
        try:
            model = settings_of(name, file) if kind == "chats" else channel_settings(name)
            yield model.model_validate(table)
        except ValidationError as fault:
            wrong.append(str(file.fault(fault, model, (kind, name))))
        except BadConfig as fault:
            wrong.append(str(fault))
    if wrong:
        raise BadConfig("\n".join(wrong))


def _module(name: str, file: File) -> ModuleType:
    try:
        return import_module(f"adapters.{name}.chat")
    except ModuleNotFoundError as wrong:
        where = file.where(("chats", name))
        raise BadConfig(f"{where}: there is no adapter of this name ({wrong.name} is missing)") from None
