"""`tocsin doctor`: each finding with its fix, and what could not be looked at."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.config import check
from bot.oncall.policy import Hop
from bot.oncall.rota import Change, Rota
from bot.people.person import People, Person, Proof
from bot.ports import Finding, Unreachable
from bot.run.examine import _chat, ready
from bot.store.examine import current, examine
from bot.store.migrate import newest
from bot.store.sqlite import engine

NOW = datetime(2026, 3, 2, 10, 2, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def findings(database: str, more: str, folder: Path) -> tuple[int, dict[str, str]]:
    """The exit code, and each finding's mark."""
    path = folder / "tocsin.toml"
    path.write_text(f'[house]\ndatabase = "{database}"\nadmin = "anna"\nweb = ""\n[people.anna]\nname = "Anna"\n{more}')
    done = CliRunner().invoke(app, ["doctor", "-c", str(path)])
    lines = [line.strip() for line in done.stdout.splitlines() if line.startswith("  ") and "→" not in line]
    return done.exit_code, {line[2:]: line[0] for line in lines}


def test_what_is_wrong_has_its_fix_and_an_exit_code(tmp_path: Path, sqlite_url: str) -> None:
    code, found = findings(sqlite_url, '[policies.default]\nsteps = [{ page = ["anna"] }]', tmp_path)
    assert code == 1
    assert found["nothing reaches anna, who is paged by default"] == "✗"
    assert found["there is no chat"] == "✗"
    assert found["its tables are of version " + newest()] == "✓"
    assert found["no Tocsin answers at house.web"] == "?"


def test_a_broken_configuration_is_a_finding_and_the_rest_is_not_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "tocsin.toml"
    path.write_text('[house]\nzone = "Mars/X"')
    done = CliRunner().invoke(app, ["doctor", "-c", str(path), "--json"])
    found = json.loads(done.stdout)
    assert done.exit_code == 1
    assert [each["ok"] for each in found] == [False, None]
    assert f"{path}:2: house.zone" in found[0]["what"]


# ---- the database


async def test_a_database_is_looked_at_and_left_as_it_is(database_url: str) -> None:
    assert all(each.ok for each in examine(database_url)), list(examine(database_url))
    assert current(database_url)


def test_a_database_that_is_not_there_yet_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "t.db"
    assert all(each.ok for each in examine(f"sqlite:///{path}"))
    assert not current(f"sqlite:///{path}")
    assert not path.parent.exists()


def test_what_is_no_database_is_told(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    path.write_text("this is no database, however long it may be " * 50)
    (bad,) = [each for each in examine(f"sqlite:///{path}") if each.ok is False]
    assert "not a database" in bad.what
    assert not current(f"sqlite:///{path}")


def test_a_server_that_does_not_answer_is_told_without_its_password() -> None:
    (bad,) = examine("postgresql://tocsin:secret@127.0.0.1:1/house")
    assert (bad.ok, "does not answer" in bad.what) == (False, True)
    assert "secret" not in bad.what + bad.fix


def test_a_newer_database_is_told(sqlite_url: str) -> None:
    made = engine(Path(sqlite_url.removeprefix("sqlite:///")))
    with made.connect() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    made.dispose()
    assert [each.fix for each in examine(sqlite_url) if each.ok is False] == ["update Tocsin: a newer one was here"]


# ---- people


@pytest.mark.parametrize(
    ("settings", "wrong"),
    [
        ({"people": {"a": {"name": "A"}}}, {"nobody is ever paged: there is no policy", "nobody may do everything"}),
        ({"house": {"pages": []}, "people": {"a": {"name": "A"}}}, {"nobody may do everything"}),
        (
            {
                "house": {"admin": "a"},
                "chats": {"slack": {}},
                "people": {"a": {"name": "A", "slack": "U1"}, "b": {"name": "B", "discord": "1"}},
                "policies": {"p": {"steps": [{"page": ["a"]}], "catch_all": ["b"]}},
            },
            {"nothing reaches b, who is paged by p"},
        ),
        (
            {
                "house": {"admin": "a"},
                "chats": {"slack": {}},
                "people": {"a": {"name": "A", "slack": "U1"}, "b": {"name": "B"}},
                "schedules": {"s": {"layers": [{"participants": ["a", "b"], "from": "2026-01-05 09:00"}]}},
                "policies": {"p": {"steps": [{"page": ["s"]}]}},
            },
            {"nothing reaches b, who is paged by p"},
        ),
    ],
)
def test_who_is_paged_can_be_reached(settings: dict[str, object], wrong: set[str]) -> None:
    assert {each.what for each in ready(check(settings, "test"), None, NOW) if each.ok is False} == wrong


def test_an_account_that_was_linked_counts() -> None:
    people = People([Person("b", "B", linked=("slack:U2",))])
    settings = {"house": {"admin": "b"}, "chats": {"slack": {}}, "people": {"b": {"name": "B"}}}
    config = check(settings | {"policies": {"p": {"steps": [{"page": ["b"]}]}}}, "test")
    assert [each.ok for each in ready(config, (people, {}), NOW)] == [True]


def test_what_was_set_and_changed_in_chat_counts() -> None:
    """A rule that waits, a channel that was never verified, and a gap that an override made."""
    boris = Person("b", "B", linked=("slack:U2",), high=(Hop("chat", 10 * MINUTE),), proving=(Proof("sms:+1", 1, NOW),))
    settings = {
        "house": {"admin": "b"},
        "chats": {"slack": {}},
        "people": {"b": {"name": "B"}},
        "schedules": {"s": {"layers": [{"participants": ["b"], "from": "2026-01-05 09:00"}]}},
        "policies": {"p": {"steps": [{"page": ["s"]}]}},
    }
    rota = Rota("s", (Change(NOW + HOUR, NOW + 2 * HOUR, 1, (), whole=True),))
    found = list(ready(check(settings, "test"), (People([boris]), {"s": rota}), NOW))
    assert [(each.what, each.ok) for each in found] == [
        ("nobody is on call for s from 11:02 UTC to 12:02 UTC", False),
        ("text message of b is not verified", None),
        ("b is paged only after 10 min, by the rule that holds for them", None),
    ]
    assert all(each.fix for each in found)


# ---- the chats


class Looking:
    """A platform that can look at itself, or cannot be reached."""

    name = "paper"

    def __init__(self, down: bool) -> None:
        self.down, self.closed = down, False

    async def examine(self) -> Sequence[Finding]:
        if self.down:
            raise Unreachable
        return [Finding(what="scopes", ok=False, fix="add pins:write")]

    async def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize(("down", "ok"), [(False, False), (True, None)])
async def test_a_chat_is_asked_and_let_go(down: bool, ok: bool | None) -> None:
    chat = Looking(down)
    assert [each.ok for each in await _chat(chat, {})] == [ok]  # type: ignore[arg-type]
    assert chat.closed
