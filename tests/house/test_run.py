"""The command as people run it: a process of its own, a configuration in a file, a signal at the end."""

import asyncio
import json
import os
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from adapters.playground.cast import COMPANY
from adapters.playground.server import Playground
from bot.cli import app
from bot.store.store import Store, StoreDown

PATIENCE = 60.0
"""Seconds that a process may take to say or do something on a machine that is busy."""
TOCSIN = (sys.executable, "-c", "from bot.cli import app; app()")


def toml(settings: Any, database: str) -> str:
    """A configuration for the playground's Slack alone."""
    lines = ["[house]", f'database = "{database}"', 'web = ""', "[chats.slack]"]
    lines += [f'{name} = "{value}"' for name, value in settings["slack"].items() if name != "bot_token"]
    lines += ['bot_token = "${THE_TOKEN}"', "[people.anna]", 'name = "Anna"', f'slack = "{COMPANY[0].ids["slack"]}"']
    return "\n".join([*lines, "[policies.default]", 'steps = [{ page = ["anna"], wait = "5m" }]'])


@asynccontextmanager
async def process(*args: str, **env: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """The command, running; killed if it does not end."""
    pipe = asyncio.subprocess.PIPE
    running = await asyncio.create_subprocess_exec(*TOCSIN, *args, stdout=pipe, stderr=pipe, env={**os.environ, **env})
    try:
        yield running
    finally:
        if running.returncode is None:
            running.kill()
            await running.wait()


async def ended(*args: str, **env: str) -> tuple[int, str]:
    """The command's exit code, and what it said."""
    async with process(*args, **env) as running:
        out, err = await running.communicate()
        return running.returncode or 0, (out + err).decode()


async def invoked(*args: str, **env: str) -> tuple[int, str]:
    """The same of what begins no work: in this process, which takes a tenth of the time."""
    done = await asyncio.to_thread(CliRunner().invoke, app, args, env=env)
    return done.exit_code, done.output


async def test_it_runs_from_a_file_and_stops_at_a_signal(tmp_path: Path) -> None:
    async with Playground(COMPANY, platforms=("slack",)).open() as playground:
        config = tmp_path / "tocsin.toml"
        settings = playground.settings
        config.write_text(toml(settings, f"sqlite:///{tmp_path}/t.db"))
        token = {"THE_TOKEN": str(settings["slack"]["bot_token"])}
        assert await invoked("check", "-c", str(config), **token) == (0, f"{config}: good. Chats: slack; people: 1.\n")
        async with process("run", "-c", str(config), **token) as running:
            hall = playground["slack"].screen("anna").rooms[0].id
            await playground.until(lambda: playground["slack"].screen("anna").hints)
            await until_heard(playground, hall)
            await playground.until(lambda: len(playground["slack"].screen("anna").rooms) >= 2)
            running.send_signal(signal.SIGTERM)
            _, err = await asyncio.wait_for(running.communicate(), PATIENCE)
            assert running.returncode == 0, err.decode()
            assert "Traceback" not in err.decode()
            assert token["THE_TOKEN"] not in err.decode()


async def until_heard(playground: Playground, hall: str) -> None:
    """Say it once the process is connected, and wait until it shows what came of it."""

    def shown() -> bool:
        return any("SEV1" in bubble.text for bubble in playground["slack"].screen("anna").rooms[0].bubbles)

    await playground.until(lambda: playground.slack.board.lines, PATIENCE)
    await playground["slack"].say("anna", hall, "/incident declare db is down --sev 1")
    await playground.until(shown, PATIENCE)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("[house", "is not TOML"),
        ('[house]\nroot = "Inci dent"', "house.root"),
        ("[chats.slack]\n", "chats.slack.bot_token: this must be set"),
        ("[chats.irc]\n", "there is no adapter of this name"),
        ('[house]\nzone = "Mars/X"', "IANA time zone"),
        ('[policies.p]\nsteps = [{ page = ["nobody"], wait = "5m" }]', "there is no such person"),
        ('[chats.slack]\nbot_token = "${NOT_SET}"', "the environment has no NOT_SET"),
        ('[chats.x]\n[people.a]\nname="A"\nx="1"\n[people.b]\nname="B"\nx="1"', "people.a has the same account x:1"),
        ('[house]\ndatabase = "sqlite://tocsin.db"', "house.database: expected sqlite:///path"),
        ('[house]\nweb = "localhost"', "house.web: expected an address"),
        ('[people.a]\nname="A"\nslak="U1"', "people.a.slak: there is no such setting"),
        ('[people.a]\nname="A"\nzone="Mars/X"', "people.a.zone"),
        ('[people."a b"]\nname="A"', "a person's key"),
    ],
)
def test_a_bad_configuration_is_told_in_a_line(text: str, word: str, tmp_path: Path) -> None:
    config = tmp_path / "tocsin.toml"
    config.write_text(text)
    done = CliRunner().invoke(app, ["check", "-c", str(config)])
    assert (done.exit_code, word in done.output) == (2, True)
    assert isinstance(done.exception, SystemExit)


async def test_how_it_is_can_be_asked(tmp_path: Path, unused_tcp_port: int) -> None:
    port = unused_tcp_port
    config = tmp_path / "tocsin.toml"
    config.write_text(f'[house]\ndatabase = "sqlite:///{tmp_path}/t.db"\nweb = "127.0.0.1:{port}"')
    async with process("run", "-c", str(config)) as running:
        assert running.stderr is not None
        await asyncio.wait_for(running.stderr.readline(), PATIENCE)
        code, said = await invoked("health", "--address", f"127.0.0.1:{port}")
        assert (code, '"database":true' in said) == (0, True)
        code, said = await ended("run", "-c", str(config))
        assert (code, "in use" in said, "Traceback" in said) == (2, True, False)


async def test_it_is_ready_and_counts_and_reads_its_file_again(tmp_path: Path, unused_tcp_port: int) -> None:
    port = unused_tcp_port
    config = tmp_path / "tocsin.toml"
    text = f'[house]\ndatabase = "sqlite:///{tmp_path}/t.db"\nweb = "127.0.0.1:{port}"\n'
    config.write_text(text)
    async with process("run", "-c", str(config), "--log", "json") as running, httpx.AsyncClient(trust_env=False) as web:
        assert running.stderr is not None
        await asyncio.wait_for(running.stderr.readline(), PATIENCE)
        assert (await web.get(f"http://127.0.0.1:{port}/readyz", timeout=PATIENCE)).json()["ready"]
        counted = (await web.get(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE)).text
        assert "tocsin_database_queue " in counted
        config.write_text(text + 'zone = "Asia/Shanghai"\n')
        running.send_signal(signal.SIGHUP)
        told = json.loads(await until_said(running, b"read again"))
        assert told["changed"] == ["house.zone"]
        config.write_text("[house")
        running.send_signal(signal.SIGHUP)
        await until_said(running, b"is not TOML")
        running.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(running.wait(), PATIENCE) == 0


@pytest.mark.parametrize(("again", "code"), [(False, 0), (True, 128 + signal.SIGTERM)])
async def test_what_is_under_way_ends_unless_told_twice(again: bool, code: int, tmp_path: Path) -> None:
    """Slack answers late: the process waits for it, and nothing stays half said; a second signal waits for nothing."""
    async with Playground(COMPANY, platforms=("slack",)).open() as playground:
        slack = playground["slack"]
        config = tmp_path / "tocsin.toml"
        config.write_text(toml(playground.settings, f"sqlite:///{tmp_path}/t.db"))
        token = {"THE_TOKEN": str(playground.settings["slack"]["bot_token"])}
        async with process("run", "-c", str(config), **token) as running:
            hall = slack.screen("anna").rooms[0].id
            await until_heard(playground, hall)
            await playground.until(lambda: not behind(tmp_path / "t.db"))
            slack.faults.switch("slow", where="chat.postMessage", seconds=3600)
            await slack.say("anna", hall, "/incident page anna")
            await playground.until(lambda: "sending" in states(tmp_path / "t.db"))
            running.send_signal(signal.SIGTERM)
            await until_said(running, b"Stopping")
            if again:
                running.send_signal(signal.SIGTERM)
            else:
                slack.faults.mend()
            assert await asyncio.wait_for(running.wait(), PATIENCE) == code
        assert ("sending" in states(tmp_path / "t.db")) == again


def behind(database: Path) -> bool:
    """Whether something is still to be shown or sent."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as opened:
        (looks,) = opened.execute("SELECT count(*) FROM shown WHERE have < want").fetchone()
    return bool(looks) or not {"pending", "sending"}.isdisjoint(states(database))


def states(database: Path) -> list[str]:
    """How the messages stand that were to be sent."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as opened:
        return [state for (state,) in opened.execute("SELECT state FROM sends")]


async def until_said(running: asyncio.subprocess.Process, word: bytes) -> bytes:
    """Read what the process says until it says this: the line."""
    assert running.stderr is not None
    async with asyncio.timeout(PATIENCE):
        while word not in (line := await running.stderr.readline()):
            assert line, f"it ended without a word of {word!r}"
    return line


async def test_a_database_that_cannot_be_had_is_told_in_a_line(tmp_path: Path) -> None:
    config = tmp_path / "tocsin.toml"
    (tmp_path / "t.db").write_text("this is no database at all" * 100)
    config.write_text(f'[house]\nweb = ""\ndatabase = "sqlite:///{tmp_path}/t.db"')
    code, said = await ended("run", "-c", str(config))
    assert (code, "not a database" in said, "Traceback" in said) == (2, True, False)


async def test_a_server_that_does_not_answer_is_waited_for_until_told_to_stop(
    tmp_path: Path, unused_tcp_port: int
) -> None:
    config = tmp_path / "tocsin.toml"
    config.write_text(f'[house]\nweb = ""\ndatabase = "postgresql://x:y@127.0.0.1:{unused_tcp_port}/z"')
    async with process("run", "-c", str(config)) as running:
        assert running.stderr is not None
        first = json.loads(await asyncio.wait_for(running.stderr.readline(), PATIENCE))
        assert first["event"] == "the database does not answer yet"
        running.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(running.wait(), PATIENCE) == 2


async def test_what_is_not_there_is_told_in_a_line(tmp_path: Path) -> None:
    code, said = await invoked("run", "-c", str(tmp_path / "none.toml"))
    assert (code, "there is no such file" in said) == (2, True)
    code, said = await invoked("health", "--address", "127.0.0.1:9")
    assert (code, "No Tocsin answers at 127.0.0.1:9" in said) == (1, True)
    (tmp_path / "t.db").write_text("no database, but a letter to somebody\n" * 9)
    with pytest.raises(StoreDown, match=r"/t\.db: file is not a database"):
        await Store.open(f"sqlite:///{tmp_path}/t.db")


async def test_the_demo_is_ready_and_leaves_nothing(tmp_path: Path) -> None:
    async with process("demo", "--port", "0", TMPDIR=str(tmp_path)) as running:
        assert running.stdout is not None
        first = await asyncio.wait_for(running.stdout.readline(), PATIENCE)
        assert b"Open http://127.0.0.1:" in first
        running.send_signal(signal.SIGINT)
        _, err = await asyncio.wait_for(running.communicate(), PATIENCE)
        assert (running.returncode, err.decode()) == (0, "")
    assert list(tmp_path.iterdir()) == []
