"""Going by another configuration without stopping: what changes at once, and what waits for a restart."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.config import Config

HOUSE = ("database", "web", "root", "heartbeat")
AT_START = (*(f"house.{key}" for key in HOUSE), "chats", "channels", "ai")
"""What is opened or told to the platforms when the house starts."""


@dataclass(frozen=True)
class Adoption:
    """What became of the configuration since the start: keys only, for a value may be secret."""

    at: datetime | None = None
    changed: Sequence[str] = ()
    waiting: Sequence[str] = ()
    """What differs from what the house runs with, and waits for a restart."""
    fault: str = ""
    """Why the file as it stands cannot be used: the house goes by the one before."""

    def told(self) -> Mapping[str, Any]:
        """For `/readyz`."""
        at = self.at.isoformat(timespec="seconds") if self.at else None
        return {"read": at, "changed": self.changed, "after a restart": self.waiting, "fault": self.fault or None}


def weighed(old: Config, new: Config) -> tuple[Config, Adoption]:
    """The configuration to go by, and what is said of it."""
    differing = sorted(set(_differing(old.model_dump(), new.model_dump())))
    waiting = [key for key in differing if key.startswith(AT_START)]
    changed = [key for key in differing if key not in waiting]
    house = {key: getattr(old.house, key) for key in HOUSE}
    kept = {"house": new.house.model_copy(update=house)} | {
        key: getattr(old, key) for key in AT_START if key in type(old).model_fields
    }
    return new.model_copy(update=kept), Adoption(datetime.now(UTC), changed, waiting)


def _differing(old: Any, new: Any, at: str = "") -> Iterator[str]:
    """The keys at which they differ."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in {**old, **new}:
            yield from _differing(old.get(key), new.get(key), f"{at}.{key}".lstrip("."))
    elif old != new:
        yield at
