"""`tocsin doctor`: everything that the configuration names is looked at, and each finding comes with its fix."""

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.plainly import CONFIG, ConfigFile

if TYPE_CHECKING:
    from bot.ports import Finding

MARKS = {True: "✓", False: "✗", None: "?"}


def doctor(
    config: ConfigFile = CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="Findings as JSON.")] = False,
) -> None:
    """Look at the configuration, the database, the people and every chat: ✓ well, ✗ with its fix, ? not looked at.

    Nothing is changed, and it may be asked beside a running Tocsin. The exit code is 1 when something is wrong.
    """
    if not asyncio.run(_examined(config, as_json)):
        raise typer.Exit(1)


async def _examined(path: Path, as_json: bool) -> bool:
    """Whether all is well. Findings are told as they come: a platform may take a while."""
    from bot.run import logs
    from bot.run.examine import examine

    logs("error")
    found: list[dict[str, object]] = []
    about = ""
    async for name, finding in examine(path):
        found.append({"about": name, "what": finding.what, "ok": finding.ok, "fix": finding.fix})
        if not as_json:
            typer.echo(f"{name}\n{told(finding)}" if name != about else told(finding))
        about = name
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
    return all(each["ok"] is not False for each in found)


def told(finding: "Finding") -> str:
    """A finding in a line, and below it what to do."""
    fix = f"\n      → {finding.fix}" if finding.fix and not finding.ok else ""
    return f"  {MARKS[finding.ok]} {finding.what}{fix}"
