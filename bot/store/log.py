"""The log: what happened, in order, and never changed."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from msgspec import json

from bot.book import TOCSIN, Book, BookId, Entry, blank, decode
from bot.store.chain import Link, leaf, onward
from bot.store.hand import Hand, Sql, instant, sql

COLUMNS = "rev, at, who, via, event, body, said"
CUT = f"SELECT {COLUMNS} FROM entries WHERE kind = :kind AND id = :id AND rev > :after"
FIRST = sql(f"{CUT} ORDER BY rev LIMIT :limit")
LAST = sql(f"{CUT} ORDER BY rev DESC LIMIT :limit")


def certain(order: str) -> Sql:
    """Entries of certain events: a search for each name. SQLite would rather walk through the whole log."""
    made = sql(f"""
        SELECT {COLUMNS} FROM json_each(:names) AS wanted CROSS JOIN entries
        WHERE entries.kind = :kind AND entries.id = :id AND entries.event = wanted.key AND rev > :after
        ORDER BY rev {order} LIMIT :limit
    """)
    return made._replace(sqlite=made.sqlite.replace("JOIN entries", "JOIN entries INDEXED BY ix_entries_event"))


FIRST_OF, LAST_OF = certain("ASC"), certain("DESC")
CHAIN = sql(f"SELECT {COLUMNS}, salt, leaf FROM entries WHERE kind = :kind AND id = :id ORDER BY rev")
HEAD = sql("SELECT rev, head FROM books WHERE kind = :kind AND id = :id")
ENTER = sql("""
    INSERT INTO entries (kind, id, rev, at, who, via, event, body, said, salt, leaf)
    VALUES (:kind, :id, :rev, :at, :who, :via, :event, :body, :said, :salt, :leaf)
""")
DEEDS = sql(f"""
    SELECT kind, id, {COLUMNS} FROM entries WHERE who = :who OR (:who = '' AND who <> :house)
    ORDER BY at DESC, kind, id, rev DESC LIMIT :limit
""")
ALL = 2**31 - 1


class Log(Hand):
    """Entries."""

    def entries(
        self,
        id: BookId,
        after: int = 0,
        limit: int | None = None,
        last: int | None = None,
        names: Collection[str] | None = None,
    ) -> list[Entry]:
        """A book's entries, oldest first: those after a revision, the `last` few, or of certain events only.

        Raises `UnknownEvent`.
        """
        wanted = None if names is None else json.encode(dict.fromkeys(names)).decode()
        few, count = ((FIRST, FIRST_OF), limit) if last is None else ((LAST, LAST_OF), last)
        values = {"kind": id.kind, "id": id.id, "after": after, "limit": ALL if count is None else count}
        rows = self.rows(few[0], **values) if wanted is None else self.rows(few[1], names=wanted, **values)
        return [_entry(id, row) for row in (rows if last is None else reversed(rows))]

    def deeds(self, who: str, limit: int) -> list[Entry]:
        """The last that somebody did, or that anybody did (`who` is empty), in any book; newest first."""
        rows = self.rows(DEEDS, who=who, house=TOCSIN, limit=limit)
        return [_entry(BookId(kind, id), rest) for kind, id, *rest in rows]

    def fold(self, id: BookId) -> Book:
        """The book folded anew from its entries. Raises `UnknownEvent`."""
        book = blank(id)
        for entry in self.entries(id):
            book = book.fold(entry)
        return book

    def verify(self, id: BookId) -> bool:
        """Whether a book's entries are those that were written, all of them and in their order."""
        head, count = b"", 0
        for *row, body, said, salt, sealed in self.rows(CHAIN, kind=id.kind, id=id.id):
            rev, at, *says = row
            if leaf(bytes(salt), id, rev, instant(at), *says, body, said=said and instant(said)) != bytes(sealed):
                return False
            head, count = onward(head, bytes(sealed)), count + 1
        kept = self.row(HEAD, kind=id.kind, id=id.id)
        return kept is not None and (kept[0], bytes(kept[1])) == (count, head)

    def _enter(self, entries: Iterable[tuple[Entry, Link]]) -> None:
        self.each(ENTER, (_row(entry) | link._asdict() for entry, link in entries))


def _row(entry: Entry) -> dict[str, object]:
    return {
        "kind": entry.book.kind, "id": entry.book.id, "rev": entry.rev, "at": entry.at, "who": entry.by,
        "via": entry.via, "event": type(entry.event).__name__, "said": entry.said,
    }  # fmt: skip


def _entry(id: BookId, row: Sequence[Any]) -> Entry:
    rev, at, who, via, event, body, said = row
    return Entry(id, rev, instant(at), who, decode(event, body), via, said and instant(said))
