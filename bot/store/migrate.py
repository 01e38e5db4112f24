"""Bringing a database up to date, at each start."""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from bot.store.errors import StoreDown
from bot.store.tables import Table

HERE = Path(__file__).parent / "migrations"
# SQLite changes a table by copying it and dropping the old one, which foreign keys would forbid.
BEFORE_SQLITE = ("PRAGMA foreign_keys = OFF", "BEGIN IMMEDIATE")
BEFORE_POSTGRES = ("SELECT pg_advisory_xact_lock(461905)",)  # any number, the same in each version


def migrate(engine: Engine) -> None:
    """Run the migrations that the database has not seen. One process does it, others wait. Raises `StoreDown`."""
    try:
        with engine.connect() as connection:
            _upgrade(connection)
    except DBAPIError as error:
        raise StoreDown(str(error.orig)) from error


def _upgrade(connection: Connection) -> None:
    sqlite = connection.dialect.name == "sqlite"
    for statement in BEFORE_SQLITE if sqlite else BEFORE_POSTGRES:
        connection.exec_driver_sql(statement)
    if _newest() != _version(connection):
        from alembic import command  # it takes a while to load, and is seldom needed

        command.upgrade(settings(connection), "head")
    connection.exec_driver_sql("COMMIT") if sqlite else connection.commit()
    if sqlite:
        connection.exec_driver_sql("PRAGMA foreign_keys = ON")


def _newest() -> str:
    return max(path.stem.split("_")[0] for path in (HERE / "versions").glob("[0-9]*.py"))


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def settings(connection: Connection) -> Any:
    """What Alembic needs to know."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.attributes["connection"] = connection
    config.attributes["metadata"] = Table.metadata
    return config
