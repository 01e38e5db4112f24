"""Looks: what should stand somewhere, always as its book is now. Behind while `have < want`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.book import BookId, Look
from bot.store.hand import Hand, Row, instant, sql

COLUMNS = """id, kind, book, subject, platform, place, message, want, have, digest, tries, not_before, error,
             since, posted, at, tired"""
RAISE = "want = want + 1, since = CASE WHEN have < want THEN since ELSE :now END"

LIST = sql("""
    INSERT INTO shown (kind, book, subject, platform, place, message,
                       want, have, since, digest, tries, not_before, error, listed)
    VALUES (:kind, :book, :subject, :platform, :place, :message, 1, 0, :now, :digest, 0, :now, '', :listed)
    ON CONFLICT DO NOTHING
""")
UNLIST = sql("""
    DELETE FROM shown WHERE kind = :kind AND book = :book AND subject = :subject AND platform = :platform
""")
LEAVE = sql("""
    DELETE FROM shown WHERE kind = :kind AND book = :book AND subject = :subject AND platform = :platform
        AND place <> :place
""")
TAKE_OVER = sql("""
    UPDATE shown SET subject = :subject, tries = 0, not_before = :now, error = ''
    WHERE kind = :kind AND book = :book AND subject = :before AND platform = :platform
""")
WANT_BOOK = sql(f"UPDATE shown SET {RAISE} WHERE kind = :kind AND book = :book")
WANT_OPEN = sql(f"""
    UPDATE shown SET {RAISE} WHERE (platform = :platform OR :platform = '')
    AND EXISTS (SELECT 1 FROM books WHERE books.kind = shown.kind AND books.id = shown.book AND open)
""")
BEHIND = sql(f"""
    SELECT {COLUMNS} FROM shown WHERE have < want AND platform = :platform AND not_before <= :now
    ORDER BY since, id LIMIT :limit
""")
SHOWN = sql("""
    UPDATE shown SET have = :have, place = :place, message = :message, digest = :digest, tries = 0, error = '',
        since = CASE WHEN :have < want THEN :now ELSE since END, at = :now,
        posted = CASE WHEN posted IS NULL OR message <> CAST(:message AS VARCHAR) THEN :now ELSE posted END,
        tired = coalesce(:tired, tired), not_before = coalesce(:again, not_before)
    WHERE id = :id AND have <= :have
""")
UNSHOWN = sql("UPDATE shown SET tries = tries + 1, not_before = :not_before, error = :error WHERE id = :id")
FORGET_LOOKS = sql("""
    DELETE FROM shown WHERE NOT listed AND have >= want AND at < :before
        AND NOT EXISTS (SELECT 1 FROM books WHERE books.kind = shown.kind AND books.id = shown.book AND open)
""")
LISTED = sql("SELECT subject, platform, place, message FROM shown WHERE kind = :kind AND book = :book AND listed")
LOOKS = sql(f"SELECT {COLUMNS} FROM shown WHERE kind = :kind AND book = :book ORDER BY id")

Named = Mapping[tuple[str, str], Look]
"""A book's looks by subject and platform."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A look's row: what is wanted, and what stands there."""

    id: int
    book: BookId
    subject: str
    platform: str
    place: str
    message: str
    want: int
    have: int
    digest: str
    tries: int
    not_before: datetime
    error: str
    since: datetime
    """Since when it has been behind, if it is."""
    posted: datetime | None
    """When the message that stands there was new."""
    at: datetime | None
    """When it was last shown."""
    tired: datetime | None
    """Until when it rests from its edits."""


def named(looks: Iterable[Look]) -> Named:
    """By subject and platform."""
    return {(look.subject, look.platform): look for look in looks}


class Looks(Hand):
    """What is shown."""

    def behind(self, platform: str, limit: int = 200) -> list[Shown]:
        """What should be shown on a platform and may be tried now, the longest behind first."""
        return [_shown(row) for row in self.rows(BEHIND, platform=platform, now=self.now, limit=limit)]

    def shown(
        self,
        id: int,
        *,
        have: int,
        place: str,
        message: str,
        digest: str,
        tired: datetime | None = None,
        again: datetime | None = None,
    ) -> None:
        """It stands, as it was wanted at `have`. `tired`: until when it rests; `again`: when it may be edited again."""
        values = {"place": place, "message": message, "digest": digest, "tired": tired, "again": again}
        self.do(SHOWN, id=id, have=have, now=self.now, **values)

    def unshown(self, id: int, *, not_before: datetime, error: str) -> None:
        """It failed: try again then."""
        self.do(UNSHOWN, id=id, not_before=not_before, error=error)

    def want(self, *, book: BookId | None = None, platform: str = "") -> None:
        """Show again: a book's looks, or those of every open book, on one platform or on all."""
        if book:
            self.each(WANT_BOOK, [{"kind": book.kind, "book": book.id, "now": self.now}])
        else:
            self.do(WANT_OPEN, platform=platform, now=self.now)

    def look(self, book: BookId, look: Look, digest: str) -> None:
        """From now on a message that stands there already is a look of this book, too, though it does not list it.

        It is looked at at once, for its book may have changed since the message was made; `digest`: of what it says.
        """
        self.do(LIST, kind=book.kind, book=book.id, now=self.now, listed=False, **_row(look) | {"digest": digest})

    def looks(self, book: BookId) -> list[Shown]:
        """Every look of a book."""
        return [_shown(row) for row in self.rows(LOOKS, kind=book.kind, book=book.id)]

    def forget_looks(self, before: datetime) -> int:
        """Drop what stands as it should, no book lists, closed books kept true, and was last shown before this."""
        return self.do(FORGET_LOOKS, before=before)

    def _listed_looks(self, book: BookId) -> Named:
        return named(Look(*row) for row in self.rows(LISTED, kind=book.kind, book=book.id))

    def _reshow(self, book: BookId, old: Named, new: Named) -> None:
        """Make the rows be the looks that the book lists now, and want every one of them shown."""
        here = {"kind": book.kind, "book": book.id, "now": self.now, "listed": True}
        gone = [look for name, look in old.items() if name not in new]
        fresh = [look for name, look in new.items() if name not in old]
        # What comes after another look in the same place goes on with its message, which else stood there for ever.
        stands = {look.place: look for look in gone if look.place}
        after = {look: stands.pop(look.place) for look in fresh if look.place in stands}
        # A look that moved begins anew, as a row of its own: who still shows the old one cannot bring it back.
        moved = [look for name, look in new.items() if name in old and look.place and look != old[name]]
        self.each(TAKE_OVER, (here | _row(look) | {"before": old.subject} for look, old in after.items()))
        self.each(UNLIST, (here | _row(look) for look in gone if look not in after.values()))
        self.each(LEAVE, (here | _row(look) for look in moved))
        self.want(book=book)
        self.each(LIST, (here | _row(look) for look in (*moved, *fresh) if look not in after))


def _row(look: Look) -> dict[str, str]:
    return {
        "subject": look.subject, "platform": look.platform, "place": look.place, "message": look.message, "digest": "",
    }  # fmt: skip


def _shown(row: Row) -> Shown:
    id, kind, book, subject, platform, place, message, want, have, digest, tries, not_before, error, *moments = row
    whose, then = BookId(kind, book), instant(not_before)
    since, posted, at, tired = (moment and instant(moment) for moment in moments)
    return Shown(
        id, whose, subject, platform, place, message, want, have, digest, tries, then, error, since, posted, at, tired
    )
