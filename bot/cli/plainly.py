"""What every command has in common: where the configuration is, and faults told in a line."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

ConfigFile = Annotated[Path, typer.Option("--config", "-c", help="The configuration.", envvar="TOCSIN_CONFIG")]
CONFIG = Path("tocsin.toml")


def go(main: Coroutine[Any, Any, None]) -> None:
    """Run it to its end."""
    with plainly():
        asyncio.run(main)


@contextmanager
def plainly() -> Iterator[None]:
    """What is the user's to mend is said in a line, not in a traceback; the exit code is 2."""
    from bot.config import BadConfig
    from bot.store.store import StoreDown

    try:
        yield
    except (BadConfig, StoreDown, OSError) as wrong:
        typer.echo(str(wrong), err=True)
        raise typer.Exit(2) from None
