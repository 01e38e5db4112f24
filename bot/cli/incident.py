"""`tocsin incident ...`: every command of the grammar, said on the command line."""

import inspect
from collections.abc import Callable, Iterator
from functools import cache
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from bot.cli.plainly import CONFIG, ConfigFile, go
from bot.cli.say import say_it

ABOUT = """Declare, take, update and follow incidents, as in the chats.

A running Tocsin on the same database notices within a second and delivers. The exit code is 1 when the answer is no.
"""
As = Annotated[str, typer.Option("--as", help="Who acts: a person's key; else you, if you are one, else house.admin.")]
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


class Verbs(TyperGroup):
    """The commands, made from the grammar when one is asked for: everything else on the command line starts faster."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Every name, in the order of the grammar."""
        return list(made().commands)

    def get_command(self, ctx: Any, name: str) -> Any:
        """The command of this name or alias."""
        return made().get_command(ctx, name)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that the arguments begin with: some have two words."""
        two = " ".join(args[:2])
        if two in made().commands:
            return two, made().commands[two], args[2:]
        return made().resolve_command(ctx, args)


@cache
def made() -> Any:
    """The group of all of them, made once."""
    import bot.incident.chapters  # noqa: F401 - the commands must be known
    from bot.grammar import grammar
    from bot.text.words import Voice

    app = typer.Typer(rich_markup_mode="markdown", add_completion=False)
    for verb in grammar("incident", Voice()).verbs:
        for name in (verb.name, *verb.aliases):
            app.command(name, help=manual(verb), hidden=name != verb.name)(spoken(verb))
    return typer.main.get_command(app)


def manual(verb: Any) -> str:
    """What `--help` says of it."""
    return f"{verb.help}\n\n{verb.more}".rstrip()


def spoken(verb: Any) -> Callable[..., None]:
    """A command's function: its signature is the verb's options."""

    def say(**given: Any) -> None:
        config, who, as_json = given.pop("config"), given.pop("who"), given.pop("as_json")
        words = " ".join([verb.name, *(given.pop("words") or ())])
        fields = {
            name.removeprefix("its_"): "yes" if value is True else value for name, value in given.items() if value
        }
        go(say_it(words, fields, config, who, as_json))

    signature = inspect.Signature(list(_parameters(verb)))
    vars(say)["__signature__"] = signature
    say.__annotations__ = {name: each.annotation for name, each in signature.parameters.items()}
    return say


def _parameters(verb: Any) -> Iterator[inspect.Parameter]:
    words = Annotated[list[str] | None, typer.Argument(help=f"As in the chats: {verb.usage}", show_default=False)]
    yield _parameter("words", words, None)
    for option in verb.options:
        kind = bool if option.kind == "flag" else str | None
        names = (f"--{each}" for each in (option.name, *option.also))
        told = typer.Option(*names, help=option.help, show_default=False, autocompletion=_choices(option))
        yield _parameter(f"its_{option.name}", Annotated[kind, told], False if kind is bool else None)
    yield _parameter("config", ConfigFile, CONFIG)
    yield _parameter("who", As, "")
    yield _parameter("as_json", Json, False)


def _parameter(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


def _choices(option: Any) -> Callable[[str], list[tuple[str, str]]]:
    def fitting(incomplete: str) -> list[tuple[str, str]]:
        return [(each.value, each.label) for each in option.choices if each.value.startswith(incomplete)]

    return fitting
