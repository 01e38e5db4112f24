"""`tocsin init`: a configuration to begin with, and what is to be done on each platform."""

import re
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any
from unicodedata import normalize

import typer

from bot.cli.plainly import CONFIG, ConfigFile
from bot.cli.template import example, filled

NAMES = ("slack", "discord", "telegram")
Asked = dict[str, dict[str, str]]
"""What was answered: each chat's settings."""


def init(
    config: ConfigFile = CONFIG,
    chat: Annotated[
        list[str] | None, typer.Option(help="A chat to use: slack, discord or telegram. Repeat it.")
    ] = None,
    name: Annotated[str, typer.Option(help="Your name: you become the first administrator.")] = "",
    zone: Annotated[str, typer.Option(help="Your time zone, such as Europe/Berlin.")] = "",
    language: Annotated[str, typer.Option(help="What the bot speaks: en or zh-hans.")] = "en",
    database: Annotated[str, typer.Option(help="sqlite:///path or postgresql://…")] = "sqlite:///tocsin.db",
    given: Annotated[
        list[str] | None, typer.Option("--set", help="An answer, as in slack.room=C0123456789. Repeat it.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing: what is not said keeps its example.")] = False,
    force: Annotated[bool, typer.Option(help="Write over what is there.")] = False,
    everything: Annotated[
        bool, typer.Option("--example", help="Print the example with every setting, and write nothing.")
    ] = False,
) -> None:
    """Write a configuration to begin with, and say what is to be done on each platform."""
    if everything:
        typer.echo(example(), nl=False)
        return
    if config.exists() and not force:
        typer.echo(f"{config} is there already. --force writes over it; --config writes another.", err=True)
        raise typer.Exit(2)
    asks = not yes and terminal()
    chats = _chats(chat or [], asks)
    answers = _answers(chats, given or [], asks)
    name = name or (typer.prompt("Your name", default="Anna") if asks else "Anna")
    zone = zone or (typer.prompt("Your time zone", default=local_zone()) if asks else local_zone())
    house = {"zone": zone, "language": language, "database": database, "admin": key_of(name)}
    files = {config.name: filled(house, answers, name), **_beside(chats)}
    _write(config.parent, files, force)
    typer.echo(_next(config, chats, answers))


def _chats(wanted: list[str], asks: bool) -> list[str]:
    """The chats to set up, in their order. Raises `Exit` for one that does not exist."""
    if not wanted and asks:
        wanted = re.split(
            r"[\s,]+", typer.prompt("Which chats (slack, discord, telegram)", default=" ".join(NAMES)).strip()
        )
    if strange := [each for each in wanted if each not in NAMES]:
        typer.echo(f"There is no chat {strange[0]}. There are: {', '.join(NAMES)}.", err=True)
        raise typer.Exit(2)
    return [each for each in NAMES if each in wanted] or list(NAMES)


def _answers(chats: list[str], given: list[str], asks: bool) -> Asked:
    """What each chat's adapter asks; an empty answer keeps the example."""
    said = dict(each.partition("=")[::2] for each in given)
    answers: Asked = {}
    for chat in chats:
        asked: Mapping[str, str] = _setup(chat).ASKED
        answers[chat] = {
            key: said.get(f"{chat}.{key}") or (typer.prompt(question, default="", show_default=False) if asks else "")
            for key, question in asked.items()
        }
    if strange := set(said) - {f"{chat}.{key}" for chat, asked in answers.items() for key in asked}:
        typer.echo(f"--set {min(strange)}: nobody asks that.", err=True)
        raise typer.Exit(2)
    return answers


def _setup(chat: str) -> Any:
    return import_module(f"adapters.{chat}.setup")


def _beside(chats: list[str]) -> Mapping[str, str]:
    """The files that the platforms want."""
    import bot.incident.chapters  # noqa: F401 - the commands must be known
    from bot.grammar import grammar
    from bot.text.words import Voice

    spoken = grammar("incident", Voice())
    return {name: text for chat in chats for name, text in _setup(chat).files(spoken).items()}


def _write(folder: Path, files: Mapping[str, str], force: bool) -> None:
    """Write them, all or none. Raises `Exit` when one is there already."""
    there = [name for name in files if (folder / name).exists()]
    if there and not force:
        typer.echo(f"{folder / there[0]} is there already. --force writes over it.", err=True)
        raise typer.Exit(2)
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")


def _next(config: Path, chats: list[str], answers: Asked) -> str:
    """What is to be done now."""
    lines = [f"Wrote {config}. Now:"]
    for chat in chats:
        steps = _setup(chat).steps(answers[chat])
        lines += ["", chat.capitalize(), *(f"  {nth}. {step}" for nth, step in enumerate(steps, 1))]
    tokens = [f"  export {token}=…" for chat in chats for token in _setup(chat).TOKENS]
    lines += ["", "Then", *tokens, "  tocsin doctor     # says what is missing, and its fix", "  tocsin run"]
    return "\n".join(lines)


def terminal() -> bool:
    """Whether somebody is there to be asked."""
    return sys.stdin.isatty()


def key_of(name: str) -> str:
    """A person's key: the first word of their name, in small letters."""
    plain = normalize("NFKD", name.lower().split(" ")[0]).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9_-]", "", plain)[:40] or "admin"


def local_zone() -> str:
    """The machine's time zone, where it says one."""
    try:
        return str(Path("/etc/localtime").resolve()).split("zoneinfo/")[1]
    except IndexError:
        return "UTC"
