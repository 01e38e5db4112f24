"""One statement in both dialects, run on the driver itself.

SQLAlchemy's own execution costs about 25 µs a statement, the driver's 3; a command needs ten of them between
its arrival and its durable commit. So statements are text, written once, and every one runs in the tests on both.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

Clock = Callable[[], datetime]
Row = tuple[Any, ...]
VALUE = re.compile(r":([a-z_]+)")


class Sql(NamedTuple):
    """A statement as each database reads it."""

    sqlite: str
    postgres: str


def sql(text: str) -> Sql:
    """Values are written `:name`; what only PostgreSQL needs (row locks) stands in braces."""
    flat = " ".join(text.split())
    bare = flat.replace("{", "").replace("}", "")
    return Sql(re.sub(r" ?\{[^}]*\}", "", flat), VALUE.sub(r"%(\1)s", bare.replace("%", "%%")))


NOW = sql("SELECT now()")


class Naive(ValueError):
    """A time without a zone is no instant."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


def instant(value: datetime | str) -> datetime:
    """The same moment in UTC, as a row or a book says it. Raises `Naive`.

    Two times of one zone are compared by their clock face, and once a year that is wrong: nothing here
    compares anything but UTC.
    """
    if isinstance(value, str):
        return _kept(value)
    if value.tzinfo is None:
        raise Naive
    return value.astimezone(UTC)


@lru_cache(maxsize=1024)
def _kept(text: str) -> datetime:
    """A moment as SQLite keeps it: the same few stand in many rows."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@lru_cache(maxsize=256)
def text_of(at: datetime) -> str:
    """A moment in UTC as SQLite keeps it, so that sorting text sorts time."""
    return at.replace(tzinfo=None).isoformat(" ", "microseconds")


class Hand:
    """What runs statements within one transaction."""

    def __init__(
        self,
        driver: Any,
        *,
        postgres: bool,
        writes: bool,
        clock: Clock | None = None,
        sync: Callable[[], None] | None = None,
    ) -> None:
        self._driver = driver
        self._sync = sync
        """Wait for the database to have done what it was told so far, where it is not waited for by itself."""
        self._postgres = postgres
        self._clock = clock
        self._now: datetime | None = None
        self.writes = writes

    @property
    def now(self) -> datetime:
        """When this transaction happens: asked once, of the clock that the store was given, else of PostgreSQL."""
        if self._now is None:
            self._now = self._ask_now()
        return self._now

    def _ask_now(self) -> datetime:
        if self._clock:
            return instant(self._clock())
        return instant(self.rows(NOW)[0][0]) if self._postgres else datetime.now(UTC)

    def run(self, statement: Sql, values: Mapping[str, Any]) -> Any:
        """The driver's cursor after the statement. Raises what the driver raises, and `Naive`."""
        return self._driver.execute(statement[self._postgres], self._fit(values))

    def rows(self, statement: Sql, /, **values: Any) -> list[Row]:
        """Every row that it gives."""
        return self.run(statement, values).fetchall()  # type: ignore[no-any-return]

    def row(self, statement: Sql, /, **values: Any) -> Row | None:
        """The first row that it gives. All are fetched: SQLite does not commit while a statement is under way."""
        found = self.rows(statement, **values)
        return found[0] if found else None

    def do(self, statement: Sql, /, **values: Any) -> int:
        """How many rows it changed."""
        cursor = self.run(statement, values)
        if self._sync:
            self._sync()
        return cursor.rowcount  # type: ignore[no-any-return]

    def each(self, statement: Sql, values: Iterable[Mapping[str, Any]]) -> None:
        """Run it once for each."""
        many = [self._fit(each) for each in values]
        if len(many) == 1:
            self._driver.execute(statement[self._postgres], many[0])
        elif many:
            self._driver.cursor().executemany(statement[self._postgres], many)

    def _fit(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        if self._postgres:
            return {name: _postgres(value) for name, value in values.items()}
        return {name: text_of(instant(value)) if type(value) is datetime else value for name, value in values.items()}


def _postgres(value: Any) -> Any:
    if type(value) is datetime:
        return instant(value)
    # A character that PostgreSQL cannot hold, and that only mischief sends.
    return value.replace("\0", "\ufffd") if type(value) is str and "\0" in value else value
