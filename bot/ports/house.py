"""The door in: the core, as the world may see it."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from bot.ports.card import Card
from bot.ports.grammar import Choice, Form, Grammar
from bot.ports.said import Receipt, RoomChange, Said


class House(Protocol):
    """The core, as the world may see it: the way in. What leaves it was made for the one who asked."""

    def grammar(self, language: str = "") -> Grammar:
        """Every command and query, in a language (any locale tag; the deployment's where unknown)."""

    def languages(self) -> Sequence[str]:
        """The languages there are words in: `en`, `zh-hans`."""

    async def hear(self, said: Said) -> Card | Form | None:
        """Do what was asked, once, after it is safely kept; the answer, or None for chatter.

        Never raises for what people say; raises `Unheard` when it could not be kept."""

    async def suggest(self, said: Said, option: str) -> Sequence[Choice]:
        """What an option may be, the likeliest first and 25 at most: `said.words` is the verb, `said.fields` what is
        typed so far. Cut to the speaker; quick, and empty rather than late."""

    async def notice(self, change: RoomChange) -> None:
        """Something befell a room. Heard once; raises `Unheard` when it could not be kept."""

    async def receipt(self, receipt: Receipt) -> None:
        """What became of a page. Heard once; raises `Unheard` when it could not be kept."""

    async def kept(self, source: str) -> str:
        """Where a stream that must be resumed stands: the last cursor that `keep` wrote, or an empty string."""

    async def keep(self, source: str, cursor: str, deliveries: Mapping[str, Any]) -> Mapping[str, Any]:
        """Keep raw deliveries (by key) and the cursor behind them in one transaction.

        Returns, oldest first, what is kept under `source` and was not `done` yet, earlier runs included."""

    async def done(self, source: str, key: str) -> None:
        """This kept delivery was dealt with."""

    async def health(self) -> Mapping[str, Any]:
        """`database`: whether it answers; `loops`: whether all that must run runs; `chats`: whether each answers."""


@runtime_checkable
class Foresight(Protocol):
    """What may be asked of the house before something is said to it."""

    async def about(self, said: Said) -> Card | None:
        """What it would be about: its incidents as they stand, as far as the speaker may see them. Nothing is done.

        None where it names none, or where the database does not answer."""


class Watched(Protocol):
    """What whoever watches over the house may ask it."""

    async def health(self) -> Mapping[str, Any]:
        """`loops`: whether it is alive; `database` and `chats`: what answers."""

    async def ready(self) -> Mapping[str, Any]:
        """`ready`: whether it can do its work; the rest says what keeps it from that. It holds no secret."""

    async def figures(self) -> bytes:
        """Everything that is counted, in Prometheus' text format. Raises `Unheard` when the database is down."""


class Unheard(Exception):
    """It could not be kept just now: nothing was changed. Please say it again in a moment."""
