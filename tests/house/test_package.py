"""What is shipped: the wheel, the lock, the image, and nothing of this machine."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    line = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(line, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("tocsin-*.whl"))


def test_the_wheel_holds_all_that_is_needed(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for wanted in (
        "bot/cli/run.py",
        "bot/cli/tocsin.example.toml",
        "adapters/slack/manifest.json",
        "bot/text/locale/zh_Hans/LC_MESSAGES/tocsin.po",
        "bot/store/migrations/env.py",
        "adapters/playground/templates/page.html",
        "adapters/playground/static/page.js",
    ):
        assert wanted in names
    assert not [name for name in names if name.startswith(("tests/", "bench/", "scripts/"))]


def test_the_installed_wheel_runs(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    env = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
    code = "import bot, sys; assert bot.__file__.startswith(sys.argv[1]); from bot.cli import app; app(['--help'])"
    line = [sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(line, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "demo" in done.stdout


@pytest.mark.parametrize("name", ["requirements.txt", "requirements.run.txt"])
def test_the_lock_is_hashed_and_names_no_host(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "://" not in text
    assert "--index" not in text
    packages = re.split(r"\n(?=\S)", text.strip())
    assert all("--hash=sha256:" in package for package in packages)


def test_nothing_names_this_machine() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    texts = (
        path
        for name in listed
        if (path := ROOT / name).suffix in {".py", ".toml", ".md", ".js", ".css", ".html", ".po"}
    )
    machine = re.compile(r"(?<![\w.])/(?:work|root)/\w")
    assert not [str(path) for path in texts if path.exists() and machine.search(path.read_text("utf-8"))]


def test_the_image_is_made_of_files_that_are_there() -> None:
    """What the Dockerfile copies is not kept from it."""
    lines = re.findall(r"^COPY (?!--from)(.+) \S+$", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    copied = {name for line in lines for name in line.split()}
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")}
    assert copied == let_in
    assert all((ROOT / name).exists() for name in copied)
