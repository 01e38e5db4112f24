"""The `tocsin` command."""

import typer

from bot.cli.check import check
from bot.cli.doctor import doctor
from bot.cli.incident import ABOUT, Verbs
from bot.cli.init import init
from bot.cli.run import demo, health, run
from bot.cli.understudy import understudy

app = typer.Typer(help="Tocsin: one incident, every room.", no_args_is_help=True, pretty_exceptions_enable=False)
for each in (demo, init, run, check, doctor, health):
    app.command()(each)
app.command(hidden=True)(understudy)
app.add_typer(typer.Typer(cls=Verbs, no_args_is_help=True), name="incident", help=ABOUT)

__all__ = ["app"]
