"""`tocsin check`: what is wrong with the configuration, and where."""

import json
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.plainly import CONFIG, ConfigFile, plainly


def check(
    config: ConfigFile = CONFIG,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print its JSON Schema for an editor, and check nothing.")
    ] = False,
) -> None:
    """Read the configuration and say what is wrong with it: file, line, key, what was expected."""
    if schema:
        typer.echo(json.dumps(described(), indent=2, ensure_ascii=False))
        return
    with plainly():
        typer.echo(checked(config))


def checked(path: Path) -> str:
    """That it is good. Raises `BadConfig`."""
    from bot.config import File
    from bot.run.adapters import checked as read

    found = read(File.read(path))
    return f"{path}: good. Chats: {', '.join(found.ways) or 'none'}; people: {len(found.people)}."


def described() -> object:
    """The file's JSON Schema, with the settings of every adapter that there is."""
    from bot.config.schema import schema
    from bot.config.shape import CHANNELS, CHATS
    from bot.run import channel_settings, settings_of

    chats = {name: settings_of(name) for name in CHATS}
    return schema({"chats": chats, "channels": {name: channel_settings(name) for name in CHANNELS}})
