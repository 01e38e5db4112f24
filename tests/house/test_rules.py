"""The rules that the tools cannot keep whole by themselves."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from bot.config import load

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "pyproject.toml").read_text("utf-8")
PROJECT = tomllib.loads(TEXT)


def contract(kind: str, source: str = "") -> Any:
    """The import contract of this kind; of several, the one about this source."""
    for each in PROJECT["tool"]["importlinter"]["contracts"]:
        if each["type"] == kind and source in ("", *each.get("source_modules", ())):
            return each
    raise LookupError(kind)


def test_a_new_adapter_does_not_pass_unseen() -> None:
    """The layers of `bot` are exhaustive by themselves; that adapters do not know one another is a list."""
    there = {f"adapters.{path.parent.name}" for path in (ROOT / "adapters").glob("*/__init__.py")}
    assert there <= set(contract("independence")["modules"])


def test_adapters_are_barred_from_every_room_but_the_doors() -> None:
    rooms = {f"bot.{room}" for room in contract("layers")["layers"]}
    assert set(contract("forbidden", "adapters")["forbidden_modules"]) == rooms - {"bot.ports", "bot.text"}


def test_nothing_but_a_page_to_a_room_calls_everybody_in_it() -> None:
    """One piece says so, for where it goes out and where what stands there is kept true."""
    texts = {path.name: path.read_text("utf-8") for path in (ROOT / "bot").rglob("*.py")}
    assert {name for name, text in texts.items() if "everybody=" in text} == {"rung.py"}
    assert {name for name, text in texts.items() if "bot.engine.rung import" in text} == {"page.py", "show.py"}


@pytest.mark.parametrize("wanted", PROJECT["project"]["dependencies"])
def test_a_dependency_is_locked_and_says_why_it_is_there(wanted: str) -> None:
    name = re.split(r"[\[<>=]", wanted)[0].lower().replace(".", "-")
    assert re.search(rf'"{re.escape(wanted)}",\s+# \S', TEXT), "no reason"
    for lock in ("requirements.txt", "requirements.run.txt"):
        assert re.search(rf"^{name}(\[\w+\])?==", (ROOT / lock).read_text(), re.MULTILINE), lock


def test_the_image_is_well_made() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([hadolint, ROOT / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_example_configuration_is_good(monkeypatch: pytest.MonkeyPatch) -> None:
    example = ROOT / "tocsin.example.toml"
    for name in re.findall(r"\$\{(\w+)\}", example.read_text("utf-8")):
        monkeypatch.setenv(name, "secret")
    assert set(load(example).chats) == {"slack", "discord", "telegram"}
