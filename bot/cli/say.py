"""Saying one thing to the house from the command line, and reading its answer."""

import json
import sys
from collections.abc import Mapping
from functools import partial
from getpass import getuser
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from bot.config import Config
    from bot.ports import Card, Form, Option


async def say_it(words: str, fields: Mapping[str, str], path: Path, who: str, as_json: bool) -> None:
    """Say it and print the answer. The exit code is 1 when it is a no, 2 when it could not be said."""
    from bot.config import load
    from bot.people.person import CONSOLE
    from bot.ports import Card, Form, Handle, Place, Said
    from bot.run import desk, logs

    logs("error")
    config = load(path)
    async with desk(config) as house:
        person = actor(config, who, house.office.known_people)
        by, place = Handle(CONSOLE, person), Place(CONSOLE, person)
        say = partial(Said, by=by, place=place, words=words, direct=True)
        answer = await house.hear(say(key=f"{CONSOLE}-{token_hex(12)}", fields=fields))
        if isinstance(answer, Form) and sys.stdin.isatty():
            more = {**fields, **asked(answer, fields)}
            answer = await house.hear(say(key=f"{CONSOLE}-{token_hex(12)}", fields=more))
    done = isinstance(answer, Card) and not answer.refused
    typer.echo(in_json(answer, done) if as_json else in_words(answer), err=not (done or as_json))
    if not done:
        raise typer.Exit(1)


def actor(config: "Config", who: str, people: Any) -> str:
    """Who acts. Raises `Exit` with a word when that is nobody."""
    if who and who not in people:
        typer.echo(f"There is no person {who}. There are: {', '.join(sorted(people.by_id)) or 'none'}.", err=True)
        raise typer.Exit(2)
    found = who or next((each for each in (user(), config.house.admin) if each in people), "")
    if not found:
        typer.echo("Who are you? Say --as and a person's key, or set house.admin in the configuration.", err=True)
        raise typer.Exit(2)
    return found


def user() -> str:
    """The name of whoever is logged in, where there is one."""
    try:
        return getuser()
    except (KeyError, OSError):  # a container's user often has no name
        return ""


def asked(form: "Form", fields: Mapping[str, str]) -> Mapping[str, str]:
    """What is still to be said, asked on the terminal."""
    return {
        each.name: typer.prompt(_question(each)) for each in form.options if each.required and each.name not in fields
    }


def _question(option: "Option") -> str:
    choices = f" ({', '.join(each.value for each in option.choices)})" if option.choices else ""
    return f"{option.help.rstrip('.')}{choices}"


def in_words(answer: "Card | Form | None") -> str:
    """The answer in bare letters."""
    from bot.ports import Card, Form
    from bot.text.rich import plain

    if isinstance(answer, Form):
        needed = [each for each in answer.options if each.required and not each.value]
        names = ", ".join(f"--{each.name} ({each.help.rstrip('.')})" for each in needed or answer.options)
        return f"Still to be said: {names}" if needed else f"Say what: any of {names}"
    if not isinstance(answer, Card):
        return ""
    facts = [f"{fact.label}: {plain(fact.value)}" for fact in answer.facts]
    links = [f"{link.label}: {link.url}" for link in answer.links]
    parts = [plain(answer.title), plain(answer.body), *facts, *links, plain(answer.footer)]
    return "\n".join(part for part in parts if part)


def in_json(answer: "Card | Form | None", done: bool) -> str:
    """The answer for a program: whether it was done, its words, and the card as the chats get it."""
    import msgspec

    return json.dumps(
        {"done": done, "text": in_words(answer), "answer": msgspec.to_builtins(answer)}, ensure_ascii=False, indent=2
    )
