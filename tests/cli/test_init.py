"""`tocsin init`: a configuration that is good as it stands, and what is to be done on each platform."""

import json
import re
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.cli.check import checked
from bot.cli.template import example, filled, section
from bot.config import load

CHATS = ("slack", "discord", "telegram")


def init(folder: Path, *args: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(app, ["init", "-c", str(folder / "tocsin.toml"), *args], input=typed)


@pytest.fixture(autouse=True)
def tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in re.findall(r"\$\{(\w+)\}", example()):
        monkeypatch.setenv(name, "a-secret-of-many-letters")
    monkeypatch.setenv("TELEGRAM_TOKEN", "7000000001:AAaaBBbbCCccDDddEEeeFFffGGggHHhhIIi")


@pytest.mark.parametrize("chats", [CHATS, ("slack",), ("telegram", "discord")])
def test_what_it_writes_is_good_and_holds_only_what_is_wanted(chats: tuple[str, ...], tmp_path: Path) -> None:
    done = init(tmp_path, "--yes", *(word for chat in chats for word in ("--chat", chat)))
    assert done.exit_code == 0, done.output
    assert ": good. Chats: " in checked(tmp_path / "tocsin.toml")
    config = load(tmp_path / "tocsin.toml")
    assert set(config.chats) == set(chats)
    assert config.house.admin in config.people
    assert "#" in (tmp_path / "tocsin.toml").read_text()


def test_what_is_said_is_written_where_it_belongs(tmp_path: Path) -> None:
    said = ("slack.room=C9", "slack.account=U9", "telegram.account=504")
    args = [word for each in said for word in ("--set", each)]
    done = init(tmp_path, "-y", "--name", "Zoë Müller", "--zone", "Asia/Shanghai", "--language", "zh-hans", *args)
    assert done.exit_code == 0, done.output
    config = load(tmp_path / "tocsin.toml")
    assert (config.house.zone, config.house.language, config.chats["slack"]["room"]) == (
        "Asia/Shanghai",
        "zh-hans",
        "C9",
    )
    assert config.people["zoe"].name == "Zoë Müller"
    assert config.people["zoe"].handles(CHATS) == ("slack:U9", "telegram:504")


def test_the_slack_app_is_described_beside_it(tmp_path: Path) -> None:
    init(tmp_path, "-y", "--chat", "slack")
    manifest = json.loads((tmp_path / "slack-manifest.json").read_text())
    assert manifest["settings"]["socket_mode_enabled"]
    assert manifest["features"]["slash_commands"][0]["command"] == "/incident"


def test_each_platform_has_its_steps(tmp_path: Path) -> None:
    told = init(tmp_path, "-y", "--set", "discord.client=77").stdout
    assert "https://discord.com/oauth2/authorize?client_id=77&" in told
    assert "connections:write" in told
    assert "Manage topics" in told
    for token in ("SLACK_APP_TOKEN", "DISCORD_TOKEN", "TELEGRAM_TOKEN"):
        assert f"export {token}=" in told


def test_nothing_is_written_over_without_being_told(tmp_path: Path) -> None:
    (tmp_path / "slack-manifest.json").write_text("mine")
    no = init(tmp_path, "-y")
    assert (no.exit_code, "slack-manifest.json is there already" in no.stderr) == (2, True)
    assert not (tmp_path / "tocsin.toml").exists()
    (tmp_path / "tocsin.toml").write_text("mine")
    assert init(tmp_path, "-y").exit_code == 2
    assert (tmp_path / "tocsin.toml").read_text() == "mine"
    assert init(tmp_path, "-y", "--force").exit_code == 0
    assert "[house]" in (tmp_path / "tocsin.toml").read_text()


@pytest.mark.parametrize(
    ("args", "word"),
    [(("--chat", "irc"), "There is no chat irc"), (("--set", "slack.rom=C1"), "slack.rom: nobody asks that")],
)
def test_what_means_nothing_is_told(args: tuple[str, ...], word: str, tmp_path: Path) -> None:
    no = init(tmp_path, "-y", *args)
    assert (no.exit_code, word in no.stderr, list(tmp_path.iterdir())) == (2, True, [])


def test_on_a_terminal_it_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["bot.cli.init"], "terminal", lambda: True)
    done = init(tmp_path, typed="slack\nC7\nU7\nMia Chen\nAsia/Shanghai\n")
    assert done.exit_code == 0, done.output
    config = load(tmp_path / "tocsin.toml")
    assert (set(config.chats), config.chats["slack"]["room"], config.people["mia"].name) == (
        {"slack"},
        "C7",
        "Mia Chen",
    )


def test_hostile_answers_stay_texts() -> None:
    text = filled(
        {"admin": "a", "zone": "UTC"}, {"slack": {"room": 'C1"\n[house]\nroot = "x', "account": "\\1"}}, 'A"\n[x]'
    )
    assert text.count("\n[house]") == 1
    assert "\n[x]" not in text


def test_the_example_has_a_table_for_each_chat() -> None:
    for chat in CHATS:
        assert section(f"chats.{chat}").startswith(f"[chats.{chat}]")
    assert CliRunner().invoke(app, ["init", "--example"]).stdout == example()
