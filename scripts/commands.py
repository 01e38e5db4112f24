"""The README's table of commands, made from the commands themselves: `write` puts it there, `check` compares."""

import sys
from pathlib import Path

import bot.incident.chapters  # noqa: F401 - whoever asks for the grammar knows every chapter
from bot.grammar import grammar
from bot.text.words import Voice

README = Path(__file__).parent.parent / "README.md"
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


if __name__ == "__main__":
    now = README.read_text("utf-8")
    if sys.argv[1:] == ["write"]:
        README.write_text(filled(now), "utf-8")
    elif filled(now) != now:
        sys.exit("the README's table of commands is not what the commands say: run `make words`")
