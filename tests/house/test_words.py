"""Every word in every language."""

import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
import words  # noqa: E402 - the script beside the packages


@pytest.mark.parametrize("script", ["words.py", "commands.py"])
def test_what_is_made_from_the_code_is_up_to_date(script: str) -> None:
    done = subprocess.run(
        [sys.executable, f"scripts/{script}", "check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_marked_strings_and_the_help_of_commands_are_messages(tmp_path: Path) -> None:
    path = tmp_path / "chapter.py"
    help = '    """Take it:\n    it is yours.\n\n    More of it.\n    """\n'
    path.write_text(f'@command("ack")\nclass Ack:\n{help}    x = N_("a {{b}}")\n')
    assert sorted(words.read(path)) == ["More of it.", "Take it: it is yours.", "a {b}"]


def test_the_help_that_is_shown_is_the_help_that_is_translated() -> None:
    from bot.grammar.menu import doc
    from bot.grammar.verbs import VERBS

    wanted = set(words.messages())
    for cls in VERBS.values():
        first, more = doc(cls)
        assert first in wanted
        assert not more or more in wanted


@pytest.mark.parametrize(
    ("said", "fault"),
    [("", "not translated"), ("ohne Platz", "other placeholders"), ("{c}", "other placeholders")],
)
def test_a_bad_translation_is_told(said: str, fault: str) -> None:
    catalogue = Catalog(locale="de")
    catalogue.add("a {b}", said)
    assert [each.split(":")[0] for each in words.faults(catalogue, ["a {b}"])] == [fault]


def test_what_is_missing_or_left_over_is_told() -> None:
    catalogue = Catalog(locale="de")
    catalogue.add("old", "alt")
    assert list(words.faults(catalogue, ["new"])) == ["missing: new", "left over: old"]
