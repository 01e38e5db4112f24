"""The README's table of commands and Slack's manifest, made from the commands: `write` makes, `check` compares."""

import json
import sys
from pathlib import Path

import bot.incident.chapters  # noqa: F401 - whoever asks for the grammar knows every chapter
from adapters.slack.manifest import manifest
from bot.grammar import grammar
from bot.text.words import Voice

README = Path(__file__).parent.parent / "README.md"
MANIFEST = Path(__file__).parent.parent / "adapters/slack/manifest.json"
START, END = "<!-- commands: made by scripts/commands.py -->\n", "<!-- /commands -->"


def table() -> str:
    """The table, in the order of the menus."""
    rows = ["| command | also | what it does |", "|---|---|---|"]
    for verb in grammar("incident", Voice()).verbs:
        usage = verb.usage.replace("|", "\\|")
        rows.append(f"| `{usage}` | {', '.join(verb.aliases)} | {verb.help} |")
    return "\n".join(rows) + "\n"


def filled(text: str) -> str:
    """The README with the table in its place."""
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    return before + START + table() + END + after


def made() -> dict[Path, str]:
    """What each file should hold."""
    app = json.dumps(manifest(grammar("incident", Voice())), indent=2, ensure_ascii=False) + "\n"
    return {README: filled(README.read_text("utf-8")), MANIFEST: app}


if __name__ == "__main__":
    for path, text in made().items():
        if sys.argv[1:] == ["write"]:
            path.write_text(text, "utf-8")
        elif not path.exists() or path.read_text("utf-8") != text:
            sys.exit(f"{path.name} is not what the commands say: run `make words`")
