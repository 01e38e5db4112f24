"""The `tocsin` command."""

import typer

from bot.cli.check import check
from bot.cli.run import demo, health, run

app = typer.Typer(help="Tocsin: one incident, every room.", no_args_is_help=True, pretty_exceptions_enable=False)
for each in (demo, run, check, health):
    app.command()(each)

__all__ = ["app"]
