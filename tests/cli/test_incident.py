"""`tocsin incident ...`: the same commands as in the chats, beside a Tocsin that runs."""

import asyncio
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import run

import pytest
from typer.testing import CliRunner, Result

from adapters.playground.cast import COMPANY
from adapters.playground.server import Playground
from bot.cli import app
from bot.config import check
from bot.run import house

Tocsin = Callable[..., Result]


def settings(database: str) -> str:
    """A company of two, without a chat."""
    return f"""
house = {{ database = "{database}", admin = "anna" }}
people.anna = {{ name = "Anna Nowak" }}
people.boris = {{ name = "Boris Petrov", role = "viewer" }}
people.mia = {{ name = "Mia Chen", language = "zh-hans", role = "manager" }}
policies.default = {{ steps = [{{ page = ["boris"], wait = "5m" }}] }}
"""


@pytest.fixture
def tocsin(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Tocsin:
    """The command, on an empty database of each sort."""
    path = tmp_path / "tocsin.toml"
    path.write_text(settings(database_url))
    monkeypatch.setenv("TOCSIN_CONFIG", str(path))
    monkeypatch.setenv("LOGNAME", "nobody-we-know")
    return lambda *args: CliRunner().invoke(app, ["incident", *args])


def test_it_declares_acts_and_reads(tocsin: Tocsin) -> None:
    done = tocsin("declare", "db is down", "--sev", "1")
    assert (done.exit_code, "Anna Nowak declared #1, SEV1: db is down" in done.stdout) == (0, True)
    assert "#1 db is down" in tocsin("list").stdout
    assert tocsin("update", "1", "--text", "we look at it", "--next", "30m").exit_code == 0
    assert "we look at it" in tocsin("show", "#1").stdout


def test_a_text_may_begin_with_a_number_that_no_incident_has(tocsin: Tocsin) -> None:
    tocsin("declare", "db is down", "--sev", "4")
    assert "12 pods hang" in tocsin("note", "12", "pods", "hang").stdout
    assert "There is no incident #12" in tocsin("note", "#12", "pods", "hang").stderr
    assert "There is no incident #12" in tocsin("ack", "12", "on", "it").stderr
    assert "There is no incident #12" in tocsin("cancel", "12", "a", "test").stderr
    tocsin("declare", "shop is slow", "--sev", "4")
    assert "There is no incident #12" in tocsin("note", "12", "pods", "hang").stderr
    tocsin("declare", "more", "--sev", "4")
    assert "noted: pods hang" in tocsin("note", "3", "pods", "hang").stdout


def test_an_edit_without_a_word_says_what_can_be_edited(tocsin: Tocsin) -> None:
    tocsin("declare", "db is down", "--sev", "4")
    asked = tocsin("edit", "1")
    assert (asked.exit_code, "any of --title (What is wrong, in one line), --impact" in asked.stderr) == (1, True)


def test_a_title_is_one_line_short_in_lists_and_whole_on_its_card(tocsin: Tocsin) -> None:
    title = "很" * 200
    tocsin("declare", "db\nis\n\ndown", "--sev", "4")
    tocsin("declare", title, "--sev", "4")
    listed = tocsin("list").stdout
    assert "#1 db is down" in listed
    assert "很" * 69 + "…" in listed
    assert title in tocsin("show", "2").stdout


def test_who_acts_is_said_and_written_down(tocsin: Tocsin, monkeypatch: pytest.MonkeyPatch) -> None:
    tocsin("declare", "db is down")
    refused = tocsin("ack", "1", "--as", "boris")
    assert (refused.exit_code, "You are a viewer" in refused.stderr, refused.stdout) == (1, True, "")
    monkeypatch.setenv("LOGNAME", "mia")
    assert tocsin("ack", "1").exit_code == 0
    assert "Mia Chen" in tocsin("timeline", "1", "--as", "boris").stdout
    stranger = tocsin("ack", "1", "--as", "zoe")
    assert (stranger.exit_code, "There is no person zoe" in stranger.stderr) == (2, True)


def test_a_no_is_an_exit_code(tocsin: Tocsin) -> None:
    no = tocsin("ack", "7")
    assert (no.exit_code, "There is no incident #7" in no.stderr) == (1, True)
    unfinished = tocsin("declare")
    assert (unfinished.exit_code, "--title" in unfinished.stderr) == (1, True)
    assert tocsin("ack", "--nope").exit_code == 2
    assert "Did you mean 'declare'" in tocsin("decler").stderr


def test_programs_get_json(tocsin: Tocsin) -> None:
    done = json.loads(tocsin("declare", "db is down", "--json").stdout)
    assert (done["done"], "db is down" in done["text"]) == (True, True)
    no = tocsin("ack", "7", "--json")
    assert (no.exit_code, json.loads(no.stdout)["done"]) == (1, False)


def test_options_that_are_python_words_and_names_of_two_words(tocsin: Tocsin) -> None:
    tocsin("declare", "db is down")
    assert tocsin("summary", "1", "--for", "exec").exit_code == 0
    assert "account link" in tocsin("account", "link").stdout
    assert tocsin("take", "1").exit_code == 0


def test_the_help_is_made_from_the_grammar(tocsin: Tocsin) -> None:
    told = tocsin("ack", "--help").stdout
    assert "Take the incident" in told
    assert "--note" in told
    assert "Anna" in tocsin("whoami").stdout


def test_shells_complete_commands_options_and_choices() -> None:
    def asked(line: str) -> dict[str, str]:
        return {"COMP_WORDS": line, "COMP_CWORD": str(line.count(" ")), "_TOCSIN_COMPLETE": "complete_bash"}

    def completed(line: str) -> list[str]:
        return CliRunner().invoke(app, prog_name="tocsin", env=asked(line)).stdout.split()

    tocsin, env = Path(sys.executable).with_name("tocsin"), {**os.environ, **asked("tocsin inc")}
    assert run([tocsin], env=env, capture_output=True, text=True, check=True).stdout == "incident\n"
    assert "ack" in completed("tocsin incident a")
    assert completed("tocsin incident declare --se") == ["--sev", "--severity", "--service"]
    assert completed("tocsin incident declare --sev ") == ["1", "2", "3", "4", "5"]


async def test_a_tocsin_that_runs_beside_it_delivers(tmp_path: Path, database_url: str) -> None:
    """Another process says it; this one, which has the chats, shows it."""
    async with Playground(COMPANY, platforms=("slack",)).open() as playground:
        ids = COMPANY[0].ids["slack"]
        config = {
            "house": {"database": database_url, "admin": "anna"},
            "chats": playground.settings,
            "people": {"anna": {"name": "Anna", "slack": ids}},
        }
        path = tmp_path / "tocsin.toml"
        path.write_text("".join(f"{key} = {inline(value)}\n" for key, value in config.items()))
        async with house(check(config, "test")):
            line = [sys.executable, "-c", "from bot.cli import app; app()", "incident", "declare", "db is down", "-c"]
            done = await said(*line, str(path))
            assert done == (0, "")

            def shown() -> bool:
                rooms = playground["slack"].screen("anna").rooms
                return any("db is down" in bubble.text for room in rooms for bubble in room.bubbles)

            await playground.until(shown)


async def said(*line: str) -> tuple[int, str]:
    """The exit code, and what was said on standard error."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*line, stdout=pipe, stderr=pipe)
    _, err = await process.communicate()
    return process.returncode or 0, err.decode()


def inline(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {inline(each)}" for key, each in value.items()) + "}"
    return json.dumps(value)
