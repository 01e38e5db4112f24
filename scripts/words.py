"""The catalogues: messages are found in the code, and every language has every one.

    words.py update    bring each catalogue up to date; what is new stands there untranslated
    words.py check     fail when a message is missing, empty, fuzzy, left over, or loses a placeholder

Messages are what `N_("...")` marks, and the docstrings of classes that `@command(...)` or `@query(...)` enter
into the grammar: their first paragraph and the rest, as help shows them. pybabel does not read docstrings.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
LOCALE = ROOT / "bot" / "text" / "locale"
MARK, DECORATORS = "N_", {"command", "query"}


def messages() -> list[str]:
    """Every message of the code, sorted."""
    found = {
        message
        for room in ("bot", "adapters")
        for path in sorted((ROOT / room).rglob("*.py"))
        for message in read(path)
    }
    return sorted(found)


def read(path: Path) -> Iterator[str]:
    """The messages of one file."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == MARK:
            yield text_of(node, path)
        elif isinstance(node, ast.ClassDef) and any(map(enters, node.decorator_list)):
            yield from help_of(node)


def text_of(call: ast.Call, path: Path) -> str:
    """A marked message. It must be a literal: nothing else can be translated."""
    if len(call.args) != 1 or not isinstance(call.args[0], ast.Constant) or not isinstance(call.args[0].value, str):
        sys.exit(f"{path}:{call.lineno}: {MARK}() wants one literal")
    return call.args[0].value


def enters(decorator: ast.expr) -> bool:
    """Whether a decorator enters a class into the grammar."""
    return isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Name) and decorator.func.id in DECORATORS


def help_of(node: ast.ClassDef) -> Iterator[str]:
    """A docstring as help shows it: `bot.grammar.menu.doc` cuts it alike."""
    first, _, more = (ast.get_docstring(node) or "").partition("\n\n")
    for part in (first, *([more] if more else [])):
        yield "\n\n".join(" ".join(paragraph.split()) for paragraph in part.split("\n\n"))


def places(text: str) -> set[str]:
    """The placeholders of a message."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def faults(catalogue: Catalog, wanted: list[str]) -> Iterator[str]:
    """What is wrong with a catalogue, a line each."""
    have = {str(message.id): message for message in catalogue if message.id}
    yield from (f"missing: {text}" for text in wanted if text not in have)
    yield from (f"left over: {text}" for text in have if text not in wanted)
    yield from (f"obsolete: {text}" for text in catalogue.obsolete)
    for text, message in have.items():
        if not message.string or message.fuzzy:
            yield f"not translated: {text}"
        elif places(text) != places(str(message.string)):
            yield f"other placeholders: {text}"


def update(path: Path, wanted: list[str]) -> None:
    """Keep what is translated, add what is new, drop what the code says no more."""
    old = load(path)
    new = Catalog(locale=old.locale, project="tocsin", charset="utf-8", revision_date=old.revision_date)
    new.creation_date, new.mime_headers = old.creation_date, old.mime_headers
    for text in wanted:
        known = old.get(text)
        new.add(text, known.string if known else "")
    with path.open("wb") as po:
        write_po(po, new, omit_header=True, sort_output=True, no_location=True, width=120)


def load(path: Path) -> Catalog:
    """A catalogue as it stands in its file."""
    with path.open("rb") as po:
        return read_po(po, locale=path.parts[-3])


def main(deed: str) -> None:
    """Do it for every language."""
    wanted = messages()
    wrong = []
    for path in sorted(LOCALE.glob("*/LC_MESSAGES/tocsin.po")):
        if deed == "update":
            update(path, wanted)
        wrong += [f"{path.relative_to(ROOT)}: {fault}" for fault in faults(load(path), wanted)]
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "check")
