"""What can go wrong between the house and its database."""


class StoreError(Exception):
    """The store did not do it."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or type(self).__doc__)


class StoreDown(StoreError):
    """The database does not answer, is full or is locked: nothing was changed."""


class Busy(StoreDown):
    """Too much waits to be written: nothing was changed. Please say it again in a moment."""


class Stale(StoreError):
    """The book has moved on since it was read: it must be read again."""


class Taken(StoreError):
    """Another book is found by this name already."""


class OnlyReading(StoreError):
    """A reading may not write."""
