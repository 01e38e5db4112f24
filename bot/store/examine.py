"""Looking at a database without changing it: whether it can be reached, written, and is as this version wants it."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, make_url
from sqlalchemy.exc import DBAPIError

from bot.ports import Finding
from bot.store.migrate import newest, version_of
from bot.store.sqlite import engine as sqlite_engine

ROOM = 200_000_000
"""Bytes that should be free where a database in a file stands."""
SKEW = timedelta(seconds=2)
"""How far the machine's clock may be from the server's: timers follow the server's, the log the machine's."""


def examine(url: str) -> Iterator[Finding]:
    """What is found, in order; it ends where nothing more can be looked at."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        yield from _file(parsed)
    else:
        yield from _server(parsed)


def current(url: str) -> bool:
    """Whether it is there and has the tables of this version: then opening it changes nothing."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and not (parsed.database and Path(parsed.database).exists()):
        return False
    made = _engine(parsed)
    try:
        with made.connect() as connection:
            return version_of(connection) == newest()
    except DBAPIError:
        return False
    finally:
        made.dispose()


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "sqlite":
        return sqlite_engine(Path(url.database or ""))
    from bot.store.postgres import engine  # psycopg takes a while to load

    return engine(url.set(drivername="postgresql+psycopg"), 1)


def _file(url: URL) -> Iterator[Finding]:
    if not url.database or url.database == ":memory:":
        yield Finding(
            what="it is temporary: all is forgotten at the end", ok=None, fix="house.database = sqlite:///a/path"
        )
        return
    path = Path(url.database).resolve()
    near = next(each for each in path.parents if each.exists())
    free = shutil.disk_usage(near).free
    yield Finding(what=f"{free // 1_000_000} MB are free on its disk", ok=free > ROOM, fix="make room on that disk")
    if not path.exists():
        yield Finding(what=f"{path} is not there yet: the first start makes it", ok=True)
        return
    yield from _looked_at(path)


def _looked_at(path: Path) -> Iterator[Finding]:
    made = sqlite_engine(path)
    try:
        with made.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            connection.exec_driver_sql("ROLLBACK")
            yield Finding(what=f"{path} can be read and written", ok=True)
            yield _migrated(connection)
    except DBAPIError as wrong:
        fix = f"see that {path} and its folder belong to whoever runs Tocsin, and that it is a database of Tocsin's"
        yield Finding(what=f"{path} cannot be written: {wrong.orig}", ok=False, fix=fix)
    finally:
        made.dispose()


def _server(url: URL) -> Iterator[Finding]:
    made = _engine(url)
    where = f"PostgreSQL at {url.host or url.query.get('host') or 'localhost'}"
    try:
        with made.connect() as connection:
            yield Finding(what=f"{where} answers", ok=True)
            yield _clock(connection)
            yield _writable(connection)
            yield _migrated(connection)
    except DBAPIError as wrong:
        why = " ".join(str(wrong.orig).split())
        fix = "see that the server runs, and that house.database has its address, name, user and password"
        yield Finding(what=f"{where} does not answer: {why}", ok=False, fix=fix)
    finally:
        made.dispose()


def _clock(connection: Connection) -> Finding:
    now = connection.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
    skew = abs(datetime.now(UTC) - now)
    what = f"its clock and this machine's are {skew.total_seconds():.1f} s apart"
    return Finding(what=what, ok=skew < SKEW, fix="let both machines follow a time server (chrony, systemd-timesyncd)")


def _writable(connection: Connection) -> Finding:
    asked = "SELECT has_schema_privilege(current_schema(), 'CREATE') AND NOT pg_is_in_recovery()"
    ok = bool(connection.exec_driver_sql(asked).scalar())
    user = connection.exec_driver_sql("SELECT current_user").scalar()
    fix = f"name the primary server, and let its owner say: GRANT ALL ON SCHEMA public TO {user}"
    return Finding(what=f"{user} may make and write tables", ok=ok, fix=fix)


def _migrated(connection: Connection) -> Finding:
    has, wants = version_of(connection), newest()
    if not has:
        return Finding(what="it is empty: the first start makes the tables", ok=True)
    if has < wants:
        return Finding(what=f"its tables are of version {has}: the next start brings them to {wants}", ok=True)
    return Finding(what=f"its tables are of version {has}", ok=has == wants, fix="update Tocsin: a newer one was here")
