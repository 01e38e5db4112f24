"""`tocsin demo`, `tocsin run`, `tocsin health`: the house at work, and how it is."""

import tempfile
from contextlib import AsyncExitStack
from enum import StrEnum
from http.client import HTTPException
from importlib import import_module
from pathlib import Path
from typing import Annotated
from urllib.error import HTTPError
from urllib.request import urlopen

import typer

from bot.cli.plainly import CONFIG, ConfigFile, go


class Level(StrEnum):
    """How much of the log is shown."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Shape(StrEnum):
    """How a line of the log looks."""

    CONSOLE = "console"
    JSON = "json"


def demo(
    port: Annotated[int, typer.Option(help="The page's port; 0 takes any.", min=0, max=65535)] = 8080,
    data: Annotated[Path | None, typer.Option(help="Keep the incidents in this folder.")] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show the log.")] = False,
) -> None:
    """Three chats on this machine and the bot in them: no token, no account."""
    go(_demo(port, data, "info" if verbose else "error"))


def run(
    config: ConfigFile = CONFIG,
    level: Annotated[Level, typer.Option(help="How much of the log.")] = Level.INFO,
    log: Annotated[
        Shape | None, typer.Option(help="How it looks: for people on a terminal, JSON elsewhere.", show_default=False)
    ] = None,
) -> None:
    """Answer in the chats that the configuration names. Ctrl-C or SIGTERM ends it in peace, a second one at once."""
    go(_run(config, level.value, log.value if log else ""))


def health(address: Annotated[str, typer.Option(help="Where `tocsin run` answers.")] = "127.0.0.1:8787") -> None:
    """Ask a running Tocsin how it is; exit code 1 when it is not well."""
    try:
        with urlopen(f"http://{address}/healthz", timeout=5) as answer:
            typer.echo(answer.read().decode())
    except HTTPError as unwell:
        typer.echo(unwell.read().decode("utf-8", "replace"), err=True)
        raise typer.Exit(1) from None
    except (OSError, HTTPException, ValueError) as wrong:
        typer.echo(f"No Tocsin answers at {address}: {getattr(wrong, 'reason', wrong)}", err=True)
        raise typer.Exit(1) from None


async def _demo(port: int, data: Path | None, level: str) -> None:
    from bot.run import signalled

    told = signalled()
    async with AsyncExitStack() as stack:
        folder = data or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tocsin-")))
        folder.mkdir(parents=True, exist_ok=True)
        stage = import_module("adapters.playground.demo")
        playground = await stack.enter_async_context(stage.playground(port))
        await stack.enter_async_context(stage.bot(playground, f"sqlite:///{folder}/tocsin.db", level))
        typer.echo(stage.welcome(playground))
        await told.wait()
        typer.echo("\nStopping.")


async def _run(path: Path, level: str, shape: str) -> None:
    from bot.config import File
    from bot.run import checked, house, logs, rereading, secrets, served, signalled

    file = File.read(path)
    config = checked(file)
    logs(level, shape, secrets(config, file))
    told = signalled()
    web = import_module("adapters.web.server")
    with web.taken(config.house.web) as ear:
        async with (
            house(config, file=file, told=told) as engine,
            web.answering(ear, engine, served(engine)),
            rereading(path, engine),
        ):
            typer.echo(f"Tocsin answers on {', '.join(config.chats) or 'no chat yet'}. Ctrl-C stops it.", err=True)
            await told.wait()
            typer.echo("Stopping: what is under way ends first. Once more ends it at once.", err=True)
