"""Topics that the bot opened, until they are used.

The platform tells no bot which topics there are, and opens a second one of the same name without a word. But it tells
the bot, as an update, of each one that the bot itself opened: that update stays undone until something was shown in the
topic, so that a topic whose opening was never answered is found again, even after a crash.
"""

from collections.abc import Sequence

from adapters.telegram.native import TELEGRAM
from bot.ports import Place


class Topics:
    """What was opened and not used yet."""

    def __init__(self) -> None:
        self._opened: dict[str, tuple[str, Place]] = {}

    def remember(self, key: str, name: str, group: str, thread: str) -> None:
        """A topic was opened: `key` is the delivery that said so."""
        self._opened[key] = (name, Place(TELEGRAM, group, thread))

    def named(self, name: str) -> Place | None:
        """An unused topic of this name."""
        return next((place for called, place in self._opened.values() if called == name), None)

    def use(self, place: Place) -> Sequence[str]:
        """The deliveries that said that this topic was opened: they are dealt with now."""
        used = [key for key, (_, each) in self._opened.items() if each == place]
        for key in used:
            del self._opened[key]
        return used
