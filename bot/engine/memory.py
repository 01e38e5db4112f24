"""Memory: what all books of a kind say together, read again only when one of them changed."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from bot.store.transaction import Transaction

T = TypeVar("T")


class Memory(Generic[T]):
    """Asked from several threads. What a transaction wrote itself is not remembered: it may still be rolled back."""

    def __init__(self, kind: str, read: Callable[[Transaction, Any], T], first: T) -> None:
        self._kind, self._read = kind, read
        self._kept: tuple[int, Any, T] = (-1, None, first)

    @property
    def last(self) -> T:
        """As of the last transaction that asked."""
        return self._kept[2]

    def of(self, tx: Transaction, by: Any = None) -> T:
        """As of this transaction. `by` is what else it was made from: where that is another one, it is made again."""
        version, lasting = tx.version(self._kind), tx.lasting(self._kind)
        known, made_by, made = self._kept
        if lasting and version == known and made_by is by:
            return made
        made = self._read(tx, by)
        if lasting:
            self._kept = (version, by, made)
        return made
