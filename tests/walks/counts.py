"""What became of everything, counted when all is over; and what must not be."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from bot.book import TOCSIN, Book, BookId, blank
from bot.engine.heartbeat import audit
from bot.engine.turns import wanted
from bot.incident.paging import Called, Exhausted, Paged, Unreached
from bot.store.sends import Sent
from bot.store.transaction import Transaction
from bot.text.rich import plain

if TYPE_CHECKING:
    from tests.walks.weeks import Weeks

LATE = timedelta(seconds=55)
"""A page that was first tried later than this after it was due: a bundle, a lease, and whoever looks for those that
ran out."""
TAKEN = {"accepted", "delivered"}
WORD = re.compile(r"word \d+\.")
Key = tuple[BookId, str, tuple[tuple[str, Any], ...]]
"""One page to one person, whichever channels it went by."""


@dataclass
class Counts:
    """What weeks came to."""

    incidents: int
    deaths: int
    stood_still: int
    faults: int
    refused: int
    """Requests that a platform refused because they were too many."""
    due: int = 0
    """Pages that fell due: each to one person, for one step of one round."""
    sent: int = 0
    void: int = 0
    """Nobody waited for them any more when their turn came."""
    told_failed: int = 0
    """By no channel, which the rooms were told."""
    doubled: int = 0
    """Copies by one channel beyond the first."""
    late: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    beyond: list[str] = field(default_factory=list)
    """Pages that came by one channel more often than they were tried there."""
    after_ack: list[str] = field(default_factory=list)
    """Pages that were tried when nobody waited for them any more."""
    wrong_steps: list[str] = field(default_factory=list)
    """Steps that a policy does not have, or that ran twice without anybody's doing."""
    broken: list[str] = field(default_factory=list)
    """Books that are not what their log says, or whose timers are not theirs."""
    said: int = 0
    said_doubled: int = 0
    said_gaps: int = 0
    """Lines that may be missing, which was told."""
    said_lost: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    behind: list[str] = field(default_factory=list)

    def wrong(self) -> list[str]:
        """Whatever must not be."""
        found = [f"{name}: {each[0]}" for name, each in vars(self).items() if isinstance(each, list) and each]
        bound = self.deaths + self.stood_still + self.faults
        doubled = self.doubled + self.said_doubled
        return found + ([f"{doubled} came twice, with {bound} faults and deaths"] if doubled > bound else [])

    def __str__(self) -> str:
        values = {name: len(kept) if isinstance(kept, list) else kept for name, kept in vars(self).items()}
        return "\n".join(f"  {name.replace('_', ' '):14} {value:>6}" for name, value in values.items())


def count(weeks: "Weeks", tx: Transaction) -> Counts:
    """Everything."""
    counts = Counts(
        incidents=weeks.begun,
        deaths=weeks.deaths,
        stood_still=weeks.stood,
        faults=sum(weeks.faults.values()),
        refused=sum(paper.refused for paper in weeks.papers),
    )
    books = tx.books("incident")
    rows = [row for book in books for row in tx.sends(book.id)]
    _pages(weeks, [row for row in rows if row.kind == "page"], counts, tx)
    _words(weeks, [row for row in rows if row.kind != "page"], counts)
    counts.after_ack = list(_after_ack(weeks, tx))
    for book in books:
        counts.wrong_steps += _steps(book, tx)
        counts.broken += _broken(book, tx)
    counts.broken += audit(tx)
    counts.behind = [str(row) for name in ("ink", "lead") for row in tx.behind(name)]
    return counts


def _pages(weeks: "Weeks", rows: Sequence[Sent], counts: Counts, tx: Transaction) -> None:
    copies = [
        (id, told.key.split("-")[3:-1]) for paper in weeks.papers for told in paper.told for id in rows_of(told.key)
    ]
    got = Counter(id for id, _ in copies)
    channels = Counter((id, *channel) for id, channel in copies)
    tried: dict[int, datetime] = {}
    for told in sorted((told for paper in weeks.papers for told in paper.tried), key=lambda told: told.at):
        for id in rows_of(told.key):
            tried.setdefault(id, told.at)
    whole: dict[Key, list[Sent]] = defaultdict(list)
    for row in rows:
        assert row.book
        whole[row.book, row.to, tuple(sorted(row.payload.items()))].append(row)
    for page in whole.values():
        first = page[0]
        counts.due += 1
        counts.sent += any(got[row.id] for row in page)
        counts.void += all(row.state == "void" for row in page)
        if not any(row.state in TAKEN for row in page) and not answered(tx, first):
            known = unreached(tx, first)
            counts.told_failed += known
            counts.lost += [] if known else [str(page)]
        if first.id in tried and tried[first.id] - first.at > LATE + weeks.without(first.at, tried[first.id]):
            counts.late.append(f"{tried[first.id] - first.at}: {first}")
    counts.doubled = sum(count - 1 for count in channels.values())
    counts.beyond = [str(row) for row in rows if got[row.id] > row.tries]


def rows_of(key: str) -> list[int]:
    """The rows of a page, by the key that its channel was given: house, page, rows, channel, try."""
    return [int(row) for row in key.split("-")[2].split(".")]


def answered(tx: Transaction, row: Sent) -> bool:
    """Whether nobody waits for this page any more."""
    assert row.book
    book = tx.load(row.book)
    call = book.state.call(int(row.payload["call"]))
    over = call is None or call.answered or row.rev < call.over or call.round != int(row.payload["round"])
    return over or not book.state.open


def unreached(tx: Transaction, row: Sent) -> bool:
    """Whether the rooms were told that nobody got this page."""
    assert row.book
    events = [entry.event for entry in tx.entries(row.book, names={"Unreached"})]
    said = [(each.call, each.step, each.person) for each in events if isinstance(each, Unreached)]
    return (row.payload["call"], row.payload["step"], row.to) in said


def _after_ack(weeks: "Weeks", tx: Transaction) -> Iterator[str]:
    """Every try whose incident had no use for it. A process that stood still had claimed it before."""
    lives = {book.id: _life(book.id, tx) for book in tx.books("incident")}
    tried = [told for paper in weeks.papers for told in paper.tried]
    for id, told in ((id, each) for each in tried for id in rows_of(each.key)):
        row = tx.send_of(id)
        assert row
        if row.book not in lives:
            continue  # a hand-off is nobody's page
        before = [(at, book) for at, book in lives[row.book] if book.rev >= row.rev and at < told.at]
        if before and not wanted(before[-1][1], row) and not weeks.without(before[-1][0], told.at):
            yield f"{told.at} {row}"


def _life(id: BookId, tx: Transaction) -> list[tuple[datetime, Book]]:
    """A book as it was after each of its entries, and when that was."""
    entries = tx.entries(id)
    books = list(accumulate(entries, Book.fold, initial=blank(id)))[1:]
    return [(entry.at, book) for entry, book in zip(entries, books, strict=True)]


def _words(weeks: "Weeks", rows: Sequence[Sent], counts: Counts) -> None:
    seen = Counter(word for p in weeks.papers for _, copy in p.copies for word in WORD.findall(plain(copy.text)))
    told = {word for row in rows if row.state in {"unknown", "failed"} for word in WORD.findall(str(row.payload))}
    counts.said, counts.said_gaps = len(weeks.said), len(told)
    counts.said_lost = [word for word in weeks.said if not seen[word] and word not in told]
    counts.said_doubled = sum(max(0, copies - 1) for copies in seen.values())
    counts.waiting = [str(row) for row in rows if row.state in {"pending", "sending"}]


def _steps(book: Book, tx: Transaction) -> Iterator[str]:
    """Steps and rounds stay within the policy; each runs once, unless somebody began it again."""
    ladders: dict[int, Called] = {}
    seen: set[tuple[int, int, int]] = set()
    for entry in tx.entries(book.id):
        match entry.event:
            case Called() as called:
                ladders[called.call] = called
            case Paged() as paged:
                ladder, at = ladders[paged.call], (paged.call, paged.round, paged.step)
                if at in seen:
                    yield f"{book.id}: {at} ran twice"
                if paged.step > len(ladder.steps) or paged.round > ladder.repeat + 1:
                    yield f"{book.id}: there is no {at}"
                seen.add(at)
            case Exhausted() as over:
                seen -= {each for each in seen if each[0] == over.call}
            case _ if entry.by != TOCSIN or type(entry.event).__name__ == "Woken":
                seen.clear()


def _broken(book: Book, tx: Transaction) -> Iterator[str]:
    if tx.fold(book.id).state != book.state or not tx.verify(book.id):
        yield f"{book.id} is not what its log says"
    if tx.timers(book.id) != {timer.name: timer.at for timer in book.state.due()}:
        yield f"{book.id} lists {list(book.state.due())}, and has {tx.timers(book.id)}"
