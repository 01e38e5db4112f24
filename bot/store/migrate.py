"""Bringing a database up to date, at each start.

Whoever changes `tables.py` adds a file to `migrations/versions`; a test tells what it must hold. Nothing here
imports the tables: SQLModel and the ORM take half a second to load, and only declare.
"""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect
from sqlalchemy.exc import DBAPIError

from bot.store.errors import StoreDown

HERE = Path(__file__).parent / "migrations"
# SQLite changes a table by copying it and dropping the old one, which foreign keys would forbid.
BEFORE_SQLITE = ("PRAGMA foreign_keys = OFF", "BEGIN IMMEDIATE")
AFTER_SQLITE = ("COMMIT", "PRAGMA foreign_keys = ON")
BEFORE_POSTGRES = ("SELECT pg_advisory_xact_lock(461905)",)  # any number, the same in each version
AFTER_POSTGRES = ("COMMIT",)


class TooNew(StoreDown):
    """A newer version of Tocsin keeps this database: please update this one."""


def migrate(engine: Engine) -> None:
    """Run the migrations that the database has not seen. One process does it, others wait. Raises `StoreDown`."""
    try:
        with engine.connect() as connection:
            _upgrade(connection)
    except DBAPIError as error:
        raise StoreDown(f"{engine.url.render_as_string()}: {error.orig}") from error


def _upgrade(connection: Connection) -> None:
    sqlite = connection.dialect.name == "sqlite"
    for statement in BEFORE_SQLITE if sqlite else BEFORE_POSTGRES:
        connection.exec_driver_sql(statement)
    wanted, version = newest(), version_of(connection)
    if version > wanted:
        raise TooNew
    if version < wanted:
        _run(connection)
    for statement in AFTER_SQLITE if sqlite else AFTER_POSTGRES:
        connection.exec_driver_sql(statement)


def newest() -> str:
    """The version of the tables that this code wants."""
    return max(path.stem.split("_")[0] for path in (HERE / "versions").glob("[0-9]*.py"))


def version_of(connection: Connection) -> str:
    """The version of the tables that a database has; an empty string where it has none."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar())


def _run(connection: Connection) -> None:
    from alembic import command  # loaded only where there is something to do
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
