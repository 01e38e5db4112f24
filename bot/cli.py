"""The `tocsin` command."""

import asyncio
import tempfile
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack, contextmanager
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any
from urllib.error import URLError
from urllib.request import urlopen

import typer

app = typer.Typer(help="Tocsin: one incident, every room.", no_args_is_help=True, pretty_exceptions_enable=False)


class Level(StrEnum):
    """How much of the log is shown."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


ConfigFile = Annotated[Path, typer.Option("--config", "-c", help="The configuration.", envvar="TOCSIN_CONFIG")]


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="The page's port; 0 takes any.", min=0, max=65535)] = 8080,
    data: Annotated[Path | None, typer.Option(help="Keep the incidents in this folder.")] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show the log.")] = False,
) -> None:
    """Three chats on this machine and the bot in them: no token, no account."""
    _go(_demo(port, data, "info" if verbose else "error"))


@app.command()
def run(
    config: ConfigFile = Path("tocsin.toml"),
    level: Annotated[Level, typer.Option(help="How much of the log.")] = Level.INFO,
) -> None:
    """Answer in the chats that the configuration names."""
    _go(_run(config, level.value))


@app.command()
def check(config: ConfigFile = Path("tocsin.toml")) -> None:
    """Read the configuration and say what is wrong with it."""
    from bot.config import load
    from bot.run import find_chat

    with _plainly():
        found = load(config)
        for name, settings in found.chats.items():
            find_chat(name, settings)
        typer.echo(f"{config}: good. Chats: {', '.join(found.chats) or 'none'}; people: {len(found.people)}.")


@app.command()
def health(address: Annotated[str, typer.Option(help="Where `tocsin run` answers.")] = "127.0.0.1:8787") -> None:
    """Ask a running Tocsin how it is; exit code 1 when it is not well."""
    try:
        with urlopen(f"http://{address}/healthz", timeout=5) as answer:
            typer.echo(answer.read().decode())
    except (URLError, TimeoutError, OSError, ValueError) as wrong:
        typer.echo(f"not well: {wrong}", err=True)
        raise typer.Exit(1) from None


async def _demo(port: int, data: Path | None, level: str) -> None:
    from bot.config import check
    from bot.run import house, logs, signalled

    logs(level)
    told = signalled()
    async with AsyncExitStack() as stack:
        folder = data or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tocsin-")))
        folder.mkdir(parents=True, exist_ok=True)
        stage = import_module("adapters.playground.demo")
        playground = await stack.enter_async_context(stage.playground(port))
        settings = stage.company(playground, f"sqlite:///{folder}/tocsin.db")
        await stack.enter_async_context(house(check(settings, "the demo")))
        typer.echo(stage.welcome(playground))
        await told.wait()
        typer.echo("\nStopping.")


async def _run(path: Path, level: str) -> None:
    from bot.config import load
    from bot.run import house, logs, signalled

    logs(level)
    told = signalled()
    config = load(path)
    web = import_module("adapters.web.health")
    async with house(config) as engine, web.answering(config.house.health, engine):
        typer.echo(f"Tocsin answers on {', '.join(config.chats) or 'no chat yet'}. Ctrl-C stops it.", err=True)
        await told.wait()


def _go(main: Coroutine[Any, Any, None]) -> None:
    with _plainly():
        asyncio.run(main)


@contextmanager
def _plainly() -> Iterator[None]:
    """What is the user's to mend is said in a line, not in a traceback."""
    from bot.config import BadConfig
    from bot.store.store import StoreDown

    try:
        yield
    except (BadConfig, StoreDown, OSError) as wrong:
        typer.echo(str(wrong), err=True)
        raise typer.Exit(2) from None


if __name__ == "__main__":
    app()
